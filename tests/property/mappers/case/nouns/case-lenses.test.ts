import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseJson } from '../../../../../src/lib/json.ts'
import { caseStates, mergeable } from '../../../../../src/care-plan/case/case.ts'
import { caseTypes } from '../../../../../src/care-plan/case/case-rules.ts'
import type { NounName, Nouns } from '../../../../../src/care-plan/case/case-file.ts'
import { acuities, assignerKinds, closureReasons } from '../../../../../src/care-plan/nouns/case-root.ts'
import {
  assignmentMachine,
  consentMachine,
  consentScopes,
} from '../../../../../src/care-plan/nouns/people.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { sameValue } from '../../../../../src/lib/same-value.ts'
import { withCaseLink } from '../../../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM } from '../../../../support/case-world.ts'
import { publicResources } from '../../../../support/public-resources.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 300
const lenses = nounLenses(CM)
const { names } = lenses

const foreign = publicResources('EpisodeOfCare', 'Task', 'Consent')

/** Nothing foreign may be lost, whatever it is. */
const odd = (resourceType: string): Resource => ({
  resourceType,
  id: 'odd',
  meta: { source: 'urn:elsewhere', tag: [{ system: 'urn:tags', code: 'kept' }] },
  extension: [
    { url: 'urn:kept', valueDecimal: (parseJson('{"x":1.50}') as { readonly x: unknown }).x },
    { url: names.extension('closure'), extension: [{ url: 'unheard-of', valueString: 'kept' }] },
    { url: names.state, valueCode: 'unheard-of' },
    { url: names.extension('model-period') },
  ],
  identifier: [{ system: 'urn:ids', value: 'kept' }],
  status: 'unheard-of',
  type: [{ coding: [{ system: 'urn:types', code: 'kept' }] }, { text: 'kept' }],
  careManager: { display: 'no reference' },
  patient: { reference: 'https://elsewhere.example/Patient/1' },
  category: [{ text: 'kept' }],
  provision: {
    actor: [{ role: { text: 'kept' }, reference: { display: 'kept' } }, 'bent'],
    class: [{ system: 'urn:classes', code: 'kept' }],
    provision: [{ type: 'deny' }],
  },
  output: [{ type: { text: 'kept' }, valueDecimal: (parseJson('{"x":2.0}') as { readonly x: unknown }).x }],
})

const two = (n: number): string => String(n).padStart(2, '0')
const when = fc
  .record({
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    zone: fc.constantFrom('-04:00', 'Z', '+05:30'),
  })
  .map(({ day, hour, zone }) => `2026-10-${two(day)}T${two(hour)}:00:00${zone}`)
const date = fc.integer({ min: 1, max: 28 }).map(day => `2026-11-${two(day)}`)
const word = fc.stringMatching(/^[a-z][a-z ]{0,12}[a-z]$/)
const person = fc.constantFrom('Practitioner/noor', 'PractitionerRole/cm-2', 'Practitioner/sam')
const organization = fc.constantFrom('Organization/valley', 'Organization/acme')
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

/** R4 wants a period to end after it begins. */
const inOrder = (fields: object): object => {
  const { start, end } = fields as { readonly start?: string; readonly end?: string }
  if (start === undefined || end === undefined) return fields
  return Date.parse(start) <= Date.parse(end) ? fields : { ...fields, start: end, end: start }
}

/** A record without the fields that are undefined. */
const known = (fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc
    .record(fields)
    .map(record => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))

const model = known({
  model: fc.constantFrom('clinical', 'intensive', 'brokerage'),
  version: maybe(fc.constantFrom('1', '2')),
  since: maybe(when),
  reason: maybe(word),
})
const root = fc
  .tuple(
    known({
      patient: fc.constantFrom('p1', '5b7a9d3e-0000-8014-8000-000000000001'),
      since: maybe(when),
      reason: maybe(word),
      caseType: fc.constantFrom(...caseTypes),
      start: maybe(when),
      end: maybe(when),
      acuity: maybe(fc.constantFrom(...acuities)),
      targetGroup: maybe(word),
      assigner: maybe(organization),
      assignerKind: maybe(fc.constantFrom(...assignerKinds)),
      manager: maybe(person),
      eligibleAt: maybe(when),
      openedAt: maybe(when),
      reopenedAt: maybe(when),
      resumptions: maybe(fc.array(when, { minLength: 1, maxLength: 3 })),
      transferredTo: maybe(organization),
      models: fc.array(model, { maxLength: 3 }),
      outreach: fc.array(fc.record({ on: date, medium: word }), { maxLength: 3 }),
      hold: maybe(known({ reason: word, reviewBy: maybe(date) })),
      overrides: fc.array(fc.record({ recipient: organization, reason: word, by: person, at: when }), {
        maxLength: 2,
      }),
      closure: maybe(
        known({
          reason: fc.constantFrom(...closureReasons),
          proposedBy: person,
          proposedAt: when,
          approvedBy: maybe(person),
          communicatedTo: maybe(word),
          outcomes: maybe(word),
        }),
      ),
      isContactProhibited: fc.boolean(),
      contactProhibition: maybe(fc.record({ since: when, reason: word })),
      mergedInto: maybe(
        fc.record(
          {
            case: fc.constantFrom('case-2', 'case-3'),
            state: fc.constantFrom(...mergeable),
            waited: fc.constant('yes' as const),
            since: when,
            reason: word,
          },
          { requiredKeys: ['case', 'state'] },
        ),
      ),
      mergedFrom: maybe(fc.array(fc.constantFrom('case-4', 'case-5'), { minLength: 1, maxLength: 3 })),
    }),
    fc.constantFrom(...caseStates),
    fc.boolean(),
  )
  .map(([fields, state, flag]) => ({ ...fields, state, isWaitlisted: flag && state === 'on-hold' }))

