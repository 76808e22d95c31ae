import type { CodeableConcept, Extension, Patient } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept, hl7System, mapCode } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateOf, dateTimeOf, type MapContext } from '../map-context.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { cxToIdentifier } from '../types/cx-identifier.ts'
import { usCoreEthnicity, usCoreRace } from '../types/us-core-race.ts'
import { extensionRows } from './row-values.ts'
import { isBirthplace, xadToAddress } from '../types/xad-address.ts'
import { xpnToHumanName, xpnToNickname } from '../types/xpn-human-name.ts'
import { xtnToContactPoint } from '../types/xtn-contact-point.ts'

interface Primitive {
  extension?: Extension[]
}

const row = rowsFor<Patient & { _birthDate?: Primitive; _gender?: Primitive }>()

const extensionUrl = (name: string): string => `http://hl7.org/fhir/StructureDefinition/${name}`

/** PID -> Patient, in the guide's order. PID-2 and PID-4 stand in a register only when their message is of 2.3.1 or older. */
export const pidPatient = segmentMap(
  'PID[Patient]',
  ['identifier', 'name', 'address', 'telecom', 'communication'],
  [
    row({ v2: 'PID-2', to: 'identifier[1]', via: 'CX[Identifier]', value: cx }),
    row({ v2: 'PID-3', to: 'identifier[2]', via: 'CX[Identifier]', value: cx }),
    row({ v2: 'PID-4', to: 'identifier[3]', via: 'CX[Identifier]', value: cx }),
    row({ v2: 'PID-5', to: 'name[1]', via: 'XPN[HumanName]', value: xpn }),
    row({
      v2: 'PID-5',
      to: 'name[3]',
      via: 'XPN.15',
      ours: 'XPN.15 (called by) is a name of its own, as the map of XPN says.',
      value: name => xpnToNickname(name),
    }),
    row({
      v2: 'PID-6',
      to: 'extension[1].url',
      via: `"${extensionUrl('patient-mothersMaidenName')}"`,
      value: () => extensionUrl('patient-mothersMaidenName'),
    }),
    row({ v2: 'PID-6', to: 'extension[1].valueString', via: 'XPN[String]', value: family }),
    row({
      v2: 'PID-7',
      to: 'birthDate',
      via: '',
      value: (dtm, { context, at }) => dateOf(valued(dtm), context, at),
    }),
    row({
      v2: 'PID-7',
      to: '_birthDate.extension[1].url',
      ig: 'birthDate.extension[1].url',
      via: `"${extensionUrl('patient-birthTime')}"`,
      value: () => extensionUrl('patient-birthTime'),
    }),
    row({
      v2: 'PID-7',
      to: '_birthDate.extension[1].valueDateTime',
      ig: 'birthDate.extension[1].valueDateTime',
      via: '',
      when: hasTime,
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({ v2: 'PID-8', to: 'gender', via: 'CWE[code]', value: (cwe, { context }) => gender(cwe, context) }),
    row({
      v2: 'PID-8',
      to: '_gender.extension[1].url',
      via: `"${extensionUrl('alternate-codes')}"`,
      ours: 'A code outside table 0001 becomes `unknown`; what was sent is kept beside it.',
      value: () => extensionUrl('alternate-codes'),
    }),
    row({
      v2: 'PID-8',
      to: '_gender.extension[1].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      ours: 'A code outside table 0001 becomes `unknown`; what was sent is kept beside it.',
      value: (cwe, { context, at }) => {
        if (isKnownGender(cwe, context)) return undefined
        context.report({ code: 'code-unmapped', expression: at })
        return cweToCodeableConcept(cwe, context, { at })
      },
    }),
    row({ v2: 'PID-9', to: 'name[2]', via: 'XPN[HumanName]', value: xpn }),
    row({
      v2: 'PID-10',
      to: 'extension[10]',
      ig: '?local implementation',
      via: 'US Core race',
      whole: true,
      value: usCoreRace,
    }),
    row({
      v2: 'PID-11',
      to: 'address[1]',
      via: 'XAD[Address]',
      value: (xad, { context, at }) => (isBirthplace(xad) ? undefined : xadToAddress(xad, context, at)),
    }),
    ...extensionRows({
      v2: 'PID-11',
      path: 'extension[12]',
      url: extensionUrl('patient-birthPlace'),
      element: 'valueAddress',
      via: 'XAD[Address]',
      ours: 'XAD.7 BDL or N is where the patient was born, not an address (Italian and French senders); PID-23 comes first.',
      when: ({ segment }) => !segment.text(23),
      value: (xad, { segment, context, at }) =>
        segment.repetitions(11).find(isBirthplace)?.raw === xad.raw
          ? xadToAddress(xad, context, at)
          : undefined,
    }),
    row({
      v2: 'PID-12',
      to: 'address[1].district',
      via: 'ID[String]',
      when: ({ segment }) => segment.repetitions(11).length <= 1 && !segment.text(11, 9),
      value: is => valued(is),
    }),
    row({
      v2: 'PID-13',
      to: 'telecom[1]',
      via: 'XTN[ContactPoint]',
      value: (xtn, { context, at }) => xtnToContactPoint(xtn, context, at, 'home'),
    }),
    row({
      v2: 'PID-14',
      to: 'telecom[2]',
      via: 'XTN[ContactPoint]',
      value: (xtn, { context, at }) => xtnToContactPoint(xtn, context, at, 'work'),
    }),
    row({
      v2: 'PID-15',
      to: 'communication.language',
      via: 'CWE[CodeableConcept]',
      value: (cwe, scene) => language(cwe, scene),
    }),
    row({
      v2: 'PID-16',
      to: 'maritalStatus',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { map: 'MaritalStatus', at }),
    }),
    row({
      v2: 'PID-17',
      to: 'extension[2].url',
      via: `"${extensionUrl('patient-religion')}"`,
      value: () => extensionUrl('patient-religion'),
    }),
    row({
      v2: 'PID-17',
      to: 'extension[2].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { map: 'Religion', at }),
    }),
    row({ v2: 'PID-19', to: 'identifier[4].value', via: '', when: keepsSsn, value: st => valued(st) }),
    row({
      v2: 'PID-19',
      to: 'identifier[4].type.coding.code',
      via: '"SS"',
      when: keepsSsn,
      value: () => 'SS',
    }),
    row({
      v2: 'PID-19',
      to: 'identifier[4].type.coding.system',
      via: `"${hl7System('0203')}"`,
      when: keepsSsn,
      value: () => hl7System('0203'),
    }),
    row({
      v2: 'PID-19',
      to: 'identifier[4].system',
      via: '"http://hl7.org/fhir/sid/us-ssn"',
      when: keepsSsn,
      value: () => 'http://hl7.org/fhir/sid/us-ssn',
    }),
    row({
      v2: 'PID-20',
      to: 'identifier[5]',
      via: 'DLN[Identifier]',
      value: (dln, { context, at }) => {
        const value = valued(dln)
        if (value === undefined) return undefined
        const issuer = valued(dln, 2)
        const end = dateOf(valued(dln, 3), context, at)
        return {
          type: { coding: [{ system: hl7System('0203'), code: 'DL', display: "Driver's license number" }] },
          system: `${context.settings.canonicalBase}/sid/drivers-license/${encodeURIComponent(issuer ?? context.facility)}`,
          value,
          ...(end !== undefined && { period: { end } }),
        }
      },
    }),
    row({
      v2: 'PID-22',
      to: 'extension[11]',
      ig: '?local implementation',
      via: 'US Core ethnicity',
      whole: true,
      value: usCoreEthnicity,
    }),
    row({
      v2: 'PID-23',
      to: 'extension[3].url',
      via: `"${extensionUrl('patient-birthPlace')}"`,
      value: () => extensionUrl('patient-birthPlace'),
    }),
    row({ v2: 'PID-23', to: 'extension[3].valueAddress.text', via: '', value: st => valued(st) }),
    row({
      v2: 'PID-24',
      to: 'multipleBirthBoolean',
      via: 'ID[Boolean]',
      when: ({ segment }) => birthOrder(segment.text(25)) === undefined,
      value: yesNo,
    }),
    row({ v2: 'PID-25', to: 'multipleBirthInteger', via: '', value: nm => birthOrder(valued(nm)) }),
    row({
      v2: 'PID-26',
      to: 'extension[4].url',
      via: `"${extensionUrl('patient-citizenship')}"`,
      value: () => extensionUrl('patient-citizenship'),
    }),
    row({ v2: 'PID-26', to: 'extension[4].extension[1].url', via: '"code"', value: () => 'code' }),
    row({
      v2: 'PID-26',
      to: 'extension[4].extension[1].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      value: concept,
    }),
    row({
      v2: 'PID-28',
      to: 'extension[5].url',
      via: `"${extensionUrl('patient-nationality')}"`,
      value: () => extensionUrl('patient-nationality'),
    }),
    row({ v2: 'PID-28', to: 'extension[5].extension[1].url', via: '"code"', value: () => 'code' }),
    row({
      v2: 'PID-28',
      to: 'extension[5].extension[1].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      value: concept,
    }),
    row({
      v2: 'PID-29',
      to: 'deceasedDateTime',
      via: '',
      when: ({ segment }) => segment.text(30)?.toUpperCase() !== 'N',
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({
      v2: 'PID-30',
      to: 'deceasedBoolean',
      via: 'ID[Boolean]',
      when: ({ segment, context, at }) =>
        segment.text(30)?.toUpperCase() === 'N' ||
        dateTimeOf(segment.text(29) ?? undefined, context, at) === undefined,
      value: yesNo,
    }),
    row({
      v2: 'PID-40',
      to: 'telecom[3]',
      via: 'XTN[ContactPoint]',
      value: (xtn, { context, at }) => xtnToContactPoint(xtn, context, at),
    }),
  ],
)

function cx(field: Repetition, { context, at }: Scene) {
  return cxToIdentifier(field, context, at)
}

function xpn(field: Repetition, { context, at }: Scene) {
  return xpnToHumanName(field, context, at)
}

function concept(field: Repetition, { context, at }: Scene): CodeableConcept | undefined {
  return cweToCodeableConcept(field, context, { at })
}

/** A maiden name is a family name; some senders put it where a given name goes. */
function family(field: Repetition): string | undefined {
  return valued(field, 1) ?? valued(field, 2)
}

function hasTime({ segment }: Scene): boolean {
  return (segment.text(7)?.length ?? 0) > 8
}

function keepsSsn({ context }: Scene): boolean {
  return context.settings.ssn === 'keep'
}

/** The code, or its name in table 0001 (`female`): some senders write it out. */
export function gender(field: Repetition, { settings }: MapContext): Patient['gender'] {
  const code = valued(field)
  if (code === undefined) return undefined
  const written = WRITTEN_OUT.find(word => word === code.toLowerCase())
  return (mapCode('AdministrativeSex', code, settings)?.code as Patient['gender']) ?? written ?? 'unknown'
}

const WRITTEN_OUT = ['female', 'male', 'other', 'unknown'] as const

const isKnownGender = (field: Repetition, context: MapContext): boolean =>
  gender(field, context) !== 'unknown' || ['U', 'UNKNOWN'].includes(valued(field)?.toUpperCase() ?? '')

function yesNo(field: Repetition): boolean | undefined {
  const code = valued(field)?.toUpperCase()
  return code === 'Y' ? true : code === 'N' ? false : undefined
}

function birthOrder(text: string | null | undefined): number | undefined {
  return text && /^0?[1-9]$|^[1-9]\d$/.test(text) ? Number(text) : undefined
}

/** IETF language tags are what FHIR wants; HL7 table 0296 is site-defined, and most senders use ISO 639 codes. */
export function language(field: Repetition, { context, at }: Scene): CodeableConcept | undefined {
  const code = valued(field)
  const sent = cweToCodeableConcept(field, context, { table: '0296', at })
  const tag = code === undefined ? undefined : languageTag(code)
  return tag === undefined
    ? sent
    : { ...sent, coding: [{ system: 'urn:ietf:bcp:47', code: tag }, ...(sent?.coding ?? [])] }
}

const THREE_LETTERS: Readonly<Record<string, string>> = {
  eng: 'en',
  spa: 'es',
  fra: 'fr',
  fre: 'fr',
  deu: 'de',
  ger: 'de',
  ita: 'it',
  por: 'pt',
  zho: 'zh',
  chi: 'zh',
  rus: 'ru',
  ara: 'ar',
  jpn: 'ja',
  kor: 'ko',
  vie: 'vi',
  nld: 'nl',
  dut: 'nl',
  pol: 'pl',
}

function languageTag(code: string): string | undefined {
  const lower = code.toLowerCase()
  if (Object.hasOwn(THREE_LETTERS, lower)) return THREE_LETTERS[lower]
  const [, primary, region] = /^([a-z]{2})(?:[-_]([a-z]{2}))?$/.exec(lower) ?? []
  if (primary === undefined) return undefined
  return region === undefined ? primary : `${primary}-${region.toUpperCase()}`
}
