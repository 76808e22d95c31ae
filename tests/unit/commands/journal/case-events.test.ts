import { describe, expect, test } from 'vitest'
import { openWork } from '../../../../src/commands/work/unit-of-work.ts'
import type { Told } from '../../../../src/commands/journal/case-events.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { withCaseLink } from '../../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import { faultsOfRows } from '../../../support/event-schemas.ts'
import { storedRows, type StoredRows } from '../../../support/stored-rows.ts'

const base = 'https://casewire.example/fhir'
const { names } = nounLenses(base)
const subject = { reference: 'Patient/p1' }
const AT = '2026-10-05T12:00:00.000Z'

const episode = (id = 'c1') => ({
  ...{ resourceType: 'EpisodeOfCare', id, status: 'planned', patient: subject },
  type: [{ coding: [{ system: names.caseType, code: 'acute' }] }],
})
const goal = (more: object = {}) => ({
  ...{ resourceType: 'Goal', id: 'g1', lifecycleStatus: 'proposed', subject },
  ...{ description: { text: 'Walk' }, ...more },
})
const of = (resource: object, caseId = 'c1') => withCaseLink(resource as Resource, caseId, names)

interface Options {
  readonly told?: Told
  readonly journal?: {
    readonly canonicalBase: string
    readonly source: string
    readonly topic?: string
  } | null
  readonly remove?: readonly string[]
}

/** One flush of some resources over what stands. */
function write(store: StoredRows, resources: readonly object[], options: Options = {}) {
  const { told, journal = { canonicalBase: base, source: 'https://cm.example' }, remove = [] } = options
  const context = { tenant: 1, lane: 0, at: AT, actor: 'Practitioner/ana', targets: [] }
  const work = openWork({ ...context, ...(journal && { journal }) }, store.rows())
  for (const resource of resources) work.put(resource as Resource & { id: string }, { shard: 1 })
  for (const key of remove) {
    const [type = '', id = ''] = key.split('/')
    work.remove({ type, id })
  }
  const changes = work.changes(told)
  store.take(changes)
  expect(faultsOfRows(changes.events ?? [])).toEqual([])
  return changes
}

const types = ({ events = [] }: ReturnType<typeof write>) => events.map(({ type }) => type)

describe('the name of what happened', () => {
  test('a birth is called as the machine calls it, and as recorded where the machine has no such birth', () => {
    const store = storedRows()
    expect(types(write(store, [episode(), of(goal())]))).toEqual(['CaseIdentified', 'GoalSet'])
    expect(types(write(store, [of(goal({ id: 'g2', lifecycleStatus: 'active' }))]))).toEqual(['GoalRecorded'])
  })

  test('a change of state is called as the one move between the two, and as revised where several or none lead there', () => {
    const store = storedRows()
    write(store, [episode(), of(goal())])
    expect(types(write(store, [of(goal({ lifecycleStatus: 'planned' }))]))).toEqual(['GoalPlanned'])
    expect(types(write(store, [of(goal({ lifecycleStatus: 'completed' }))]))).toEqual(['GoalRevised'])
    expect(
      types(write(store, [of(goal({ lifecycleStatus: 'completed', description: { text: 'Run' } }))])),
    ).toEqual(['GoalRevised'])
  })

  test('a deletion says that it is one', () => {
    const store = storedRows()
    write(store, [episode(), of(goal())])
    const { events = [] } = write(store, [], { remove: ['Goal/g1'] })
    expect(events).toMatchObject([
      { type: 'GoalDeleted', id: 'Goal/g1/_history/2#01', body: { isDeleted: true, changes: {} } },
    ])
  })

  test('what no lens reads is no event, nor is what belongs to no case', () => {
    const store = storedRows()
    write(store, [episode(), of(goal())])
    expect(types(write(store, [of(goal({ note: [{ text: 'x' }] }))]))).toEqual([])
    expect(types(write(store, [goal({ id: 'free' })]))).toEqual([])
    expect(types(write(store, [of(goal({ id: 'astray' }), 'no-case')]))).toEqual([])
  })

  test('a unit of work that nobody journals has no events', () => {
    expect(types(write(storedRows(), [episode(), of(goal())], { journal: null }))).toEqual([])
  })
})

