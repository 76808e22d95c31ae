import type { CodeableConcept, Encounter } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept, type TableName } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Row, type Scene } from '../rows.ts'
import { cxToIdentifier } from '../types/cx-identifier.ts'
import { facilityId } from '../types/xon-organization.ts'
import { xcnToReference } from '../types/xcn-practitioner.ts'

const row = rowsFor<Encounter>()

export const PARTICIPATION = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType'

/**
 * PV1 -> Encounter, in the guide's order: what is an attribute of the visit. Status, class, period, places and
 * discharge follow from the visit's facts (ledger.ts, encounter.ts), not from the last PV1.
 */
export const pv1Encounter = segmentMap(
  'PV1[Encounter]',
  [
    'identifier',
    'type',
    'participant',
    'participant.type',
    'hospitalization.specialArrangement',
    'hospitalization.specialCourtesy',
    'hospitalization.dietPreference',
    'episodeOfCare',
  ],
  [
    row({ v2: 'PV1-4', to: 'type', via: 'CWE[CodeableConcept]', value: mapped('AdmissionType') }),
    row({
      v2: 'PV1-5',
      to: 'hospitalization.preAdmissionIdentifier',
      via: 'CX[Identifier]',
      value: (cx, { context, at }) => cxToIdentifier(cx, context, at),
    }),
    ...participant('PV1-7', 1, 'ATND', { element: 'coding.display', text: 'attender' }),
    ...participant('PV1-8', 2, 'REF', { element: 'text', text: 'referrer' }),
    ...participant('PV1-9', 3, 'CON', { element: 'text', text: 'consultant' }),
    row({ v2: 'PV1-10', to: 'serviceType', via: 'CWE[CodeableConcept]', value: mapped('HospitalService') }),
    row({
      v2: 'PV1-13',
      to: 'hospitalization.reAdmission',
      via: 'CWE[CodeableConcept]',
      value: mapped('ReadmissionIndicator'),
    }),
    row({
      v2: 'PV1-14',
      to: 'hospitalization.admitSource',
      via: 'CWE[CodeableConcept]',
      value: coded('0023'),
    }),
    row({
      v2: 'PV1-15',
      to: 'hospitalization.specialArrangement',
      via: 'CWE[CodeableConcept]',
      value: mapped('AmbulatoryStatus'),
    }),
    row({
      v2: 'PV1-16',
      to: 'hospitalization.specialCourtesy',
      via: 'CWE[CodeableConcept]',
      value: coded('0099'),
    }),
    ...participant('PV1-17', 4, 'ADM', { element: 'text', text: 'admitter' }),
    row({
      v2: 'PV1-19',
      to: 'identifier[1]',
      via: 'CX[Identifier]',
      value: (cx, { context, at }) => {
        const identifier = cxToIdentifier(cx, context, at, 'VN')
        const { visitIdSystem } = context.settings
        return identifier && visitIdSystem ? { ...identifier, system: visitIdSystem } : identifier
      },
    }),
    row({
      v2: 'PV1-38',
      to: 'hospitalization.dietPreference',
      via: 'CWE[CodeableConcept]',
      value: coded('0114'),
    }),
    row({
      v2: 'PV1-39',
      to: 'serviceProvider(Organization)',
      via: 'HD[Organization]',
      ours: 'The guide leaves PV1-39 out; it names the facility where the visit takes place.',
      value: (is, { context }) => {
        const name = valued(is)
        return name === undefined
          ? undefined
          : { reference: `Organization/${facilityId(name, context)}`, display: name }
      },
    }),
    row({
      v2: 'PV1-50',
      to: 'identifier[2]',
      via: 'CX[Identifier]',
      value: (cx, { context, at }) => cxToIdentifier(cx, context, at),
    }),
    ...participant('PV1-52', 5, 'PART', { element: 'text', text: 'Participation' }),
    row({
      v2: 'PV1-54',
      to: 'episodeOfCare',
      ig: 'episodeOfCare(EpisodeOfCare[1].identifier)',
      via: 'CX[Identifier]',
      value: (cx, { context, at }) => {
        const identifier = cxToIdentifier(cx, context, at)
        return identifier && { type: 'EpisodeOfCare', identifier }
      },
    }),
  ],
)

function mapped(map: TableName) {
  return (cwe: Repetition, { context, at }: Scene): CodeableConcept | undefined =>
    cweToCodeableConcept(cwe, context, { map, at })
}

/** Fields whose HL7 table is site-defined or not mapped by the guide: the code as sent. */
function coded(table: string) {
  return (cwe: Repetition, { context, at }: Scene): CodeableConcept | undefined =>
    cweToCodeableConcept(cwe, context, { table, at })
}

type Slot = 1 | 2 | 3 | 4 | 5

/** The rows of a field that names somebody who takes part. */
function participant(
  v2: string,
  slot: Slot,
  code: string,
  named: { readonly element: 'coding.display' | 'text'; readonly text: string },
): readonly Row[] {
  const path = `participant[${slot}]` as const
  return [
    row({
      v2,
      to: `${path}.individual(Practitioner)`,
      via: 'XCN[Practitioner]',
      value: (xcn, { context }) => xcnToReference(xcn, context),
    }),
    row({
      v2,
      to: `${path}.type.coding.code`,
      via: `"${code}"`,
      value: () => code,
      ...spelling(v2, 'code', code),
    }),
    row({ v2, to: `${path}.type.coding.system`, via: `"${PARTICIPATION}"`, value: () => PARTICIPATION }),
    row({
      v2,
      to: `${path}.type.${named.element}`,
      via: `"${named.text}"`,
      value: () => named.text,
      ...spelling(v2, 'text', named.text),
    }),
  ]
}

/** The guide writes the constants of PV1-52 into the attribute's name. */
function spelling(v2: string, element: 'code' | 'text', constant: string): Pick<Row, 'ig'> {
  if (v2 !== 'PV1-52') return {}
  return { ig: `participant[5].type.${element === 'code' ? 'coding.code' : 'text'}="${constant}"` }
}
