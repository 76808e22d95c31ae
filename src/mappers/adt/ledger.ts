import type { Instant } from '../../lib/clock.ts'
import type { Moment } from './fact.ts'
import {
  byEffect,
  movementsOf,
  type Cancel,
  type Movement,
  type Movements,
  type VisitFact,
} from './movements.ts'
import type { SourceSettings } from './source.ts'

export type VisitStatus = 'arrived' | 'in-progress' | 'finished' | 'cancelled' | 'unknown'

/** What update messages (A08, and every field of PV1 that is an attribute of its own) say about a visit. */
export interface VisitWords {
  /** PV1-44 as last recorded. */
  readonly admitted: Moment | undefined
  /** PV1-45 as last recorded by an A02, A03 or A08, with who said it when. */
  readonly discharged: Word<Moment> | undefined
  readonly disposition: Word<string> | undefined
  readonly class: Word<string> | undefined
  readonly place: string | undefined
}

export interface Word<T> {
  readonly value: T
  readonly stamp: string
  readonly source: string
  readonly message: string
  readonly recorded: Moment
}

/** A visit as its facts and words add up to. */
export interface VisitState {
  readonly status: VisitStatus
  readonly statusHistory: readonly Span<VisitStatus>[]
  /** PV1-2 code it has now; undefined when nobody said. */
  readonly class: string | undefined
  readonly classHistory: readonly Span<string>[]
  readonly places: readonly PlaceSpan[]
  readonly start: Moment | undefined
  readonly end: Moment | undefined
  /** PV1-36 of the discharge that holds. */
  readonly disposition: string | undefined
  readonly movements: Movements
  /** A discharge that only an update told (PV1-45 without an A03), and the A13 that took it back. */
  readonly impliedDischarge:
    | { readonly word: Word<Moment>; readonly cancel: VisitFact | undefined }
    | undefined
  readonly flags: readonly VisitFlag[]
}

export type VisitFlag = 'incomplete' | 'ambiguous-cancel'

export interface Span<T> {
  readonly value: T
  readonly start: Moment | undefined
  readonly end: Moment | undefined
}

/** PV1-3 as sent, and when the patient was there. */
export interface PlaceSpan {
  readonly place: string
  readonly isOpen: boolean
  readonly start: Moment | undefined
  readonly end: Moment | undefined
}

export interface LedgerRules {
  readonly a04: SourceSettings['a04']
  /** True when two PV1-2 codes are one FHIR class. */
  readonly sameClass: (a: string, b: string) => boolean
  /** False for a disposition that says the patient stays (NUBC 30): such an A03 ends nothing. */
  readonly endsVisit: (disposition: string | undefined) => boolean
}

/** Computes a visit from everything that was said about it; the order in which it was said plays no part (adt.md 3.2.5). */
export function visitState(facts: readonly VisitFact[], said: VisitWords, rules: LedgerRules): VisitState {
  const movements = movementsOf(facts)
  const cancellation = cancellationOf(movements)
  const words = cancellation ? said : withoutRetracted(said, movements)
  const implied = impliedDischarge(movements, words.discharged)
  const ending = endingOf(movements, implied, rules)
  const told = cancellation ? revived(movements) : movements.live
  const timeline = statusTimeline(told, { movements, ending, cancellation, rules })
  const end = cancellation ? undefined : ending && endTime(ending, words)
  const start = startOf(told, words)
  const status = timeline.at(-1)?.value ?? 'unknown'
  const classes = classTimeline(told, words, rules)
  return {
    status,
    statusHistory: timeline.filter(span => span.end !== undefined),
    class: classes.at(-1)?.value ?? lastOfCancels(movements, 'class'),
    classHistory: classes.filter(span => span.end !== undefined),
    places: placesOf(told, words.place ?? lastOfCancels(movements, 'place'), cancellation?.fact.when ?? end),
    start: start && end && start.instant > end.instant ? undefined : start,
    end,
    disposition: status === 'finished' && ending ? dispositionOf(ending, movements, words) : undefined,
    movements,
    impliedDischarge: implied,
    flags: flagsOf(movements, implied?.cancel),
  }
}

/** What a movement said that was taken back is no longer said. */
function withoutRetracted(words: VisitWords, { dead }: Movements): VisitWords {
  const retracted = new Set(dead.flatMap(({ members }) => members.map(({ stamp }) => stamp)))
  const kept = <T>(word: Word<T> | undefined): Word<T> | undefined =>
    word && retracted.has(word.stamp) ? undefined : word
  return {
    ...words,
    discharged: kept(words.discharged),
    disposition: kept(words.disposition),
    class: kept(words.class),
  }
}