const assignment = known({
  state: fc.constantFrom(...assignmentMachine.states),
  manager: person,
  organization: maybe(organization),
  offeredBy: maybe(person),
  offeredAt: maybe(when),
  expires: maybe(when),
  start: maybe(when),
  end: maybe(when),
  reason: maybe(word),
})

const consent = known({
  state: fc.constantFrom(...consentMachine.states),
  scope: fc.constantFrom(...consentScopes),
  decision: maybe(fc.constantFrom('permit', 'deny')),
  by: maybe(fc.constantFrom('Patient/p1', 'RelatedPerson/sam')),
  at: maybe(when),
  recipients: fc.uniqueArray(organization, { maxLength: 2 }),
  classes: fc.uniqueArray(fc.constantFrom('ServiceRequest', 'CarePlan', 'Goal'), { maxLength: 3 }),
  start: maybe(when),
  end: maybe(when),
  reason: maybe(word),
})

interface Row {
  readonly noun: NounName
  readonly state: fc.Arbitrary<object>
  /** Elements in which the lens owns something. */
  readonly owned: readonly string[]
}

const rows: readonly Row[] = [
  {
    noun: 'case',
    state: root,
    owned: [
      'extension',
      'status',
      '_status',
      'statusHistory',
      'type',
      'patient',
      'period',
      'managingOrganization',
      'careManager',
    ],
  },
  {
    noun: 'assignment',
    state: assignment,
    owned: [
      'extension',
      'status',
      'owner',
      'requester',
      'authoredOn',
      'restriction',
      'executionPeriod',
      'statusReason',
      'output',
    ],
  },
  {
    noun: 'consent',
    state: consent,
    owned: ['extension', 'status', 'category', 'performer', 'dateTime', 'provision'],
  },
]

describe.each(rows)('the lens of a noun: $noun', ({ noun, state, owned }) => {
  const lens = lenses.of(noun)
  const type = lens.types[0] ?? ''
  const resources = [{ resourceType: type, id: 'bare' }, odd(type), ...foreign].filter(
    ({ resourceType }) => resourceType === type,
  )
  const resource = fc.constantFrom(...resources)
  const stated = (one: Resource, fields: object) =>
    ({ ...fields, id: one.id ?? '' }) as unknown as Nouns[NounName]

  it('is tried on public resources', () => {
    expect(resources.length).toBeGreaterThan(2)
  })

  it('gives back the very same object when what was read is written (get-put)', () => {
    for (const one of resources) expect(lens.write(one, lens.read(one))).toBe(one)
  })

  it('reads what was written, whatever stood there (put-get)', () => {
    fc.assert(
      fc.property(resource, state, state, (one, first, second) => {
        const before = lens.write(one, stated(one, first))
        const written = lens.write(before, stated(one, second))
        expect(lens.read(written)).toEqual(stated(one, second))
        expect(lens.write(written, lens.read(written))).toBe(written)
      }),
      { numRuns },
    )
  })

  it('leaves every element, extension and decimal of others as it was', () => {
    fc.assert(
      fc.property(resource, state, (one, fields) => {
        const written = lens.write(one, stated(one, fields))
        for (const [element, value] of Object.entries(one))
          if (!owned.includes(element)) expect(written[element]).toBe(value)
        const others = (from: Resource): unknown =>
          ((from['extension'] ?? []) as { readonly url?: string }[]).filter(({ url }) => !url?.startsWith(CM))
        expect(canonicalJson(others(written))).toBe(canonicalJson(others(one)))
      }),
      { numRuns },
    )
  })

  it('gives valid R4 for what is born, linked to its case, and reads it back', () => {
    fc.assert(
      fc.property(state, fields => {
        const birth = { id: 'n1', caseId: 'c1', patient: 'p1' }
        const born = {
          ...inOrder(fields),
          id: 'n1',
          ...('patient' in fields && { patient: 'p1' }),
        } as unknown as Nouns[NounName]
        const blank = withCaseLink(lens.blank(birth, born), 'c1', names)
        const written = lens.write(blank, born)
        expect(validateResource(written)).toEqual([])
        expect(sameValue(lens.read(written), born)).toBe(true)
        expect(lens.is(written)).toBe(true)
        expect(lenses.fitting(written)?.noun).toBe(noun)
      }),
      { numRuns },
    )
  })
})
