import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../../src/lib/json.ts'
import { caseStates } from '../../../../src/care-plan/case/case.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { teamRoles, teamRowKey } from '../../../../src/care-plan/case/care-team.ts'
import { memberRow } from '../../../../src/mappers/case/lenses/care-team-lens.ts'
import { caseLenses } from '../../../../src/mappers/case/case-record.ts'
import type { Lens } from '../../../../src/mappers/case/lenses/lens.ts'
import { sameValue } from '../../../../src/lib/same-value.ts'
import { sortedRows } from '../../../../src/mappers/case/lenses/slots.ts'
import { contiguous } from '../../../../src/mappers/case/lenses/status-history.ts'
import { withCaseEffect } from '../../../../src/mappers/case/lenses/encounter-lens.ts'
import { admission, after, CM, discharge, emptyWorld, stay } from '../../../support/case-world.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 300
const lenses = caseLenses(CM)
const { names } = lenses

/** Resources of the four types and of Encounter from the public test data. */
const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir')
const owned = new Set(['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task', 'Encounter', 'Flag'])

function publicResources(): readonly Resource[] {
  const files = readdirSync(folder, { recursive: true })
    .map(file => join(folder, String(file)))
    .filter(file => file.endsWith('.json') && statSync(file).isFile())
  return files.flatMap(file => {
    const text = readFileSync(file, 'utf8')
    if (!/"resourceType"\s*:\s*"(EpisodeOfCare|CareTeam|CarePlan|Task|Encounter)"/.test(text)) return []
    const content = parseJson(text) as Resource
    const entries = (content['entry'] ?? []) as readonly { readonly resource?: Resource }[]
    return [content, ...entries.flatMap(entry => entry.resource ?? [])].filter(resource =>
      owned.has(resource.resourceType),
    )
  })
}

const foreign = publicResources()
const ours = after(emptyWorld, [
  stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
]).compartment

const time = fc
  .tuple(
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 23 }),
    fc.constantFrom('-04:00', 'Z', '+02:00'),
  )
  .map(
    ([day, hour, zone]) =>
      `2026-10-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00:00${zone}`,
  )
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const word = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' })
const standing = <S extends string>(state: fc.Arbitrary<S>) =>
  fc
    .record({ own: state, overlay: optional(fc.record({ state, reason: word })) })
    .map(({ own, overlay }) => ({ own, ...(overlay && { overlay }) }))
const uniqueSorted = fc.uniqueArray(word, { maxLength: 3 }).map(list => list.toSorted())

const episodeState = fc.record({
  number: optional(word),
  standing: standing(fc.constantFrom(...caseStates, 'waitlist' as const)),
  history: fc
    .array(fc.record({ status: fc.constantFrom('planned', 'active', 'finished'), start: time }), {
      maxLength: 4,
    })
    .map(contiguous),
  start: optional(time),
  end: optional(time),
  acuity: optional(word),
})
const teamState = fc.record({
  standing: standing(fc.constantFrom('proposed', 'active', 'suspended', 'inactive')),
  stated: optional(word),
  members: fc
    .uniqueArray(
      fc.record({
        member: word,
        role: fc.constantFrom(...teamRoles),
        start: time,
        end: time,
        organization: word,
        reason: word,
      }),
      { maxLength: 4, selector: teamRowKey },
    )
    .map(rows => sortedRows(rows, memberRow(names))),
})
const planState = fc.record({
  standing: standing(fc.constantFrom('draft', 'active', 'revoked', 'entered-in-error')),
  state: optional(word),
  created: optional(time),
  start: optional(time),
  end: optional(time),
  activities: uniqueSorted,
  isDispositionUnknown: fc.boolean(),
})
const taskState = fc.record({
  standing: standing(fc.constantFrom('requested', 'accepted', 'completed', 'cancelled')),
  stated: optional(word),
  statusReason: optional(word),
  isMissed: fc.boolean(),
  authored: optional(time),
  due: optional(time),
  words: optional(word),
  modified: optional(time),
  notes: uniqueSorted,
  isBornOverdue: fc.boolean(),
  outputs: uniqueSorted,
  escalateAt: optional(time),
  isOver: fc.boolean(),
  escalatedTo: optional(word),
  snoozedUntil: optional(time),
  urgentBy: fc.constantFrom('people', 'rule', undefined),
  focus: optional(word),
  basedOn: uniqueSorted,
  message: optional(word),
})