/** The discharge that ends the visit: an A03, else one that only an update told. */
type Ending =
  | { readonly movement: Movement; readonly at: Moment }
  | { readonly movement: undefined; readonly word: Word<Moment>; readonly at: Moment }

function endingOf(
  { live }: Movements,
  implied: VisitState['impliedDischarge'],
  { endsVisit }: LedgerRules,
): Ending | undefined {
  const movement = live.find(({ event, last }) => event === 'A03' && endsVisit(last.disposition))
  if (movement) return { movement, at: movement.last.when }
  if (!implied || implied.cancel) return undefined
  return { movement, word: implied.word, at: implied.word.value }
}

/** PV1-45 of an update counts when no A03 told that time (senders repeat a retracted one) and no later A13 denies it. */
function impliedDischarge(
  { live, dead, cancels }: Movements,
  word: Word<Moment> | undefined,
): VisitState['impliedDischarge'] {
  if (!word || live.some(({ event }) => event === 'A03')) return undefined
  const isRetracted = dead.some(
    ({ event, members }) =>
      event === 'A03' &&
      members.some(({ discharged, when }) => (discharged ?? when).instant === word.value.instant),
  )
  if (isRetracted) return undefined
  const denial = cancels.find(
    ({ fact }) => fact.event === 'A13' && fact.recordedAt.instant >= word.recorded.instant,
  )
  return { word, cancel: denial?.fact }
}

/** The A11 that leaves no admission alive; one whose target isn't known yet counts too. */
function cancellationOf({ live, cancels }: Movements): Cancel | undefined {
  if (live.some(isAdmission)) return undefined
  const voiding = cancels.filter(({ fact }) => fact.event === 'A11')
  return voiding.findLast(({ target }) => target !== undefined) ?? voiding.at(-1)
}

const isAdmission = ({ event }: Movement): boolean => event === 'A01' || event === 'A04'

/** A cancelled visit keeps its course as it was recorded. */
const revived = ({ live, dead }: Movements): readonly Movement[] =>
  [...live, ...dead.filter(isAdmission)].toSorted(byEffect)

interface Turning {
  readonly movements: Movements
  readonly ending: Ending | undefined
  readonly cancellation: Cancel | undefined
  readonly rules: LedgerRules
}

interface Turn {
  readonly at: Moment
  readonly status: VisitStatus
  /** 0 a movement, 1 a discharge, 2 its retraction: what comes first at one moment. */
  readonly rank: number
  /** What a discharge that came first says about the time before it. */
  readonly since?: Moment | undefined
}

/** Status by status, the last one open. A retracted discharge is in it from its time to that of its A13. */
function statusTimeline(
  told: readonly Movement[],
  { movements, ending, cancellation, rules }: Turning,
): readonly Span<VisitStatus>[] {
  const turns = [
    ...told.filter(({ event }) => event !== 'A03').map(movement => presence(movement, rules)),
    ...(ending && !cancellation ? [discharge(ending.at, ending.movement?.last.admitted)] : []),
    ...movements.cancels.flatMap(cancel => retraction(cancel)),
  ].toSorted((a, b) => compare(a.at.instant, b.at.instant) || a.rank - b.rank)
  const spans: Span<VisitStatus>[] = []
  for (const turn of turns) {
    const open = spans.at(-1)
    if (open?.value === turn.status) continue
    if (open?.value === 'finished' && turn.rank === 0) continue
    if (open?.value === 'finished' && ending && !cancellation && ending.at.instant <= turn.at.instant)
      continue
    if (open) spans[spans.length - 1] = { ...open, end: turn.at }
    else if (turn.status === 'finished') spans.push({ value: 'in-progress', start: turn.since, end: turn.at })
    const start = open === undefined && turn.rank === 2 ? undefined : turn.at
    spans.push({ value: turn.status, start, end: undefined })
  }
  if (!cancellation) return spans
  return closed(spans, { value: 'cancelled', start: cancellation.fact.when, end: undefined })
}

function closed(spans: readonly Span<VisitStatus>[], last: Span<VisitStatus>): readonly Span<VisitStatus>[] {
  const open = spans.at(-1)
  if (!open) return [last]
  const at = later(open.start, last.start)
  return [...spans.slice(0, -1), { ...open, end: at }, { ...last, start: at }]
}

const later = (a: Moment | undefined, b: Moment | undefined): Moment | undefined =>
  a && b ? (a.instant > b.instant ? a : b) : (a ?? b)

const presence = ({ event, last }: Movement, { a04 }: LedgerRules): Turn => ({
  at: last.when,
  status: event === 'A04' ? a04 : 'in-progress',
  rank: 0,
})

const discharge = (at: Moment, since: Moment | undefined): Turn => ({
  at,
  status: 'finished',
  rank: 1,
  since: since && since.instant <= at.instant ? since : undefined,
})

