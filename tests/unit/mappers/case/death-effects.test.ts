import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { accepted, admitted, historyOf, home } from '../../../support/case-stories.ts'
import {
  admission,
  after,
  board,
  discharge,
  effectsOf,
  emptyWorld,
  ofType,
  only,
  put,
  statusesOf,
  stay,
  taskOf,
  tasksOf,
} from '../../../support/case-world.ts'

/** Patient.deceased was told on October 12th, and taken back. */
const takenBack = { thoughtDead: { at: '2026-10-12T13:30:00Z' } }

describe('death', () => {
  const died = home('20')
  const withdrawnDeath = [
    stay('e1', [
      admission('2026-10-05T18:30:00'),
      discharge('2026-10-10T10:30:00', '20', { cancelledAt: '2026-10-10T12:00:00-04:00' }),
    ]),
  ]

  it('by a discharge as expired ends the case and asks for bereavement care within three business days', () => {
    const world = after(after(emptyWorld, admitted), died)
    const episode = only(world, 'EpisodeOfCare')
    expect(episode).toMatchObject({
      status: 'finished',
      extension: [{ valueCode: 'deceased' }],
      period: { start: '2026-10-05T18:30:00-04:00', end: '2026-10-10T10:30:00-04:00' },
    })
    expect(historyOf(episode)).toEqual([
      'planned 2026-10-05T18:30:00-04:00 2026-10-10T10:30:00-04:00',
      'finished 2026-10-10T10:30:00-04:00',
    ])
    expect(board(world)).toEqual(['bereavement:requested 2026-10-15', 'screen:cancelled 2026-10-06'])
    expect(taskOf(world, 'screen')).toMatchObject({ statusReason: { text: 'patient deceased' } })
    expect(only(world, 'CareTeam')).toMatchObject({ status: 'inactive' })
  })

  it('of which Patient.deceased says more than the discharge has no message, in whatever order they were told', () => {
    const deceased = { deceased: { at: '2026-10-10T09:00:00-04:00' } }
    const first = after(after(emptyWorld, died, deceased), died, deceased)
    const last = after(after(emptyWorld, died), died, deceased)
    const { lastModified: _soon, ...soon } = taskOf(first, 'bereavement')
    const { lastModified: _late, ...late } = taskOf(last, 'bereavement')
    expect(late).toEqual(soon)
    expect(JSON.stringify(soon)).not.toContain('Trigger message')
  })

  it.each([{ at: '2026-10-10' }, { at: '2026-10-10T10:30:00-04:00' }, {}])(
    'by Patient.deceased %j ends the case too',
    deceased => {
      const world = after(after(emptyWorld, admitted), admitted, { deceased })
      expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'finished' })
      expect(tasksOf(world, 'bereavement')).toHaveLength(1)
    },
  )

  it('of which only the telling is dated counts from then, unless a discharge says when it was', () => {
    const deceased = { at: '2026-10-10T08:00:00-04:00', isInexact: true }
    const told = after(after(emptyWorld, admitted), admitted, { deceased })
    expect(only(told, 'EpisodeOfCare')).toMatchObject({ period: { end: '2026-10-10T08:00:00-04:00' } })
    const expired = after(emptyWorld, died, { deceased })
    expect(only(expired, 'EpisodeOfCare')).toMatchObject({ period: { end: '2026-10-10T10:30:00-04:00' } })
  })

  it('of which only the fact is known is dated by the last thing that happened, a later admission included', () => {
    const again = [...admitted, stay('e2', [admission('2026-10-20T08:00:00')])]
    const world = after(after(emptyWorld, admitted), again, { deceased: {} })
    expect(only(world, 'EpisodeOfCare')).toMatchObject({
      status: 'finished',
      period: { end: '2026-10-20T08:00:00-04:00' },
    })
    expect(tasksOf(world, 'bereavement')).toHaveLength(1)
  })

  it('cancels what people had begun and what they had planned, and gives it back when it is taken back', () => {
    const discharged = after(emptyWorld, home())
    const begun = accepted(discharged, 'contact')
    const own: Resource = {
      ...taskOf(begun, 'contact'),
      id: 'own',
      identifier: [],
      extension: [],
      status: 'requested',
    }
    const more = { compartment: put(begun.compartment, [own]) }
    const world = after(more, home(), { deceased: { at: '2026-10-12T09:00:00-04:00' } })
    expect(
      ofType(world, 'Task')
        .filter(task => task['status'] !== 'cancelled')
        .map(({ id }) => id),
    ).toEqual([taskOf(world, 'bereavement').id])
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'revoked' })
    const back = after(world, home(), takenBack)
    expect(only(back, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(only(back, 'EpisodeOfCare')['period']).toEqual({ start: '2026-10-05T18:30:00-04:00' })
    expect(back.compartment.find(({ id }) => id === 'own')).toMatchObject({ status: 'requested' })
    expect(statusesOf(tasksOf(back, 'contact'))).toEqual(['accepted', 'requested'])
    expect(taskOf(back, 'bereavement')).toMatchObject({ status: 'cancelled' })
    expect(taskOf(back, 'fact-review')).toMatchObject({ status: 'requested' })
    expect(effectsOf(back, home(), takenBack).resources).toEqual([])
  })

  it('told by Patient.deceased alone and taken back reopens the case and asks for one review, in any order', () => {
    const dead = after(after(emptyWorld, admitted), admitted, {
      deceased: { at: '2026-10-12T09:00:00-04:00' },
    })
    const back = after(dead, admitted, takenBack)
    expect(only(back, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(board(back)).toEqual([
      'bereavement:cancelled 2026-10-15',
      'fact-review:requested 2026-10-13',
      'screen:requested 2026-10-06',
    ])
    expect(effectsOf(back, admitted, takenBack).resources).toEqual([])
    const never = after(emptyWorld, admitted, takenBack)
    expect(taskOf(never, 'fact-review')).toEqual(taskOf(back, 'fact-review'))
    const again = after(back, admitted, { deceased: { at: '2026-10-12T09:00:00-04:00' } })
    expect(taskOf(again, 'fact-review')).toMatchObject({ status: 'cancelled' })
  })

  it('taken back by a withdrawn discharge always asks for a review', () => {
    const world = after(after(emptyWorld, died), withdrawnDeath)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(board(world)).toEqual([
      'bereavement:cancelled 2026-10-15',
      'fact-review:requested 2026-10-13',
      'screen:requested 2026-10-06',
    ])
    expect(board(after(emptyWorld, withdrawnDeath))).toEqual([
      'fact-review:requested 2026-10-13',
      'screen:requested 2026-10-06',
    ])
  })

  it('revokes the plans of people for the case, and gives them back', () => {
    const world = after(emptyWorld, admitted)
    const link = {
      url: 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare',
      valueReference: { reference: `EpisodeOfCare/${only(world, 'EpisodeOfCare').id ?? ''}` },
    }
    const own: Resource = {
      resourceType: 'CarePlan',
      id: 'own',
      status: 'active',
      intent: 'plan',
      extension: [link],
    }
    const done: Resource = { ...own, id: 'done', status: 'completed' }
    const more = { compartment: put(world.compartment, [own, done]) }
    const dead = after(more, died)
    expect(statusesOf(ofType(dead, 'CarePlan'))).toEqual(['completed', 'revoked'])
    expect(ofType(after(dead, admitted), 'CarePlan')[0]).toMatchObject({ id: 'own', status: 'active' })
  })

  it('does not touch what people asked for afterwards', () => {
    const world = after(emptyWorld, died)
    const later: Resource = {
      ...taskOf(world, 'bereavement'),
      id: 'later',
      identifier: [],
      extension: [],
      status: 'requested',
      authoredOn: '2026-10-11T10:00:00-04:00',
    }
    const more = after({ compartment: put(world.compartment, [later]) }, died)
    expect(more.compartment.find(({ id }) => id === 'later')).toEqual(later)
  })

  it('before an admission is a contradiction for people', () => {
    const after1 = [...died, stay('e9', [admission('2026-10-20')])]
    const world = after(emptyWorld, after1)
    expect(ofType(world, 'EpisodeOfCare')).toHaveLength(1)
    expect(taskOf(world, 'fact-review')).toMatchObject({ focus: { reference: 'Encounter/e9' } })
  })
})
