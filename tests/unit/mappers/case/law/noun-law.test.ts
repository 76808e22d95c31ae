import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { act, caseId, contact, fileOf, opened } from '../../../../support/case-acts.ts'
import { admitted, asDone, because, managerOf } from '../../../../support/case-stories.ts'
import {
  after,
  CM,
  emptyWorld,
  lawOf,
  PATIENT,
  put,
  tasksOf,
  written,
  type World,
} from '../../../../support/case-world.ts'

const STATE = `${CM}/StructureDefinition/state`
const AT = '2026-10-06T10:00:00-04:00'
const [NOOR, SAM, THIRD] = ['Practitioner/noor', 'Practitioner/sam', 'Practitioner/third']
const patient = { reference: `Patient/${PATIENT}` }

/** An open case with one of most nouns. */
const world = [
  (now: World) =>
    act(now, 'goal', {
      id: 'g1',
      state: 'accepted',
      text: 'Walk',
      needs: [],
      acceptances: [],
      expressedBy: NOOR,
    }),
  (now: World) =>
    act(now, 'goal', {
      ...{ id: 'own', state: 'accepted', text: 'Ride again', needs: [], acceptances: [] },
      expressedBy: `Patient/${PATIENT}`,
    }),
  (now: World) => act(now, 'need', { id: 'n1', state: 'confirmed', text: 'Walking', evidence: [] }),
  (now: World) => act(now, 'flag', { id: 'f1', state: 'open', code: 'pain', at: AT }),
  (now: World) => contact(now, 'c1', AT),
  (now: World) =>
    act(now, 'appointment', { id: 'ap1', state: 'booked', purpose: 'other', start: AT, end: AT }),
].reduce(
  (now, change) => change(now),
  opened(written(after(emptyWorld, admitted), [managerOf(after(emptyWorld, admitted), NOOR)]), AT),
)

