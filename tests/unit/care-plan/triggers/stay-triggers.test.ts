import { describe, expect, it } from 'vitest'
import type { Trigger } from '../../../../src/care-plan/duties/duties.ts'
import type { StayMovement } from '../../../../src/care-plan/stays/stay.ts'
import { triggersOf } from '../../../../src/care-plan/triggers/triggers.ts'
import { admission, discharge, movement, stay } from '../../../support/case-world.ts'
import { triggerScene } from '../../../support/trigger-scene.ts'

const called = (kind: Trigger['kind'], ...stays: readonly ReturnType<typeof stay>[]): readonly Trigger[] =>
  triggersOf(triggerScene({ stays })).filter(one => one.kind === kind)
const came = admission('2026-10-08T10:00:00')
const inWard = (of: StayMovement, unit: string, more: object = {}): StayMovement => ({
  ...of,
  place: { unit, ...more },
})

describe('an announced discharge (A16)', () => {
  const announced = (time: string, expected: string): StayMovement => ({
    ...movement('pending-discharge', time, { classAfter: 'inpatient' }),
    expected,
  })
  const first = announced('2026-10-10T09:00:00', '2026-10-14T12:00:00-04:00')

  it('calls for arrangements by the day before it', () => {
    expect(called('discharge-announced', stay('e1', [came, first]))).toMatchObject([
      { startsOn: '2026-10-14' },
    ])
  })

  it('holds as it was announced last', () => {
    const later = announced('2026-10-12T09:00:00', '2026-10-16')
    expect(called('discharge-announced', stay('e1', [came, first, later])).map(one => one.startsOn)).toEqual([
      '2026-10-16',
    ])
  })

  it('calls for nothing when it is taken back, or when nobody said for when', () => {
    const taken = { ...first, cancelledAt: '2026-10-11T09:00:00-04:00' }
    const { expected: _none, ...open } = first
    expect(called('discharge-announced', stay('e1', [came, taken]))).toEqual([])
    expect(called('discharge-announced', stay('e1', [came, open]))).toEqual([])
  })

  it('is overtaken by the discharge itself', () => {
    const ended = stay('e1', [came, first, discharge('2026-10-13T10:00:00', '01')])
    expect(called('discharge-announced', ended)[0]?.overtaken).toMatchObject({ reason: 'stay ended' })
  })
})

describe('a leave (A21)', () => {
  const away: StayMovement = {
    ...movement('leave', '2026-10-10T09:00:00', { classAfter: 'inpatient' }),
    expected: '2026-10-11T18:00:00-04:00',
  }

  it('calls for a look on the day that the patient is to be back', () => {
    expect(called('leave', stay('e1', [came, away]))).toMatchObject([{ dueOn: '2026-10-11' }])
  })

  it('calls for nothing more when the patient is back, or has gone home', () => {
    const back = movement('return', '2026-10-11T17:00:00', { classAfter: 'inpatient' })
    expect(called('leave', stay('e1', [came, away, back]))[0]?.overtaken?.reason).toBe('patient back')
    const gone = stay('e1', [came, away, discharge('2026-10-11T17:00:00', '01')])
    expect(called('leave', gone)[0]?.overtaken?.reason).toBe('patient back')
  })
})

describe('a transfer (A02)', () => {
  const moved = movement('transfer', '2026-10-10T09:00:00', { classAfter: 'inpatient' })
  const from = inWard(came, 'ICU', { facility: 'VALLEY' })

  it.each([
    ['to another ward', inWard(moved, 'MED', { facility: 'VALLEY' }), 1],
    ['to another facility', inWard(moved, 'ICU', { facility: 'NORTH' }), 1],
    ['to another bed of the ward', inWard(moved, 'ICU', { facility: 'VALLEY', bed: '2' }), 0],
    ['that says no place', moved, 0],
    ['that mends the history', { ...inWard(moved, 'MED'), isHistoric: true as const }, 0],
  ])('%s', (_where, transfer, count) => {
    expect(called('transfer', stay('e1', [from, transfer]))).toHaveLength(count)
  })

  it('is looked at from where the patient was last', () => {
    const back = inWard(movement('transfer', '2026-10-11T09:00:00', { classAfter: 'inpatient' }), 'MED')
    expect(called('transfer', stay('e1', [from, inWard(moved, 'MED'), back]))).toHaveLength(1)
  })
})

describe('a visit to a clinic that a message told of', () => {
  const home = stay('e1', [came, discharge('2026-10-15T10:00:00', '01')])
  const clinic = (time: string, classAfter: 'outpatient' | 'emergency' = 'outpatient') =>
    stay('e2', [movement('registration', time, { classAfter })], { class: classAfter })
  const visits = (...others: readonly ReturnType<typeof stay>[]) =>
    called('discharge-to-community', home, ...others)[0]?.visits?.map(({ output }) => output)

  it('shows that the follow-up after a discharge took place', () => {
    expect(visits(clinic('2026-10-20T10:00:00'))).toEqual(['Encounter/e2'])
  })

  it('shows nothing when it was before, in an emergency, or cancelled', () => {
    expect(visits(clinic('2026-10-14T10:00:00'))).toBeUndefined()
    expect(visits(clinic('2026-10-20T10:00:00', 'emergency'))).toBeUndefined()
    expect(visits({ ...clinic('2026-10-20T10:00:00'), status: 'cancelled' })).toBeUndefined()
  })
})

describe('a person whom the source deleted (A29)', () => {
  const home = stay('e1', [came])
  const reviews = (scene: object): readonly string[] =>
    triggersOf({ ...triggerScene({ stays: [home] }), ...scene })
      .filter(one => one.kind === 'contradiction')
      .map(({ id }) => id)

  it('has the open cases looked at by people, and nothing closed', () => {
    expect(reviews({ deletedPerson: { at: '2026-10-12T09:00:00.000Z' } })).toEqual(['person-deleted'])
  })

  it('has nothing looked at when added again, or when no case was open then', () => {
    expect(reviews({})).toEqual([])
    expect(reviews({ deletedPerson: { at: '2020-10-12T09:00:00.000Z' } })).toEqual([])
  })
})
