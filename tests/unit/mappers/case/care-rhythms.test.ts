import { describe, expect, it } from 'vitest'
import { act, contact, dutiesBy, linesBy, opened, root, withModels } from '../../../support/case-acts.ts'
import {
  admission,
  after,
  arrival,
  effectsOf,
  emptyWorld,
  stay,
  type World,
} from '../../../support/case-world.ts'
import type { Plan } from '../../../../src/care-plan/nouns/plan.ts'
import type { Stay } from '../../../../src/care-plan/stay.ts'

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
