import type { CancelEvent, Fact, Moment, MovementEvent, VisitFactBody } from './fact.ts'

/** A movement or cancel fact of one visit, with its times as they are compared. */
export interface VisitFact extends VisitFactBody {
  readonly id: string
  readonly source: string
  readonly when: Moment
  readonly recordedAt: Moment
}

/** One movement after corrections: the same event said again without a cancel between is one movement. */
export interface Movement {
  /** Of the fact that said it first: stays the same when it is corrected. */
  readonly first: VisitFact
  /** Recorded last: its details hold. */
  readonly last: VisitFact
  readonly event: MovementEvent
  readonly members: readonly VisitFact[]
}

/** A cancel with the movement that it took back, or without (a tombstone: its target may still come). */
export interface Cancel {
  readonly fact: VisitFact
  readonly target: Movement | undefined
  /** More than one movement could have been meant. */
  readonly isAmbiguous: boolean
}

export interface Movements {
  /** In life-cycle order: effective time, then rank of the event, then stamp. */
  readonly live: readonly Movement[]
  readonly dead: readonly Movement[]
  readonly cancels: readonly Cancel[]
}

const CANCELS: Readonly<Record<CancelEvent, readonly MovementEvent[]>> = { A11: ['A01', 'A04'], A13: ['A03'] }
const RANK: Readonly<Record<MovementEvent, number>> = { A04: 1, A01: 2, A02: 4, A03: 7 }

export const visitFact = (fact: Fact): VisitFact => {
  const body = fact.body as VisitFactBody
  return {
    ...body,
    id: fact.id,
    source: fact.source,
    when: { instant: fact.at, text: body.at },
    recordedAt: { instant: fact.recorded, text: body.recorded },
  }
}

const isCancel = (fact: VisitFact): fact is VisitFact & { readonly event: CancelEvent } =>
  Object.hasOwn(CANCELS, fact.event)

/** By recorded time; a cancel recorded in the same second as a movement comes after it. */
const byRecorded = (a: VisitFact, b: VisitFact): number =>
  compare(a.recordedAt.instant, b.recordedAt.instant) ||
  Number(isCancel(a)) - Number(isCancel(b)) ||
  compare(a.stamp, b.stamp)

/** By effective time, then by rank: at one moment a registration comes before an admission before a discharge. */
export const byEffect = (a: Movement, b: Movement): number =>
  compare(a.last.when.instant, b.last.when.instant) ||
  RANK[a.event] - RANK[b.event] ||
  compare(a.first.stamp, b.first.stamp)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Sorts a visit's facts out: which movements there are, which of them a cancel took back. Depends on the set of facts
 * only, never on their order (adt.md 3.2.5): cancels are matched by recorded time, movements ordered by effective time.
 */
export function movementsOf(facts: readonly VisitFact[]): Movements {
  const sorted = facts.toSorted(byRecorded)
  const movements = grouped(sorted)
  const dead = new Set<Movement>()
  const cancels = sorted.filter(isCancel).map((fact): Cancel => {
    const { target, isAmbiguous } = targetOf(
      fact,
      movements.filter(movement => !dead.has(movement)),
    )
    if (target) dead.add(target)
    return { fact, target, isAmbiguous }
  })
  return {
    live: movements.filter(movement => !dead.has(movement)).toSorted(byEffect),
    dead: [...dead].toSorted(byEffect),
    cancels,
  }
}

/** Facts that say the same movement: one ZBE-1, one minute of an A02, or repeats that no cancel parts. */
function grouped(sorted: readonly VisitFact[]): readonly Movement[] {
  const groups = new Map<string, VisitFact[]>()
  const cancelled = { A11: 0, A13: 0 }
  for (const fact of sorted) {
    if (isCancel(fact)) {
      cancelled[fact.event] += 1
      continue
    }
    const key = groupKey(fact, cancelled)
    const group = groups.get(key)
    if (group) group.push(fact)
    else groups.set(key, [fact])
  }
  return [...groups.values()].map(members => {
    const [first, last] = [members[0] as VisitFact, members.at(-1) as VisitFact]
    return { first, last, event: last.event as MovementEvent, members }
  })
}

function groupKey(fact: VisitFact, cancelled: { readonly A11: number; readonly A13: number }): string {
  if (fact.movement !== undefined) return `${fact.event} ${fact.movement}`
  if (fact.event === 'A02') return `A02 at ${fact.when.instant.slice(0, 16)}`
  return `${fact.event} after ${fact.event === 'A03' ? cancelled.A13 : cancelled.A11}`
}

/**
 * What a cancel means: the movement that ZBE-1 names; else, of those recorded by then, the ones whose own admission
 * or discharge time it repeats (a narrowing that leaves none is skipped); of several the latest recorded.
 */
function targetOf(cancel: VisitFact & { readonly event: CancelEvent }, alive: readonly Movement[]) {
  const kind = alive.filter(({ event }) => CANCELS[cancel.event].includes(event))
  if (cancel.movement !== undefined) {
    return { target: kind.find(({ last }) => last.movement === cancel.movement), isAmbiguous: false }
  }
  const known = kind.filter(({ first }) => first.recordedAt.instant <= cancel.recordedAt.instant)
  const named = cancel.event === 'A13' ? cancel.discharged : cancel.admitted
  const narrowed = named ? known.filter(movement => ownTime(movement).instant === named.instant) : []
  const candidates = narrowed.length > 0 ? narrowed : known
  const target = candidates.toSorted((a, b) => byRecorded(b.last, a.last))[0]
  return { target, isAmbiguous: candidates.length > 1 }
}

const ownTime = ({ event, last }: Movement): Moment =>
  (event === 'A03' ? last.discharged : last.admitted) ?? last.when