/** An A13: the patient is in from then on, and was out since the discharge that it takes back, if that is known. */
function retraction({ fact, target }: Cancel): readonly Turn[] {
  if (fact.event !== 'A13') return []
  if (!target) return [{ at: fact.when, status: 'in-progress', rank: 2 }]
  const at = target.last.when
  const until = fact.when.instant < at.instant ? at : fact.when
  return [discharge(at, target.last.admitted), { at: until, status: 'in-progress', rank: 2 }]
}

/** PV1-45 as last recorded corrects the end, unless it was said before this discharge was. */
function endTime(ending: Ending, { discharged }: VisitWords): Moment {
  if (!ending.movement) return ending.at
  const { first, last } = ending.movement
  return discharged && discharged.stamp >= first.stamp ? discharged.value : (last.discharged ?? last.when)
}

function startOf(told: readonly Movement[], { admitted }: VisitWords): Moment | undefined {
  if (admitted) return admitted
  const first = told.find(({ event }) => event !== 'A03')
  return first ? first.last.when : told[0]?.last.admitted
}

function dispositionOf(
  ending: Ending,
  { cancels }: Movements,
  { disposition }: VisitWords,
): string | undefined {
  const since =
    ending.movement?.first.stamp ?? cancels.findLast(({ fact }) => fact.event === 'A13')?.fact.stamp ?? ''
  if (disposition && disposition.stamp >= since) return disposition.value
  return ending.movement?.members.findLast(member => member.disposition !== undefined)?.disposition
}

/** Classes as the movements led to them; an update recorded after all of them changes the last one. */
function classTimeline(
  told: readonly Movement[],
  { class: word }: VisitWords,
  { sameClass }: LedgerRules,
): readonly Span<string>[] {
  const points = told
    .filter(({ event, last }) => event !== 'A03' && last.class !== undefined)
    .map(({ last }) => ({ value: last.class as string, at: last.when }))
  const isLast = word && told.every(({ event, last }) => event === 'A03' || last.stamp < word.stamp)
  if (word && isLast) points.push({ value: word.value, at: word.recorded })
  const spans: Span<string>[] = []
  for (const { value, at } of points) {
    const open = spans.at(-1)
    if (open && sameClass(open.value, value)) continue
    const start = later(open?.start, at)
    if (open) spans[spans.length - 1] = { ...open, end: start }
    spans.push({ value, start, end: undefined })
  }
  return spans
}

/** What a cancel says of class or place counts only where nothing else does. */
const lastOfCancels = ({ cancels }: Movements, name: 'class' | 'place'): string | undefined =>
  cancels.findLast(({ fact }) => fact[name] !== undefined)?.fact[name]

/** Where the patient was: one place open unless the visit ended; what came before a first transfer counts as completed. */
function placesOf(
  told: readonly Movement[],
  place: string | undefined,
  end: Moment | undefined,
): readonly PlaceSpan[] {
  const spans: PlaceSpan[] = []
  const closeAt = (at: Moment): void => {
    const open = spans.at(-1)
    if (open?.isOpen) spans[spans.length - 1] = { ...open, isOpen: false, end: later(open.start, at) }
  }
  for (const { event, last } of told) {
    if (event === 'A02' && spans.length === 0 && last.prior !== undefined && last.prior !== last.place) {
      spans.push({ place: last.prior, isOpen: false, start: undefined, end: last.when })
    }
    if (last.place === undefined || spans.at(-1)?.place === last.place) continue
    if (event === 'A03' ? spans.length > 0 : isAfter(last.when, end)) continue
    closeAt(last.when)
    spans.push({
      place: last.place,
      isOpen: true,
      start: event === 'A03' ? last.admitted : last.when,
      end: undefined,
    })
  }
  if (spans.length === 0 && place !== undefined)
    spans.push({ place, isOpen: true, start: undefined, end: undefined })
  if (end) closeAt(end)
  return spans
}

const isAfter = (at: Moment, end: Moment | undefined): boolean =>
  end !== undefined && at.instant >= end.instant

/** Something is known to be missing: no admission said, or a cancel without its target. */
function flagsOf({ live, dead, cancels }: Movements, denial: VisitFact | undefined): readonly VisitFlag[] {
  const isWaiting = cancels.some(({ fact, target }) => !target && fact !== denial)
  const isIncomplete = ![...live, ...dead].some(isAdmission) || isWaiting
  const isAmbiguous = cancels.some(cancel => cancel.isAmbiguous)
  return [
    ...(isAmbiguous ? (['ambiguous-cancel'] as const) : []),
    ...(isIncomplete ? (['incomplete'] as const) : []),
  ]
}

const compare = (a: Instant, b: Instant): number => (a < b ? -1 : a > b ? 1 : 0)
