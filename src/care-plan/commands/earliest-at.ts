import { localDate, startMsOf, zonedTextOf } from '../../lib/fhir-time.ts'
import type { Failure } from '../../lib/result.ts'
import type { CaseFile, Nouns } from '../case/case-file.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'

/** How long before its case something may have happened that is recorded in it: the consent, answers, a first contact. */
const BEFORE_CASE_MS = 30 * 86_400_000

/**
 * The failure when a command is dated before what it follows: a move of a noun before the noun came to the state that it
 * leaves, anything earlier than 30 days before the case. What is only recorded late, such as a contact, may lie between.
 * Code `at-before-past`; the message names the earliest time that is possible.
 */
export function beforePast(
  file: CaseFile,
  events: readonly DomainEvent[],
  { at, timeZone }: { readonly at: string; readonly timeZone: string },
): Failure | undefined {
  const atMs = startMsOf(at, timeZone)
  const floors = events.map(event => movedSince(file, event, timeZone) ?? caseFloor(file, timeZone))
  const earliestMs = Math.max(...floors.filter(ms => !Number.isNaN(ms)).map(wholeSecond))
  return floors.length === 0 || !(atMs < earliestMs) ? undefined : tooEarly(zonedTextOf(earliestMs, timeZone))
}

const tooEarly = (earliest: string): Failure => ({
  kind: 'business-rule',
  code: 'at-before-past',
  message: `What this follows had not happened by then: the earliest possible time is ${earliest}.`,
  expression: 'at',
})

/** Clocks keep parts of a second that nobody types. */
const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000

const caseFloor = ({ case: { start, since } }: CaseFile, timeZone: string): number =>
  startMsOf(start ?? since ?? '', timeZone) - BEFORE_CASE_MS

/** When the noun that an event moves came to where it is; undefined for a birth and for what moves nothing. */
function movedSince(file: CaseFile, event: DomainEvent, timeZone: string): number | undefined {
  const to = (event.changes as { readonly state?: string }).state
  if (to === undefined) return undefined
  const found = event.noun === 'case' ? undefined : foundNoun(file, event.noun, event.id)
  if (found && !found.ok) return undefined
  const times = (
    event.noun === 'case' ? [file.case.since ?? file.case.start] : timesOf(event.noun, found?.value, to)
  ).flatMap(time => time ?? [])
  return times.length === 0 ? undefined : Math.max(...times.map(time => startMsOf(time, timeZone)))
}

type Times = readonly (string | undefined)[]

/** What a noun says of when it came to its state; nouns that keep no such time say nothing. */
const since: { readonly [N in keyof Nouns]?: (noun: Nouns[N], to: string) => Times } = {
  assignment: ({ start, offeredAt }) => [offeredAt, start],
  consent: ({ at }) => [at],
  assessment: ({ start }) => [start],
  need: ({ at }) => [at],
  strength: ({ at }) => [at],
  barrier: ({ at }) => [at],
  plan: ({ created, agreements }) => [created, ...agreements.map(said => said.at)],
  goal: ({ statusAt, start, state }) => [statusAt, state === 'active' ? start : undefined],
  activity: ({ requestedAt, endedAt, performances }, to) => [
    ...[requestedAt, endedAt],
    // A session may be told late, between others; the service as a whole ends with the last.
    ...(ends.has(to) ? performances.map(({ at }) => at) : []),
  ],
  flag: ({ at }) => [at],
  transition: ({ start }) => [start],
  obligation: ({ startedAt }) => [startedAt],
}

const ends: ReadonlySet<string> = new Set(['completed', 'declined', 'cancelled'])

const timesOf = (noun: keyof Nouns, state: unknown, to: string): Times =>
  (since[noun] as ((noun: unknown, to: string) => Times) | undefined)?.(state, to) ?? []

/** Whether the day of an appointment has come. */
export const isDayReached = (
  start: string | undefined,
  { at, timeZone }: { readonly at: string; readonly timeZone: string },
): boolean =>
  start === undefined ||
  localDate(startMsOf(at, timeZone), timeZone) >= localDate(startMsOf(start, timeZone), timeZone)
