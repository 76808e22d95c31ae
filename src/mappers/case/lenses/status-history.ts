import { laterOf } from '../../../lib/fhir-time.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from './json-edit.ts'
import type { Slot } from './lens.ts'
import { extensionOf, reasonOf, withExtension, withReason } from './slots.ts'

/** One row of EpisodeOfCare.statusHistory. */
export interface StatusPeriod {
  readonly status: string
  readonly start?: string
  readonly end?: string
  /** Set when facts, not people, gave the status. */
  readonly reason?: string
}

/**
 * The status history: contiguous, in order, the current status included as the open period (as HL7's example and the
 * Danish FUT profile have it). Starts never go back: who writes with a clock behind joins at the start before.
 */
export function contiguous(given: readonly Omit<StatusPeriod, 'end'>[]): readonly StatusPeriod[] {
  const starts: (string | undefined)[] = []
  for (const { start } of given) {
    const before = starts.at(-1)
    starts.push(start === undefined || before === undefined ? (start ?? before) : laterOf(before, start))
  }
  return given.map(({ status, reason }, i) => {
    const [start, end] = [starts[i], starts[i + 1]]
    return {
      status,
      ...(start !== undefined && { start }),
      ...(end !== undefined && { end }),
      ...(reason !== undefined && { reason }),
    }
  })
}

/** statusHistory; what else a row holds is kept with the row of the same status and start. */
export function historySlot(derivedUrl: string): Slot<readonly StatusPeriod[]> {
  return {
    get: resource => rowsOf(resource['statusHistory']).map(row => readRow(row, derivedUrl)),
    set: (resource, periods) => {
      const left = [...rowsOf(resource['statusHistory'])]
      const rows = periods.map(period => {
        const found = left.findIndex(row => isSame(readRow(row, derivedUrl), period))
        const [row] = found < 0 ? [{}] : left.splice(found, 1)
        return writeRow(row ?? {}, period, derivedUrl)
      })
      return withElement(resource, 'statusHistory', rows)
    },
  }
}

const rowsOf = (value: unknown): readonly JsonObject[] => listOf(value).filter(isObject)

const isSame = (a: StatusPeriod, b: StatusPeriod): boolean => a.status === b.status && a.start === b.start

function readRow(row: JsonObject, derivedUrl: string): StatusPeriod {
  const period = objectOf(row['period'])
  const [start, end] = [textOf(period['start']), textOf(period['end'])]
  return {
    status: textOf(row['status']) ?? '',
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(extensionOf(row, derivedUrl) && { reason: reasonOf(row, derivedUrl) }),
  }
}

function writeRow(
  row: JsonObject,
  { status, start, end, reason }: StatusPeriod,
  derivedUrl: string,
): JsonObject {
  const period = withElement(withElement(objectOf(row['period']), 'start', start), 'end', end)
  const written = withElement({ ...row, status }, 'period', period)
  return reason === undefined
    ? withExtension(written, derivedUrl, undefined)
    : withReason(written, derivedUrl, reason)
}
