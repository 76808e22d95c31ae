import type { Segment } from '../../../hl7v2/segment.ts'
import type { Coverage, RelatedPerson } from '@medplum/fhirtypes'
import { cweToCodeableConcept } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateTimeOf } from '../map-context.ts'
import { rowsFor, segmentMap, type Row } from '../rows.ts'
import { cxToIdentifier } from '../types/cx-identifier.ts'
import { assignerSystem } from '../types/hd.ts'
import { dtmEnd } from '../types/period.ts'
import { xonToReference } from '../types/xon-organization.ts'
import { gender } from './pid-patient.ts'
import { address, concept, date, extensionRows, integer, personName } from './row-values.ts'

const row = rowsFor<Coverage>()

const SUBSCRIBER_ID = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-subscriberId'
const COVERAGE_CLASS = 'http://terminology.hl7.org/CodeSystem/coverage-class'
export const SUBSCRIBER_RELATIONSHIP = 'http://terminology.hl7.org/CodeSystem/subscriber-relationship'

/** IN1 -> Coverage, in the guide's order. Beneficiary, payor and status, which FHIR demands, are completed in coverage.ts. */
export const in1Coverage = segmentMap(
  'IN1[Coverage]',
  ['identifier', 'payor', 'class'],
  [
    row({
      v2: 'IN1-1',
      to: 'order',
      via: '',
      ours: 'Adt.md 3.3: which plan pays first is what a case manager asks for first.',
      when: ({ segment }) => !segment.text(22),
      value: si => {
        const order = Number(valued(si))
        return Number.isInteger(order) && order > 0 && order < 1000 ? order : undefined
      },
    }),
    row({
      v2: 'IN1-2',
      to: 'identifier',
      via: 'CWE[Identifier]',
      value: (cwe, { context }) => {
        const value = valued(cwe, 1)
        if (value === undefined) return undefined
        const name = valued(cwe, 3)
        const authority =
          name === undefined
            ? undefined
            : { namespace: name, universalId: undefined, universalIdType: undefined }
        return { system: assignerSystem(authority, context), value }
      },
    }),
    row({
      v2: 'IN1-4',
      to: 'payor[1](Organization)',
      via: 'XON[Organization]',
      value: (xon, { segment, context }) =>
        segment.repetitions(4)[0]?.raw === xon.raw
          ? xonToReference(xon, context, segment.repetitions(3)[0])
          : undefined,
    }),
    ...coverageClass({
      v2: 'IN1-8',
      slot: 1,
      code: 'group',
      element: 'value',
      why: 'The group number is on every insurance card; FHIR keeps it in class.',
    }),
    ...coverageClass({
      v2: 'IN1-9',
      slot: 1,
      code: 'group',
      element: 'name',
      why: 'The name of the group that IN1-8 numbers.',
    }),
    ...coverageClass({
      v2: 'IN1-35',
      slot: 2,
      code: 'plan',
      element: 'value',
      why: "The insurer's own code of the plan.",
    }),
    row({
      v2: 'IN1-11',
      to: 'policyHolder(Organization)',
      ig: 'policyHolder[1](Organization)',
      via: 'XON[Organization]',
      value: (xon, { context }) => xonToReference(xon, context),
    }),
    row({
      v2: 'IN1-12',
      to: 'period.start',
      via: '',
      value: (dt, { context, at }) => dateTimeOf(valued(dt), context, at),
    }),
    row({
      v2: 'IN1-13',
      to: 'period.end',
      via: '',
      value: (dt, { segment, context, at }) => dtmEnd(valued(dt), segment.text(12) ?? undefined, context, at),
    }),
    ...extensionRows({
      v2: 'IN1-14',
      path: 'extension[2]',
      url: '{cm}/StructureDefinition/coverage-authorisation',
      element: 'valueString',
      via: 'AUI.1',
      ours: 'The number under which the plan authorised the stay; FHIR has it in a Claim only.',
      value: aui => valued(aui),
    }),
    row({
      v2: 'IN1-15',
      to: 'type',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { table: '0086', at }),
    }),
    row({
      v2: 'IN1-16',
      to: 'subscriber(RelatedPerson)',
      via: 'XPN[HumanName]',
      when: ({ segment }) => !isSelf(segment.text(17)),
      value: xpn => {
        const name = [valued(xpn, 5), valued(xpn, 2), valued(xpn, 3), valued(xpn, 1), valued(xpn, 4)]
        const display = name.filter(part => part !== undefined).join(' ')
        return display === '' ? undefined : { display }
      },
    }),
    row({
      v2: 'IN1-17',
      to: 'relationship',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => {
        const said = cweToCodeableConcept(cwe, context, { map: 'Relationship', at })
        const code = valued(cwe)?.toUpperCase() ?? ''
        const fhir = Object.hasOwn(SUBSCRIBERS, code) ? SUBSCRIBERS[code] : undefined
        if (!fhir) return said
        return {
          ...said,
          coding: [{ system: SUBSCRIBER_RELATIONSHIP, code: fhir }, ...(said?.coding ?? [])],
        }
      },
    }),
    row({
      v2: 'IN1-22',
      to: 'order',
      via: 'ST',
      ours: 'Where the sender says in which order plans pay (COB priority), it is not that of the segments.',
      value: st => integer(st, 1, 999),
    }),
    row({
      v2: 'IN1-36',
      to: 'subscriberId',
      via: '',
      ours: 'The guide leaves the policy number out; it is the number that payers are asked with (adt.md 1).',
      when: ({ segment }) => !segment.text(49),
      value: st => valued(st),
    }),
    row({
      v2: 'IN1-49',
      to: 'subscriberId',
      via: '',
      ours: 'R4 has an element of its own for what the guide puts into an extension from R5.',
      value: cx => valued(cx),
    }),
    row({ v2: 'IN1-49', to: 'extension[1].url', via: `"${SUBSCRIBER_ID}"`, value: () => SUBSCRIBER_ID }),
    row({
      v2: 'IN1-49',
      to: 'extension[1].valueIdentifier',
      via: 'CX[Identifier]',
      value: (cx, { context, at }) => cxToIdentifier(cx, context, at),
    }),
  ],
)

