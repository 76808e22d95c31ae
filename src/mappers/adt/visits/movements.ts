import type { CancelEvent, Fact, Moment, MovementEvent, VisitFactBody } from '../events/fact.ts'
import { admissions, partedBy, plans, rank, takenBack } from './movement-kinds.ts'
import { courseOf, isOvertaken, returnsIn, type Return, type ToldEnd } from './returns.ts'
import { earlier } from './spans.ts'
import { cancelOf, isCancel, isMovement } from '../events/zbe.ts'

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
  /** Recorded last: its details hold; an update by id (ZBE) leaves standing what it doesn't say. */
  readonly last: VisitFact
  readonly event: MovementEvent
  readonly members: readonly VisitFact[]
}

/** A cancel with the movement that it took back, or without (a tombstone: its target may still come). */
export interface Cancel {
  readonly fact: VisitFact
  /** What it is; of one that only names a movement what that takes. */
  readonly event: CancelEvent | undefined
  readonly target: Movement | undefined
  /** More than one movement could have been meant. */
  readonly isAmbiguous: boolean
}

export interface Movements {
  /** In life-cycle order: effective time, then rank of the event, then stamp. */
  readonly live: readonly Movement[]
  readonly dead: readonly Movement[]
  readonly cancels: readonly Cancel[]
  /** What took each dead movement back. */
  readonly deadBy: ReadonlyMap<Movement, VisitFact>
  /** The A23 that deleted the visit, when nobody was admitted or announced again since. */
  readonly deletion: VisitFact | undefined
  /** The admission that takes back a discharge which only an update told. */
  readonly returned: VisitFact | undefined
}

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

const isTakingBack = ({ event, action }: VisitFact): boolean =>
  isCancel(event) || (event === 'Z99' && action === 'CANCEL')

/** By recorded time; a cancel recorded in the same second as a movement comes after it. */
const byRecorded = (a: VisitFact, b: VisitFact): number =>
  compare(a.recordedAt.instant, b.recordedAt.instant) ||
  Number(isTakingBack(a)) - Number(isTakingBack(b)) ||
  compare(a.stamp, b.stamp)

/** By effective time, then by rank: at one moment a registration comes before an admission before a discharge. */
export const byEffect = (a: Movement, b: Movement): number =>
  compare(a.last.when.instant, b.last.when.instant) ||
  rank[a.event] - rank[b.event] ||
  compare(a.first.stamp, b.first.stamp)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Sorts a visit's facts out: which movements there are, which of them a cancel took back. Depends on the set of facts
 * only, never on their order (adt.md 3.2.5): cancels are matched by recorded time, movements ordered by effective time.
 */
export function movementsOf(facts: readonly VisitFact[], toldEnd?: ToldEnd): Movements {
  const sorted = facts.toSorted(byRecorded)
  const returns = returnsIn(sorted, toldEnd)
  const movements = grouped(sorted, returns)
  const deadBy = new Map<Movement, VisitFact>()
  const cancels: Cancel[] = []
  let deletion: VisitFact | undefined
  for (const fact of sorted.filter(isTakingBack)) {
    const alive = movements.filter(movement => !deadBy.has(movement))
    if (fact.event === 'A23') {
      for (const movement of alive.filter(known(fact))) deadBy.set(movement, fact)
      deletion = fact
      continue
    }
    const { target, isAmbiguous } = targetOf(fact, standingAt(fact, alive, returns))
    if (target) deadBy.set(target, fact)
    const event = isCancel(fact.event) ? fact.event : target && cancelOf.get(target.event)
    cancels.push({ fact, event, target, isAmbiguous })
  }
  cancels.push(...takenBackBy(returns, movements, deadBy))
  const live = movements.filter(movement => !deadBy.has(movement)).toSorted(byEffect)
  return {
    live,
    dead: [...deadBy.keys()].toSorted(byEffect),
    cancels,
    deadBy,
    deletion: live.some(({ event }) => admissions.has(event) || plans.has(event)) ? undefined : deletion,
    returned: returns.find(
      ({ fact, isOfUpdate }) => isOfUpdate && live.some(({ members }) => members.includes(fact)),
    )?.fact,
  }
}

