import { describe, expect, it } from 'vitest'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
import { act, root } from '../../../support/case-acts.ts'
import {
  accepted,
  admitted,
  home,
  leaving,
  withdrawnHome,
  asDone,
  because,
} from '../../../support/case-stories.ts'
import {
  CM,
  admission,
  after,
  arrival,
  board,
  discharge,
  dueOf,
  effectsOf,
  emptyWorld,
  ofType,
  only,
  statusesOf,
  stay,
  taskOf,
  tasksOf,
  written,
} from '../../../support/case-world.ts'

describe('a discharge', () => {
  it('to the community opens the transition plan with its five duties', () => {
    const world = after(after(emptyWorld, admitted), home())
    expect(board(world)).toEqual([
      'contact:requested 2026-10-14',
      'discharge-info:requested 2026-10-12',
      'follow-up-visit:requested 2026-10-24',
      'med-rec:requested 2026-11-09',
      'readmission-watch:requested 2026-11-09',
      'screen:requested 2026-10-06',
    ])
    const plan = only(world, 'CarePlan')
    expect(plan).toMatchObject({
      status: 'active',
      intent: 'plan',
      period: { start: '2026-10-10', end: '2026-11-08' },
      supportingInfo: [{ reference: 'Encounter/e1' }],
    })
    expect(plan['activity']).toHaveLength(5)
    expect(plan.meta?.tag).toEqual([{ system: `${CM}/sid/case`, code: only(world, 'EpisodeOfCare').id }])
    expect(taskOf(world, 'contact')['basedOn']).toMatchObject([{ reference: `CarePlan/${plan.id ?? ''}` }])
  })

  it('of River on the day before Thanksgiving has the dates of the story', () => {
    const river = stay('e1', [
      admission('2026-10-21T14:00:00'),
      discharge('2026-11-25', '06', {
        at: '2026-11-25T11:00:00-05:00',
        recorded: '2026-11-25T11:00:00-05:00',
      }),
    ])
    const world = after(emptyWorld, [river])
    expect(only(world, 'CarePlan')).toMatchObject({ period: { start: '2026-11-25', end: '2026-12-24' } })
    expect(dueOf(taskOf(world, 'contact'))).toBe('2026-11-30T23:59:59-05:00')
    expect(board(world).filter(line => !line.startsWith('screen'))).toEqual([
      'contact:requested 2026-11-30',
      'discharge-info:requested 2026-11-27',
      'follow-up-visit:requested 2026-12-09',
      'med-rec:requested 2026-12-25',
      'readmission-watch:requested 2026-12-25',
    ])
  })

  it('of a high-risk case is followed by a visit within seven days', () => {
    const world = after(emptyWorld, admitted)
    const rated = { ...only(world, 'EpisodeOfCare') }
    const acuity = { url: `${CM}/StructureDefinition/acuity`, valueCode: 'high' }
    const high = written(world, [{ ...rated, extension: [...(rated['extension'] as object[]), acuity] }])
    expect(dueOf(taskOf(after(high, home()), 'follow-up-visit'))).toBe('2026-10-17T23:59:59-04:00')
  })

  it('of a case that was rated high before the stay is followed by a visit within fourteen', () => {
    const world = act(after(emptyWorld, admitted), 'risk', {
      ...{ id: 'r1', state: 'final', method: 'stratification', band: 'high', inputs: [], missing: [] },
      at: '2026-10-04T09:00:00-04:00',
    })
    const high = root(world, { acuity: 'high' })
    expect(dueOf(taskOf(after(high, home()), 'follow-up-visit'))).toBe('2026-10-24T23:59:59-04:00')
    const again = act(high, 'risk', { id: 'r1', at: '2026-10-06T09:00:00-04:00' })
    expect(dueOf(taskOf(after(again, home()), 'follow-up-visit'))).toBe('2026-10-17T23:59:59-04:00')
  })

  it.each([undefined, '99', '09'])(
    'with disposition %s counts as to the community and is flagged',
    disposition => {
      const world = after(emptyWorld, leaving(disposition))
      expect(tasksOf(world, 'contact')).toHaveLength(1)
      expect(only(world, 'CarePlan').meta?.tag).toContainEqual({
        ...{ system: `${CM}/CodeSystem/flag`, code: 'disposition-unknown' },
      })
    },
  )

  it('against medical advice calls for an urgent contact on the next business day', () => {
    const world = after(emptyWorld, home('07'))
    expect(taskOf(world, 'contact')).toMatchObject({ priority: 'urgent' })
    expect(dueOf(taskOf(world, 'contact'))).toBe('2026-10-13T23:59:59-04:00')
    expect(ofType(world, 'CarePlan')).toHaveLength(1)
  })

  it.each([
    ['by no rule', '01', undefined, '2026-10-11T11:00:00'],
    ['by a rule that came too late', '07', '2026-10-14T12:00:00-04:00', undefined],
  ])('leaves a Task urgent that people call so, %s', (_why, disposition, recorded, corrected) => {
    const leave = (at = '2026-10-10T11:00:00'): readonly Stay[] => [
      stay('e1', [
        admission('2026-10-05T18:30:00'),
        discharge(at, disposition, { id: 'd1', ...(recorded !== undefined && { recorded }) }),
      ]),
    ]
    const world = after(emptyWorld, leave())
    expect(taskOf(world, 'contact')).not.toHaveProperty('priority')
    const urgent = written(world, [{ ...taskOf(world, 'contact'), priority: 'urgent' }])
    expect(taskOf(after(urgent, leave(corrected)), 'contact')).toMatchObject({ priority: 'urgent' })
  })

  it.each(['03', '04', '05', '43', '50', '51', '61', '62', '63', '64', '65', '66', '69', '70', '90'])(
    'to a facility (%s) calls for a hand-over and starts no transition clock',
    disposition => {
      const world = after(emptyWorld, home(disposition))
      expect(board(world)).toEqual(['handover:requested 2026-10-13', 'screen:requested 2026-10-06'])
      expect(ofType(world, 'CarePlan')).toEqual([])
    },
  )

  it('to acute care (02) watches for the return as well', () => {
    expect(board(after(emptyWorld, home('02')))).toEqual([
      'handover:requested 2026-10-13',
      'readmission-watch:requested 2026-11-09',
      'screen:requested 2026-10-06',
    ])
  })

  it('as still a patient (30) calls for nothing', () => {
    expect(board(after(emptyWorld, home('30')))).toEqual(['screen:requested 2026-10-06'])
  })

  it('of an emergency visit opens no transition', () => {
    const emergency = stay('e2', [
      arrival('2026-10-07'),
      discharge('2026-10-08', '01', { classAfter: 'emergency' }),
    ])
    expect(ofType(after(emptyWorld, [...admitted, emergency]), 'CarePlan')).toEqual([])
  })

  it('without a case that was open then calls for nothing', () => {
    const lone = stay('e1', [discharge('2026-10-10', '01')])
    expect(after(emptyWorld, [lone]).compartment).toEqual([])
  })

  it('as corrected to a facility voids the transition', () => {
    const world = after(after(emptyWorld, home()), home('62'))
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'entered-in-error' })
    expect(taskOf(world, 'contact')).toMatchObject({ status: 'cancelled' })
    expect(taskOf(world, 'handover')).toMatchObject({ status: 'requested' })
  })
})

