import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { searchableParametersOf } from '../../../src/fhir/search/parameters.ts'
import { openFhirServer, type FhirCall, type FhirServer } from '../../support/fhir-server.ts'

/**
 * Whatever is sent to the FHIR surface is answered within five seconds, never by a fault of ours, and every refusal is an
 * OperationOutcome. The seed of a run is printed; a failure names it with the smallest request that fails.
 */
const RUNS = process.env['CASEWIRE_LONG'] === '1' ? 100_000 : 300
const LIMIT_MS = 5000
const given = process.env['CASEWIRE_SEED']
const chosen = process.env['CASEWIRE_LONG'] === '1' ? Date.now() % 2 ** 31 : 2026
const seed = given === undefined ? chosen : Number(given)

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer()
  for (const resource of [patient, observation])
    await server.call({ method: 'PUT', path: `/${resource.resourceType}/${resource.id}`, body: resource })
  process.stderr.write(`the fuzz of the FHIR surface: seed ${seed}, ${RUNS} runs each\n`)
})
afterAll(() => server.close())

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  meta: { tag: [{ system: 'urn:t', code: 'a' }] },
  identifier: [{ system: 'urn:mrn', value: '1' }],
  name: [{ family: 'Fuzz', given: ['A', 'B'] }],
  gender: 'female',
  birthDate: '1980-02-29',
  contact: [{ name: { text: 'x' }, telecom: [{ system: 'phone', value: '5' }] }],
}
const observation = {
  resourceType: 'Observation',
  id: 'o1',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2024-03-14T10:00:00Z',
  valueQuantity: { value: 5, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' },
}
const patch = {
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: 'Patient.birthDate' },
        { name: 'value', valueDate: '1990-01-01' },
      ],
    },
  ],
}
const jsonPatch = [
  { op: 'add', path: '/gender', value: 'male' },
  { op: 'test', path: '/name/0/family', value: 'Fuzz' },
  { op: 'move', from: '/name/0/given/0', path: '/name/0/given/1' },
]
const bundle = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    {
      fullUrl: 'urn:uuid:9a3f0c52-37a5-4f3a-9c39-5b8a5f2f6d10',
      resource: { ...patient, id: undefined },
      request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=urn:mrn|1' },
    },
    {
      resource: { ...observation, subject: { reference: 'urn:uuid:9a3f0c52-37a5-4f3a-9c39-5b8a5f2f6d10' } },
      request: { method: 'PUT', url: 'Observation/o1', ifMatch: 'W/"1"' },
    },
    { request: { method: 'GET', url: 'Patient?_id=p1' } },
    { request: { method: 'DELETE', url: 'Patient/p2' } },
  ],
}
const seeds: readonly object[] = [patient, observation, patch, jsonPatch, bundle]

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown[]>(
    ...[
      '',
      ' ',
      '\u0000',
      '\uD800',
      '\u202E',
      '%',
      '../..',
      'Patient/p1',
      'urn:uuid:x',
      'Patient?name=a',
      '$&',
    ],
    ...['W/"', '2026-02-30', '9999-12-31T23:59:60Z', '-0001', 'x'.repeat(5000), '__proto__', 'constructor'],
    ...[1e308, -0, 1e-300, Number.MAX_SAFE_INTEGER, null, [], {}, [[]], [null], { resourceType: 'Patient' }],
  ),
)

type Step = {
  readonly at: number
  readonly how: 'set' | 'drop' | 'wrap' | 'key' | 'graft'
  readonly value: unknown
}
const step: fc.Arbitrary<Step> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('set', 'drop', 'wrap', 'key', 'graft'),
  value: odd,
})

interface Place {
  readonly holder: Record<string, unknown>
  readonly key: string
}
function placesOf(value: unknown): readonly Place[] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap(key => [{ holder, key }, ...placesOf(holder[key])])
}

const nameOf = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 20)

