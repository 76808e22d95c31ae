import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { markMissed } from '../../../../src/mappers/case/effects/mark-missed.ts'
import { asDone, because, home } from '../../../support/case-stories.ts'
import {
  admission,
  after,
  CM,
  discharge,
  effectsOf,
  emptyWorld,
  lawOf,
  only,
  PATIENT,
  put,
  stay,
  taskOf,
  written,
  type World,
} from '../../../support/case-world.ts'

const stays = home()
const start = after(emptyWorld, stays)
const STATE = `${CM}/StructureDefinition/state`

const withStatus = (resource: Resource, status: string): Resource => ({ ...resource, status })
const noor = { reference: 'Practitioner/noor' }
const stateOf = (resource: Resource): unknown =>
  (resource['extension'] as { url: string; valueCode?: string }[]).find(({ url }) => url === STATE)?.valueCode
const withState = (resource: Resource, valueCode: string): Resource => ({
  ...resource,
  extension: [
    ...(resource['extension'] as { url: string }[]).filter(({ url }) => url !== STATE),
    { url: STATE, valueCode },
  ],
})
const step = (world: World, status: string, code = 'contact'): World =>
  written(world, [withStatus(taskOf(world, code), status)])
const membersOf = (world: World): readonly unknown[] =>
  (
    only(world, 'CareTeam') as unknown as {
      participant: { member: { reference: string }; period?: unknown }[]
    }
  ).participant.map(({ member, period }) => [member.reference, period])

function refused(result: ReturnType<typeof lawOf>) {
  if (result.ok) throw new Error('was not refused')
  return result.failure
}

