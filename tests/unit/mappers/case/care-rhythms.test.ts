import { describe, expect, it } from 'vitest'
import { act, contact, dutiesBy, linesBy, opened, root, withModels } from '../../../support/case-acts.ts'
import {
  admission,
  after,
  arrival,
  CM,
  effectsOf,
  emptyWorld,
  put,
  stay,
  type World,
} from '../../../support/case-world.ts'
import { markMissed } from '../../../../src/mappers/case/effects/mark-missed.ts'
import type { Plan } from '../../../../src/care-plan/nouns/plan.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'

const hospital = stay('e1', [arrival('2026-10-10T17:05:00'), admission('2026-10-10T18:30:00')])
const OPENED = '2026-10-13T09:00:00-04:00'
const then = (world: World, stays: readonly Stay[]): World => after(world, stays, withModels)
const river = (): World => then(opened(then(emptyWorld, [hospital]), OPENED), [hospital])

describe('the cadence of a model', () => {
  it('asks for the next contact only, counted from the last one made', () => {
    const first = contact(river(), 'k1', '2026-10-14T10:00:00-04:00')
    const one = then(first, [hospital])
    expect(linesBy(one, 'cadence-contact')).toEqual(['due 2026-10-21'])
    const two = then(contact(one, 'k2', '2026-10-20T10:00:00-04:00'), [hospital])
    expect(linesBy(two, 'cadence-contact')).toEqual(['met 2026-10-21', 'due 2026-10-27'])
  })

  it('goes over to the next phase after so many contacts', () => {
    const made = [14, 15, 16, 17, 18, 19, 20].reduce(
      (world, day) => contact(world, `k${day}`, `2026-10-${day}T10:00:00-04:00`),
      river(),
    )
    expect(linesBy(then(made, [hospital]), 'cadence-contact').at(-1)).toBe('due 2026-11-03')
  })

  it('of the old model ends with a switch, that of the new one begins', () => {
    const made = then(contact(river(), 'k1', '2026-10-14T10:00:00-04:00'), [hospital])
    const switched = root(made, {
      models: [
        { model: 'clinical', version: '1.0.0', since: OPENED },
        { model: 'intensive', version: '1.0.0', since: '2026-10-16T09:00:00-04:00' },
      ],
    })
    const world = then(switched, [hospital])
    expect(linesBy(world, 'cadence-contact')).toEqual(['due 2026-10-18', 'voided 2026-10-21'])
    expect(linesBy(world, 'plan-draft')).toEqual(['due 2026-10-19', 'voided 2026-10-23'])
  })

  it('rests while the case is on hold, whose review is due by its date', () => {
    const made = then(contact(river(), 'k1', '2026-10-14T10:00:00-04:00'), [hospital])
    const held = root(made, {
      state: 'on-hold',
      since: '2026-10-16T09:00:00-04:00',
      hold: { reason: 'away', reviewBy: '2026-11-06' },
    })
    const world = then(held, [hospital])
    expect(linesBy(world, 'cadence-contact')).toEqual(['voided 2026-10-21'])
    expect(linesBy(world, 'hold-review')).toEqual(['due 2026-11-06'])
    const resumptions = ['2026-10-30T09:00:00-04:00']
    const resumed = then(root(world, { state: 'active', hold: undefined, resumptions } as never), [hospital])
    expect(linesBy(resumed, 'cadence-contact')).toEqual(['due 2026-11-06'])
    expect(linesBy(resumed, 'hold-review')).toEqual(['voided 2026-11-06'])
  })

  it('counts from the end of each hold, whatever was done before and while it lasted', () => {
    const made = contact(
      contact(river(), 'k1', '2026-10-14T10:00:00-04:00'),
      'k2',
      '2026-10-20T10:00:00-04:00',
    )
    const resumptions = [
      '2026-10-19T09:00:00-04:00',
      '2026-10-26T09:00:00-04:00',
      '2026-10-28T09:00:00-04:00',
    ]
    const world = then(root(made, { state: 'active', resumptions }), [hospital])
    expect(linesBy(world, 'cadence-contact')).toEqual(['met 2026-10-26', 'due 2026-11-04'])
    expect(effectsOf(world, [hospital], withModels).resources).toEqual([])
    const seen = then(contact(world, 'k3', '2026-11-02T10:00:00-05:00'), [hospital])
    expect(linesBy(seen, 'cadence-contact')).toEqual(['met 2026-10-26', 'met 2026-11-04', 'due 2026-11-09'])
  })

  it('goes on after a duty that a person finished or waived', () => {
    const made = then(contact(river(), 'k1', '2026-10-14T10:00:00-04:00'), [hospital])
    const [next] = dutiesBy(made, 'cadence-contact')
    const done = act(made, 'obligation', {
      ...{ id: next?.id ?? '', state: 'met', status: 'completed', outputs: ['Observation/o1'] },
      doneAt: '2026-10-19T10:00:00-04:00',
    })
    expect(linesBy(then(done, [hospital]), 'cadence-contact')).toEqual(['met 2026-10-21', 'due 2026-10-26'])
  })
})

