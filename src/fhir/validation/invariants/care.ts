import { canonicalJson } from '../../../lib/json.ts'
import { isAfter } from './instants.ts'
import { needs, notBoth, oneOrOther } from './presence.ts'
import {
  areDistinct,
  countOf,
  each,
  eachAt,
  exactlyOne,
  has,
  hasAny,
  hasChoice,
  isCoded,
  isOneOf,
  nested,
  numberOf,
  textOf,
  texts,
} from './values.ts'
import type { Check, Checks } from './values.ts'

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'
const ALLERGY_VERIFICATION = `${TERMINOLOGY}/allergyintolerance-verification`
const CONDITION_VERIFICATION = `${TERMINOLOGY}/condition-ver-status`
const CONDITION_CLINICAL = `${TERMINOLOGY}/condition-clinical`
const UCUM = 'http://unitsofmeasure.org'

/** Holds unless both are there and the first is after the second. */
const inOrder =
  (first: string, second: string): Check =>
  node => {
    const [early, late] = [textOf(node, first), textOf(node, second)]
    return early === undefined || late === undefined || !isAfter(early, late)
  }

/** HL7's own expression names a code system "something", so it binds nothing that is real; kept as it is printed. */
const consentOf =
  (code: string): Check =>
  consent =>
    has(consent, 'patient') || !isCoded(consent, 'scope', 'something', code)

const isPercent: Check = quantity => quantity['code'] === '%' && quantity['system'] === UCUM

const isHome: Check = contact => contact['use'] === 'home'

