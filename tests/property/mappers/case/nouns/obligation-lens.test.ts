import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseJson } from '../../../../../src/lib/json.ts'
import type { Obligation } from '../../../../../src/care-plan/case/case-file.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { sameValue } from '../../../../../src/lib/same-value.ts'
import { withCaseLink } from '../../../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM, admission, after, discharge, emptyWorld, ofType, stay } from '../../../../support/case-world.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 300
const lenses = nounLenses(CM)
const lens = lenses.of('obligation')
const { names } = lenses

/** Every Task of the public examples. */
function publicTasks(): readonly Resource[] {
  const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir')
  return readdirSync(folder, { recursive: true })
    .map(file => join(folder, String(file)))
    .filter(file => file.endsWith('.json') && statSync(file).isFile())
    .flatMap(file => {
      const text = readFileSync(file, 'utf8')
      if (!/"resourceType"\s*:\s*"Task"/.test(text)) return []
      const content = parseJson(text) as Resource
      const entries = (content['entry'] ?? []) as readonly { readonly resource?: Resource }[]
      return [content, ...entries.flatMap(entry => entry.resource ?? [])]
    })
    .filter(({ resourceType }) => resourceType === 'Task')
}

const foreign = publicTasks()
const ours = ofType(
  after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')])]),
  'Task',
)
const strange: Resource = {
  resourceType: 'Task',
  id: 'strange',
  meta: { tag: [{ system: 'urn:tags', code: 'kept' }] },
  extension: [{ url: 'urn:kept', valueDecimal: (parseJson('{"x":1.50}') as { readonly x: unknown }).x }],
  status: 'requested',
  intent: 'order',
  identifier: [
    { system: 'urn:other', value: 'kept' },
    { system: names.obligation, value: 'c1/contact/a/b~2' },
  ],
  businessStatus: { coding: [{ system: 'urn:partner', code: 'kept' }], text: 'kept' },
  output: [
    { type: { text: 'kept' }, valueString: 'kept' },
    { type: { text: 'kept' }, valueReference: { reference: 'Encounter/kept', display: 'kept' } },
  ],
  restriction: { repetitions: 3, period: { start: '2026-10-01' } },
}
const tasks = [...foreign, ...ours, strange]

const time = fc
  .tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 23 }))
  .map(
    ([day, hour]) => `2026-10-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00-04:00`,
  )
const word = fc.stringMatching(/^[a-z]{1,8}$/)
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const person = word.map(name => `Practitioner/${name}`)

/** A state and the statuses that it may have: the one is the image of the other. */
const standing: fc.Arbitrary<Pick<Obligation, 'state' | 'status'>> = fc.oneof(
  fc.record({
    state: fc.constantFrom('due' as const, 'missed' as const),
    status: fc.constantFrom('requested', 'ready', 'accepted', 'in-progress', 'on-hold'),
  }),
  fc.record({
    state: fc.constantFrom('met' as const, 'late-met' as const),
    status: fc.constant('completed'),
  }),
  fc.record({
    state: fc.constantFrom('waived' as const, 'voided' as const),
    status: fc.constantFrom('cancelled', 'rejected', 'failed'),
  }),
)
const state: fc.Arbitrary<Obligation> = fc
  .record({
    standing,
    more: fc.record({
      rule: fc.constantFrom('contact', 'med-rec', 'red-flag'),
      trigger: fc.constantFrom('m1', 'flag:f1', 'a/b', 'model:x~3'),
      since: optional(time),
      due: optional(time),
      owner: optional(person),
      requester: optional(person),
      outputs: fc.uniqueArray(
        word.map(id => `Encounter/${id}`),
        { maxLength: 3 },
      ),
      statusReason: optional(word),
      note: optional(word),
      startedAt: optional(time),
      doneAt: optional(time),
      snoozedUntil: optional(time),
      snoozeReason: optional(word),
      escalatedTo: optional(person),
    }),
  })
  .map(({ standing: both, more }) => {
    const given = Object.entries({ ...more, ...both }).filter(([, value]) => value !== undefined)
    return { ...Object.fromEntries(given), id: 'x' } as unknown as Obligation
  })
const resource = fc.constantFrom(...tasks)

describe('the lens of duties', () => {
  it('gives back the very same resource when what was read is written (get-put)', () => {
    for (const task of tasks) expect(lens.write(task, lens.read(task))).toBe(task)
  })

  it('reads what was written, whatever stood there (put-get)', () => {
    fc.assert(
      fc.property(resource, state, (task, wanted) => {
        // How many results others gave that are no references is theirs to say.
        const { otherOutputs: _others, ...read } = lens.read(
          lens.write(task, { ...wanted, id: task.id ?? '' }),
        )
        expect(sameValue(read, { ...wanted, id: task.id ?? '' })).toBe(true)
      }),
      { numRuns },
    )
  })

  it('keeps what it does not own, decimals’ digits included', () => {
    fc.assert(
      fc.property(state, wanted => {
        const written = canonicalJson(lens.write(strange, { ...wanted, id: 'strange' }))
        for (const kept of [
          '"valueDecimal":1.50',
          '"repetitions":3',
          '"urn:partner"',
          '"urn:other"',
          '"urn:tags"',
        ])
          expect(written).toContain(kept)
        expect(written).toContain('"valueString":"kept"')
      }),
      { numRuns },
    )
  })

  it('gives birth to valid R4 that is this noun and no other', () => {
    fc.assert(
      fc.property(state, wanted => {
        const birth = { id: 't1', caseId: 'c1', patient: 'p1' }
        const born = withCaseLink(lens.blank(birth, wanted), 'c1', names)
        const task = lens.write(born, { ...wanted, startedAt: wanted.startedAt && wanted.doneAt } as never)
        expect(lenses.fitting(task)?.noun).toBe('obligation')
        const isBackwards = (wanted.startedAt ?? '') > (wanted.doneAt ?? '9')
        if (!isBackwards) expect(validateResource(task)).toEqual([])
      }),
      { numRuns },
    )
  })

  it('takes no Task of another kind for a duty', () => {
    for (const task of foreign) expect(lenses.fitting(task)?.noun).not.toBe('obligation')
    for (const task of ours) expect(lenses.fitting(task)?.noun).toBe('obligation')
  })
})
