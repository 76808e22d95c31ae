import assert from 'node:assert/strict'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, Resource } from '../../../../src/fhir/resource.ts'
import { readMessage } from '../../../../src/hl7v2/read-message.ts'
import { applyMessage, type AppliedMessage } from '../../../../src/mappers/adt/apply-message.ts'
import type { Fact } from '../../../../src/mappers/adt/events/fact.ts'
import { readAdtEvents } from '../../../../src/mappers/adt/events/read-event.ts'
import { randomOf } from '../../../support/adt-workload.ts'
import { hospitalDay } from '../../../support/adt/hospital-day.ts'
import { settings } from '../../../support/adt/memory.ts'

/**
 * What is remembered of a patient, so that a message that says nothing new costs little, must make no difference: over
 * registers that nobody saw before each message comes to the same. A failure names its seed; CASEWIRE_SEED repeats a run.
 */
const isLong = process.env['CASEWIRE_LONG'] === '1'
const seed = Number(process.env['CASEWIRE_SEED'] ?? (isLong ? Date.now() % 2 ** 31 : 2026))
const numRuns = isLong ? 2_000 : 8

if (isLong) process.stderr.write(`messages again: seed ${seed}, ${numRuns} runs\n`)

type Rows = Map<string, Resource>

/** Facts and registers; `copy` says whether what is read is the very same as was written. */
function told(copy: <T>(body: T) => T) {
  const facts = new Map<string, Fact>()
  const said = new Map<string, Map<string, Json>>()
  return {
    facts: (subject: string) =>
      [...facts.values()].filter(fact => fact.subject === subject).map(fact => copy(fact)),
    said: (subject: string) =>
      new Map([...(said.get(subject) ?? [])].map(([scope, body]) => [scope, copy(body)])),
    keep: (applied: AppliedMessage) => {
      for (const fact of applied.facts) facts.set(fact.id, fact)
      for (const { subject, scope, body } of applied.said)
        said.set(subject, (said.get(subject) ?? new Map<string, Json>()).set(scope, body))
    },
  }
}

/** A patient's day, with updates that repeat what was said, later and under control ids of their own, in between. */
function textsOf(day: number): readonly string[] {
  const random = randomOf(day)
  const own = hospitalDay({ seed: day, patients: 1, steps: 4, identities: random() < 0.2 ? 1 : 0 })
  return own.flatMap(({ text }, place) => {
    const count = random() < 0.7 ? Math.floor(random() * 8) : 0
    const repeated = own[place - Math.floor(random() * random() * (place + 1))]?.text ?? text
    let hours = 0
    const again = Array.from({ length: count }, (_none, n) => {
      hours += random() < 0.3 ? 0 : Math.floor(random() * 20)
      const event = random() < 0.7 ? 'A08' : 'A31'
      return laterUpdate(repeated, { hours, id: `A${place}x${n}`, random, event, of: text })
    })
    return [text, ...again]
  })
}

interface Later {
  readonly hours: number
  readonly id: string
  readonly random: () => number
  readonly event: string
  /** The message after which it is recorded. */
  readonly of: string
}

function laterUpdate(text: string, { hours, id, random, event, of }: Later): string {
  const at = /\|CW\|CW\|(\d{14})/.exec(of)?.[1] ?? ''
  const day = String(Number(at.slice(6, 8)) + Math.floor(hours / 24)).padStart(2, '0')
  const hour = String(Math.min(23, Number(at.slice(8, 10)) + (hours % 24))).padStart(2, '0')
  const later = `${at.slice(0, 6)}${day}${hour}${at.slice(10)}`
  const said = text
    .replace(/(\|CW\|CW\|)\d{14}\|\|ADT\^\w+\|[^|]*/, `$1${later}||ADT^${event}|${id}`)
    .replace(/\rEVN\|\w+\|\d*/, `\rEVN|${event}|${later}`)
  return random() < 0.05 ? said.replace('^ALEX', '^ALEXA') : said
}

/** All that it comes to, insurances too. */
const comesTo = ({ persons, ...rest }: AppliedMessage): unknown =>
  structuredClone({
    ...rest,
    persons: persons.map(({ payers, ...one }) => ({ ...one, payers: payers?.() })),
  })

/** How many of these messages were taken as what stood. */
function againIn(texts: readonly string[]): number {
  const rows: Rows = new Map()
  const [warm, cold] = [told(body => body), told(body => structuredClone(body))]
  let again = 0
  let stays: unknown
  for (const text of texts) {
    const message = readMessage(text)
    const events = message.ok ? readAdtEvents(message.value, settings) : message
    assert(events.ok, 'the message can be read')
    const mapped = events.value.filter(event => event.kind === 'mapped')
    if (mapped.length === 0) continue
    const get = ({ type, id }: { readonly type: string; readonly id: string }) => rows.get(`${type}/${id}`)
    const [is, was] = [applyMessage(mapped, { ...warm, get }), applyMessage(mapped, { ...cold, get })]
    expect(comesTo(is)).toEqual(comesTo(was))
    warm.keep(is)
    cold.keep(was)
    for (const resource of is.resources) rows.set(`${resource.resourceType}/${resource.id}`, resource)
    if (is.persons[0]?.stays === stays) again += 1
    stays = is.persons[0]?.stays
  }
  return again
}

describe('a message that says again what was said', () => {
  test('comes to what it comes to when nothing is remembered', { timeout: 3_600_000 }, () => {
    let again = 0
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), day => {
        again += againIn(textsOf(day))
      }),
      { numRuns, seed },
    )
    expect(again).toBeGreaterThan(numRuns)
  })
})
