import { startMsOf } from '../../lib/fhir-time.ts'
import type { Failure } from '../../lib/result.ts'

export interface Bounds {
  readonly start?: string | undefined
  readonly end?: string | undefined
}

const isBackwards = ({ start, end }: Bounds): boolean =>
  start !== undefined && end !== undefined && startMsOf(start, 'UTC') > startMsOf(end, 'UTC')

/** R4 per-1: what begins after it ends is refused. */
export const backwards = (bounds: Bounds): Failure | undefined =>
  isBackwards(bounds)
    ? {
        kind: 'unprocessable',
        code: 'period-backwards',
        message: 'It would end before it begins: give an `end` that is later than `start`.',
      }
    : undefined

/** What ends before it was to begin never began: its start is taken out. */
export const endedAt = (bounds: Bounds, at: string): { readonly end: string; readonly start?: string } =>
  isBackwards({ start: bounds.start, end: at })
    ? ({ end: at, start: undefined } as unknown as { readonly end: string })
    : { end: at }