const erased = <S extends object>(lens: Lens<S>): Lens<object> => ({
  read: lens.read,
  write: (resource, state) => lens.write(resource, state as S),
})

interface Case {
  readonly type: string
  readonly lens: Lens<object>
  readonly state: fc.Arbitrary<object>
}

const table: readonly Case[] = [
  { type: 'EpisodeOfCare', lens: erased(lenses.episode), state: episodeState },
  { type: 'CareTeam', lens: erased(lenses.team), state: teamState },
  { type: 'CarePlan', lens: erased(lenses.plan), state: planState },
  { type: 'Task', lens: erased(lenses.task), state: taskState },
]

describe.each(table)('the lens of $type', ({ type, lens, state }) => {
  const resources = [{ resourceType: type, id: 'bare' }, ...foreign, ...ours].filter(
    resource => resource.resourceType === type,
  )
  const resource = fc.constantFrom(...resources)

  it('has public and own resources to be tried on', () => {
    expect(resources.length).toBeGreaterThan(1)
  })

  it('gives back the very same object when what was read is written (get-put)', () => {
    for (const one of resources) expect(lens.write(one, lens.read(one))).toBe(one)
  })

  it('reads what was written, whatever stood there (put-get)', () => {
    fc.assert(
      fc.property(resource, state, state, (one, first, second) => {
        const written = lens.write(lens.write(one, first), second)
        expect(lens.read(written)).toEqual(lens.read(lens.write(one, second)))
        expect(sameValue(lens.read(written), second)).toBe(true)
        expect(lens.write(written, lens.read(written))).toBe(written)
      }),
      { numRuns },
    )
  })

  it('keeps every element, extension and decimal that it does not own', () => {
    fc.assert(
      fc.property(resource, state, (one, wanted) => {
        const extra = parseJson('[{"url":"urn:foreign","valueDecimal":1.50}]')
        const marked = {
          ...one,
          extension: [...((one['extension'] as object[]) ?? []), ...(extra as object[])],
        }
        const written = lens.write(marked, wanted)
        expect(JSON.stringify(written['extension'])).toContain('{"url":"urn:foreign","valueDecimal":1.50}')
        for (const [element, value] of Object.entries(marked)) {
          if (!touched.has(element)) expect(written[element]).toBe(value)
        }
      }),
      { numRuns },
    )
  })
})

/** Elements in which a lens owns something. */
const touched = new Set([
  ...[
    'identifier',
    'status',
    '_status',
    'extension',
    'statusHistory',
    'period',
    'participant',
    'created',
    'activity',
  ],
  ...[
    'meta',
    'statusReason',
    'businessStatus',
    'authoredOn',
    'restriction',
    'description',
    'lastModified',
    'note',
  ],
  ...['priority', 'focus', 'basedOn', 'input', 'output'],
])

describe('rows of others in a list', () => {
  it('stay where and as they are', () => {
    const pin = { member: { reference: 'Practitioner/pin' }, onBehalfOf: { display: 'x' } }
    const team: Resource = { resourceType: 'CareTeam', status: 'active', participant: [pin, 'bent'] }
    fc.assert(
      fc.property(teamState, state => {
        const written = lenses.team.write(team, state)
        expect((written['participant'] as unknown[]).slice(0, 2)).toEqual([pin, 'bent'])
        expect((written['participant'] as unknown[]).length).toBe(2 + state.members.length)
      }),
      { numRuns },
    )
  })
})

describe('what case management says about an Encounter', () => {
  const encounters = foreign.filter(({ resourceType }) => resourceType === 'Encounter')
  const effect = fc.record({ encounter: word, isReadmission: fc.boolean(), episodes: uniqueSorted })
  const nothing = { encounter: '', isReadmission: false, episodes: [] }

  it('can be taken back without a trace', () => {
    fc.assert(
      fc.property(fc.constantFrom(...encounters), effect, (encounter, said) => {
        const before = JSON.stringify(encounter)
        expect(JSON.stringify(withCaseEffect(withCaseEffect(encounter, said, CM), nothing, CM))).toBe(before)
        expect(withCaseEffect(encounter, nothing, CM)).toBe(encounter)
      }),
      { numRuns },
    )
  })
})