/** Of what a cancel may mean without what a return had taken back by then, unless nothing else is left. */
function standingAt(
  cancel: VisitFact,
  alive: readonly Movement[],
  returns: readonly Return[],
): readonly Movement[] {
  if (returns.length === 0 || cancel.event !== 'A13') return alive
  const before = returns.filter(({ fact }) => fact.recordedAt.instant <= cancel.recordedAt.instant)
  const standing = alive.filter(movement => !before.some(back => isOvertaken(back)(movement)))
  return standing.some(({ event }) => event === 'A03') ? standing : alive
}

/** The discharges that returns which stand take back, each as by an A13; they are dead from then on. */
function takenBackBy(
  returns: readonly Return[],
  movements: readonly Movement[],
  deadBy: Map<Movement, VisitFact>,
): readonly Cancel[] {
  return returns.flatMap(back => {
    const own = movements.find(({ members }) => members.includes(back.fact))
    if (!own || deadBy.has(own)) return []
    const targets = movements.filter(movement => !deadBy.has(movement) && isOvertaken(back)(movement))
    for (const target of targets) deadBy.set(target, back.fact)
    return targets.map(target => ({ fact: back.fact, event: 'A13', target, isAmbiguous: false }) as const)
  })
}

/** From when on a movement holds; a plan from when it was made, since its time may be that of the planned start. */
export const heldFrom = ({ event, first, last }: Movement): Moment =>
  plans.has(event) ? earlier(last.when, first.recordedAt) : last.when

/** From when on a movement is taken back: many senders repeat its own time as that of the cancel (ZBE-2, EVN-6). */
export function takenBackAt(cancel: VisitFact, movement: Movement): Moment {
  const from = heldFrom(movement)
  return [cancel.when, cancel.recordedAt].find(({ instant }) => instant > from.instant) ?? from
}

/** What a cancel may mean: it can't name what was recorded after it. */
const known =
  (cancel: VisitFact) =>
  ({ first }: Movement): boolean =>
    first.recordedAt.instant <= cancel.recordedAt.instant

const idsOf = ({ movement, alsoNamed = [] }: VisitFact): readonly string[] =>
  movement === undefined ? alsoNamed : [movement, ...alsoNamed]

/** Facts that say the same movement: one that shares an id (ZBE-1), one minute of an A02, or repeats that nothing parts. */
function grouped(sorted: readonly VisitFact[], returns: readonly Return[]): readonly Movement[] {
  const groups = new Map<string, Group>()
  const seen = new Map<string, number>()
  const inserted = insertedAs(sorted)
  for (const fact of sorted) {
    if (!isTakingBack(fact)) {
      const event = eventOf(fact, inserted)
      if (event) join(groups, keysOf(fact, event, { seen, returns }), event, fact)
    }
    seen.set(fact.event, (seen.get(fact.event) ?? 0) + 1)
  }
  return [...new Set(groups.values())].map(movementOf)
}

interface Group {
  readonly event: MovementEvent
  readonly members: VisitFact[]
}

/** Puts a fact to its likes; one that has ids of several groups shows that they are one. */
function join(
  groups: Map<string, Group>,
  keys: readonly string[],
  event: MovementEvent,
  fact: VisitFact,
): void {
  const alike = [...new Set(keys.flatMap(key => groups.get(key) ?? []))]
  if (alike.length === 0) {
    const group = { event, members: [fact] }
    for (const key of keys) groups.set(key, group)
    return
  }
  const members = [...alike.flatMap(group => group.members), fact].toSorted(byRecorded)
  const joined = { event, members }
  for (const [key, group] of groups) if (alike.includes(group)) groups.set(key, joined)
  for (const key of keys) groups.set(key, joined)
}

