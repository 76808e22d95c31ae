import { classTimeline } from './class-timeline.ts'
import type { Moment } from '../events/fact.ts'
import { movementsOf, type Movement, type Movements, type VisitFact } from './movements.ts'
import { peopleTimeline, type Named } from './people-timeline.ts'
import { placesOf, type PlaceSpan } from './place-timeline.ts'
import type { SourceSettings } from '../source.ts'
import { startBefore, type Span } from './spans.ts'
import { statusTimeline, type VisitStatus } from './status-timeline.ts'
import type { Word } from '../registers/updates-after.ts'
import { isAdmission, isHistoric, isPlan, presentOf, toldOf, voidingOf } from './voiding.ts'

/** What update messages (A08, and every field of PV1 that is an attribute of its own) say about a visit. */
export interface VisitWords {
  /** PV1-44 as last recorded. */
  readonly admitted: Word<Moment> | undefined
  /** PV1-45 as last recorded by a message that may say it, with who said it when. */
  readonly discharged: Word<Moment> | undefined
  readonly disposition: Word<string> | undefined
  readonly class: Word<string> | undefined
  readonly place: string | undefined
  /** PV1-7, PV1-9: `""` is a deletion. */
  readonly attending: Word<string> | undefined
  readonly consulting: Word<string> | undefined
  /** PV2-8, PV2-9 as DTM: `""` is a deletion. */
  readonly expectedStart: Word<string> | undefined
  readonly expectedEnd: Word<string> | undefined
}

/** A visit as its facts and words add up to. */
export interface VisitState {
  readonly status: VisitStatus
  readonly statusHistory: readonly Span<VisitStatus>[]
  /** PV1-2 code it has now; undefined when nobody said. */
  readonly class: string | undefined
  readonly classHistory: readonly Span<string>[]
  readonly places: readonly PlaceSpan[]
  /** Who attends (PV1-7) and who is consulted (PV1-9), the last span open. */
  readonly attending: readonly Span<Named>[]
  readonly consulting: readonly Span<Named>[]
  readonly start: Moment | undefined
  readonly end: Moment | undefined
  /** PV2-8 and PV2-9 that hold, as DTM, with who said them. */
  readonly expectedStart: Expected | undefined
  readonly expectedEnd: Expected | undefined
  /** The return from a leave (PV2-47) that is awaited, as DTM. */
  readonly expectedReturn: Expected | undefined
  /** PV1-36 of the discharge that holds. */
  readonly disposition: string | undefined
  /** PV1-37 of the A16 that stands, while the visit goes on. */
  readonly plannedDestination: string | undefined
  readonly movements: Movements
  /** A discharge that only an update told (PV1-45 without an A03), and the A13 or the return that took it back. */
  readonly impliedDischarge:
    | { readonly word: Word<Moment>; readonly cancel: VisitFact | undefined }
    | undefined
  readonly flags: readonly VisitFlag[]
}

export interface Expected {
  readonly text: string
  readonly source: string
  readonly stamp: string
}

export type VisitFlag = 'incomplete' | 'ambiguous-cancel'

export interface LedgerRules {
  readonly a04: SourceSettings['a04']
  /** FHIR class of a PV1-2 code: two codes of one class are no change. */
  readonly classCode: (code: string) => string | undefined
  /** False for a disposition that says the patient stays (NUBC 30): such an A03 ends nothing. */
  readonly endsVisit: (disposition: string | undefined) => boolean
  /** Tells people apart that PV1-7 or PV1-9 name. */
  readonly personKey: (named: Named) => string
}

