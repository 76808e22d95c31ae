import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseJson } from '../../../../../src/lib/json.ts'
import {
  appointmentMachine,
  appointmentPurposes,
  checkInTopics,
  contactKinds,
  contactMachine,
  contactOutcomes,
  flagConsequences,
  flagMachine,
  missReasons,
  transitionMachine,
} from '../../../../../src/care-plan/nouns/contact.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { sameValue } from '../../../../../src/lib/same-value.ts'
import { withCaseLink } from '../../../../../src/mappers/case/nouns/case-link.ts'
import type { NounLens } from '../../../../../src/mappers/case/nouns/noun-lens.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM } from '../../../../support/case-world.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 300
const lenses = nounLenses(CM)
const { names } = lenses

const owned = ['Encounter', 'Communication', 'Appointment', 'Flag', 'CarePlan']

function publicResources(): readonly Resource[] {
  const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir')
  const files = readdirSync(folder, { recursive: true })
    .map(file => join(folder, String(file)))
    .filter(file => file.endsWith('.json') && statSync(file).isFile())
  return files.flatMap(file => {
    const text = readFileSync(file, 'utf8')
    if (!/"resourceType"\s*:\s*"(Encounter|Communication|Appointment|Flag|CarePlan)"/.test(text)) return []
    const content = parseJson(text) as Resource
    const entries = (content['entry'] ?? []) as readonly { readonly resource?: Resource }[]
    return [content, ...entries.flatMap(entry => entry.resource ?? [])].filter(({ resourceType }) =>
      owned.includes(resourceType),
    )
  })
}

const foreign = publicResources()

/** Nothing foreign may be lost, whatever it is: decimals with trailing zeros, unknown extensions, modifier elements. */
const strange: readonly Resource[] = owned.map(resourceType => ({
  resourceType,
  id: 'strange',
  meta: { source: 'urn:elsewhere', tag: [{ system: 'urn:tags', code: 'kept' }] },
  extension: [
    { url: 'urn:kept', valueDecimal: (parseJson('{"x":1.50}') as { readonly x: unknown }).x },
    { url: 'urn:also-kept', valueString: 'x' },
  ],
  status: 'unheard-of',
  _status: { extension: [{ url: 'urn:status', valueString: 'kept' }] },
  class: { system: 'urn:local', code: 'VR', display: 'kept' },
  type: [{ coding: [{ system: 'urn:types', code: 'kept' }] }],
  period: { start: '2026-10-01T10:00:00.25-04:00', end: '2026-10-01T10:22:40-04:00' },
  participant: [{ individual: { reference: 'Practitioner/kept' } }, { actor: { display: 'kept' } }],
  reasonCode: [{ text: 'kept' }],
  length: { value: (parseJson('{"x":22.50}') as { readonly x: unknown }).x, unit: 'min' },
}))

const when = fc
  .tuple(
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 23 }),
    fc.integer({ min: 0, max: 59 }),
    fc.constantFrom('-04:00', 'Z', '+05:30'),
  )
  .map(
    ([day, hour, minute, zone]) =>
      `2026-10-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}:00${zone}`,
  )
const anyTime = fc.oneof(when, fc.constantFrom('', '2026', '2026-10-03', '2026-10-03T10:00:00.875Z'))
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const word = fc.stringMatching(/^[a-z]{1,8}$/)
const professional = word.map(name => `Practitioner/${name}`)
const anybody = fc.oneof(
  professional,
  word.map(name => `Patient/${name}`),
  word.map(name => `Client-${name}`),
)
const listOfSome = <T>(...values: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { maxLength: values.length })

const states: Readonly<Record<string, fc.Arbitrary<object>>> = {
  contact: fc.record({
    state: fc.constantFrom(...contactMachine.states),
    kind: fc.constantFrom(...contactKinds),
    at: anyTime,
    minutes: optional(fc.integer({ min: 0, max: 600 })),
    by: optional(anybody),
    with: optional(professional),
    outcome: optional(fc.constantFrom(...contactOutcomes)),
    topics: listOfSome(...checkInTopics),
    redFlags: fc.uniqueArray(word, { maxLength: 3 }),
    answers: optional(fc.array(fc.record({ question: word, answer: word }), { minLength: 1, maxLength: 3 })),
    appointment: optional(word),
    note: optional(word),
    reason: optional(word),
  }),
  appointment: fc.record({
    state: fc.constantFrom(...appointmentMachine.states),
    purpose: fc.constantFrom(...appointmentPurposes),
    text: optional(word),
    start: optional(when),
    end: optional(when),
    provider: optional(anybody),
    location: optional(word.map(name => `Location/${name}`)),
    companion: optional(anybody),
    activity: optional(word),
    missReason: optional(fc.constantFrom(...missReasons)),
    reason: optional(word),
  }),
  flag: fc.record({
    state: fc.constantFrom(...flagMachine.states),
    code: word,
    text: optional(word),
    at: anyTime,
    by: optional(anybody),
    contact: optional(word),
    end: optional(when),
    ledTo: optional(fc.constantFrom(...flagConsequences)),
    note: optional(word),
  }),
  transition: fc.record({
    state: fc.constantFrom(...transitionMachine.states),
    start: optional(when),
    end: optional(when),
    encounter: optional(word),
    dischargeInfoAt: optional(when),
    medRecAt: optional(when),
    medRecBy: optional(anybody),
  }),
}

