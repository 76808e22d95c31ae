import type { CodeableConcept, Coding, Reference } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { allergyRows, type Allergy } from './allergy-rows.ts'
import { dateTime, entity, named, practitioner, text } from './row-values.ts'

const row = rowsFor<Allergy>()

/** IAM -> AllergyIntolerance, in the guide's order; IAM-6 (action) is read with the list. */
export const iamAllergyIntolerance = segmentMap(
  'IAM[AllergyIntolerance]',
  ['category', 'reaction', 'identifier'],
  [
    ...allergyRows('IAM'),
    row({ v2: 'IAM-3', to: 'code', ig: 'code[1]', via: 'CWE[CodeableConcept]', value: code }),
    row({ v2: 'IAM-7', to: 'identifier', via: 'EI[Identifier-Extension]', value: entity }),
    row({
      v2: 'IAM-9',
      to: 'type',
      via: 'table 0436',
      ours: 'IAM-9 tells an allergy from an intolerance, which IAM-2 does not.',
      value: cwe => sensitivities[valued(cwe)?.toUpperCase() ?? ''],
    }),
    row({ v2: 'IAM-11', to: 'onsetDateTime', via: '', value: dateTime }),
    row({
      v2: 'IAM-12',
      to: 'onsetString',
      via: '',
      when: ({ segment }) => !segment.text(11),
      value: text,
    }),
    row({ v2: 'IAM-13', to: 'recordedDate', via: '', value: dateTime }),
    row({
      v2: 'IAM-14',
      to: 'asserter',
      ig: 'recorder.reference(Practitioner.name)',
      via: 'XPN[HumanName]',
      differs: 'Who reported an allergy asserts it (AllergyIntolerance.asserter); who recorded it is IAM-23.',
      value: (xpn, { segment }) => asserter(xpn, segment.text(15)),
    }),
    row({
      v2: 'IAM-17',
      to: 'verificationStatus',
      ig: 'clinicalStatus',
      via: 'table 0438',
      differs:
        'HL7 table 0438 mixes how sure an allergy is with whether it is active; both elements are bound to lists of their own.',
      value: cwe => status(valued(cwe))?.verification,
    }),
    row({
      v2: 'IAM-17',
      to: 'clinicalStatus',
      via: 'table 0438',
      value: cwe => status(valued(cwe))?.clinical,
    }),
    row({
      v2: 'IAM-23',
      to: 'recorder',
      via: 'XCN[Practitioner]',
      ours: 'The guide leaves out who recorded it.',
      value: practitioner,
    }),
  ],
)

/** IAM-27: the clinician's own codes stand beside the one of IAM-3. */
function code(cwe: Repetition, { segment, context, at }: Scene): CodeableConcept | undefined {
  const [first, second] = [
    cweToCodeableConcept(cwe, context, { at }),
    segment.rawField(27) === ''
      ? undefined
      : segment.repetitions(27)[0] &&
        cweToCodeableConcept(segment.repetitions(27)[0] as Repetition, context, { at: 'IAM-27' }),
  ]
  const coding: Coding[] = [...(first?.coding ?? []), ...(second?.coding ?? [])]
  return coding.length === 0 ? first : { ...first, coding }
}

const sensitivities: Readonly<Record<string, 'allergy' | 'intolerance'>> = {
  AL: 'allergy',
  AD: 'intolerance',
  IN: 'intolerance',
  SE: 'intolerance',
}

function asserter(xpn: Repetition, relationship: string | null | undefined): Reference<never> | undefined {
  const person = named(xpn)
  if (!person) return undefined
  const isPatient = relationship === 'SEL'
  return { ...person, type: isPatient ? 'Patient' : relationship ? 'RelatedPerson' : 'Practitioner' }
}

export const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical'
export const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification'

const coded = (system: string, value: string): CodeableConcept => ({ coding: [{ system, code: value }] })

/** HL7 table 0438 (http://terminology.hl7.org/CodeSystem/v2-0438). */
function status(said: string | undefined) {
  const [verification, clinical] = statuses[said?.toUpperCase() ?? ''] ?? []
  if (verification === undefined) return undefined
  return {
    verification: coded(VERIFICATION, verification),
    clinical: clinical === undefined ? undefined : coded(CLINICAL, clinical),
  }
}

const statuses: Readonly<Record<string, readonly [string, string?]>> = {
  C: ['confirmed', 'active'],
  D: ['unconfirmed', 'active'],
  E: ['entered-in-error'],
  I: ['confirmed', 'inactive'],
  P: ['unconfirmed', 'active'],
  S: ['unconfirmed', 'active'],
  U: ['unconfirmed', 'active'],
}
