import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  achievements,
  activityKinds,
  activityMachine,
  activitySettings,
  goalMachine,
  planMachine,
  weekdays,
} from '../../../../../src/care-plan/nouns/plan.ts'
import { startMsOf } from '../../../../../src/lib/fhir-time.ts'
import { canonicalJson, parseJson } from '../../../../../src/lib/json.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { sameValue } from '../../../../../src/lib/same-value.ts'
import { withCaseLink } from '../../../../../src/mappers/case/nouns/case-link.ts'
import type { NounLens } from '../../../../../src/mappers/case/nouns/noun-lens.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM } from '../../../../support/case-world.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 10_000 : 400
const lenses = nounLenses(CM)

const owned: ReadonlySet<string> = new Set(['CarePlan', 'Goal', 'ServiceRequest'])

/** Every CarePlan, Goal and ServiceRequest in the public data, those in bundles too. */
function publicResources(): readonly Resource[] {
  const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir')
  const files = readdirSync(folder, { recursive: true })
    .map(file => join(folder, String(file)))
    .filter(file => file.endsWith('.json') && statSync(file).isFile())
  return files.flatMap(file => {
    const text = readFileSync(file, 'utf8')
    if (!/"resourceType"\s*:\s*"(CarePlan|Goal|ServiceRequest)"/.test(text)) return []
    const content = parseJson(text) as Resource
    const entries = (content['entry'] ?? []) as readonly { readonly resource?: Resource }[]
    return [content, ...entries.flatMap(entry => entry.resource ?? [])].filter(({ resourceType }) =>
      owned.has(resourceType),
    )
  })
}

const foreign = publicResources()

const decimal = (text: string): unknown => (parseJson(`{"x":${text}}`) as { readonly x: unknown }).x