const subscriberRow = rowsFor<RelatedPerson>()
const subscriberOurs =
  'The guide makes a RelatedPerson of the name alone; address, birth date and sex say who is meant.'

/** IN1 -> RelatedPerson: who is insured, where it isn't the patient. */
export const in1Subscriber = segmentMap(
  'IN1[RelatedPerson]',
  ['name', 'relationship', 'address'],
  [
    subscriberRow({
      v2: 'IN1-16',
      to: 'name',
      via: 'XPN[HumanName]',
      ours: subscriberOurs,
      value: personName,
    }),
    subscriberRow({
      v2: 'IN1-17',
      to: 'relationship',
      via: 'CWE[CodeableConcept]',
      ours: subscriberOurs,
      value: concept({ map: 'Relationship' }),
    }),
    subscriberRow({ v2: 'IN1-18', to: 'birthDate', via: '', ours: subscriberOurs, value: date }),
    subscriberRow({ v2: 'IN1-19', to: 'address', via: 'XAD[Address]', ours: subscriberOurs, value: address }),
    subscriberRow({
      v2: 'IN1-43',
      to: 'gender',
      via: 'CWE[code]',
      ours: subscriberOurs,
      value: (cwe, { context }) => gender(cwe, context),
    }),
  ],
)

/** HL7 table 0063, and what senders write instead -> FHIR subscriber-relationship, the codes that R4 expects here. */
const SUBSCRIBERS: Readonly<Record<string, string>> = {
  SEL: 'self',
  SELF: 'self',
  SLF: 'self',
  SPO: 'spouse',
  SPOUSE: 'spouse',
  CHD: 'child',
  CHILD: 'child',
  NCH: 'child',
  SCH: 'child',
  PAR: 'parent',
  PARENT: 'parent',
  MTH: 'parent',
  FTH: 'parent',
  DOM: 'common',
  OTH: 'other',
  OTHER: 'other',
}

export const isSelf = (code: string | null | undefined): boolean =>
  typeof code === 'string' && SUBSCRIBERS[code.toUpperCase()] === 'self'

interface ClassRow {
  readonly v2: string
  readonly slot: 1 | 2
  readonly code: string
  readonly element: 'value' | 'name'
  readonly why: string
}

function coverageClass({ v2, slot, code, element, why }: ClassRow): readonly Row[] {
  const path = `class[${slot}]` as const
  return [
    row({
      v2,
      to: `${path}.${element}`,
      via: '',
      ours: why,
      ...(v2 === 'IN1-9' && { when: ({ segment }) => everyNameHasItsNumber(segment) }),
      value: field => valued(field),
    }),
    ...(element === 'name'
      ? []
      : [
          row({ v2, to: `${path}.type.coding.code`, via: `"${code}"`, ours: why, value: () => code }),
          row({
            v2,
            to: `${path}.type.coding.system`,
            via: `"${COVERAGE_CLASS}"`,
            ours: why,
            value: () => COVERAGE_CLASS,
          }),
        ]),
  ]
}

/** A class needs a value (Coverage.class.value is 1..1): a name that no number of IN1-8 stands beside would make an invalid one. */
function everyNameHasItsNumber(segment: Segment): boolean {
  const numbers = segment.repetitions(8)
  return (
    segment.repetitions(9).length <= numbers.length && numbers.every(number => valued(number) !== undefined)
  )
}
