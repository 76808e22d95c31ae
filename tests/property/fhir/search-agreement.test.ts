import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { derivedId, shardOfKey } from '../../../src/lib/ids.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { matches } from '../../../src/fhir/search/matching/match.ts'
import { parseSearch } from '../../../src/fhir/search/parse-search.ts'
import { openEmbeddedStore } from '../../../src/store/open-store.ts'

const BASE = 'http://x.org/fhir'
const AT = '2026-10-05T18:30:00.000Z'
const NOW = Date.parse(AT)
const RUNS = process.env['CASEWIRE_LONG'] === '1' ? 3_000 : 100

const codes = ['a', 'b', 'final', '']
const systems = ['urn:s', 'http://loinc.org', 'http://hl7.org/fhir/x']
const texts = ['Ana', 'ANA maria', 'Éva', 'López', 'b']
const dates = ['2026', '2026-03', '2026-03-14', '2026-03-14T10:00:00Z', '1980-02-29', '2026-10-05']
const numbers = ['5', '5.4', '5.40', '0.0054', '100', '-1', '1e2']
const units = ['mg', 'g', 'kg', 'beats']
const ids = ['p1', 'p2', 'o1']

const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined })
const pick = (from: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...from)
const coding = fc.record({
  system: maybe(pick(systems)),
  code: pick(codes.slice(0, 3)),
  display: maybe(pick(texts)),
})
const concept = fc.record({ coding: maybe(fc.array(coding, { maxLength: 2 })), text: maybe(pick(texts)) })
const reference = fc.record({
  reference: maybe(
    pick(['Patient/p1', 'Patient/p2', 'Group/p1', 'Practitioner/o1', 'http://y.org/Patient/p1']),
  ),
  identifier: maybe(fc.record({ system: maybe(pick(systems)), value: pick(codes.slice(0, 2)) })),
})
const quantity = fc.record({
  value: pick(numbers).map(Number),
  comparator: maybe(pick(['<', '>='])),
  unit: maybe(pick(units)),
  system: maybe(fc.constant('http://unitsofmeasure.org')),
  code: maybe(pick(units.slice(0, 3))),
})
const period = fc.record({ start: maybe(pick(dates.slice(2))), end: maybe(pick(dates.slice(2))) })

const observation = fc.record({
  resourceType: fc.constant('Observation'),
  status: maybe(pick(codes.slice(0, 3))),
  code: maybe(concept),
  subject: maybe(reference),
  performer: maybe(fc.array(reference, { maxLength: 2 })),
  effectiveDateTime: maybe(pick(dates)),
  effectivePeriod: maybe(period),
  valueQuantity: maybe(quantity),
  valueString: maybe(pick(texts)),
  valueCodeableConcept: maybe(concept),
  component: maybe(
    fc.array(fc.record({ code: maybe(concept), valueQuantity: maybe(quantity) }), { maxLength: 2 }),
  ),
})
const patient = fc.record({
  resourceType: fc.constant('Patient'),
  identifier: maybe(
    fc.array(
      fc.record({ system: maybe(pick(systems)), value: pick(codes.slice(0, 3)), type: maybe(concept) }),
      { maxLength: 2 },
    ),
  ),
  name: maybe(
    fc.array(fc.record({ family: maybe(pick(texts)), text: maybe(pick(texts)) }), { maxLength: 2 }),
  ),
  birthDate: maybe(pick(dates.slice(0, 3))),
  gender: maybe(pick(['male', 'female'])),
  managingOrganization: maybe(reference),
  deceasedBoolean: maybe(fc.boolean()),
})
const risk = fc.record({
  resourceType: fc.constant('RiskAssessment'),
  subject: maybe(reference),
  prediction: maybe(fc.array(fc.record({ probabilityDecimal: pick(numbers).map(Number) }), { maxLength: 2 })),
})

const resources = (
  [
    [observation, 40],
    [patient, 25],
    [risk, 10],
  ] as const
).flatMap(([arbitrary, count], at) =>
  fc.sample(arbitrary as fc.Arbitrary<object>, { numRuns: count, seed: 7 + at }).map((body, n) => {
    const key = `${at}-${n}`
    const clean = JSON.parse(JSON.stringify(body)) as { readonly resourceType: string }
    const id = derivedId(shardOfKey(1, key), 1, clean.resourceType, key)
    return { ...clean, id, meta: { lastUpdated: AT } } satisfies Resource
  }),
)

const prefix = pick(['', '', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])
const prefixed = (of: fc.Arbitrary<string>) => fc.tuple(prefix, of).map(parts => parts.join(''))
const token = fc.oneof(
  pick(codes.slice(0, 3)),
  fc.tuple(pick([...systems, '']), pick(codes)).map(parts => parts.join('|')),
)
const measured = fc
  .tuple(
    prefixed(pick(numbers)),
    pick(['', '||mg', '||beats', '|http://unitsofmeasure.org|g', '|http://unitsofmeasure.org|mg', '|urn:s|']),
  )
  .map(parts => parts.join(''))
