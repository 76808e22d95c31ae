import type { Instant } from '../../../lib/clock.ts'
import type { Moment, MovementEvent } from '../events/fact.ts'
import { heldFrom, takenBackAt, type Cancel, type Movement, type VisitFact } from './movements.ts'
import type { SourceSettings } from '../source.ts'
import { later, startBefore, type Span } from './spans.ts'
import type { Voiding } from './voiding.ts'

export type VisitStatus =
  | 'planned'
  | 'arrived'
  | 'in-progress'
  | 'onleave'
  | 'finished'
  | 'cancelled'
  | 'entered-in-error'
  | 'unknown'

export interface Turning {
  /** Movements that stand, those that only mend the history left out where they are last. */
  readonly told: readonly Movement[]
  readonly cancels: readonly Cancel[]
  /** The discharge that ends the visit. */
  readonly ending: { readonly at: Moment; readonly admitted: Moment | undefined } | undefined
  /** A discharge that only an update told, and what took it back. */
  readonly denied: { readonly at: Moment; readonly by: VisitFact } | undefined
  readonly voiding: Voiding | undefined
  readonly a04: SourceSettings['a04']
}

interface Turn {
  readonly at: Moment
  readonly status: VisitStatus
  /** 0 a movement, 1 a discharge, 2 a retraction: what comes first at one moment. */
  readonly rank: number
  /** Statuses that it turns; any when absent. `none` is that nothing was said before. */
  readonly from?: readonly (VisitStatus | 'none')[]
  /** What a discharge that came first says about the time before it. */
  readonly since?: Moment | undefined
}

/**
 * Status by status, the last one open (adt.md 3.3). What a cancel took back is in it from its time to that of its cancel:
 * a discharge (A13), a leave (A52), a return (A53).
 */
export function statusTimeline(turning: Turning): readonly Span<VisitStatus>[] {
  const { cancels, ending, denied, voiding } = turning
  const standing = [
    ...turning.told.flatMap(movement => presence(movement, turning)),
    ...(ending && !voiding ? [discharge(ending.at, ending.admitted)] : []),
    ...cancels.filter(({ fact }) => fact !== denied?.by).flatMap(retractedDischarge),
    ...(denied ? [discharge(denied.at, undefined), insideFrom(denied)] : []),
  ]
  const plain = folded(standing, turning)
  const retracted = cancels.flatMap(cancel => retractedLeave(cancel, plain))
  const spans = retracted.length > 0 ? folded([...standing, ...retracted], turning) : plain
  return voiding ? closed(spans, voiding) : spans
}

function folded(
  turns: readonly Turn[],
  { ending, voiding }: Pick<Turning, 'ending' | 'voiding'>,
): readonly Span<VisitStatus>[] {
  const spans: Span<VisitStatus>[] = []
  for (const turn of turns.toSorted((a, b) => compare(a.at.instant, b.at.instant) || a.rank - b.rank)) {
    const open = spans.at(-1)
    if (open?.value === turn.status) continue
    if (turn.from && !turn.from.includes(open?.value ?? 'none')) continue
    if (open?.value === 'finished' && turn.rank === 0) continue
    if (open?.value === 'finished' && ending && !voiding && ending.at.instant <= turn.at.instant) continue
    if (open) spans[spans.length - 1] = { ...open, end: turn.at }
    else if (turn.status === 'finished') spans.push({ value: 'in-progress', start: turn.since, end: turn.at })
    const start = open === undefined && turn.rank === 2 ? undefined : turn.at
    spans.push({ value: turn.status, start, end: undefined })
  }
  return spans
}

function closed(
  spans: readonly Span<VisitStatus>[],
  { fact, status }: Voiding,
): readonly Span<VisitStatus>[] {
  const open = spans.at(-1)
  if (!open) return [{ value: status, start: fact.when, end: undefined }]
  const at = later(open.start, fact.when)
  return [...spans.slice(0, -1), { ...open, end: at }, { value: status, start: at, end: undefined }]
}

/** What a movement makes of the status; those that are not here leave it alone. */
const turns: Readonly<Partial<Record<MovementEvent, Pick<Turn, 'status' | 'from'>>>> = {
  A01: { status: 'in-progress' },
  A02: { status: 'in-progress', from: ['none'] },
  A05: { status: 'planned', from: ['none'] },
  A06: { status: 'in-progress' },
  A07: { status: 'in-progress' },
  A10: { status: 'arrived', from: ['planned'] },
  A14: { status: 'planned', from: ['none'] },
  A21: { status: 'onleave' },
  A22: { status: 'in-progress' },
}

function presence(movement: Movement, { a04 }: Turning): readonly Turn[] {
  const { event, last } = movement
  if (event === 'A04') return [{ at: last.when, status: a04, rank: 0 }]
  const turn = turns[event]
  if (!turn) return []
  return [{ ...turn, at: heldFrom(movement), rank: 0 }]
}

const discharge = (at: Moment, since: Moment | undefined): Turn => ({
  at,
  status: 'finished',
  rank: 1,
  since: since && startBefore(since, at),
})

const insideFrom = ({ at, by }: NonNullable<Turning['denied']>): Turn => ({
  at: [by.when, by.recordedAt].find(({ instant }) => instant > at.instant) ?? at,
  status: 'in-progress',
  rank: 2,
})

/** An A13: the patient is in from then on, and was out since the discharge that it takes back, if that is known. */
function retractedDischarge({ event, fact, target }: Cancel): readonly Turn[] {
  if (event !== 'A13') return []
  if (!target) return [{ at: fact.when, status: 'in-progress', rank: 2 }]
  const at = target.last.when
  return [
    discharge(at, target.last.admitted),
    { at: takenBackAt(fact, target), status: 'in-progress', rank: 2 },
  ]
}

/** An A52 or A53: for a while the patient was thought on leave, or back; then it is as it would be without. */
function retractedLeave(
  { event, fact, target }: Cancel,
  plain: readonly Span<VisitStatus>[],
): readonly Turn[] {
  if (event !== 'A52' && event !== 'A53') return []
  const [thought, truth] =
    event === 'A52' ? (['onleave', 'in-progress'] as const) : (['in-progress', 'onleave'] as const)
  if (!target) return [{ at: fact.when, status: truth, rank: 0, from: ['none', thought] }]
  const from = target.last.when
  const until = takenBackAt(fact, target)
  const then = plain.findLast(({ start }) => start === undefined || start.instant <= until.instant)
  return [
    { at: from, status: thought, rank: 0, from: [truth] },
    ...(then ? [{ at: until, status: then.value, rank: 0, from: [thought] }] : []),
  ]
}

const compare = (a: Instant, b: Instant): number => (a < b ? -1 : a > b ? 1 : 0)