function standing(id: string, from = world): Resource {
  const found = from.compartment.find(resource => resource.id === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}

function refused(result: ReturnType<typeof lawOf>) {
  if (result.ok) throw new Error('was not refused')
  return result.failure
}

const withStated = (resource: Resource, valueCode: string): Resource => {
  const others = ((resource['extension'] ?? []) as { url: string }[]).filter(({ url }) => url !== STATE)
  return { ...resource, extension: [...others, { url: STATE, valueCode }] }
}
const statedIn = (resource: Resource): unknown =>
  ((resource['extension'] ?? []) as { url: string; valueCode?: string }[]).find(({ url }) => url === STATE)
    ?.valueCode

describe('the state of a noun', () => {
  it('moves by its machine only; a refusal lists the statuses that are legal', () => {
    const failure = refused(lawOf(world, [{ ...standing('g1'), lifecycleStatus: 'completed' }]))
    expect(failure).toMatchObject({
      code: 'illegal-transition',
      expression: 'Goal.lifecycleStatus',
      legal: ['planned', 'active', 'cancelled', 'entered-in-error'],
    })
    expect(refused(lawOf(world, [{ ...standing('ap1'), status: 'proposed' }])).code).toBe(
      'illegal-transition',
    )
  })

  it('written as native status alone is followed by its extension', () => {
    const stated = withStated(standing('g1'), 'accepted')
    const start = { compartment: put(world.compartment, [stated]) }
    const moved = written(start, [{ ...stated, lifecycleStatus: 'active' }])
    expect(statedIn(standing('g1', moved))).toBe('active')
  })

  it('written as extension alone is followed by the native status', () => {
    const moved = written(world, [withStated(standing('g1'), 'active')])
    expect(standing('g1', moved)).toMatchObject({ lifecycleStatus: 'active' })
    expect(fileOf(moved).goals.find(({ id }) => id === 'g1')?.state).toBe('active')
    expect(refused(lawOf(world, [withStated(standing('g1'), 'completed')])).code).toBe('illegal-transition')
  })

  it('written as both must be the same, and one that there is', () => {
    const torn = { ...withStated(standing('g1'), 'active'), lifecycleStatus: 'rejected' }
    expect(refused(lawOf(world, [torn])).code).toBe('illegal-transition')
    const odd = refused(lawOf(world, [withStated(standing('g1'), 'walking-well')]))
    expect(odd.code).toBe('illegal-transition')
    expect(odd.message).not.toContain('walking-well')
  })

  it('entered-in-error withdraws whatever it was', () => {
    for (const id of ['f1', 'ap1', 'c1'])
      expect(lawOf(world, [{ ...standing(id), status: 'entered-in-error' }]).ok, id).toBe(true)
  })
})

describe('what belongs to a case', () => {
  const ids = ['g1', 'n1', 'f1', 'c1', 'ap1', 'assignment']

  it('is sent back with a harmless change by anybody, and stays as sent', () => {
    for (const resource of world.compartment) {
      const again = { ...resource, language: 'en' }
      const result = lawOf(world, [again], { actor: THIRD })
      expect(result.ok && result.value, `${resource.resourceType}/${resource.id}`).toContain(again)
    }
  })

  it('is never deleted', () => {
    for (const id of ids)
      expect(refused(lawOf(world, [], { removed: [standing(id)] })).code, id).toBe('case-owned-not-deletable')
  })

  it('does not leave it for another case, or for none', () => {
    const { extension: _link, meta: _tags, ...loose } = standing('n1')
    expect(refused(lawOf(world, [loose])).code).toBe('derived-element')
    const other = `"EpisodeOfCare/other"`
    const moved = JSON.parse(
      JSON.stringify(standing('n1')).replaceAll(`"EpisodeOfCare/${caseId}"`, other),
    ) as Resource
    expect(refused(lawOf(world, [moved])).code).toBe('derived-element')
  })

  it('keeps the rules: nobody but the patient gives up the patient’s own goal (I20)', () => {
    const active = written(world, [{ ...standing('own'), lifecycleStatus: 'active' }])
    const retired = { ...standing('own', active), lifecycleStatus: 'cancelled', statusReason: { text: 'no' } }
    expect(refused(lawOf(active, [retired], { actor: NOOR })).rule).toBe('I20')
    expect(lawOf(active, [retired], { actor: `Patient/${PATIENT}` }).ok).toBe(true)
  })
})

describe('a Task of people in a case', () => {
  const task = (more: object = {}): Resource => ({
    code: { coding: [{ system: 'urn:theirs', code: 'call' }] },
    ...{ resourceType: 'Task', id: 't1', status: 'requested', intent: 'order', for: patient },
    groupIdentifier: { system: `${CM}/sid/case`, value: caseId },
    requester: { reference: NOOR },
    owner: { reference: SAM },
    ...more,
  })
  const asked = (status: string): World => ({ compartment: put(world.compartment, [task({ status })]) })
  const is = (actor: string, from: string, to: Resource): string => {
    const result = lawOf(asked(from), [to], { actor })
    return result.ok ? 'done' : (result.failure.rule ?? result.failure.code)
  }

  it('is moved by who may: its owner, who asked for it, nobody else (I14)', () => {
    const moves: readonly (readonly [string, Resource, owner: string, requester: string])[] = [
      ['requested', task({ status: 'accepted' }), 'done', 'I14'],
      ['requested', because(task(), 'rejected'), 'done', 'I14'],
      ['accepted', task({ status: 'in-progress' }), 'done', 'I14'],
      ['in-progress', asDone(task()), 'done', 'I14'],
      ['in-progress', because(task(), 'failed'), 'done', 'I14'],
      ['in-progress', because(task(), 'on-hold'), 'done', 'done'],
      ['in-progress', because(task(), 'cancelled'), 'done', 'done'],
      ['on-hold', task({ status: 'in-progress' }), 'done', 'done'],
      ['draft', task({ status: 'requested' }), 'I14', 'done'],
      ['requested', task({ status: 'entered-in-error' }), 'I14', 'done'],
    ]
    for (const [from, to, owner, requester] of moves) {
      const step = `${from} to ${String(to['status'])}`
      expect([is(SAM, from, to), is(NOOR, from, to), is(THIRD, from, to)], step).toEqual([
        owner,
        requester,
        'I14',
      ])
      expect(is('Device/peer-north', from, to), step).toBe('done')
    }
  })

  it('keeps who asked, what for, for whom and as part of what', () => {
    for (const change of [
      { requester: { reference: THIRD } },
      { basedOn: [{ reference: 'CarePlan/x' }] },
      { partOf: [{ reference: 'Task/x' }] },
    ])
      expect(is(NOOR, 'requested', task(change)), JSON.stringify(change)).toBe('I14')
  })

  it('says what shows that it is done, and why it came to nothing, also when it is written so (I15)', () => {
    for (const status of ['completed', 'rejected', 'cancelled', 'on-hold', 'failed'])
      expect(refused(lawOf(world, [task({ status })])).rule, status).toBe('I15')
    expect(lawOf(world, [asDone(task())]).ok).toBe(true)
    expect(lawOf(world, [because(task(), 'cancelled')]).ok).toBe(true)
  })
})

describe('a peer that breaks a rule', () => {
  it('is recorded and flagged, with one review, whatever noun it is', () => {
    const active = written(world, [withStated(standing('own'), 'active')])
    const retired = { ...standing('own', active), lifecycleStatus: 'cancelled' }
    const heard = written(active, [retired], { door: 'peer', actor: 'Device/peer-north' })
    expect(standing('own', heard)).toMatchObject({ lifecycleStatus: 'cancelled' })
    expect(JSON.stringify(standing('own', heard).meta)).toContain('"rule-broken"')
    expect(statedIn(standing('own', heard))).toBe('cancelled')
    expect(tasksOf(heard, 'fact-review')).toHaveLength(1)
    const again = written(heard, [standing('own', heard)], { door: 'peer', actor: 'Device/peer-north' })
    expect(tasksOf(again, 'fact-review')).toHaveLength(1)
  })

  it('is not asked about what is lawful', () => {
    const moved = { ...standing('g1'), lifecycleStatus: 'active' }
    const result = lawOf(world, [moved], { door: 'peer', actor: 'Device/peer-north' })
    expect(result.ok && result.value.map(({ id, meta }) => [id, JSON.stringify(meta)])).toEqual([
      ['g1', JSON.stringify(moved.meta)],
    ])
  })
})
