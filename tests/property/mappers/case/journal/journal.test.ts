import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CaseEventRow } from '../../../../../src/commands/ports/store.ts'
import { openWork } from '../../../../../src/commands/work/unit-of-work.ts'
import type { DomainEvent } from '../../../../../src/care-plan/machines/domain-event.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { readCaseFiles } from '../../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { withCaseLink } from '../../../../../src/mappers/case/nouns/case-link.ts'
import { faultsOfRows } from '../../../../support/event-schemas.ts'
import { foldEvents, plainFile, type EventData } from '../../../../support/fold-events.ts'
import { storedRows } from '../../../../support/stored-rows.ts'

/**
 * The journal's promise: whatever is written to a patient's record, in whatever order and however many versions a flush
 * has, folding the events gives the case files that the lenses read from what stands.
 */
const base = 'https://casewire.example/fhir'
const lenses = nounLenses(base)
const { names } = lenses
const PATIENT = { reference: 'Patient/p1' }

const caseIds = ['c1', 'c2']
const types = [
  'Goal',
  'Condition',
  'Observation',
  'Task',
  'Encounter',
  'ServiceRequest',
  'Flag',
  'Appointment',
]

const aWord = fc.constantFrom('one', 'two', 'three')
const anOwner = fc.constantFrom(undefined, ...caseIds, 'c9')

const anEpisode = fc
  .record({
    id: fc.constantFrom(...caseIds),
    isCase: fc.boolean(),
    status: fc.constantFrom('planned', 'active', 'onhold', 'finished'),
    start: fc.option(fc.constantFrom('2026-10-01', '2026-10-02'), { nil: undefined }),
  })
  .map(({ id, isCase, status, start }) => ({
    resourceType: 'EpisodeOfCare',
    id,
    status,
    ...(isCase && { type: [{ coding: [{ system: names.caseType, code: 'acute' }] }] }),
    patient: PATIENT,
    ...(start !== undefined && { period: { start } }),
  }))

const aPart = fc
  .record({
    type: fc.constantFrom(...types),
    id: fc.constantFrom('r1', 'r2', 'r3'),
    status: fc.constantFrom('active', 'planned', 'completed', 'requested', 'final', 'booked'),
    word: aWord,
    owner: anOwner,
  })
  .map(({ type, id, status, word, owner }) => {
    const who = type === 'Task' ? { for: PATIENT } : type === 'Appointment' ? {} : { subject: PATIENT }
    const participant =
      type === 'Appointment' ? { participant: [{ actor: PATIENT, status: 'accepted' }] } : {}
    const plain: Resource = {
      ...{ resourceType: type, id, status, lifecycleStatus: status, intent: 'order', ...who, ...participant },
      ...{ description: type === 'Goal' ? { text: word } : word, code: { text: word } },
    }
    return owner === undefined ? plain : withCaseLink(plain, owner, names)
  })

const aPlan = fc
  .record({
    id: fc.constantFrom('p1', 'p2'),
    owner: anOwner,
    goals: fc.uniqueArray(fc.constantFrom('Goal/r1', 'Goal/r2', 'Goal/r3')),
    addresses: fc.uniqueArray(fc.constantFrom('Condition/r1', 'Condition/r2')),
    status: fc.constantFrom('draft', 'active', 'completed'),
  })
  .map(({ id, owner, goals, addresses, status }) => {
    const plain: Resource = {
      ...{ resourceType: 'CarePlan', id, status, intent: 'plan', subject: PATIENT },
      goal: goals.map(reference => ({ reference })),
      addresses: addresses.map(reference => ({ reference })),
    }
    return owner === undefined ? plain : withCaseLink(plain, owner, names)
  })

type Op =
  | { readonly kind: 'put'; readonly resource: Resource }
  | { readonly kind: 'remove'; readonly key: { readonly type: string; readonly id: string } }
  | { readonly kind: 'step' }
  | { readonly kind: 'flush' }

const anOp: fc.Arbitrary<Op> = fc.oneof(
  { weight: 3, arbitrary: anEpisode.map(resource => ({ kind: 'put' as const, resource })) },
  { weight: 8, arbitrary: aPart.map(resource => ({ kind: 'put' as const, resource })) },
  { weight: 4, arbitrary: aPlan.map(resource => ({ kind: 'put' as const, resource })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...types, 'CarePlan', 'EpisodeOfCare'), fc.constantFrom('r1', 'r2', 'p1', 'c1'))
      .map(([type, id]) => ({ kind: 'remove' as const, key: { type, id } })),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'step' as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'flush' as const }) },
)

/** Two plans of different cases that refer to one thing leave open whose it is: the readers' order decides. */
function isAmbiguous(resources: readonly Resource[]): boolean {
  const owners = new Map<string, Set<string>>()
  for (const plan of resources.filter(({ resourceType }) => resourceType === 'CarePlan')) {
    for (const { reference } of [plan['goal'], plan['addresses']].flat() as { reference: string }[]) {
      const link = JSON.stringify(plan['extension'] ?? '')
      owners.set(reference, (owners.get(reference) ?? new Set()).add(link))
    }
  }
  return [...owners.values()].some(({ size }) => size > 1)
}

const long = process.env['CASEWIRE_LONG'] === '1'