const named = (names: readonly string[], value: fc.Arbitrary<string>) =>
  fc.tuple(
    pick(names),
    fc.array(value, { minLength: 1, maxLength: 2 }).map(values => values.join(',')),
  )
const presence = (names: readonly string[]) =>
  fc.tuple(
    pick(names).map(name => `${name}:missing`),
    pick(['true', 'false']),
  )
const composed = fc.tuple(token, measured).map(parts => parts.join('$'))

const filterTest = (names: readonly string[], operators: readonly string[], value: fc.Arbitrary<string>) =>
  fc
    .tuple(
      pick(names),
      pick(operators),
      value.map(text => JSON.stringify(text)),
    )
    .map(parts => parts.join(' '))
const filterOf = (one: fc.Arbitrary<string>) =>
  fc
    .tuple(one, one, pick(['and', 'or']), fc.boolean())
    .map(
      ([a, b, word, negated]) =>
        ['_filter', `${negated ? `not (${a})` : a} ${word} ${b}`] as [string, string],
    )

const conditions: Readonly<Record<string, fc.Arbitrary<[string, string]>>> = {
  Observation: fc.oneof(
    named(['code', 'code:not', 'status', 'status:not', 'value-concept', 'combo-code'], token),
    named(['code:text', 'value-string', 'value-string:exact'], pick(texts)),
    named(['value-string:contains'], pick(['ana', 'mari', 'xyz'])),
    named(
      ['subject', 'patient', 'performer', 'subject:Patient', 'subject:Group'],
      pick([...ids, ...ids.map(id => `Patient/${id}`)]),
    ).filter(([name, value]) => !(name === 'subject:Group' && value.includes('/'))),
    named(['subject:identifier', 'performer:identifier'], token),
    named(['date', '_lastUpdated'], prefixed(pick(dates))),
    named(['value-quantity', 'component-value-quantity', 'combo-value-quantity'], measured),
    named(['code-value-quantity', 'component-code-value-quantity'], composed),
    named(
      ['code-value-string'],
      fc.tuple(token, pick(texts)).map(parts => parts.join('$')),
    ),
    presence([
      'code',
      'status',
      'subject',
      'patient',
      'date',
      'value-quantity',
      'performer',
      'code-value-quantity',
      'value-string',
    ]),
    filterOf(
      fc.oneof(
        filterTest(['code', 'status'], ['eq', 'ne'], pick(codes.slice(0, 3))),
        filterTest(['subject', 'performer'], ['eq', 're', 'ne'], pick(['Patient/p1', 'Group/p1'])),
        filterTest(['value-string'], ['eq', 'ne', 'sw'], pick(texts)),
        filterTest(['date'], ['eq', 'ne', 'po', 'gt', 'le', 'sa'], pick(dates)),
        filterTest(['value-quantity'], ['eq', 'ne', 'gt', 'ap'], pick(numbers)),
      ),
    ),
  ),
  Patient: fc.oneof(
    named(['identifier', 'identifier:not', 'gender', 'gender:not', 'deceased'], token),
    named(['identifier:of-type'], fc.constant('urn:s|a|b')),
    named(['identifier:text', 'name', 'family', 'family:exact'], pick(texts)),
    named(['birthdate'], prefixed(pick(dates))),
    named(['organization:identifier'], token),
    presence(['identifier', 'name', 'birthdate', 'gender', 'organization']),
  ),
  RiskAssessment: fc.oneof(
    named(['probability'], prefixed(pick(numbers))),
    named(['subject'], pick(ids)),
    presence(['probability', 'subject']),
  ),
}

const search = pick(Object.keys(conditions)).chain(type =>
  fc.record({
    type: fc.constant(type),
    pairs: fc.array(conditions[type] ?? fc.constant<[string, string]>(['_id', 'x']), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
)

let store: Store
let dataDir: string

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'cw-agree-'))
  store = await openEmbeddedStore({
    dataDir,
    clock: { nowMs: () => NOW },
    indexResource: resource => indexResource(resource, BASE),
    migrate: 'auto',
  })
  const writes = resources.map(resource => ({
    type: resource.resourceType,
    id: resource.id,
    shard: Number.parseInt(resource.id.slice(15, 18), 16) >> 2,
    expect: 0,
    versions: [resource],
  }))
  const flushed = await store.flush({ tenant: 1, lane: 0, at: AT, writes })
  if (!flushed.ok) throw new Error('conflict')
})
afterAll(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
})

test('a search finds in the store what the matcher finds in memory', async () => {
  await fc.assert(
    fc.asyncProperty(search, async ({ type, pairs }) => {
      const parsed = parseSearch({ type, pairs, lenient: false, base: BASE, nowMs: NOW })
      fc.pre(parsed.ok)
      const { plan } = parsed.value
      const result = await store.search(1, { ...plan, count: 100 })
      const expected = resources
        .filter(({ resourceType }) => resourceType === type)
        .filter(resource => matches(resource, { kind: 'all', of: plan.where }, BASE) === true)
      expect(result.matches.map(({ id }) => id).toSorted()).toEqual(expected.map(({ id }) => id).toSorted())
    }),
    { numRuns: RUNS },
  )
}, 120_000)