describe('a withdrawn discharge', () => {
  it('voids the duties that nobody began, and the plan', () => {
    const world = after(after(emptyWorld, home()), withdrawnHome)
    expect(taskOf(world, 'contact')).toMatchObject({
      status: 'cancelled',
      statusReason: { text: 'trigger cancelled' },
      lastModified: '2026-10-10T12:00:00-04:00',
    })
    expect(board(world).filter(line => line.includes('requested'))).toEqual(['screen:requested 2026-10-06'])
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'entered-in-error' })
    expect(only(world, 'CarePlan')['activity']).toBeUndefined()
  })

  it('keeps what somebody took on, with a note, and asks once for a review', () => {
    const begun = accepted(after(emptyWorld, home()), 'contact')
    const world = after(begun, withdrawnHome)
    const contact = taskOf(world, 'contact')
    expect(contact).toMatchObject({ status: 'accepted', owner: { reference: 'Practitioner/noor' } })
    expect(contact['note']).toHaveLength(1)
    expect(taskOf(world, 'fact-review')).toMatchObject({ status: 'requested' })
    expect(dueOf(taskOf(world, 'fact-review'))).toBe('2026-10-13T23:59:59-04:00')
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'revoked' })
    expect(only(world, 'CarePlan')['activity']).toHaveLength(1)
    expect(effectsOf(world, withdrawnHome).resources).toEqual([])
  })

  it('leaves work done as it is and asks for one review of it', () => {
    const begun = accepted(after(emptyWorld, home()), 'contact')
    const working = written(begun, [{ ...taskOf(begun, 'contact'), status: 'in-progress' }])
    const done = written(working, [asDone(taskOf(working, 'contact'))])
    const world = after(done, withdrawnHome)
    expect(taskOf(world, 'contact')).toEqual(taskOf(done, 'contact'))
    expect(tasksOf(world, 'fact-review')).toHaveLength(1)
  })

  it('that is said again revives the duties, and takes note and review back', () => {
    const begun = accepted(after(emptyWorld, home()), 'contact')
    const revived = after(after(begun, withdrawnHome), home())
    expect(taskOf(revived, 'contact')).toMatchObject({ status: 'accepted' })
    expect(taskOf(revived, 'contact')['note']).toBeUndefined()
    expect(taskOf(revived, 'med-rec')).toMatchObject({ status: 'requested' })
    expect(taskOf(revived, 'med-rec')['statusReason']).toBeUndefined()
    expect(taskOf(revived, 'med-rec')['_status']).toBeUndefined()
    expect(taskOf(revived, 'fact-review')).toMatchObject({ status: 'cancelled' })
    expect(only(revived, 'CarePlan')).toMatchObject({ status: 'active' })
  })

  it('does not bring back what people cancelled', () => {
    const discharged = after(emptyWorld, home())
    const waived = written(discharged, [because(taskOf(discharged, 'contact'), 'cancelled')])
    const world = after(after(waived, withdrawnHome), home())
    expect(taskOf(world, 'contact')).toEqual(taskOf(waived, 'contact'))
  })

  it('is replaced by a later one with duties of its own', () => {
    const again = stay('e1', [...(withdrawnHome[0]?.movements ?? []), discharge('2026-11-28T09:00:00', '01')])
    const world = after(after(emptyWorld, withdrawnHome), [again])
    expect(
      tasksOf(world, 'contact')
        .filter(task => task['status'] === 'requested')
        .map(dueOf),
    ).toEqual(['2026-12-01T23:59:59-05:00'])
    expect(statusesOf(ofType(world, 'CarePlan'))).toEqual(['active', 'entered-in-error'])
  })
})