/** Invariants of resources about patients, care, money and the people and places of care. */
export const careChecks: Checks = {
  AllergyIntolerance: {
    'ait-1': allergy =>
      isCoded(allergy, 'verificationStatus', ALLERGY_VERIFICATION, 'entered-in-error') ||
      has(allergy, 'clinicalStatus'),
    'ait-2': allergy =>
      !isCoded(allergy, 'verificationStatus', ALLERGY_VERIFICATION, 'entered-in-error') ||
      !has(allergy, 'clinicalStatus'),
  },
  Appointment: {
    'app-2': appointment => has(appointment, 'start') === has(appointment, 'end'),
    'app-3': appointment =>
      (has(appointment, 'start') && has(appointment, 'end')) ||
      isOneOf(appointment, 'status', 'proposed', 'cancelled', 'waitlist'),
    'app-4': appointment =>
      !has(appointment, 'cancelationReason') || isOneOf(appointment, 'status', 'noshow', 'cancelled'),
  },
  'Appointment.participant': { 'app-1': oneOrOther('type', 'actor') },
  AppointmentResponse: { 'apr-1': oneOrOther('participantType', 'actor') },
  'AuditEvent.entity': { 'sev-1': notBoth('name', 'query') },
  'CarePlan.activity': { 'cpl-3': notBoth('detail', 'reference') },
  'CareTeam.participant': {
    'ctm-1': participant => {
      const member = each(participant, 'member')[0]
      const literal = member === undefined ? undefined : textOf(member, 'reference')
      const type =
        (member && textOf(member, 'type')) ?? /(?:^|\/)([A-Z][A-Za-z]+)\/[^/]+$/.exec(literal ?? '')?.[1]
      return !has(participant, 'onBehalfOf') || type === undefined || type === 'Practitioner'
    },
  },
  'Composition.section': {
    'cmp-1': oneOrOther('text', 'entry', 'section'),
    'cmp-2': notBoth('emptyReason', 'entry'),
  },
  Condition: {
    'con-4': condition =>
      !hasChoice(condition, 'abatement') ||
      isCoded(condition, 'clinicalStatus', CONDITION_CLINICAL, 'resolved', 'remission', 'inactive'),
    'con-5': condition =>
      !isCoded(condition, 'verificationStatus', CONDITION_VERIFICATION, 'entered-in-error') ||
      !has(condition, 'clinicalStatus'),
  },
  'Condition.stage': { 'con-1': oneOrOther('summary', 'assessment') },
  'Condition.evidence': { 'con-2': oneOrOther('code', 'detail') },
  Consent: {
    'ppc-1': oneOrOther('policy', 'policyRule'),
    'ppc-2': consentOf('patient-privacy'),
    'ppc-3': consentOf('research'),
    'ppc-4': consentOf('adr'),
    'ppc-5': consentOf('treatment'),
  },
  'CoverageEligibilityResponse.insurance.item': {
    'ces-1': item => has(item, 'category') !== has(item, 'productOrService'),
  },
  FamilyMemberHistory: {
    'fhs-1': history => !hasChoice(history, 'age') || !hasChoice(history, 'born'),
    'fhs-2': history => hasChoice(history, 'age') || !has(history, 'estimatedAge'),
  },
  'Goal.target': { 'gol-1': target => !hasChoice(target, 'detail') || has(target, 'measure') },
  Group: { 'grp-1': group => !has(group, 'member') || group['actual'] === true },
  'Immunization.education': { 'imm-1': oneOrOther('documentType', 'reference') },
  'ImmunizationRecommendation.recommendation': { 'imr-1': oneOrOther('vaccineCode', 'targetDisease') },
  InsurancePlan: { 'ipn-1': oneOrOther('identifier', 'name') },
  Linkage: { 'lnk-1': linkage => each(linkage, 'item').length > 1 },
  List: {
    'lst-1': notBoth('emptyReason', 'entry'),
    'lst-2': list => list['mode'] === 'changes' || each(list, 'entry').every(entry => !has(entry, 'deleted')),
    'lst-3': list => list['mode'] === 'working' || each(list, 'entry').every(entry => !has(entry, 'date')),
  },
  MeasureReport: {
    'mrp-1': report => report['type'] !== 'data-collection' || !has(report, 'group'),
    'mrp-2': report =>
      eachAt(report, 'group', 'stratifier', 'stratum').every(
        stratum => has(stratum, 'value') !== has(stratum, 'component'),
      ),
  },
  'MedicationAdministration.dosage': { 'mad-1': dosage => has(dosage, 'dose') || hasChoice(dosage, 'rate') },
  MedicationDispense: { 'mdd-1': inOrder('whenPrepared', 'whenHandedOver') },
  MolecularSequence: { 'msq-3': ({ coordinateSystem }) => coordinateSystem === 0 || coordinateSystem === 1 },
  'MolecularSequence.referenceSeq': {
    'msq-5': sequence => has(sequence, 'chromosome') === has(sequence, 'genomeBuild'),
    'msq-6': sequence =>
      countOf(sequence, 'genomeBuild', 'referenceSeqId', 'referenceSeqPointer', 'referenceSeqString') === 1,
  },
  Observation: {
    'obs-6': observation => !has(observation, 'dataAbsentReason') || !hasChoice(observation, 'value'),
    'obs-7': observation => {
      if (!has(observation, 'component') || !hasChoice(observation, 'value')) return true
      const own = new Set(eachAt(observation, 'code', 'coding').map(canonicalJson))
      return eachAt(observation, 'component', 'code', 'coding').every(
        coding => !own.has(canonicalJson(coding)),
      )
    },
  },
  'Observation.referenceRange': { 'obs-3': oneOrOther('low', 'high', 'text') },
  Organization: {
    'org-1': oneOrOther('identifier', 'name'),
    'org-2': (organization, scope) => !each(organization, 'address').some(address => isHome(address, scope)),
    'org-3': (organization, scope) => !each(organization, 'telecom').some(telecom => isHome(telecom, scope)),
  },
  'Patient.contact': { 'pat-1': oneOrOther('name', 'telecom', 'address', 'organization') },
  Questionnaire: {
    'que-2': questionnaire =>
      areDistinct(nested(questionnaire, 'item').flatMap(item => texts(item, 'linkId'))),
  },
  'Questionnaire.item': {
    'que-1': item =>
      (item['type'] !== 'group' || has(item, 'item')) && (item['type'] !== 'display' || !has(item, 'item')),
    'que-3': item => item['type'] !== 'display' || !has(item, 'code'),
    'que-4': notBoth('answerOption', 'answerValueSet'),
    'que-5': item =>
      isOneOf(
        ...([item, 'type', 'choice', 'open-choice', 'decimal', 'integer'] as const),
        ...['date', 'dateTime', 'time', 'string', 'quantity'],
      ) || !hasAny(item, 'answerValueSet', 'answerOption'),
    'que-6': item => item['type'] !== 'display' || !hasAny(item, 'required', 'repeats'),
    'que-8': item => !isOneOf(item, 'type', 'group', 'display') || !has(item, 'initial'),
    'que-9': item => item['type'] !== 'display' || !has(item, 'readOnly'),
    'que-10': item =>
      isOneOf(item, 'type', 'boolean', 'decimal', 'integer', 'string', 'text', 'url', 'open-choice') ||
      !has(item, 'maxLength'),
    'que-11': notBoth('answerOption', 'initial'),
    'que-12': item => each(item, 'enableWhen').length <= 2 || has(item, 'enableBehavior'),
    'que-13': item => item['repeats'] === true || each(item, 'initial').length <= 1,
  },
  'Questionnaire.item.enableWhen': {
    'que-7': condition => condition['operator'] !== 'exists' || has(condition, 'answerBoolean'),
  },
  'QuestionnaireResponse.item': { 'qrs-1': notBoth('answer', 'item') },
  'RequestGroup.action': { 'rqg-1': action => has(action, 'resource') !== has(action, 'action') },
  'RiskAssessment.prediction': {
    'ras-1': (prediction, scope) =>
      ['low', 'high'].every(end =>
        eachAt(prediction, 'probabilityRange', end).every(quantity => isPercent(quantity, scope)),
      ),
    'ras-2': prediction => (numberOf(prediction, 'probabilityDecimal') ?? 0) <= 100,
  },
  ServiceRequest: { 'prr-1': needs('orderDetail', 'code') },
  Task: { 'inv-1': inOrder('authoredOn', 'lastModified') },
  'Parameters.parameter': {
    'inv-1': parameter =>
      exactlyOne(has(parameter, 'part'), hasChoice(parameter, 'value'), has(parameter, 'resource')),
  },
}