/** Computes a visit from everything that was said about it; the order in which it was said plays no part (adt.md 3.2.5). */
export function visitState(facts: readonly VisitFact[], said: VisitWords, rules: LedgerRules): VisitState {
  const movements = movementsOf(facts, said.discharged)
  const voiding = voidingOf(movements)
  const words = withoutRetracted(said, movements, voiding !== undefined)
  const implied = impliedDischarge(movements, words.discharged)
  const ending = endingOf(movements, implied, rules)
  const told = toldOf(movements, voiding)
  const timeline = statusTimeline({
    told: presentOf(told.filter(({ event }) => event !== 'A03')),
    cancels: movements.cancels,
    ending: ending && { at: ending.at, admitted: ending.movement?.last.admitted },
    denied: implied?.cancel && { at: implied.word.value, by: implied.cancel },
    voiding,
    a04: rules.a04,
  })
  const end = voiding ? undefined : ending && endTime(ending, words)
  const start = startOf(told, movements, words)
  const status = timeline.at(-1)?.value ?? 'unknown'
  const isOver = voiding !== undefined || status === 'finished'
  const people = { keyOf: rules.personKey, end }
  const classes = classTimeline(told, words.class, rules)
  return {
    status,
    statusHistory: timeline.filter(span => span.end !== undefined),
    class: classes.at(-1)?.value ?? lastOfCancels(movements, 'class'),
    classHistory: classes.filter(span => span.end !== undefined),
    places: placesOf({
      told,
      place: words.place ?? lastOfCancels(movements, 'place'),
      end: voiding?.fact.when ?? end,
      isPlanned: isOnlyPlanned(told, status),
      isOver,
    }),
    attending: peopleTimeline(told, 'attending', words.attending, people),
    consulting: peopleTimeline(told, 'consulting', words.consulting, people),
    start: start && end ? startBefore(start, end) : start,
    end,
    ...announced(told, words, { status, isOver }),
    disposition: status === 'finished' && ending ? dispositionOf(ending, movements, words) : undefined,
    movements,
    impliedDischarge: implied,
    flags: flagsOf(movements, implied?.cancel),
  }
}

/** Announced, and nobody came: also when the plan was cancelled. */
const isOnlyPlanned = (told: readonly Movement[], status: VisitStatus): boolean =>
  status === 'planned' || (told.some(isPlan) && !told.some(({ event }) => PRESENT.has(event)))

/** Movements by which the patient is or was there. */
const PRESENT: ReadonlySet<string> = new Set(['A01', 'A02', 'A03', 'A04', 'A06', 'A07', 'A10', 'A21', 'A22'])

type Announced = Pick<VisitState, 'expectedStart' | 'expectedEnd' | 'expectedReturn' | 'plannedDestination'>

function announced(
  told: readonly Movement[],
  words: VisitWords,
  { status, isOver }: { readonly status: VisitStatus; readonly isOver: boolean },
): Announced {
  const standing = told.filter(movement => !isHistoric(movement))
  const discharge = standing.filter(({ event }) => event === 'A16')
  return {
    expectedStart: expectedOf(standing.filter(isPlan), words.expectedStart),
    expectedEnd: expectedOf(discharge, words.expectedEnd),
    expectedReturn:
      status === 'onleave' ? expectedOf(standing.filter(isLeave).slice(-1), undefined) : undefined,
    plannedDestination: isOver ? undefined : discharge.at(-1)?.last.destination,
  }
}

const isLeave = ({ event }: Movement): boolean => event === 'A21'

/** What was recorded last, by the movements that announce it or by an update. */
function expectedOf(told: readonly Movement[], word: Word<string> | undefined): Expected | undefined {
  let latest: Expected | undefined
  for (const { last } of told) {
    const { expected, source, stamp } = last
    if (expected !== undefined && (!latest || stamp >= latest.stamp))
      latest = { text: expected, source, stamp }
  }
  if (word && (!latest || word.stamp >= latest.stamp))
    latest = { text: word.value, source: word.source, stamp: word.stamp }
  return latest && latest.text !== '""' ? latest : undefined
}

/** What a movement said that was taken back is no longer said. */
function withoutRetracted(words: VisitWords, { dead }: Movements, isVoid: boolean): VisitWords {
  if (isVoid || dead.length === 0) return words
  const retracted = new Set(dead.flatMap(({ members }) => members.map(({ stamp }) => stamp)))
  const kept = <T>(word: Word<T> | undefined): Word<T> | undefined =>
    word && retracted.has(word.stamp) ? undefined : word
  const times = new Set(dead.flatMap(({ members }) => members.map(({ recordedAt }) => secondOf(recordedAt))))
  const since = <T>(word: Word<T> | undefined): Word<T> | undefined => {
    const standing = kept(word)
    const tellings = standing?.tellings?.filter(({ recorded }) => !times.has(secondOf(recorded)))
    return standing && { ...standing, ...(tellings && { tellings }) }
  }
  return {
    ...words,
    admitted: kept(words.admitted),
    discharged: kept(words.discharged),
    disposition: kept(words.disposition),
    class: since(words.class),
    attending: since(words.attending),
    consulting: since(words.consulting),
    expectedStart: kept(words.expectedStart),
    expectedEnd: kept(words.expectedEnd),
  }
}