function movementOf({ event, members }: Group): Movement {
  const first = members[0] as VisitFact
  const last = members.reduce((told, next) => (next.action === 'UPDATE' ? { ...told, ...next } : next))
  return { first, last, event, members }
}

/** Which event each movement id was first said to be. */
function insertedAs(sorted: readonly VisitFact[]): ReadonlyMap<string, MovementEvent> {
  const events = new Map<string, MovementEvent>()
  for (const fact of sorted) {
    if (fact.action !== undefined || !isMovement(fact.event)) continue
    for (const id of idsOf(fact)) if (!events.has(id)) events.set(id, fact.event)
  }
  return events
}

/** An update is of what its id stands for, by whatever event it came; undefined when nobody said which. */
function eventOf(fact: VisitFact, inserted: ReadonlyMap<string, MovementEvent>): MovementEvent | undefined {
  const own = isMovement(fact.event) ? fact.event : undefined
  if (fact.action !== 'UPDATE') return own
  return idsOf(fact).flatMap(id => inserted.get(id) ?? [])[0] ?? own
}

function keysOf(
  fact: VisitFact,
  event: MovementEvent,
  { seen, returns }: { readonly seen: ReadonlyMap<string, number>; readonly returns: readonly Return[] },
): readonly string[] {
  const ids = idsOf(fact)
  if (ids.length > 0) return ids.map(id => `${event} ${id}`)
  const parting = partedBy[event]
  const deletions = seen.get('A23') ?? 0
  if (!parting) return [`${event} at ${fact.when.instant.slice(0, 16)} after ${deletions}`]
  const key = `${event} after ${parting.map(other => seen.get(other) ?? 0).join(' ')} ${deletions}`
  const isOfCourse = returns.length > 0 && (event === 'A03' || admissions.has(event))
  return [isOfCourse ? `${key} in ${courseOf(fact, returns)}` : key]
}

/**
 * What a cancel means: the movement that ZBE-1 names; else, of those recorded by then, the ones whose own time or place
 * it repeats (a narrowing that leaves none is skipped); of several the latest recorded.
 */
function targetOf(cancel: VisitFact, alive: readonly Movement[]): Pick<Cancel, 'target' | 'isAmbiguous'> {
  const events = isCancel(cancel.event) && cancel.event !== 'A23' ? takenBack[cancel.event] : []
  const kind = alive.filter(({ event }) => events.includes(event))
  const ids = idsOf(cancel)
  if (ids.length > 0) {
    const isNamed = ({ members }: Movement): boolean =>
      members.some(member => idsOf(member).some(id => ids.includes(id)))
    const byId = cancel.action === 'CANCEL' ? alive.find(isNamed) : undefined
    return { target: kind.find(isNamed) ?? byId, isAmbiguous: false }
  }
  const candidates = narrowed(cancel, kind.filter(known(cancel)))
  const target = candidates.toSorted((a, b) => byRecorded(b.last, a.last))[0]
  return { target, isAmbiguous: candidates.length > 1 }
}

function narrowed(cancel: VisitFact, candidates: readonly Movement[]): readonly Movement[] {
  const isMeant = likeness(cancel)
  const meant = isMeant ? candidates.filter(isMeant) : []
  return meant.length > 0 ? meant : candidates
}

/** What a cancel repeats of its target: discharge time (A13), admission time (A11), the place wrongly moved to (A12, A26). */
function likeness(cancel: VisitFact): ((movement: Movement) => boolean) | undefined {
  const { event, discharged, admitted, prior, pending } = cancel
  if (event === 'A13' && discharged) return movement => ownTime(movement).instant === discharged.instant
  if (event === 'A11' && admitted) return movement => ownTime(movement).instant === admitted.instant
  if (event === 'A12' && prior !== undefined) return ({ last }) => last.place === prior
  if (event === 'A26' && pending !== undefined) return ({ last }) => last.pending === pending
  return undefined
}

const ownTime = ({ event, last }: Movement): Moment =>
  (event === 'A03' ? last.discharged : last.admitted) ?? last.when