function changed(whole: object, steps: readonly Step[]): unknown {
  const copy = JSON.parse(JSON.stringify(whole)) as object
  for (const { at, how, value: shared } of steps) {
    const value: unknown = JSON.parse(JSON.stringify(shared))
    const places = placesOf(copy)
    const place = places[at % Math.max(places.length, 1)]
    if (!place) continue
    const { holder, key } = place
    if (how === 'set') holder[key] = value
    else if (how === 'drop') Reflect.deleteProperty(holder, key)
    else if (how === 'wrap') holder[key] = [holder[key], holder[key]]
    else if (how === 'graft')
      holder[key] = JSON.parse(JSON.stringify(places[(at * 7) % places.length]?.holder))
    else if (!Array.isArray(holder))
      Object.defineProperty(holder, nameOf(value), {
        value: holder[key],
        enumerable: true,
        writable: true,
        configurable: true,
      })
  }
  return copy
}

/** A body as text: a sound one that was changed, or text that was cut and spliced after. */
const body: fc.Arbitrary<string> = fc
  .record({
    whole: fc.constantFrom(...seeds),
    steps: fc.array(step, { minLength: 0, maxLength: 4 }),
    cut: fc.option(fc.tuple(fc.nat(2000), fc.nat(30), fc.string({ unit: 'binary', maxLength: 8 })), {
      freq: 4,
    }),
  })
  .map(({ whole, steps, cut }) => {
    const text = JSON.stringify(changed(whole, steps)) ?? ''
    if (cut === null) return text
    const [from, length, instead] = cut
    const start = from % Math.max(text.length, 1)
    return text.slice(0, start) + instead + text.slice(start + length)
  })

const writes = fc.constantFrom(
  ...([
    ['POST', '/Patient'],
    ['POST', '/Observation'],
    ['POST', ''],
    ['PUT', '/Patient/p1'],
    ['PUT', '/Observation/o1'],
    ['PUT', '/Patient?identifier=urn:mrn|1'],
    ['PATCH', '/Patient/p1'],
    ['PATCH', '/Patient?identifier=urn:mrn|1'],
    ['POST', '/Patient/$validate'],
    ['POST', '/Patient/p1/$meta-add'],
    ['POST', '/ValueSet/$expand'],
  ] as const),
)
const contentType = fc.constantFrom(
  ...['application/fhir+json', 'application/fhir+json', 'application/json', 'application/json-patch+json'],
  ...[
    'application/x-www-form-urlencoded',
    'application/fhir+xml',
    'text/plain',
    'application/fhir+json; charset=latin1',
  ],
)

async function holds(call: FhirCall): Promise<void> {
  const began = performance.now()
  const reply = await server.call(call)
  const took = performance.now() - began
  const shown = `${call.method ?? 'GET'} ${call.path}: ${reply.status} ${reply.text.slice(0, 200)}`
  expect(reply.status, shown).toBeLessThan(500)
  expect(took, shown).toBeLessThan(LIMIT_MS)
  if (reply.status >= 400) expect(reply.json?.resourceType, shown).toBe('OperationOutcome')
}

test('whatever body is sent, the answer is no fault and every refusal an OperationOutcome', async () => {
  await fc.assert(
    fc.asyncProperty(writes, body, contentType, ([method, path], text, type) =>
      holds({ method, path, body: text, headers: { 'content-type': type } }),
    ),
    { numRuns: RUNS, seed },
  )
}, 14_400_000)

