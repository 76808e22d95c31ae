import type { Observation, Procedure } from '@medplum/fhirtypes'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap } from '../rows.ts'
import { dtmPeriod } from '../types/period.ts'
import { concept, dateTime, place, practitioner, yesNo } from './row-values.ts'

const causeRow = rowsFor<Observation>()
const autopsyRow = rowsFor<Procedure>()

const ours =
  'The guide has no map of PDA: why a patient died is an observation, an autopsy is a procedure, that he died stands in the Patient.'

/** PDA -> Observation of the cause of death; several causes are components after the first. */
export const pdaObservation = segmentMap(
  'PDA[Observation]',
  ['component', 'performer'],
  [
    causeRow({
      v2: 'PDA-1',
      to: 'valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      ours,
      value: concept(),
    }),
    causeRow({
      v2: 'PDA-1',
      to: 'component',
      via: 'CWE[CodeableConcept]',
      ours,
      value: (cwe, scene) => {
        if (scene.segment.repetitions(1)[0]?.raw === cwe.raw) return undefined
        const valueCodeableConcept = concept()(cwe, scene)
        return valueCodeableConcept && { code: { text: 'Further cause of death' }, valueCodeableConcept }
      },
    }),
    causeRow({
      v2: 'PDA-2',
      to: 'component',
      via: 'PL[Location]',
      ours,
      value: (pl, scene) => {
        const where = place(pl, scene)
        return where?.display === undefined
          ? undefined
          : { code: { text: 'Place of death' }, valueString: where.display }
      },
    }),
    causeRow({
      v2: 'PDA-3',
      to: 'component',
      via: 'ID[boolean]',
      ours,
      value: id => {
        const valueBoolean = yesNo(id)
        return valueBoolean === undefined ? undefined : { code: { text: 'Death certified' }, valueBoolean }
      },
    }),
    causeRow({ v2: 'PDA-4', to: 'issued', via: 'DTM', ours, value: dateTimeWithTime }),
    causeRow({ v2: 'PDA-5', to: 'performer', via: 'XCN[Practitioner]', ours, value: practitioner }),
    causeRow({
      v2: 'PDA-9',
      to: 'component',
      via: 'ID[boolean]',
      ours,
      value: id => {
        const valueBoolean = yesNo(id)
        return valueBoolean === undefined ? undefined : { code: { text: 'Coroner involved' }, valueBoolean }
      },
    }),
  ],
)

/** `issued` is an instant: a day alone is none. */
function dateTimeWithTime(...of: Parameters<typeof dateTime>): string | undefined {
  const said = dateTime(...of)
  return said !== undefined && said.length > 10 ? said : undefined
}

/** PDA -> Procedure of the autopsy. */
export const pdaProcedure = segmentMap(
  'PDA[Procedure]',
  ['performer'],
  [
    autopsyRow({
      v2: 'PDA-6',
      to: 'status',
      via: 'table 0136',
      ours,
      value: id => {
        const isDone = yesNo(id)
        return isDone === undefined ? undefined : isDone ? 'completed' : 'not-done'
      },
    }),
    autopsyRow({
      v2: 'PDA-7',
      to: 'performedPeriod',
      via: 'DR[Period]',
      ours,
      value: (dr, { context, at }) => dtmPeriod(valued(dr, 1), valued(dr, 2), context, at),
    }),
    autopsyRow({ v2: 'PDA-8', to: 'performer.actor', via: 'XCN[Practitioner]', ours, value: practitioner }),
  ],
)
