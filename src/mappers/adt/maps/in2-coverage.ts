import type { CodeableConcept, Coverage, Identifier } from '@medplum/fhirtypes'
import type { Repetition, Segment } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { SUBSCRIBER_RELATIONSHIP } from './in1-coverage.ts'
import { cxToIdentifier, identifierType } from '../types/cx-identifier.ts'
import { assignerSystem } from '../types/hd.ts'

const row = rowsFor<Coverage>()

const ours =
  'The guide has no map of IN2; these are the numbers by which a payer knows the patient, beside the policy of IN1.'

/** IN2 -> Coverage: numbers that IN1 has no field for, and what the patient is to the insured. Social security numbers (IN2-2) are never taken from here. */
export const in2Coverage = segmentMap(
  'IN2[Coverage]',
  ['identifier'],
  [
    row({ v2: 'IN2-6', to: 'identifier', via: 'ST[Identifier]', ours, value: numberOf('MC') }),
    row({ v2: 'IN2-8', to: 'identifier', via: 'ST[Identifier]', ours, value: numberOf('MA') }),
    row({ v2: 'IN2-26', to: 'identifier', via: 'CX[Identifier]', ours, value: member }),
    row({ v2: 'IN2-61', to: 'identifier', via: 'CX[Identifier]', ours, value: member }),
    row({
      v2: 'IN2-72',
      to: 'relationship',
      via: 'CWE[CodeableConcept]',
      ours: 'What the patient is to the insured; IN1-17, where it says anything, goes first.',
      value: relationship,
    }),
  ],
)

/** HL7 table 0344 -> FHIR subscriber-relationship; 09 (unknown) is none of its codes. */
const RELATIONSHIPS: Readonly<Record<string, string>> = {
  '01': 'self',
  '02': 'spouse',
  '03': 'child',
  '04': 'child',
  '05': 'child',
  '06': 'child',
  '15': 'injured',
  '18': 'parent',
  ...Object.fromEntries(
    ['07', '08', '10', '11', '12', '13', '14', '16', '17', '19'].map(code => [code, 'other']),
  ),
}

function relationship(cwe: Repetition, { context, at }: Scene): CodeableConcept | undefined {
  const said = cweToCodeableConcept(cwe, context, { table: '0344', at })
  const code = valued(cwe)?.padStart(2, '0') ?? ''
  const fhir = Object.hasOwn(RELATIONSHIPS, code) ? RELATIONSHIPS[code] : undefined
  if (fhir === undefined) return said
  return { ...said, coding: [{ system: SUBSCRIBER_RELATIONSHIP, code: fhir }, ...(said?.coding ?? [])] }
}

/** Whether an IN2 says that the patient is the insured. */
export const isPatientInsured = (in2: Segment): boolean => in2.text(72)?.padStart(2, '0') === '01'

/** A number of a national programme: its type (HL7 table 0203) says whose it is. */
function numberOf(type: 'MC' | 'MA') {
  return (st: Repetition, { context }: Scene): Identifier | undefined => {
    const value = valued(st)
    const kind = identifierType(type, context)
    return value === undefined || !kind
      ? undefined
      : { type: kind, system: assignerSystem(undefined, context), value }
  }
}

function member(cx: Repetition, { context, at }: Scene): Identifier | undefined {
  return cxToIdentifier(cx, context, at, 'MB')
}