const types = [
  'Patient',
  'Observation',
  'Encounter',
  'Task',
  'CarePlan',
  'RiskAssessment',
  'Location',
  'ValueSet',
]
const codes = types.flatMap(type => searchableParametersOf(type).map(({ code }) => code))
const name = fc
  .tuple(
    fc.oneof(
      fc.constantFrom(...codes),
      fc.constantFrom(
        ...[
          '_count',
          '_sort',
          '_include',
          '_revinclude',
          '_include:iterate',
          '_summary',
          '_elements',
          '_total',
          '_type',
        ],
        ...[
          '_filter',
          '_list',
          '_text',
          '_content',
          '_has',
          '_has:Observation:subject:code',
          '_page',
          '_explain',
          '_format',
        ],
        ...[
          '_pretty',
          '_contained',
          '_query',
          '_at',
          '_since',
          '_lastUpdated',
          'subject:Patient.name',
          'patient.birthdate',
        ],
      ),
      fc.string({ maxLength: 12 }),
    ),
    fc.constantFrom(
      ...[
        '',
        '',
        '',
        '',
        ':exact',
        ':contains',
        ':missing',
        ':not',
        ':in',
        ':not-in',
        ':above',
        ':below',
        ':text',
      ],
      ...[':identifier', ':of-type', ':Patient', ':iterate', ':', ':Patient.name', '.name', '.', ':x'],
    ),
  )
  .map(([code, modifier]) => code + modifier)

const value = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      'a',
      'true',
      'false',
      '0',
      '-1',
      '1e400',
      '1e-400',
      '5|http://unitsofmeasure.org|g',
      '5||',
      '|||',
      '|',
      ',',
      ',,',
    ],
    ...[
      '\\',
      '\\,',
      '$',
      '$$',
      'a$b',
      'ge2024',
      'ap1980-02-29',
      'sa9999-12-31',
      'lt0000',
      '2024-02-30',
      'ne',
      'Patient/p1',
    ],
    ...[
      'Patient/p1/_history/1',
      'http://casewire.test/fhir/Patient/p1',
      'http://x',
      'Observation:subject',
      'Patient:*',
      '*',
    ],
    ...[
      '-birthdate,name',
      '-',
      'gender eq "male"',
      'not (',
      '((((((((',
      'a eq "',
      'name pr true and',
      '1000',
      '1001',
      '\u0000',
    ],
    ...[
      '-83.694810|42.256500|11.20|km',
      '91|181|5|km',
      '%',
      '_',
      "'",
      '"; --',
      '*:*',
      'x'.repeat(3000),
      '\uFFFD',
      '🦄',
    ],
  ),
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
)
const query = fc
  .array(fc.tuple(name, value, fc.boolean()), { minLength: 0, maxLength: 5 })
  .map(pairs =>
    pairs
      .map(([key, text, raw]) => (raw ? `${rawly(key)}=${rawly(text)}` : `${escaped(key)}=${escaped(text)}`))
      .join('&'),
  )
/** Characters that a URL may hold as they are, percent signs among them, whether they begin an escape or not. */
const rawly = (text: string): string => text.replaceAll(/[^\w.~!$'()*+,;:@/?|%=&-]/g, '')
const escaped = (text: string): string => encodeURIComponent(text.toWellFormed())

const addresses = fc.constantFrom(
  ...types.map(type => `/${type}`),
  ...['', '/Patient/p1', '/Patient/p1/_history', '/Patient/_history', '/_history', '/Patient/p1/Observation'],
  ...[
    '/Patient/p1/*',
    '/Patient/p1/$everything',
    '/Observation/$lastn',
    '/Patient/p1/_history/1',
    '/metadata',
  ],
  ...['/ValueSet/$expand', '/CodeSystem/$lookup', '/Unicorn', '/Patient/$x', '/Patient/%00', '/Patient/%zz'],
)
const preference = fc.constantFrom('handling=strict', 'handling=lenient', 'return=minimal', ',;=')

test('whatever is asked for, the answer is no fault and every refusal an OperationOutcome', async () => {
  await fc.assert(
    fc.asyncProperty(addresses, query, preference, fc.boolean(), (path, text, prefer, isForm) =>
      isForm && types.includes(path.slice(1))
        ? holds({
            method: 'POST',
            path: `${path}/_search`,
            body: text,
            headers: { prefer, 'content-type': 'application/x-www-form-urlencoded' },
          })
        : holds({ path: `${path}?${text}`, headers: { prefer } }),
    ),
    { numRuns: RUNS, seed },
  )
}, 14_400_000)
