import { localDate, spanOf } from '../../lib/fhir-time.ts'
import type { CareFact } from '../duties/care-facts.ts'
import type { Overtaken, Trigger } from '../duties/duties.ts'
import type { Movement, StayFacts } from '../stays/stay-facts.ts'
import type { StayPlace } from '../stays/stay.ts'
import { leadCase, triggerOf, type TriggerInput } from './trigger-input.ts'

type Looked = Pick<TriggerInput, 'facts' | 'fold' | 'timeZone'>

/** What a running stay calls for: an end that is announced, a leave to come back from, another ward. */
export const runningStayTriggers = (input: Looked): readonly Trigger[] =>
  input.facts.live
    .filter(({ isHistoric }) => isHistoric !== true)
    .flatMap(movement => {
      const course = leadCase(input.fold, movement)
      const found =
        course && (announcedEnd(movement, input) ?? leave(movement, input) ?? transfer(movement, input))
      return course && found ? [{ ...triggerOf(found.kind, movement, course), ...found }] : []
    })

type Found = Pick<Trigger, 'kind'> & Partial<Trigger>

/** A16: the last one of a stay holds, and what is to be arranged ends with the stay. */
function announcedEnd(movement: Movement, { facts, timeZone }: Looked): Found | undefined {
  if (movement.kind !== 'pending-discharge' || movement.expected === undefined) return undefined
  const { stay } = movement
  const last = facts.live.findLast(other => other.kind === movement.kind && other.stay === stay)
  const zone = stay.timeZone ?? timeZone
  const day = spanOf(movement.expected, zone)
  if (last !== movement || !day) return undefined
  return {
    kind: 'discharge-announced',
    startsOn: localDate(day.startMs, zone),
    ...overtakenBy(endOf(movement, facts), 'stay ended'),
  }
}

/** A21 that says when the patient is to be back (PV2-47). */
function leave(movement: Movement, { facts, timeZone }: Looked): Found | undefined {
  if (movement.kind !== 'leave' || movement.expected === undefined) return undefined
  const zone = movement.stay.timeZone ?? timeZone
  const day = spanOf(movement.expected, zone)
  if (!day) return undefined
  const back = facts.live.find(
    other => other.kind === 'return' && other.stay === movement.stay && other.atMs >= movement.atMs,
  )
  return {
    kind: 'leave',
    dueOn: localDate(day.startMs, zone),
    ...overtakenBy(back ?? endOf(movement, facts), 'patient back'),
  }
}

/** A02 to another ward or facility; a change of room or bed is none (adt.md 3.5). */
function transfer(movement: Movement, { facts, timeZone }: Looked): Found | undefined {
  if (movement.kind !== 'transfer') return undefined
  const before = facts.live.findLast(
    other => other.stay === movement.stay && other.place && isBefore(other, movement),
  )
  if (!before?.place || !movement.place || sameWard(before.place, movement.place)) return undefined
  const end = endOf(movement, facts)
  const isOver = end !== undefined && localDate(end.atMs, timeZone) === localDate(movement.atMs, timeZone)
  return { kind: 'transfer', ...(isOver && overtakenBy(end, 'stay ended')) }
}

const isBefore = (one: Movement, other: Movement): boolean =>
  one !== other && PLACED.has(one.kind) && one.atMs <= other.atMs

/** Movements that lead somewhere for good; tracking and plans don't. */
const PLACED: ReadonlySet<Movement['kind']> = new Set([
  'registration',
  'admission',
  'class-change',
  'transfer',
])

/** A part that one of the two doesn't say is no difference. */
const sameWard = (a: StayPlace, b: StayPlace): boolean => same(a.facility, b.facility) && same(a.unit, b.unit)

const same = (a: string | undefined, b: string | undefined): boolean =>
  a === undefined || b === undefined || a === b

const endOf = ({ stay }: Movement, { discharges }: StayFacts): Movement | undefined =>
  discharges.find(discharge => discharge.stay === stay)

const overtakenBy = (
  movement: Movement | undefined,
  reason: Overtaken['reason'],
): { readonly overtaken?: Overtaken } =>
  movement ? { overtaken: { reason, recorded: movement.recorded, atMs: movement.atMs } } : {}

/**
 * Visits to a clinic after a discharge that messages told of (A04, class outpatient): each shows that the follow-up visit
 * took place (adt.md 3.5, VISIT).
 */
export const clinicVisitsAfter = (discharge: Movement, { live }: StayFacts): readonly CareFact[] =>
  live
    .filter(
      ({ kind, classAfter, stay, atMs }) =>
        kind === 'registration' &&
        classAfter === 'outpatient' &&
        stay !== discharge.stay &&
        atMs > discharge.atMs,
    )
    .map(({ at, atMs, stay }) => ({
      at,
      atMs,
      output: `Encounter/${stay.encounter}`,
      words: 'a visit to a clinic that a message told of',
    }))
