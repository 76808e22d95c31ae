import { describe, expect, it } from 'vitest'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
import { act, contact, dutiesBy, linesBy, opened, without, withModels } from '../../../support/case-acts.ts'
import {
  admission,
  after,
  discharge,
  effectsOf,
  emptyWorld,
  stay,
  type World,
} from '../../../support/case-world.ts'

const admitted = admission('2026-10-10T18:30:00')
const left = discharge('2026-10-21T11:00:00', '01')
const hospital = [stay('e1', [admitted])]
const home = [stay('e1', [admitted, left])]
const CANCELLED = '2026-10-23T20:00:00-04:00'
const withdrawn = [stay('e1', [admitted, { ...left, cancelledAt: CANCELLED }])]
const then = (world: World, stays: readonly Stay[]): World => after(world, stays, withModels)
const atHome = (): World => then(opened(then(emptyWorld, hospital), '2026-10-13T09:00:00-04:00'), home)
const reached = (): World => then(contact(atHome(), 'k1', '2026-10-22T10:00:00-04:00'), home)

const review = ['due 2026-10-26']

describe('a discharge that was taken back (A13)', () => {
  it('voids what is open and keeps what is met, and people look once', () => {
    const world = then(reached(), withdrawn)
    expect(linesBy(world, 'contact')).toEqual(['met 2026-10-23'])
    expect(dutiesBy(world, 'contact')[0]).toMatchObject({
      status: 'completed',
      output: [{ valueReference: { reference: 'Encounter/k1' } }],
    })
    expect(linesBy(world, 'discharge-info')).toEqual(['voided 2026-10-23'])
    expect(linesBy(world, 'fact-review')).toEqual(review)
    expect(dutiesBy(world, 'fact-review')[0]).toMatchObject({ focus: { reference: 'Encounter/e1' } })
    expect(effectsOf(world, withdrawn, withModels).resources).toEqual([])
  })

  it('asks nobody to look where nothing was done', () => {
    const world = then(atHome(), withdrawn)
    expect(linesBy(world, 'contact')).toEqual(['voided 2026-10-23'])
    expect(linesBy(world, 'fact-review')).toEqual([])
  })

  it('keeps what somebody had begun and then did, without a word that it still has to be done', () => {
    const begun = act(reached(), 'obligation', {
      ...{ id: dutiesBy(reached(), 'contact')[0]?.id ?? '', state: 'due', status: 'accepted' },
      owner: 'Practitioner/noor',
    })
    const world = then(begun, withdrawn)
    expect(linesBy(world, 'contact')).toEqual(['met 2026-10-23'])
    expect(dutiesBy(world, 'contact')[0]?.['note']).toBeUndefined()
    expect(linesBy(world, 'fact-review')).toEqual(review)
  })

  it('keeps what a person completed, and people look once however much was done', () => {
    const done = act(reached(), 'obligation', {
      ...{ id: dutiesBy(reached(), 'discharge-info')[0]?.id ?? '', state: 'met', status: 'completed' },
      outputs: ['DocumentReference/d1'],
    })
    const world = then(done, withdrawn)
    expect(linesBy(world, 'discharge-info')).toEqual(['met 2026-10-23'])
    expect(linesBy(world, 'fact-review')).toEqual(review)
  })

  it('is not met by what happens afterwards, and meets by what is only told afterwards', () => {
    const voided = then(atHome(), withdrawn)
    const later = contact(voided, 'k2', '2026-10-24T10:00:00-04:00')
    expect(linesBy(then(later, withdrawn), 'contact')).toEqual(['voided 2026-10-23'])
    const told = contact(voided, 'k1', '2026-10-22T10:00:00-04:00')
    expect(linesBy(then(told, withdrawn), 'contact')).toEqual(['met 2026-10-23'])
    expect(linesBy(then(told, withdrawn), 'fact-review')).toEqual(review)
  })

  it('keeps no work that was itself taken back', () => {
    const world = then(without(then(reached(), withdrawn), 'k1'), withdrawn)
    expect(linesBy(world, 'contact')).toEqual(['voided 2026-10-23'])
    expect(linesBy(world, 'fact-review')).toEqual(['voided 2026-10-26'])
  })

  it('and told again has its duties back, once, as they were', () => {
    const world = then(then(reached(), withdrawn), home)
    expect(linesBy(world, 'contact')).toEqual(['met 2026-10-23'])
    expect(linesBy(world, 'discharge-info')).toEqual(['due 2026-10-23'])
    expect(linesBy(world, 'fact-review')).toEqual(['voided 2026-10-26'])
  })

  it('and followed by another one has the duties of that one, once, beside what was done', () => {
    const again = [stay('e1', [...(withdrawn[0]?.movements ?? []), discharge('2026-10-26T11:00:00', '01')])]
    const world = then(then(reached(), withdrawn), again)
    expect(linesBy(world, 'contact')).toEqual(['met 2026-10-23', 'due 2026-10-28'])
    expect(linesBy(world, 'discharge-info')).toEqual(['voided 2026-10-23', 'due 2026-10-28'])
    expect(linesBy(world, 'fact-review')).toEqual(review)
    expect(effectsOf(world, again, withModels).resources).toEqual([])
  })
})

describe('an admission that was taken back (A11)', () => {
  it('keeps the screening that was done; people are asked once about the case itself', () => {
    const screened = then(opened(then(emptyWorld, hospital), '2026-10-13T09:00:00-04:00'), hospital)
    const cancelled = [stay('e1', [{ ...admitted, cancelledAt: '2026-10-14T08:00:00-04:00' }])]
    const world = then(screened, cancelled)
    expect(linesBy(world, 'screen')).toEqual(['met 2026-10-13'])
    expect(linesBy(world, 'necessity-review')).toEqual(['voided 2026-10-13'])
    expect(linesBy(world, 'fact-review')).toHaveLength(1)
  })
})