describe('a Task of a case', () => {
  const contact = taskOf(start, 'contact')

  it('moves only as the table says', () => {
    for (const status of ['completed', 'in-progress', 'failed', 'on-hold', 'draft', 'ready']) {
      expect(refused(lawOf(start, [withStatus(contact, status)]))).toMatchObject({
        code: 'illegal-transition',
        legal: ['received', 'accepted', 'rejected', 'cancelled', 'entered-in-error'],
      })
    }
    for (const status of ['received', 'entered-in-error']) {
      expect(lawOf(start, [withStatus(contact, status)]).ok).toBe(true)
    }
    for (const status of ['rejected', 'cancelled']) {
      expect(lawOf(start, [because(contact, status)]).ok).toBe(true)
    }
    expect(lawOf(start, [{ ...contact, status: 'accepted', owner: noor }]).ok).toBe(true)
  })

  it('is under way with an owner, done with an output, and comes to nothing for a reason', () => {
    const rule = (changed: Resource, world = start) => refused(lawOf(world, [changed])).rule
    expect(rule(withStatus(contact, 'accepted'))).toBe('I16')
    expect(rule(withStatus(contact, 'rejected'))).toBe('I15')
    expect(rule(withStatus(contact, 'cancelled'))).toBe('I15')
    const begun = step(written(start, [{ ...contact, status: 'accepted', owner: noor }]), 'in-progress')
    expect(rule(withStatus(taskOf(begun, 'contact'), 'completed'), begun)).toBe('I15')
    for (const status of ['on-hold', 'failed'])
      expect(rule(withStatus(taskOf(begun, 'contact'), status), begun)).toBe('I15')
  })

  it('never leaves a terminal status but as an error', () => {
    const done = written(start, [because(contact, 'rejected')])
    expect(refused(lawOf(done, [withStatus(contact, 'requested')])).legal).toEqual(['entered-in-error'])
  })

  it('that is accepted makes its owner a member of the team: one more version of each, and nothing else', () => {
    const accepted = { ...contact, status: 'accepted', owner: noor }
    const result = lawOf(start, [accepted])
    expect(result.ok && result.value.map(({ resourceType }) => resourceType)).toEqual(['Task', 'CareTeam'])
    expect(result.ok && result.value[0]).toBe(accepted)
    const world = written(start, [accepted])
    expect(membersOf(world)).toEqual([
      [`Patient/${PATIENT}`, undefined],
      ['Practitioner/noor', { start: '2026-10-06T10:00:00-04:00' }],
    ])
    expect(validateResource(only(world, 'CareTeam'))).toEqual([])
    expect(effectsOf(world, stays).resources).toEqual([])
    const again = lawOf(world, [{ ...accepted, note: [{ text: 'called' }] }])
    expect(again.ok && again.value).toHaveLength(1)
  })

  it('that is done ends the membership but keeps it listed, unless another is under way', () => {
    const two = written(start, [
      { ...contact, status: 'accepted', owner: noor },
      { ...taskOf(start, 'med-rec'), status: 'accepted', owner: noor },
    ])
    const later = (world: World, task: Resource): World =>
      written(world, [task], { at: '2026-10-12T14:00:00.000Z' })
    const one = later(step(two, 'in-progress'), asDone({ ...contact, owner: noor }))
    expect(membersOf(one)[1]).toEqual(['Practitioner/noor', { start: '2026-10-06T10:00:00-04:00' }])
    const none = later(one, because(taskOf(one, 'med-rec'), 'cancelled'))
    expect(membersOf(none)[1]).toEqual([
      'Practitioner/noor',
      { start: '2026-10-06T10:00:00-04:00', end: '2026-10-12T10:00:00-04:00' },
    ])
  })

  it('that nobody accepted, or that is part of another, makes no member', () => {
    const received = lawOf(start, [{ ...contact, status: 'received', owner: noor }])
    expect(received.ok && received.value).toHaveLength(1)
    const part = { ...contact, id: 'part', identifier: [], status: 'accepted', owner: noor }
    const partial = lawOf(start, [{ ...part, partOf: [{ reference: 'Task/x' }] }])
    expect(partial.ok && partial.value).toHaveLength(1)
  })

  it('keeps what its rule gave', () => {
    const changes: readonly (readonly [string, object])[] = [
      ['Task.restriction.period.end', { restriction: { period: { end: '2027-01-01T00:00:00Z' } } }],
      ['Task.authoredOn', { authoredOn: '2026-10-10T10:31:00-04:00' }],
      ['Task.identifier', { identifier: [] }],
      ['Task.groupIdentifier', { groupIdentifier: undefined }],
      ['Task.for', { for: { reference: 'Patient/other' } }],
      ['Task.code', { code: { text: 'call' } }],
      ['Task.code', { code: undefined }],
      ['Task.basedOn', { basedOn: undefined }],
      ['Task.basedOn', { basedOn: [{ reference: 'CarePlan/mine' }] }],
      ['Task.extension', { extension: undefined }],
      ['Task.groupIdentifier', { groupIdentifier: { value: 'z' } }],
    ]
    for (const [expression, change] of changes) {
      expect(refused(lawOf(start, [{ ...contact, ...change }]))).toMatchObject({
        code: 'derived-element',
        expression,
      })
    }
    const own = {
      ...contact,
      identifier: [...(contact['identifier'] as object[]), { value: 'x' }],
      code: { ...(contact['code'] as object), text: 'Call' },
      priority: 'asap',
    }
    expect(lawOf(start, [own]).ok).toBe(true)
    const based = { basedOn: [...(contact['basedOn'] as object[]), { reference: 'CarePlan/mine' }] }
    expect(refused(lawOf(start, [{ ...contact, ...based }])).rule).toBe('I14')
  })

  it('that is moved out of the record of its patient is judged by whose it was', () => {
    const elsewhere: Resource = { ...contact, for: { reference: 'Patient/other' }, groupIdentifier: {} }
    expect(refused(lawOf(start, [elsewhere]))).toMatchObject({ code: 'derived-element' })
  })

  it('cancelled by facts keeps the mark that says so when a client leaves it out', () => {
    const voided = after(start, [
      stay('e1', [
        admission('2026-10-05T18:30:00'),
        discharge('2026-10-10T10:30:00', '01', { cancelledAt: '2026-10-10T12:00:00-04:00' }),
      ]),
    ])
    const { _status: _mark, ...bare } = taskOf(voided, 'contact')
    const world = written(voided, [{ ...bare, note: [{ text: 'seen' }] }])
    expect(taskOf(world, 'contact')['_status']).toEqual(taskOf(voided, 'contact')['_status'])
    expect(taskOf(world, 'contact')['extension']).toEqual(taskOf(voided, 'contact')['extension'])
  })

  it('of another case number is nobody business of ours', () => {
    const foreign: Resource = {
      resourceType: 'Task',
      id: 'f',
      status: 'completed',
      intent: 'order',
      groupIdentifier: { system: 'urn:other', value: only(start, 'EpisodeOfCare').id },
    }
    const result = lawOf({ compartment: put(start.compartment, [{ ...foreign, status: 'draft' }]) }, [
      foreign,
    ])
    expect(result.ok && result.value).toEqual([foreign])
    expect(result.ok && result.value[0]).toBe(foreign)
  })
})