/** What none of the public examples has: decimals with trailing zeros beside what we own, other kinds of the same choice. */
const strange: readonly Resource[] = [
  {
    resourceType: 'CarePlan',
    id: 'strange',
    status: 'unheard-of',
    _status: { extension: [{ url: 'urn:status', valueString: 'kept' }] },
    extension: [{ url: 'urn:kept', valueDecimal: decimal('1.50') }],
    instantiatesCanonical: ['http://elsewhere/PlanDefinition/x|1', `${CM}/PlanDefinition/clinical|1.0.0`],
    goal: [
      { reference: 'Goal/a', display: 'kept' },
      { reference: 'http://elsewhere/Goal/b' },
      { reference: '#c' },
      { reference: 'Goal/a/_history/2' },
      { display: 'words only' },
    ],
    activity: [
      { reference: { reference: 'ServiceRequest/a' }, progress: [{ text: 'kept' }] },
      { detail: { status: 'not-started', quantity: { value: decimal('2.50') } } },
      { reference: { reference: 'Task/t' } },
    ],
    supportingInfo: [{ reference: 'Observation/o' }, { reference: 'RiskAssessment/r' }],
    author: { reference: 'Practitioner/x', display: 'kept unless it changes' },
  },
  {
    resourceType: 'Goal',
    id: 'strange',
    lifecycleStatus: 'active',
    startCodeableConcept: { text: 'on admission' },
    description: { coding: [{ system: 'urn:goals', code: 'g', display: 'Walk' }] },
    target: [
      { measure: { text: 'pain' }, detailQuantity: { value: decimal('3.0') } },
      { dueDate: '2026-12-01', measure: { text: 'steps' }, detailQuantity: { value: decimal('100.00') } },
      { dueDate: '2027-01-01' },
    ],
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/goal-acceptance',
        extension: [
          { url: 'individual', valueReference: { reference: 'Patient/p', display: 'kept' } },
          { url: 'status', valueCode: 'agree' },
          { url: 'priority', valueCodeableConcept: { text: 'high' } },
        ],
      },
      {
        url: 'http://hl7.org/fhir/us/pco/StructureDefinition/pco-goal-attainment-scaling',
        extension: [{ url: 'text', valueString: 'only one level' }],
      },
    ],
  },
  {
    resourceType: 'ServiceRequest',
    id: 'strange',
    status: 'on-hold',
    intent: 'plan',
    occurrencePeriod: { start: '2026-10-15', end: '2026-11-15T10:00:00Z' },
    quantityQuantity: { value: decimal('30.0') },
    code: { coding: [{ system: 'urn:services', code: 'pt', display: 'Therapy' }] },
    requester: { reference: 'Practitioner/x', display: 'kept' },
    performer: [{ display: 'words only' }, { reference: 'Organization/o', display: 'kept' }],
    reasonReference: [{ reference: 'Condition/c' }, { reference: 'Observation/o' }],
  },
  {
    resourceType: 'ServiceRequest',
    id: 'daily',
    status: 'active',
    intent: 'order',
    occurrenceTiming: {
      code: { text: 'kept' },
      repeat: {
        boundsDuration: { value: decimal('6.0'), unit: 'wk' },
        frequency: 2,
        period: decimal('1.0'),
        periodUnit: 'd',
        duration: decimal('1.50'),
        durationUnit: 'h',
        timeOfDay: ['08:00:15', '20:00:00'],
      },
    },
  },
]

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const padded = (value: number): string => String(value).padStart(2, '0')
const day = fc.integer({ min: 1, max: 28 }).map(date => `2026-10-${padded(date)}`)
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${padded(hour)}:${padded(minute)}`)
const when = fc
  .tuple(day, clock, fc.constantFrom('-04:00', 'Z', '+05:30'))
  .map(([date, time, zone]) => `${date}T${time}:00${zone}`)
const word = fc.stringMatching(/^[a-z]{1,8}$/)
const ids = fc.uniqueArray(word, { maxLength: 4 })
const party = fc
  .tuple(fc.constantFrom('Practitioner', 'Patient', 'RelatedPerson'), word)
  .map(([type, id]) => `${type}/${id}`)
const anybody = fc.oneof(party, word)

const plan = fc.record({
  state: fc.constantFrom(...planMachine.states),
  major: fc.integer({ min: 1, max: 9 }),
  minor: fc.integer({ min: 0, max: 9 }),
  revisions: optional(fc.array(when, { minLength: 1, maxLength: 3 })),
  title: optional(fc.constantFrom('Back on the bicycle', 'A <b>&amp; "C"')),
  author: optional(anybody),
  created: optional(when),
  start: optional(when),
  end: optional(when),
  replaces: optional(word),
  model: optional(fc.constantFrom('clinical|1.0.0', 'intensive|2.1.0')),
  goals: ids,
  activities: ids,
  needs: ids,
  strengths: ids,
  agreements: fc.array(
    fc.record(
      {
        party: fc.constantFrom('patient' as const, 'guardian' as const, 'provider' as const),
        by: party,
        at: when,
        decision: fc.constantFrom('agreed' as const, 'refused' as const),
        reason: word,
        attestedBy: party,
        how: fc.constantFrom('verbal' as const, 'written' as const),
      },
      { requiredKeys: ['party', 'by', 'at', 'decision'] },
    ),
    { maxLength: 3 },
  ),
  reason: optional(word),
  isPlain: optional(fc.constant(true)),
})

const goal = fc.record({
  state: fc.constantFrom(...goalMachine.states),
  achievement: optional(fc.constantFrom(...achievements)),
  text: word,
  start: optional(day),
  target: optional(day),
  expressedBy: optional(anybody),
  weight: optional(fc.integer({ min: 1, max: 3 })),
  rank: optional(fc.integer({ min: 1, max: 9 })),
  scale: optional(fc.tuple(word, word, word, word, word)),
  needs: ids,
  acceptances: fc.uniqueArray(
    fc.record(
      {
        by: party,
        decision: fc.constantFrom('agree' as const, 'disagree' as const, 'pending' as const),
        at: when,
      },
      { requiredKeys: ['by', 'decision'] },
    ),
    { maxLength: 3, selector: ({ by }) => by },
  ),
  reason: optional(word),
  statusAt: optional(day),
})

const activity = fc.record({
  state: fc.constantFrom(...activityMachine.states),
  kind: fc.constantFrom(...activityKinds),
  text: word,
  code: optional(
    fc.record(
      { system: fc.constant('http://snomed.info/sct'), code: fc.constant('91251008'), display: word },
      { requiredKeys: ['system', 'code'] },
    ),
  ),
  setting: optional(fc.constantFrom(...activitySettings)),
  owner: optional(anybody),
  performer: optional(party),
  perWeek: optional(fc.integer({ min: 1, max: 14 }).map(String)),
  days: fc.uniqueArray(fc.constantFrom(...weekdays), { maxLength: 7 }),
  timeOfDay: optional(clock),
  durationMinutes: optional(fc.integer({ min: 1, max: 240 })),
  place: optional(word.map(id => `Location/${id}`)),
  start: optional(when),
  end: optional(when),
  goals: ids,
  needs: ids,
  after: ids,
  performances: fc.array(
    fc.record(
      { at: when, kept: fc.boolean(), isExcused: fc.boolean(), isLateCancel: fc.boolean(), reason: word },
      { requiredKeys: ['at', 'kept'] },
    ),
    { maxLength: 3 },
  ),
  requestedAt: optional(when),
  endedAt: optional(when),
  reason: optional(word),
})

const states: Readonly<Record<string, fc.Arbitrary<object>>> = { plan, goal, activity }
const present = (state: object): object =>
  Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined))

describe.each(['plan', 'goal', 'activity'] as const)('the lens of a %s', { timeout: 600_000 }, noun => {
  const lens = lenses.of(noun) as unknown as NounLens<'plan'>
  const resources: readonly Resource[] = [
    ...lens.types.map(resourceType => ({ resourceType, id: 'bare' })),
    ...strange,
    ...foreign,
  ].filter(resource => lens.types.includes(resource.resourceType) && lens.is(resource))
  const state = states[noun] as fc.Arbitrary<Parameters<typeof lens.write>[1]>

  it('finds public examples to be tried on', () => {
    expect(resources.length).toBeGreaterThan(noun === 'goal' ? 3 : 5)
  })

  it('gives back the very resource when what was read is written', () => {
    for (const resource of resources) expect(lens.write(resource, lens.read(resource))).toBe(resource)
  })

  it('gives back what was written, over any resource', () => {
    fc.assert(
      fc.property(fc.constantFrom(...resources), state, (resource, generated) => {
        const wanted = { ...present(generated), id: resource.id ?? '' } as typeof generated
        const read = lens.read(lens.write(resource, wanted))
        if (!sameValue(read, wanted)) expect(read).toEqual(wanted)
      }),
      { numRuns },
    )
  })

  it('ends the same whatever was written before', () => {
    fc.assert(
      fc.property(fc.constantFrom(...resources), state, state, (resource, first, second) => {
        const id = resource.id ?? ''
        const [one, two] = [
          { ...present(first), id } as typeof first,
          { ...present(second), id } as typeof second,
        ]
        const read = lens.read(lens.write(lens.write(resource, one), two))
        if (!sameValue(read, two)) expect(read).toEqual(two)
      }),
      { numRuns },
    )
  })

  it('leaves what it does not own as it is, digits of decimals included', () => {
    fc.assert(
      fc.property(fc.constantFrom(...resources), state, (resource, generated) => {
        const kept = untouched(resource)
        const written = lens.write(resource, {
          ...present(generated),
          id: resource.id ?? '',
        } as typeof generated)
        const all = canonicalJson(written)
        for (const piece of kept) expect(all).toContain(piece)
      }),
      { numRuns },
    )
  })

  it('makes valid R4 of whatever is born', () => {
    fc.assert(
      fc.property(state, generated => {
        const born = { ...inOrder(present(generated)), id: 'n-1' } as typeof generated
        const blank = lens.blank({ id: 'n-1', caseId: 'c-1', patient: 'p-1' }, born)
        const resource = lens.write(withCaseLink(blank, 'c-1', lenses.names), born)
        expect(validateResource(resource).filter(({ severity }) => severity !== 'information')).toEqual([])
        expect(lens.is(resource)).toBe(true)
        const read = lens.read(resource)
        if (!sameValue(read, born)) expect(read).toEqual(born)
      }),
      { numRuns },
    )
  })
})

/** Nothing ends before it began (the commands see to that). */
function inOrder(state: object): object {
  const { start, end } = state as { readonly start?: string; readonly end?: string }
  const isBackwards =
    start !== undefined && end !== undefined && startMsOf(start, 'UTC') >= startMsOf(end, 'UTC')
  return isBackwards ? { ...state, end: '2026-12-31T10:00:00Z' } : state
}

/** Elements that none of the three lenses owns any part of. */
const OWNED: ReadonlySet<string> = new Set([
  ...['id', 'status', 'lifecycleStatus', 'extension', 'text', 'title', 'author', 'created', 'period'],
  ...['replaces', 'instantiatesCanonical', 'goal', 'activity', 'addresses', 'supportingInfo'],
  ...['achievementStatus', 'description', 'startDate', 'startCodeableConcept', 'target', 'expressedBy'],
  ...[
    'statusReason',
    'statusDate',
    'category',
    'code',
    'locationCode',
    'requester',
    'authoredOn',
    'performer',
  ],
  ...['occurrenceTiming', 'occurrencePeriod', 'occurrenceDateTime', 'locationReference', 'reasonReference'],
  ...['_occurrenceDateTime', '_startCodeableConcept'],
])

/** Rows of lists that are not ours, and whole elements that are not. */
function untouched(resource: Resource): readonly string[] {
  const whole = Object.entries(resource)
    .filter(([name]) => !OWNED.has(name))
    .map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value)}`)
  const others = [resource['goal'], resource['supportingInfo'], resource['reasonReference']]
    .flatMap(list => (Array.isArray(list) ? (list as readonly { readonly reference?: string }[]) : []))
    .filter(({ reference = '' }) => !/^(Goal|Observation|ServiceRequest|Condition)\/[^/]+$/.test(reference))
    .map(canonicalJson)
  const extensions = (resource['extension'] ?? []) as readonly { readonly url: string }[]
  const strangers = extensions
    .filter(
      ({ url }) => !url.startsWith(CM) && !/pertainsToGoal|goal-acceptance|attainment-scaling/.test(url),
    )
    .map(canonicalJson)
  return [...whole, ...others, ...strangers]
}
