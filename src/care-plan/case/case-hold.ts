import { startMsOf, withTime } from '../../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import type { Trigger } from '../duties/duties.ts'
import type { Anchor } from '../duties/series.ts'

type Held = Pick<CaseFile, 'case'>

/** While a case is on hold nobody is asked to begin or to keep a rhythm; what was done before the hold stands. */
export function restingOnHold(trigger: Trigger, { case: { state, since } }: Held): Trigger {
  if (state !== 'on-hold' || trigger.overtaken) return trigger
  const atMs = since === undefined ? Number.POSITIVE_INFINITY : startMsOf(since, 'UTC')
  return { ...trigger, overtaken: { reason: 'case on hold', recorded: since ?? trigger.at, atMs } }
}

/** What is asked once: not while the case is on hold, then counted from the end of the hold. */
export const pausedByHold = (trigger: Trigger, file: Held, resumed: readonly Anchor[]): Trigger =>
  restingOnHold(resumed.length === 0 ? trigger : { ...trigger, resumed }, file)

/** When the case went on after each hold, in order of time; what is no time is left out. */
export const resumptionsOf = ({ case: { resumptions = [] } }: Held, timeZone: string): readonly Anchor[] =>
  resumptions
    .flatMap(at => {
      const atMs = startMsOf(at, timeZone)
      return Number.isNaN(atMs) ? [] : [{ at: withTime(at, timeZone), atMs }]
    })
    .toSorted((a, b) => a.atMs - b.atMs)
