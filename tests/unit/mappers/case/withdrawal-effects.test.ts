import { describe, expect, it } from 'vitest'
import {
  accepted,
  admitted,
  cancelledAdmission,
  historyOf,
  home,
  inDueForm,
  consentOf,
  managerOf,
} from '../../../support/case-stories.ts'
import {
  CM,
  type World,
  admission,
  after,
  arrival,
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
  written,
} from '../../../support/case-world.ts'

const STATE = `${CM}/StructureDefinition/state`

describe('a withdrawn admission', () => {
  it('takes a case back that nobody touched', () => {
    const world = after(after(emptyWorld, admitted), cancelledAdmission)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'entered-in-error' })
    expect(only(world, 'CareTeam')).toMatchObject({ status: 'entered-in-error' })
    expect(board(world)).toEqual(['screen:cancelled 2026-10-06'])
  })

  it('and told again brings the case back', () => {
    const back = after(after(after(emptyWorld, admitted), cancelledAdmission), admitted)
    expect(only(back, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(only(back, 'EpisodeOfCare')['_status']).toBeUndefined()
    expect(historyOf(only(back, 'EpisodeOfCare'))).toHaveLength(1)
    expect(only(back, 'CareTeam')).toMatchObject({ status: 'active' })
    expect(board(back)).toEqual(['screen:requested 2026-10-06'])
  })

  it('keeps a case that somebody works on and asks for a review', () => {
    const begun = accepted(after(emptyWorld, admitted), 'screen')
    const world = after(begun, cancelledAdmission)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(taskOf(world, 'screen')).toMatchObject({ status: 'accepted' })
    expect(tasksOf(world, 'fact-review').length).toBeGreaterThan(0)
    expect(effectsOf(world, cancelledAdmission).resources).toEqual([])
  })

  it('that was never heard of before leaves no trace', () => {
    expect(after(emptyWorld, cancelledAdmission).compartment).toEqual([])
  })
})

describe('a return to hospital', () => {
  const back = (at: string, more = {}) => stay('e2', [admission(at)], more)

  it('within thirty days of going home is flagged as a readmission and voids what nobody began', () => {
    const begun = accepted(after(emptyWorld, home()), 'med-rec')
    const world = after(begun, [...home(), back('2026-10-20T08:00:00')])
    expect(only(world, 'Flag')).toMatchObject({ status: 'active', encounter: { reference: 'Encounter/e2' } })
    expect(world.last?.encounters.find(({ encounter }) => encounter === 'e2')).toMatchObject({
      isReadmission: true,
    })
    expect(taskOf(world, 'contact')).toMatchObject({
      status: 'cancelled',
      statusReason: { text: 'patient admitted again' },
    })
    expect(taskOf(world, 'med-rec')).toMatchObject({ status: 'accepted' })
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'revoked' })
    expect(taskOf(world, 'screen')).toMatchObject({ status: 'requested' })
  })

  it('counts calendar days: the thirtieth counts, the next does not', () => {
    const flagged = (at: string): number => ofType(after(emptyWorld, [...home(), back(at)]), 'Flag').length
    expect(flagged('2026-11-09T23:00:00')).toBe(1)
    expect(flagged('2026-11-10T01:00:00')).toBe(0)
  })

  it('that was planned, or follows a transfer, is none', () => {
    const flags = (first: string, second: ReturnType<typeof back>): number =>
      ofType(after(emptyWorld, [...home(first), second]), 'Flag').length
    expect(flags('01', back('2026-10-20', { planned: true }))).toBe(0)
    expect(flags('81', back('2026-10-20'))).toBe(0)
    expect(flags('02', back('2026-10-20'))).toBe(0)
    expect(flags('07', back('2026-10-20'))).toBe(0)
    expect(flags('03', back('2026-10-20'))).toBe(1)
  })

  it('to another facility within a day is the same stay', () => {
    const first = home('03').map(one => ({ ...one, facility: 'valley' }))
    const flags = (facility: string, at: string): number =>
      ofType(after(emptyWorld, [...first, back(at, { facility })]), 'Flag').length
    expect(flags('north', '2026-10-11T10:00:00')).toBe(0)
    expect(flags('valley', '2026-10-11T10:00:00')).toBe(1)
    expect(flags('north', '2026-10-12T10:00:00')).toBe(1)
  })

  it.each(['61', '62', '63', '65', '70', '90', '02', '05'])(
    'that is the transfer itself (%s) is none, also within one facility',
    disposition => {
      const first = home(disposition).map(one => ({ ...one, facility: 'valley' }))
      const flags = (...then: readonly ReturnType<typeof back>[]): number =>
        ofType(after(emptyWorld, [...first, ...then]), 'Flag').length
      expect(flags(back('2026-10-10T15:00:00', { facility: 'valley' }))).toBe(0)
      expect(flags(back('2026-10-11T10:00:00', { facility: 'valley' }))).toBe(0)
      expect(flags(back('2026-10-11T10:00:00'))).toBe(0)
    },
  )

  it('counts after the rehabilitation as after any stay, and when it comes later than a transfer would', () => {
    const first = home('62').map(one => ({ ...one, facility: 'valley' }))
    const rehabilitated = stay(
      'e2',
      [admission('2026-10-10T15:00:00'), discharge('2026-10-20T10:00:00', '01')],
      { facility: 'valley' },
    )
    const again = stay('e3', [admission('2026-10-25T10:00:00')], { facility: 'valley' })
    expect(only(after(emptyWorld, [...first, rehabilitated, again]), 'Flag')).toMatchObject({
      encounter: { reference: 'Encounter/e3' },
    })
    const late = back('2026-10-12T10:00:00', { facility: 'valley' })
    expect(ofType(after(emptyWorld, [...first, late]), 'Flag')).toHaveLength(1)
  })

  it('to a facility leaves the hand-over owed', () => {
    const world = after(emptyWorld, [...home('62'), back('2026-10-10T15:00:00')])
    expect(taskOf(world, 'handover')).toMatchObject({ status: 'requested' })
  })

  it('that was withdrawn takes the flag back, and told again raises it', () => {
    const world = after(emptyWorld, [...home(), back('2026-10-20')])
    const cancelled = stay('e2', [admission('2026-10-20', { cancelledAt: '2026-10-20T13:00:00-04:00' })])
    const without = after(world, [...home(), cancelled])
    expect(only(without, 'Flag')).toMatchObject({ status: 'entered-in-error' })
    expect(without.last?.encounters.every(({ isReadmission }) => !isReadmission)).toBe(true)
    expect(taskOf(without, 'contact')).toMatchObject({ status: 'requested' })
    expect(only(after(without, [...home(), back('2026-10-20')]), 'Flag')).toMatchObject({ status: 'active' })
  })
})