describe('the exact state of a duty', () => {
  const contact = taskOf(start, 'contact')
  const told = (task: Resource, status: string): Resource => {
    if (status === 'completed') return asDone(task)
    return status === 'accepted' ? { ...task, status, owner: noor } : because(task, status)
  }
  const through = (task: Resource, at: string, ...statuses: readonly string[]): Resource => {
    const first = { compartment: put(start.compartment, [task]) }
    const last = statuses.reduce<World>(
      (world, status) => written(world, [told(taskOf(world, 'contact'), status)], { at }),
      first,
    )
    return taskOf(last, 'contact')
  }
  const done = ['accepted', 'in-progress', 'completed']
  const [inTime, late] = ['2026-10-13T14:00:00Z', '2026-10-20T14:00:00Z']

  it('stands beside its status: due from the beginning, also when it is accepted', () => {
    expect(stateOf(contact)).toBe('due')
    expect(stateOf(through(contact, inTime, 'accepted', 'in-progress', 'on-hold'))).toBe('due')
    expect(stateOf(only(start, 'CareTeam'))).toBe('active')
  })

  it('is met when it is done in time, late-met when its time had passed or the timer had marked it', () => {
    expect(stateOf(through(contact, inTime, ...done))).toBe('met')
    const unmarked = through(contact, late, ...done)
    expect([stateOf(unmarked), unmarked['businessStatus']]).toMatchObject([
      'late-met',
      { coding: [{ code: 'missed' }] },
    ])
    const missed = markMissed(contact, late, CM) ?? contact
    expect(stateOf(missed)).toBe('missed')
    const { businessStatus: _mark, ...bare } = missed
    const forgot = written({ compartment: put(start.compartment, [missed]) }, [bare])
    expect(taskOf(forgot, 'contact')).toEqual(missed)
    expect(stateOf(through(missed, late, ...done))).toBe('late-met')
    expect(validateResource(unmarked)).toEqual([])
  })

  it('is waived when people cancel it, voided when its trigger is withdrawn, and due again with it', () => {
    expect(stateOf(through(contact, inTime, 'cancelled'))).toBe('waived')
    const cancelledAt = '2026-10-10T12:00:00-04:00'
    const back = [
      stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01', { cancelledAt })]),
    ]
    const voided = after(start, back)
    expect(stateOf(taskOf(voided, 'contact'))).toBe('voided')
    expect(stateOf(taskOf(after(voided, stays), 'contact'))).toBe('due')
  })

  it('follows from the status alone: whoever says another is refused', () => {
    for (const [task, type] of [
      [contact, 'Task'],
      [only(start, 'CareTeam'), 'CareTeam'],
    ] as const) {
      expect(refused(lawOf(start, [withState(task, 'met')]))).toMatchObject({
        code: 'derived-element',
        expression: `${type}.extension`,
      })
    }
    const { extension: _all, ...bare } = only(start, 'CareTeam')
    const link = (_all as { url: string }[]).filter(({ url }) => url !== STATE)
    const world = written(start, [{ ...bare, extension: link, status: 'suspended' }])
    expect(stateOf(only(world, 'CareTeam'))).toBe('suspended')
  })

  it('follows the status that a peer recorded, whatever step it took', () => {
    const world = written(start, [withStatus(contact, 'completed')], { door: 'peer', at: inTime })
    expect(stateOf(taskOf(world, 'contact'))).toBe('met')
    expect(effectsOf(world, stays).resources).toEqual([])
  })
})

describe('what is born taken, or redated', () => {
  const bornAs = (status: string, owner: string): Resource => ({
    resourceType: 'Task',
    id: 'asked',
    ...{ status, intent: 'order', owner: { reference: owner } },
    groupIdentifier: { system: `${CM}/sid/case`, value: only(start, 'EpisodeOfCare').id ?? '' },
    code: { text: 'Call the pharmacy' },
    for: { reference: `Patient/${PATIENT}` },
  })

  it.each(['accepted', 'in-progress'])('a Task is born %s only by its owner (I14)', status => {
    expect(refused(lawOf(start, [bornAs(status, 'Practitioner/sam')]))).toMatchObject({ rule: 'I14' })
    expect(lawOf(start, [bornAs(status, 'Practitioner/noor')]).ok).toBe(true)
    expect(lawOf(start, [bornAs('requested', 'Practitioner/sam')]).ok).toBe(true)
  })

  it('the period of a transition follows from the stay', () => {
    const plan = only(start, 'CarePlan')
    const period = plan['period'] as object
    const moved = { ...plan, period: { ...period, start: '2026-01-01T00:00:00-05:00' } }
    expect(refused(lawOf(start, [moved]))).toMatchObject({
      code: 'derived-element',
      expression: 'CarePlan.period.start',
    })
    expect(lawOf(start, [{ ...plan, title: 'Home again' }]).ok).toBe(true)
  })
})