/** Runs the operations through units of work; gives the events in the order in which they were kept. */
function journal(ops: readonly Op[]) {
  const store = storedRows()
  const events: CaseEventRow[] = []
  let now = Date.parse('2026-10-05T12:00:00Z')
  const open = () =>
    openWork(
      {
        ...{ tenant: 1, lane: 0, actor: 'Practitioner/ana', targets: [] },
        at: new Date((now += 1000)).toISOString(),
        journal: { canonicalBase: base, source: base },
      },
      store.rows(),
    )
  let work = open()
  for (const op of [...ops, { kind: 'flush' as const }]) {
    if (op.kind === 'step') work.nextStep()
    if (op.kind === 'remove') work.remove(op.key)
    if (op.kind === 'put') work.put({ ...op.resource, id: op.resource.id ?? '' }, { shard: 1 })
    if (op.kind !== 'flush') continue
    const changes = work.changes()
    events.push(...(changes.events ?? []))
    store.take(changes)
    work = open()
  }
  return { store, events }
}

const folded = (events: readonly CaseEventRow[]) =>
  [...foldEvents(events.map(({ body }) => body as unknown as EventData)).values()]
    .map(plainFile)
    .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

test('folding the events of any writes gives the case files that stand', () => {
  const check = (ops: readonly Op[]): void => {
    const { store, events } = journal(ops)
    fc.pre(
      !ops.some(op => op.kind === 'put' && op.resource.resourceType === 'CarePlan') || !everAmbiguous(ops),
    )
    const stored = readCaseFiles(store.resources(), lenses)
      .map(plainFile)
      .toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
    expect(sortedKeys(folded(events))).toEqual(sortedKeys(stored))
    expect(faultsOfRows(events)).toEqual([])
  }
  fc.assert(fc.property(fc.array(anOp, { maxLength: 40 }), check), { numRuns: long ? 5_000 : 400 })
})

const sortedKeys = (files: readonly unknown[]): readonly unknown[] =>
  files.toSorted((a, b) => {
    const [one, other] = [a, b].map(file => (file as { case: { id: string } }).case.id)
    return (one ?? '') < (other ?? '') ? -1 : 1
  })

/** Whether at any time two plans of different owners would have referred to the same thing. */
function everAmbiguous(ops: readonly Op[]): boolean {
  const standing = new Map<string, Resource>()
  return ops.some(op => {
    if (op.kind === 'put') standing.set(`${op.resource.resourceType}/${op.resource.id ?? ''}`, op.resource)
    if (op.kind === 'remove') standing.delete(`${op.key.type}/${op.key.id}`)
    return isAmbiguous([...standing.values()])
  })
}

test('every event has an id of its own, and the same writes have the same ids', () => {
  fc.assert(
    fc.property(fc.array(anOp, { maxLength: 40 }), ops => {
      const ids = journal(ops).events.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(journal(ops).events.map(({ id }) => id)).toEqual(ids)
    }),
    { numRuns: long ? 1_000 : 100 },
  )
})

test('in order of recording, events are in the order of the versions of each resource', () => {
  fc.assert(
    fc.property(fc.array(anOp, { maxLength: 40 }), ops => {
      const { events } = journal(ops)
      const sorted = events.toSorted((a, b) => (`${a.recorded} ${a.id}` < `${b.recorded} ${b.id}` ? -1 : 1))
      const perNoun = (rows: readonly CaseEventRow[]) =>
        Map.groupBy(rows, ({ caseId, noun, nounId }) => `${caseId} ${noun} ${nounId}`)
      const ofSorted = perNoun(sorted)
      for (const [noun, rows] of perNoun(events)) expect(ofSorted.get(noun)).toEqual(rows)
    }),
    { numRuns: long ? 1_000 : 100 },
  )
})

test('whatever a command says and however much of it the resource shows, the fold is what stands', () => {
  const aSaid: fc.Arbitrary<DomainEvent> = fc
    .record({
      title: fc.option(aWord, { nil: undefined }),
      reason: fc.option(aWord, { nil: undefined }),
      status: aWord,
    })
    .map(({ title, reason }) => ({
      ...{ type: 'GoalRevised', noun: 'goal' as const, id: 'r1' },
      changes: { text: title, reason } as never,
    }))
  fc.assert(
    fc.property(fc.array(aSaid, { maxLength: 4 }), aWord, (said, word) => {
      const store = storedRows()
      const context = {
        ...{ tenant: 1, lane: 0, actor: 'a', targets: [], at: '2026-10-05T12:00:00.000Z' },
        journal: { canonicalBase: base, source: base },
      }
      const work = openWork(context, [])
      const episode = {
        ...{ resourceType: 'EpisodeOfCare', id: 'c1', status: 'active', patient: PATIENT },
        type: [{ coding: [{ system: names.caseType, code: 'acute' }] }],
      }
      const goal = {
        resourceType: 'Goal',
        id: 'r1',
        lifecycleStatus: 'active',
        subject: PATIENT,
        description: { text: word },
      }
      work.put(episode, { shard: 1 })
      work.put({ ...withCaseLink(goal, 'c1', names), id: 'r1' }, { shard: 1 })
      const changes = work.changes({ events: said, reason: 'because' })
      store.take(changes)
      const goals = (changes.events ?? []).filter(({ noun }) => noun === 'goal')
      expect(goals.length).toBeGreaterThanOrEqual(Math.max(1, said.length))
      expect(sortedKeys(folded(changes.events ?? []))).toEqual(
        readCaseFiles(store.resources(), lenses).map(plainFile),
      )
    }),
    { numRuns: 100 },
  )
})