describe('a case that people ended', () => {
  const declined = (world: World, at: string): World => {
    const steps = ['screened', 'declined']
    return steps.reduce((now, state) => {
      const episode = only(now, 'EpisodeOfCare')
      return written(now, [{ ...episode, extension: [{ url: STATE, valueCode: state }] }], { at })
    }, world)
  }
  const closed = (world: World, at: string): World =>
    ['open', 'closing', 'closed'].reduce(
      (now, state) => {
        const episode = only(now, 'EpisodeOfCare')
        const said = state === 'closed' ? (episode['extension'] as { url: string }[]) : []
        const own = said.filter(({ url }) => url !== STATE)
        const moved = { ...episode, extension: [{ url: STATE, valueCode: state }, ...own] }
        const asked = state === 'closing' ? inDueForm(moved) : moved
        return written(now, [asked], { at, actor: `Practitioner/${state}` })
      },
      written(world, [managerOf(world, 'Practitioner/noor'), consentOf(world)], { at }),
    )

  it('gets no duties from what happens afterwards', () => {
    const world = after(declined(after(emptyWorld, admitted), '2026-10-07T12:00:00Z'), home())
    expect(board(world)).toEqual(['screen:requested 2026-10-06'])
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'cancelled' })
  })

  it('is followed by a second case at the next admission', () => {
    const world = after(declined(after(emptyWorld, admitted), '2026-10-07T12:00:00Z'), [
      ...home(),
      stay('e2', [admission('2026-10-20')]),
    ])
    expect(statusesOf(ofType(world, 'EpisodeOfCare'))).toEqual(['cancelled', 'planned'])
    expect(tasksOf(world, 'screen')).toHaveLength(2)
  })

  it('by closing is reopened by an admission soon after, and closed again when that is withdrawn', () => {
    const done = closed(after(emptyWorld, home()), '2026-10-15T12:00:00Z')
    expect(only(done, 'EpisodeOfCare')).toMatchObject({ status: 'finished' })
    const reopened = after(done, [...home(), stay('e2', [admission('2026-11-01')])])
    const episode = only(reopened, 'EpisodeOfCare')
    expect(episode).toMatchObject({ status: 'active', period: { start: '2026-10-05T18:30:00-04:00' } })
    expect((episode['period'] as { end?: string }).end).toBeUndefined()
    expect(taskOf(reopened, 'notify')).toMatchObject({ status: 'requested' })
    const withdrawn = stay('e2', [admission('2026-11-01', { cancelledAt: '2026-11-01T13:00:00-04:00' })])
    const again = after(reopened, [...home(), withdrawn])
    expect(only(again, 'EpisodeOfCare')).toMatchObject({
      status: 'finished',
      period: { end: '2026-10-15T08:00:00-04:00' },
    })
    const late = after(done, [...home(), stay('e2', [admission('2026-11-15')])])
    expect(ofType(late, 'EpisodeOfCare')).toHaveLength(2)
  })
})

describe('an arrival that people were told of', () => {
  const visit = (cancelledAt?: string) =>
    stay('e2', [arrival('2026-10-20T08:00:00', { ...(cancelledAt !== undefined && { cancelledAt }) })])
  const here = [...admitted, visit()]
  const gone = [...admitted, visit('2026-10-20T10:00:00-04:00')]
  const told = (world: World): World => ({
    compartment: put(world.compartment, [
      {
        ...taskOf(world, 'notify'),
        status: 'completed',
        output: [{ type: { text: 'told' }, valueBoolean: true }],
      },
    ]),
  })
  const retractions = (world: World): readonly unknown[] =>
    tasksOf(world, 'notify')
      .filter(task => JSON.stringify(task['identifier']).includes('/retraction-notice/'))
      .map(({ status }) => status)

  it('asks for a retraction when it is taken back, once, and no more when it holds again', () => {
    const known = told(after(after(emptyWorld, admitted), here))
    expect(retractions(after(known, here))).toEqual([])
    const withdrawn = after(known, gone)
    expect(retractions(withdrawn)).toEqual(['requested'])
    expect(retractions(after(withdrawn, gone))).toEqual(['requested'])
    expect(effectsOf(withdrawn, gone).resources).toEqual([])
    expect(retractions(after(withdrawn, here))).toEqual(['cancelled'])
  })

  it('asks for none of what nobody was told of', () => {
    expect(retractions(after(after(after(emptyWorld, admitted), here), gone))).toEqual([])
  })
})