const present = (state: object): object =>
  Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined))

describe.each(['contact', 'appointment', 'flag', 'transition'] as const)('the lens of a %s', noun => {
  const lens = lenses.of(noun) as unknown as NounLens<'contact'>
  const bare = lens.types.map(resourceType => ({ resourceType, id: 'bare' }))
  const resources: readonly Resource[] = [...bare, ...strange, ...foreign].filter(({ resourceType }) =>
    lens.types.includes(resourceType),
  )
  const resource = fc.constantFrom(...resources)
  const state = states[noun] as fc.Arbitrary<object>

  it('has public resources to be tried on', () => {
    const isPublic = foreign.some(({ resourceType }) => lens.types.includes(resourceType))
    expect(isPublic).toBe(true)
  })

  it('gives back the very same object when what was read is written (get-put)', () => {
    for (const one of resources) expect(lens.write(one, lens.read(one))).toBe(one)
  })

  it('reads what was written, whatever stood there (put-get)', () => {
    fc.assert(
      fc.property(resource, state, (standing, wanted) => {
        const written = lens.write(standing, { ...wanted, id: standing.id ?? '' } as never)
        expect(lens.read({ ...written })).toEqual({ ...present(wanted), id: standing.id ?? '' })
      }),
      { numRuns },
    )
  })

  it('reads the second of two states that are written one over the other', () => {
    fc.assert(
      fc.property(resource, state, state, (standing, first, second) => {
        const id = standing.id ?? ''
        const once = lens.write(standing, { ...first, id } as never)
        const twice = lens.write(once, { ...second, id } as never)
        expect(lens.read({ ...twice })).toEqual({ ...present(second), id })
      }),
      { numRuns },
    )
  })

  it('leaves what it does not own as it was, digits of decimals included', () => {
    fc.assert(
      fc.property(state, wanted => {
        for (const one of strange.filter(({ resourceType }) => lens.types.includes(resourceType))) {
          const written = lens.write(one, { ...wanted, id: 'strange' } as never)
          expect(written['_status']).toBe(one['_status'])
          expect(written.meta).toBe(one.meta)
          expect(canonicalJson(written['extension'])).toContain('"valueDecimal":1.50')
          expect(canonicalJson(written)).toContain('urn:also-kept')
          expect(canonicalJson(written['length'])).toContain('22.50')
          expect(canonicalJson(written['reasonCode'])).toContain('kept')
          expect(canonicalJson(written['participant'])).toContain('{"display":"kept"}')
        }
      }),
      { numRuns },
    )
  })
})

const link = { id: 'new', caseId: 'c1', patient: 'p1' }

describe('a noun that is born', () => {
  const start = '2026-10-05T10:00:00-04:00'
  const end = '2026-10-05T10:30:00-04:00'
  const sensible: Readonly<Record<string, (state: object) => object>> = {
    contact: state => ({ ...state, at: start, by: 'Practitioner/noor' }),
    appointment: state => ({
      ...state,
      ...('start' in state ||
      !['proposed', 'pending', 'waitlist'].includes((state as { state: string }).state)
        ? { start, end }
        : { end: undefined }),
      missReason: (state as { state: string }).state === 'noshow' ? 'forgot' : undefined,
    }),
    flag: state => ({ ...state, at: start, end: undefined }),
    transition: state => ({ ...state, start: '2026-10-05', end: '2026-11-03' }),
  }

  it.each(['contact', 'appointment', 'flag', 'transition'] as const)(
    'stands as valid R4 that its own lens claims: %s',
    noun => {
      const lens = lenses.of(noun) as unknown as NounLens<'contact'>
      fc.assert(
        fc.property(states[noun] as fc.Arbitrary<object>, drawn => {
          const state = present((sensible[noun] as (state: object) => object)(present(drawn)))
          const blank = withCaseLink(lens.blank(link, { ...state, id: 'new' } as never), 'c1', names)
          const written = lens.write(blank, { ...state, id: 'new' } as never)
          expect(validateResource(written)).toEqual([])
          expect(lenses.fitting(written)?.noun).toBe(noun)
          expect(sameValue(lens.read(written), { ...state, id: 'new' })).toBe(true)
        }),
        { numRuns },
      )
    },
  )
})