const secondOf = ({ instant }: Moment): string => instant.slice(0, SECONDS)
/** `YYYY-MM-DDThh:mm:ss` */
const SECONDS = 19

/** The discharge that ends the visit: an A03, else one that only an update told. */
type Ending =
  | { readonly movement: Movement; readonly at: Moment }
  | { readonly movement: undefined; readonly word: Word<Moment>; readonly at: Moment }

function endingOf(
  { live }: Movements,
  implied: VisitState['impliedDischarge'],
  { endsVisit }: LedgerRules,
): Ending | undefined {
  const movement = presentOf(live.filter(({ event }) => event === 'A03')).find(
    one => endsVisit(one.last.disposition) && (!isHistoric(one) || live.every(isHistoric)),
  )
  if (movement) return { movement, at: movement.last.when }
  if (!implied || implied.cancel) return undefined
  return { movement, word: implied.word, at: implied.word.value }
}

/** PV1-45 of an update counts when no A03 told that time (senders repeat a retracted one) and no later A13 denies it. */
function impliedDischarge(
  { live, dead, cancels, returned }: Movements,
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
    ({ fact, event }) => event === 'A13' && fact.recordedAt.instant >= word.recorded.instant,
  )
  return { word, cancel: denial?.fact ?? returned }
}

/** PV1-45 as last recorded corrects the end, unless it was said before this discharge was. */
function endTime(ending: Ending, { discharged }: VisitWords): Moment {
  if (!ending.movement) return ending.at
  const { first, last } = ending.movement
  return discharged && discharged.stamp >= first.stamp ? discharged.value : (last.discharged ?? last.when)
}

/** PV1-44 by the last message that stands, else when the patient came; of a cancel only where nothing else says when. */
function startOf(
  told: readonly Movement[],
  movements: Movements,
  { admitted }: VisitWords,
): Moment | undefined {
  let last: VisitFact | undefined
  for (const { members } of told)
    for (const member of members)
      if (member.admitted !== undefined && (!last || member.stamp >= last.stamp)) last = member
  if (admitted && admitted.stamp >= (last?.stamp ?? '')) return admitted.value
  const first = told.find(({ event }) => event !== 'A03' && PRESENT.has(event))
  return last?.admitted ?? first?.last.when ?? lastOfCancels(movements, 'admitted')
}

function dispositionOf(
  ending: Ending,
  { cancels }: Movements,
  { disposition }: VisitWords,
): string | undefined {
  const since =
    ending.movement?.first.stamp ?? cancels.findLast(({ event }) => event === 'A13')?.fact.stamp ?? ''
  if (disposition && disposition.stamp >= since) return disposition.value
  return ending.movement?.members.findLast(member => member.disposition !== undefined)?.disposition
}

/** What a cancel says of class, place or admission counts only where nothing else does. */
const lastOfCancels = <K extends 'class' | 'place' | 'admitted'>(
  { cancels }: Movements,
  name: K,
): VisitFact[K] | undefined => cancels.findLast(({ fact }) => fact[name] !== undefined)?.fact[name]

/** Something is known to be missing: no admission or plan said, or a cancel without its target. */
function flagsOf(
  { live, dead, cancels, deletion }: Movements,
  denial: VisitFact | undefined,
): readonly VisitFlag[] {
  const isWaiting = cancels.some(({ fact, target }) => !target && fact !== denial)
  const isBegun = (movement: Movement): boolean =>
    isAdmission(movement) || isPlan(movement) || movement.event === 'A07'
  const isIncomplete = (!deletion && ![...live, ...dead].some(isBegun)) || isWaiting
  const isAmbiguous = cancels.some(cancel => cancel.isAmbiguous)
  return [
    ...(isAmbiguous ? (['ambiguous-cancel'] as const) : []),
    ...(isIncomplete ? (['incomplete'] as const) : []),
  ]
}
