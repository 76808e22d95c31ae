import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { triggers } from '../../../../src/mappers/adt/events/triggers.ts'
import { canonicalJson } from '../../../../src/lib/json.ts'
import { er7, type Er7 } from '../../../support/adt/er7.ts'
import { comparable, memory } from '../../../support/adt/memory.ts'
import { permutations } from '../../../support/adt/permutations.ts'

const long = process.env['CASEWIRE_LONG'] === '1'

/** Everything that messages lead to, as text: two orders that end alike have equal texts. */
function finalState(messages: readonly string[]): string {
  const store = memory()
  for (const message of messages) store.take(message)
  return canonicalJson([comparable(store.resources()), store.stays()])
}

const faultsOf = (resource: Resource): readonly string[] =>
  validateResource(resource)
    .filter(({ severity }) => severity === 'error')
    .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`)

const hour = (n: number): string =>
  `202610${String(1 + Math.floor(n / 24)).padStart(2, '0')}${String(n % 24).padStart(2, '0')}0000`

/** Every event that tells something of a visit. */
const VISIT_EVENTS = Object.entries(triggers).flatMap(([event, { does }]) =>
  does === 'movement' || does === 'cancel' ? [event] : [],
)

/** A visit's life as senders tell it, the usual lapses among it: repeats, late records, other visits, changed details. */
const stories = fc
  .array(
    fc.record({
      event: fc.oneof(
        { weight: 2, arbitrary: fc.constantFrom('A04', 'A01', 'A02', 'A08', 'A03', 'A13', 'A03', 'A11') },
        { weight: 3, arbitrary: fc.constantFrom(...VISIT_EVENTS) },
      ),
      happened: fc.integer({ min: 0, max: 90 }),
      lag: fc.constantFrom(0, 0, 0, 1, 30),
      class: fc.constantFrom('E', 'I', 'O', 'B', ''),
      ward: fc.constantFrom('ICU', 'MED', 'SUR', ''),
      admit: fc.constantFrom(undefined, 5, 12),
      discharge: fc.constantFrom(undefined, undefined, 40, 60),
      disposition: fc.constantFrom('', '01', '03', '20', '""', '30'),
      attending: fc.constantFrom('', '1234^DOC^ANN', '77^WEST^BO', '""'),
      family: fc.constantFrom('RIVER', 'RIVERS', '""'),
      diagnoses: fc.subarray(['I10', 'E11.9', 'J18.9']),
      kin: fc.subarray(['LEE^SAM', 'LEE^KIM']),
      plan: fc.constantFrom('', 'P1', 'P2'),
      visit: fc.constantFrom('V1', 'V1', 'V1', 'V2'),
      zbe: fc.constantFrom('', '', '', 'Z1', 'Z2', 'Z1~Z2'),
      action: fc.constantFrom('INSERT', 'INSERT', 'UPDATE', 'CANCEL'),
      isHistoric: fc.constantFrom(false, false, false, true),
      original: fc.constantFrom('', 'A02', 'A03', 'A21'),
      expected: fc.constantFrom(undefined, 70, 80),
      facility: fc.constantFrom('VALLEY', 'VALLEY', 'HILL'),
    }),
    { minLength: 2, maxLength: 8 },
  )
  .map(entries => entries.map((entry, index) => er7(messageOf(entry, index))))

interface Entry {
  readonly event: string
  readonly happened: number
  readonly lag: number
  readonly class: string
  readonly ward: string
  readonly admit: number | undefined
  readonly discharge: number | undefined
  readonly disposition: string
  readonly attending: string
  readonly family: string
  readonly diagnoses: readonly string[]
  readonly kin: readonly string[]
  readonly plan: string
  readonly visit: string
  readonly zbe: string
  readonly action: string
  readonly isHistoric: boolean
  readonly original: string
  readonly expected: number | undefined
  readonly facility: string
}

function messageOf(entry: Entry, index: number): Er7 {
  const { event, happened, lag, visit, zbe, ward, expected } = entry
  return {
    event,
    id: `C${index}`,
    at: hour(happened),
    recorded: hour(happened + lag),
    visit,
    facility: entry.facility,
    pid: { 3: 'M1^^^VALLEY^MR', 5: entry.family === '""' ? '""' : `${entry.family}^ALEX` },
    pv1: {
      2: entry.class,
      3: ward && `${ward}^1^A^VALLEY`,
      6: entry.plan === 'P1' ? 'ICU^1^A^VALLEY' : '',
      7: entry.attending,
      9: entry.plan === 'P2' ? entry.attending : '',
      11: entry.kin.length > 0 ? 'XRAY^^^VALLEY' : '',
      19: `${visit}^^^VALLEY^VN`,
      36: entry.disposition,
      42: entry.plan === 'P1' ? 'SUR^1^A^VALLEY' : '',
      44: entry.admit === undefined ? '' : hour(entry.admit),
      45: entry.discharge === undefined ? '' : hour(entry.discharge),
    },
    segments: [
      ...entry.diagnoses.map((code, n) => `DG1|${n + 1}||${code}^^I10||${hour(happened)}|A`),
      ...entry.kin.map((name, n) => `NK1|${n + 1}|${name}|SPO||555${index}`),
      ...(entry.plan ? [`IN1|1|${entry.plan}|INS1|GOOD PAYER||||G${index}`] : []),
      ...(expected === undefined ? [] : [pv2(hour(expected))]),
      ...(zbe && event !== 'A08' ? [zbeOf(entry)] : []),
    ],
  }
}

const pv2 = (time: string): string => `PV2||||||||${time}|${time}${'|'.repeat(38)}${time}`

function zbeOf({ zbe, action, isHistoric, original, event, happened }: Entry): string {
  const ownAction = event === 'Z99' ? action : 'INSERT'
  return `ZBE|${zbe}|${hour(happened)}||${ownAction}|${isHistoric ? 'Y' : 'N'}|${event === 'Z99' ? original : ''}`
}

describe('the order of messages', () => {
  test('every order of five messages of one visit ends in the same state', () => {
    const admit = '20261001120000'
    const script = [
      er7({ event: 'A04', id: '1', at: '20261001080000', pv1: { 2: 'E', 44: admit } }),
      er7({ event: 'A01', id: '2', at: admit, pv1: { 3: 'ICU^1^A^VALLEY', 44: admit } }),
      er7({ event: 'A02', id: '3', at: '20261003090000', pv1: { 3: 'MED^7^B^VALLEY' } }),
      er7({ event: 'A03', id: '4', at: '20261005150000', pv1: { 36: '01', 45: '20261005150000' } }),
      er7({ event: 'A13', id: '5', at: '20261005170000', pv1: { 3: 'MED^7^B^VALLEY' } }),
    ]
    const states = new Set(permutations(script).map(finalState))
    expect(states.size).toBe(1)
  })

  test(
    'every order of a few messages, and random orders of more, end in the same state',
    { timeout: 600_000 },
    () => {
      fc.assert(
        fc.property(stories, fc.infiniteStream(fc.nat()), (messages, random) => {
          const expected = finalState(messages)
          const orders =
            messages.length <= (long ? 5 : 4)
              ? permutations(messages)
              : shuffles(messages, random, long ? 60 : 8)
          for (const order of orders) expect(finalState(order)).toBe(expected)
        }),
        { numRuns: long ? 100 : 25 },
      )
    },
  )

  test('what a story leads to is valid, and telling it again changes nothing', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(stories, messages => {
        const store = memory()
        for (const message of messages) store.take(message)
        const state = canonicalJson(comparable(store.resources()))
        expect(store.resources().flatMap(faultsOf)).toEqual([])
        for (const message of messages) expect(store.take(message).resources).toEqual([])
        expect(canonicalJson(comparable(store.resources()))).toBe(state)
      }),
      { numRuns: long ? 3000 : 60 },
    )
  })
})

function shuffles(
  messages: readonly string[],
  random: Iterator<number>,
  count: number,
): readonly (readonly string[])[] {
  return Array.from({ length: count }, () =>
    messages
      .map(message => ({ message, key: random.next().value as number }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ message }) => message),
  )
}
