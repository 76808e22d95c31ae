import type { Encounter } from '@medplum/fhirtypes'
import { cweToCodeableConcept, cweToCoding } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateTimeOf } from '../map-context.ts'
import { rowsFor, segmentMap } from '../rows.ts'
import { xcnToReference } from '../types/xcn-practitioner.ts'
import { PARTICIPATION } from './pv1-encounter.ts'

const row = rowsFor<Encounter>()

const R5_ENCOUNTER = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter'
const MODE_OF_ARRIVAL = 'http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival'
const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'

/** PV2 -> Encounter, in the guide's order. */
export const pv2Encounter = segmentMap(
  'PV2[Encounter]',
  ['reasonCode', 'participant', 'participant.type', 'meta.security'],
  [
    row({
      v2: 'PV2-3',
      to: 'reasonCode[1]',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { at }),
    }),
    row({
      v2: 'PV2-8',
      to: 'extension[1].url',
      via: `"${R5_ENCOUNTER}.plannedStartDate"`,
      value: () => `${R5_ENCOUNTER}.plannedStartDate`,
    }),
    row({
      v2: 'PV2-8',
      to: 'extension[1].valueDateTime',
      via: '',
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({
      v2: 'PV2-9',
      to: 'extension[2].url',
      via: `"${R5_ENCOUNTER}.plannedEndDate"`,
      value: () => `${R5_ENCOUNTER}.plannedEndDate`,
    }),
    row({
      v2: 'PV2-9',
      to: 'extension[2].valueDateTime',
      via: '',
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({
      v2: 'PV2-11',
      to: 'length',
      via: 'NM[Quantity-LengthOfStay]',
      value: nm => {
        const days = Number(valued(nm))
        if (!Number.isInteger(days) || days <= 0 || days > 100_000) return undefined
        return { value: days, unit: 'days', system: 'http://unitsofmeasure.org', code: 'd' }
      },
    }),
    row({
      v2: 'PV2-13',
      to: 'participant.individual(Practitioner)',
      via: 'XCN[Practitioner]',
      value: (xcn, { context }) => xcnToReference(xcn, context),
    }),
    row({ v2: 'PV2-13', to: 'participant.type.coding.code', via: '"REF"', value: () => 'REF' }),
    row({
      v2: 'PV2-13',
      to: 'participant.type.coding.system',
      via: `"${PARTICIPATION}"`,
      value: () => PARTICIPATION,
    }),
    row({ v2: 'PV2-13', to: 'participant.type.text', via: '"referrer"', value: () => 'referrer' }),
    row({
      v2: 'PV2-22',
      to: 'meta.security',
      via: 'ID[Coding]',
      value: id =>
        valued(id)?.toUpperCase() === 'Y'
          ? { system: CONFIDENTIALITY, code: 'R', display: 'restricted' }
          : undefined,
    }),
    row({
      v2: 'PV2-25',
      to: 'priority',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { map: 'EncounterPriority', at }),
    }),
    row({
      v2: 'PV2-38',
      to: 'extension[3].url',
      ig: 'extension[1].url',
      via: `"${MODE_OF_ARRIVAL}"`,
      value: () => MODE_OF_ARRIVAL,
    }),
    row({
      v2: 'PV2-38',
      to: 'extension[3].valueCoding',
      ig: 'extension[1].valueCoding',
      via: 'CWE[Coding]',
      value: (cwe, { context, at }) => cweToCoding(cwe, context, { map: 'ModeOfArrivalCode', at }),
    }),
  ],
)
