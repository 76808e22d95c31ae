import type { Questionnaire, QuestionnaireItem, QuestionnaireItemAnswerOption } from '@medplum/fhirtypes'
import type { Instrument, InstrumentItem, Option } from '../../../care-plan/instruments/instrument.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { caseNames, type CaseNames } from '../names.ts'
import { optionCoding } from '../nouns/answer-value.ts'
import { loinc } from '../nouns/measure-codes.ts'
import { asResource } from './slots.ts'

/** Weight of an option, as the standard's forms carry it: http://hl7.org/fhir/R4/extension-ordinalvalue.html. */
const ordinalValue = 'http://hl7.org/fhir/StructureDefinition/ordinalValue'

/** An instrument as FHIR R4 Questionnaire; canonical `{cm}/Questionnaire/<id>|<version>`, which answers name. */
export function questionnaireOf(
  instrument: Instrument,
  canonicalBase: string,
): Resource & { readonly id: string } {
  const names = caseNames(canonicalBase)
  const code = instrument.loinc
    ? { system: loinc, code: instrument.loinc }
    : { system: names.codeSystem('instrument'), code: instrument.id }
  const questionnaire: Questionnaire = {
    resourceType: 'Questionnaire',
    id: instrument.id,
    url: names.questionnaire(instrument.id),
    version: instrument.version,
    name: computerName(instrument.id),
    title: instrument.title,
    status: 'active',
    experimental: false,
    subjectType: ['Patient'],
    description: instrument.description,
    purpose: `Source: ${instrument.source}`,
    copyright: instrument.copyright,
    code: [code],
    item: instrument.items.map(item => itemOf(item, names)),
  }
  return asResource(questionnaire)
}

/** `phq-9` -> `Phq9`: begins with a capital letter, letters and digits only (R4 que-0). */
const computerName = (id: string): string =>
  id
    .split('-')
    .map(part => `${part.charAt(0).toUpperCase()}${part.slice(1)}`)
    .join('')

function itemOf(item: InstrumentItem, names: CaseNames): QuestionnaireItem {
  return {
    linkId: item.linkId,
    ...(item.loinc !== undefined && { code: [{ system: loinc, code: item.loinc }] }),
    text: item.text,
    type: item.type,
    required: false,
    ...(item.repeats === true && { repeats: true }),
    ...(item.options && { answerOption: item.options.map(option => optionOf(option, names)) }),
  }
}

const optionOf = (option: Option, names: CaseNames): QuestionnaireItemAnswerOption => ({
  ...(option.score !== undefined && {
    extension: [{ url: ordinalValue, valueDecimal: option.score }],
  }),
  valueCoding: optionCoding(option, names.codeSystem('answer')),
})
