import type { Moment } from '../events/fact.ts'
import type { Movement } from './movements.ts'
import { moves } from './movement-kinds.ts'
import { isOnDay, later } from './spans.ts'
import { isHistoric, isPlan, presentAmong } from './voiding.ts'

/** A place as sent (PL), and when the patient was there. */
export interface PlaceSpan {
  readonly place: string
  readonly kind: 'assigned' | 'temporary' | 'planned'
  readonly isOpen: boolean
  readonly start: Moment | undefined
  readonly end: Moment | undefined
}

export interface Placing {
  readonly told: readonly Movement[]
  /** What an update said last (PV1-3), for a visit whose movements name no place. */
  readonly place: string | undefined
  /** When the visit ended or was cancelled. */
  readonly end: Moment | undefined
  /** Only announced so far: every place is one to come. */
  readonly isPlanned: boolean
  /** Over, by whatever. */
  readonly isOver: boolean
}

/** Where the patient was, is and will be. */
export function placesOf(placing: Placing): readonly PlaceSpan[] {
  const assigned = placing.isPlanned ? [] : assignedOf(placing)
  return [...assigned, ...temporariesOf(placing, assigned), ...plannedOf(placing, assigned)]
}

/** One place open unless the visit ended; what came before a first transfer counts as completed. */
function assignedOf({ told, place, end }: Placing): readonly PlaceSpan[] {
  const spans: PlaceSpan[] = []
  for (const { event, last } of presentAmong(told, isMove)) {
    if (event === 'A02' && spans.length === 0 && last.prior !== undefined && last.prior !== last.place) {
      spans.push({ place: last.prior, kind: 'assigned', isOpen: false, start: undefined, end: last.when })
    }
    if (last.place === undefined || spans.at(-1)?.place === last.place) continue
    if (event === 'A03' || event === 'A10' ? spans.length > 0 : isAfter(last.when, end)) continue
    closeAt(spans, last.when)
    const start = event === 'A03' ? last.admitted : last.when
    spans.push({ place: last.place, kind: 'assigned', isOpen: true, start, end: undefined })
  }
  if (spans.length === 0 && place !== undefined)
    spans.push({ place, kind: 'assigned', isOpen: true, start: undefined, end: undefined })
  if (end) closeAt(spans, end)
  return spans
}

/** An arrival where nobody has assigned a place yet is at that place. */
const isMove = ({ event, last }: Movement): boolean =>
  moves.has(event) || (event === 'A10' && last.temporary === undefined)

function closeAt(spans: PlaceSpan[], at: Moment): void {
  const open = spans.at(-1)
  if (!open?.isOpen) return
  const isOfDay = open.start !== undefined && open.start.instant > at.instant && isOnDay(open.start, at)
  const times = isOfDay ? { start: at, end: at } : { end: later(open.start, at) }
  spans[spans.length - 1] = { ...open, isOpen: false, ...times }
}

const isAfter = (at: Moment, end: Moment | undefined): boolean =>
  end !== undefined && at.instant >= end.instant && !isOnDay(at, end)

/**
 * Tracking: an A10 opens the temporary place that it names, an A09 ends the one that is open (or that PV1-43 names) and
 * opens the one that it says the patient goes to (PV1-11).
 */
function temporariesOf({ told, end }: Placing, assigned: readonly PlaceSpan[]): readonly PlaceSpan[] {
  const spans: PlaceSpan[] = []
  const isAssigned = (place: string | undefined): boolean => assigned.some(span => span.place === place)
  const open = (place: string | undefined, start: Moment): void => {
    const current = spans.at(-1)
    if (place === undefined || isAfter(start, end) || (current?.isOpen && current.place === place)) return
    closeAt(spans, start)
    spans.push({ place, kind: 'temporary', isOpen: true, start, end: undefined })
  }
  for (const { event, last } of presentAmong(told, isTracking)) {
    if (event === 'A10') {
      open(last.temporary ?? (isAssigned(last.place) ? undefined : last.place), last.when)
      continue
    }
    const left = last.priorTemporary ?? last.prior
    if (!spans.at(-1)?.isOpen && left !== undefined && !isAssigned(left))
      spans.push({ place: left, kind: 'temporary', isOpen: false, start: undefined, end: last.when })
    closeAt(spans, last.when)
    open(last.temporary, last.when)
  }
  if (end) closeAt(spans, end)
  return spans
}

const isTracking = ({ event }: Movement): boolean => event === 'A09' || event === 'A10'

/** Places to come: of a visit that is announced, of a transfer not yet made, of a discharge. */
function plannedOf(
  { told, place, isPlanned, isOver }: Placing,
  assigned: readonly PlaceSpan[],
): readonly PlaceSpan[] {
  if (isOver) return []
  const now = assigned.findLast(({ isOpen }) => isOpen)?.place
  const plan = told.findLast(isPlan)
  const transfer = told.findLast(isPending('A15'))
  const isMade =
    transfer &&
    told.some(({ event, last }) => event === 'A02' && last.when.instant >= transfer.last.when.instant)
  const wanted = [
    isPlanned ? (plan?.last.pending ?? plan?.last.place ?? place) : undefined,
    isMade ? undefined : transfer?.last.pending,
    told.findLast(isPending('A16'))?.last.pending,
  ]
  return [...new Set(wanted)].flatMap((planned): PlaceSpan[] =>
    planned === undefined || planned === now
      ? []
      : [{ place: planned, kind: 'planned', isOpen: true, start: undefined, end: undefined }],
  )
}

const isPending =
  (pending: 'A15' | 'A16') =>
  (movement: Movement): boolean =>
    movement.event === pending && !isHistoric(movement)