describe('the first contact and the draft of the plan', () => {
  const SINCE = '2026-10-14T09:00:00-04:00'
  const hold = { reason: 'away', reviewBy: '2026-11-06' }
  const held = (world: World): World =>
    then(root(world, { state: 'on-hold', since: SINCE, hold }), [hospital])
  const goesOn = (world: World, ...resumptions: readonly string[]): World =>
    then(root(world, { state: 'open', hold: undefined, resumptions } as never), [hospital])

  it('rest while the case is on hold and are due counted from its end, by the same rule', () => {
    const world = held(river())
    expect(linesBy(world, 'first-contact')).toEqual(['voided 2026-10-15'])
    expect(linesBy(world, 'plan-draft')).toEqual(['voided 2026-10-23'])
    expect(dutiesBy(world, 'first-contact')[0]).toMatchObject({ statusReason: { text: 'case on hold' } })
    const resumed = goesOn(world, '2026-10-30T09:00:00-04:00')
    expect(linesBy(resumed, 'first-contact')).toEqual(['due 2026-11-03'])
    expect(linesBy(resumed, 'plan-draft')).toEqual(['due 2026-11-09'])
    expect(effectsOf(resumed, [hospital], withModels).resources).toEqual([])
  })

  it('are counted from the last of several holds, whether or not they were missed before', () => {
    const times = ['2026-10-20T09:00:00-04:00', '2026-10-30T09:00:00-04:00'] as const
    expect(linesBy(goesOn(river(), ...times), 'first-contact')).toEqual(['due 2026-11-03'])
    const [task] = dutiesBy(river(), 'first-contact')
    const late = task && markMissed(task, '2026-10-16T12:00:00Z', CM)
    const missed = { compartment: put(river().compartment, late ? [late] : []) }
    expect(linesBy(missed, 'first-contact')).toEqual(['missed 2026-10-15'])
    expect(linesBy(goesOn(missed, ...times), 'first-contact')).toEqual(['due 2026-11-03'])
  })

  it('stand as they were met before the hold, and are met after it', () => {
    const made = then(contact(river(), 'k1', '2026-10-13T15:00:00-04:00'), [hospital])
    expect(linesBy(held(made), 'first-contact')).toEqual(['met 2026-10-15'])
    const resumed = goesOn(held(made), '2026-10-30T09:00:00-04:00')
    expect(linesBy(resumed, 'first-contact')).toEqual(['met 2026-10-15'])
    const reached = contact(
      goesOn(held(river()), '2026-10-30T09:00:00-04:00'),
      'k1',
      '2026-11-02T10:00:00-05:00',
    )
    expect(linesBy(then(reached, [hospital]), 'first-contact')).toEqual(['met 2026-11-03'])
  })

  it('of a further model rest too', () => {
    const models = [
      { model: 'clinical', version: '1.0.0', since: OPENED },
      { model: 'intensive', version: '1.0.0', since: '2026-10-13T12:00:00-04:00' },
    ]
    const world = held(then(root(river(), { models }), [hospital]))
    expect(linesBy(world, 'plan-draft')).toEqual(['voided 2026-10-16', 'voided 2026-10-23'])
    const resumed = goesOn(world, '2026-10-30T09:00:00-04:00')
    expect(linesBy(resumed, 'plan-draft')).toEqual(['voided 2026-10-23', 'due 2026-11-02'])
  })
})

describe('the review of a plan', () => {
  it('is due in the rhythm of the model, one review at a time', () => {
    const active = act(river(), 'plan', {
      ...{ id: 'p1', state: 'active', major: 1, minor: 0, start: '2026-10-15T09:00:00-04:00' },
      ...{ goals: [], activities: [], needs: [], strengths: [], agreements: [] },
    })
    const world = then(active, [hospital])
    expect(linesBy(world, 'plan-review')).toEqual(['due 2026-11-14'])
    const [review] = dutiesBy(world, 'plan-review')
    const reviewed = act(world, 'obligation', {
      ...{ id: review?.id ?? '', state: 'met', status: 'completed', outputs: ['CarePlan/p1'] },
      doneAt: '2026-11-10T10:00:00-05:00',
    })
    expect(linesBy(then(reviewed, [hospital]), 'plan-review')).toEqual(['met 2026-11-14', 'due 2026-12-10'])
  })

  it('is met by a revision of it, and the next one is counted from there', () => {
    const plan: Partial<Plan> & { readonly id: string } = {
      ...{ id: 'p1', state: 'active', major: 1, minor: 0, start: '2026-10-15T09:00:00-04:00' },
      ...{ goals: [], activities: [], needs: [], strengths: [], agreements: [] },
    }
    const world = then(act(river(), 'plan', plan), [hospital])
    const once = act(world, 'plan', { ...plan, minor: 1, revisions: ['2026-11-10T10:00:00-05:00'] })
    expect(linesBy(then(once, [hospital]), 'plan-review')).toEqual(['met 2026-11-14', 'due 2026-12-10'])
    const revisions = ['2026-11-10T10:00:00-05:00', '2026-12-12T10:00:00-05:00']
    const twice = then(act(then(once, [hospital]), 'plan', { ...plan, minor: 2, revisions }), [hospital])
    expect(linesBy(twice, 'plan-review')).toEqual(['met 2026-11-14', 'late-met 2026-12-10', 'due 2027-01-11'])
    expect(dutiesBy(twice, 'plan-review')[0]?.['output']).toMatchObject([
      { valueReference: { reference: 'CarePlan/p1' } },
    ])
  })

  it('is taken up again where the hold of the case ended', () => {
    const active = act(river(), 'plan', {
      ...{ id: 'p1', state: 'active', major: 1, minor: 0, start: '2026-10-15T09:00:00-04:00' },
      ...{ goals: [], activities: [], needs: [], strengths: [], agreements: [] },
    })
    const resumed = root(active, { state: 'active', resumptions: ['2026-11-10T09:00:00-05:00'] })
    expect(linesBy(then(resumed, [hospital]), 'plan-review')).toEqual(['due 2026-12-10'])
  })
})