describe('what a command says', () => {
  test('its events stand as it says them, with time, actor and reason, and the rest is told as revised', () => {
    const store = storedRows()
    write(store, [episode(), of(goal())])
    const said = [{ type: 'GoalRanked', noun: 'goal' as const, id: 'g1', changes: { rank: 1 } }]
    const told = {
      events: said,
      at: '2026-10-01T10:00:00+02:00',
      actor: 'Practitioner/noor',
      reason: 'matters',
    }
    const { events = [] } = write(store, [of(goal({ description: { text: 'Run' } }))], { told })
    expect(events).toMatchObject([
      {
        ...{ type: 'GoalRanked', at: '2026-10-01T08:00:00.000Z', actor: 'Practitioner/noor' },
        body: { reason: 'matters', changes: { rank: 1 }, resource: { reference: 'Goal/g1', version: 2 } },
      },
      { type: 'GoalRevised', body: { changes: { text: 'Run', rank: null } } },
    ])
    expect(events.map(({ id }) => id)).toEqual(['Goal/g1/_history/2#01', 'Goal/g1/_history/2#02'])
    expect(events[1]?.body).not.toHaveProperty('reason')
  })

  test('without a word of it the time of the fact is when it was recorded, which is lastUpdated of the version', () => {
    const store = storedRows()
    write(store, [episode(), of(goal())])
    const { events = [] } = write(store, [of(goal({ description: { text: 'Run' } }))])
    const stored = store.rows().find(({ type }) => type === 'Goal')
    expect(events).toMatchObject([
      {
        at: stored?.updated,
        recorded: stored?.updated,
        actor: 'Practitioner/ana',
        patient: 'p1',
        caseId: 'c1',
      },
    ])
  })
})

describe('which case it is', () => {
  const plan = (references: readonly string[]) =>
    of({
      ...{ resourceType: 'CarePlan', id: 'plan', status: 'draft', intent: 'plan', subject },
      goal: references.map(reference => ({ reference })),
    })

  test('what a plan begins to refer to comes to the case with the plan, and leaves it with it', () => {
    const store = storedRows()
    write(store, [episode(), goal(), plan([])])
    const come = write(store, [plan(['Goal/g1'])])
    expect(come.events?.map(({ id, type }) => [type, id])).toEqual([
      ['PlanRevised', 'CarePlan/plan/_history/2#01'],
      ['GoalSet', 'CarePlan/plan/_history/2#02'],
    ])
    expect(come.events?.[1]?.body).toMatchObject({ resource: { reference: 'Goal/g1', version: 1 } })
    expect(types(write(store, [goal({ description: { text: 'Run' } })]))).toEqual(['GoalRevised'])
    expect(types(write(store, [plan([])]))).toEqual(['PlanRevised', 'GoalDeleted'])
    expect(types(write(store, [goal({ description: { text: 'Sit' } })]))).toEqual([])
  })

  test('what is taken from one case to another ends there and begins here', () => {
    const store = storedRows()
    write(store, [episode('c1'), episode('c2'), of(goal())])
    const { events = [] } = write(store, [of(goal(), 'c2')])
    expect(events.map(({ caseId, type }) => [caseId, type])).toEqual([
      ['c1', 'GoalDeleted'],
      ['c2', 'GoalSet'],
    ])
  })
})

describe('what goes out', () => {
  const journal = { canonicalBase: base, source: 'https://cm.example', topic: 'casewire.events' }

  test('each event is a CloudEvent in the outbox, under the key of its patient', () => {
    const { outbox = [] } = write(storedRows(), [episode(), of(goal())], { journal })
    expect(outbox.map(({ target, key }) => [target, key])).toEqual([
      ['kafka:casewire.events', 'p1'],
      ['kafka:casewire.events', 'p1'],
    ])
    expect(outbox[1]?.payload).toMatchObject({
      ...{ specversion: '1.0', id: 'Goal/g1/_history/1#01', source: 'https://cm.example' },
      ...{
        type: 'casewire.goal.set.v1',
        subject: 'c1',
        time: AT,
        recordedtime: AT,
        actor: 'Practitioner/ana',
      },
      data: { caseId: 'c1', patient: 'p1', noun: 'goal', nounId: 'g1', event: 'GoalSet' },
    })
  })

  test('without a topic events are kept and not sent', () => {
    const { events = [], outbox } = write(storedRows(), [episode()])
    expect([events.length, outbox]).toEqual([1, []])
  })
})
