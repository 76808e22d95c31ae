import type { Observation } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { dtmEnd } from '../types/period.ts'
import { dateTime, yesNo } from './row-values.ts'

const row = rowsFor<Observation>()

const ours =
  'The guide has no map of DB1. An observation has the period of a disability and the days that go with it; the extension for disability (PD1-6) has only what kind it is.'

/** DB1 -> Observation. */
export const db1Observation = segmentMap(
  'DB1[Observation]',
  ['component'],
  [
    row({ v2: 'DB1-4', to: 'valueBoolean', via: 'ID[boolean]', ours, value: yesNo }),
    row({ v2: 'DB1-5', to: 'effectivePeriod.start', via: 'DT', ours, value: dateTime }),
    row({
      v2: 'DB1-6',
      to: 'effectivePeriod.end',
      via: 'DT',
      ours,
      value: (dt, { segment, context, at }) => dtmEnd(valued(dt), segment.text(5) ?? undefined, context, at),
    }),
    row({ v2: 'DB1-7', to: 'component', via: 'DT', ours, value: dayOf('Returned to work') }),
    row({ v2: 'DB1-8', to: 'component', via: 'DT', ours, value: dayOf('Unable to work since') }),
  ],
)

function dayOf(text: string) {
  return (dt: Repetition, scene: Scene) => {
    const valueDateTime = dateTime(dt, scene)
    return valueDateTime === undefined ? undefined : { code: { text }, valueDateTime }
  }
}
