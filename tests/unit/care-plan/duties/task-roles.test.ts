import { describe, expect, it } from 'vitest'
import { taskMove, type TaskFace } from '../../../../src/care-plan/duties/task-roles.ts'

const NOOR = 'Practitioner/noor'
const SAM = 'Practitioner/sam'
const KIM = 'Practitioner/kim'

const owned = (status: string): TaskFace => ({ status, owner: NOOR, requester: SAM })
const may = (from: string, to: string, actor: string): boolean =>
  taskMove(owned(from), owned(to), { actor }) === undefined

describe('the roles of a Task (I14)', () => {
  it.each([
    ['requested', 'accepted'],
    ['requested', 'rejected'],
    ['accepted', 'in-progress'],
    ['in-progress', 'completed'],
    ['in-progress', 'failed'],
  ])('let only the owner take it from %s to %s', (from, to) => {
    expect([may(from, to, NOOR), may(from, to, SAM), may(from, to, KIM)]).toEqual([true, false, false])
  })

  it.each([
    ['requested', 'cancelled'],
    ['in-progress', 'on-hold'],
    ['on-hold', 'in-progress'],
    ['requested', 'ready'],
  ])('let owner and requester take it from %s to %s', (from, to) => {
    expect([may(from, to, NOOR), may(from, to, SAM), may(from, to, KIM)]).toEqual([true, true, false])
  })

  it.each([
    ['draft', 'requested'],
    ['requested', 'entered-in-error'],
  ])('let only the requester take it from %s to %s', (from, to) => {
    expect([may(from, to, NOOR), may(from, to, SAM), may(from, to, KIM)]).toEqual([false, true, false])
  })

  it('let nobody change requester, basedOn, for or partOf, not even the service', () => {
    const before: TaskFace = {
      status: 'requested',
      requester: SAM,
      basedOn: ['CarePlan/p'],
      for: 'Patient/p',
      partOf: [],
    }
    for (const change of [
      { requester: KIM },
      { basedOn: [] },
      { for: 'Patient/q' },
      { partOf: ['Task/t'] },
    ]) {
      const broken = taskMove(before, { ...before, ...change }, { actor: 'Device/timer' })
      expect(broken?.expression).toBe(`Task.${Object.keys(change)[0]}`)
    }
  })

  it('let the owner change from nobody, by who accepts and by who gives it on, and in no other way', () => {
    const free: TaskFace = { status: 'requested' }
    const change = (before: TaskFace, after: TaskFace, actor: string) =>
      taskMove(before, after, { actor })?.expression
    expect(change(free, { status: 'requested', owner: NOOR }, SAM)).toBeUndefined()
    expect(change(free, { status: 'accepted', owner: NOOR }, NOOR)).toBeUndefined()
    expect(change(free, { status: 'accepted', owner: NOOR }, SAM)).toBe('Task.status')
    expect(change(owned('requested'), { ...owned('accepted'), owner: KIM }, KIM)).toBeUndefined()
    expect(change(owned('requested'), { ...owned('requested'), owner: KIM }, NOOR)).toBeUndefined()
    expect(change(owned('requested'), { ...owned('requested'), owner: KIM }, SAM)).toBe('Task.owner')
    expect(change(owned('in-progress'), { ...owned('accepted'), owner: KIM }, KIM)).toBe('Task.owner')
    expect(change(owned('requested'), { status: 'requested', requester: SAM }, NOOR)).toBe('Task.owner')
  })

  it('let manager and supervisor speak for the rule that asked for a duty, anybody where there is neither', () => {
    const duty: TaskFace = { status: 'requested', owner: NOOR }
    const waived = { ...duty, status: 'cancelled' }
    expect(taskMove(duty, waived, { actor: SAM, requesters: [SAM] })).toBeUndefined()
    expect(taskMove(duty, waived, { actor: KIM, requesters: [SAM] })?.expression).toBe('Task.status')
    expect(taskMove({ status: 'requested' }, { status: 'cancelled' }, { actor: KIM })).toBeUndefined()
    expect(taskMove({ status: 'draft' }, { status: 'requested' }, { actor: KIM })).toBeUndefined()
    expect(taskMove(duty, { ...duty, status: 'entered-in-error' }, { actor: NOOR })?.expression).toBe(
      'Task.status',
    )
  })

  it('let a device act for anybody', () => {
    expect(may('requested', 'completed', 'Device/local-development')).toBe(true)
  })

  it('bind a device that is neither the service nor a peer of it', () => {
    const offer: TaskFace = { status: 'requested', owner: SAM }
    const accepted: TaskFace = { ...offer, status: 'accepted' }
    expect(taskMove(offer, accepted, { actor: 'Device/robot' })?.expression).toBe('Task.status')
    for (const actor of ['Device/adt', 'Device/timer', 'Device/peer-north', 'Device/local-development'])
      expect(taskMove(offer, accepted, { actor })).toBeUndefined()
  })
})
