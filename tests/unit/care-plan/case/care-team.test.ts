import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  teamMembers,
  teamRowKey,
  type StayProvider,
  type TeamInput,
  type TeamMember,
} from '../../../../src/care-plan/case/care-team.ts'
import type { Assignment } from '../../../../src/care-plan/nouns/people.ts'

const AT = '2026-10-20T09:00:00-04:00'
const none = { members: new Set<string>(), roles: new Set<string>() }
const team = (more: Partial<TeamInput> = {}): readonly TeamMember[] =>
  teamMembers({
    patient: 'Patient/river',
    tasks: [],
    assignments: [],
    providers: [],
    members: [],
    pins: none,
    at: AT,
    ...more,
  })
const inRole = (members: readonly TeamMember[], role: TeamMember['role']) =>
  members.filter(row => row.role === role).map(({ reason: _why, role: _role, ...row }) => row)
const noor: Assignment = {
  id: 'a1',
  state: 'accepted',
  manager: 'Practitioner/noor',
  start: '2026-10-13T09:00:00-04:00',
}
const attending: StayProvider = {
  member: 'Practitioner/gray',
  role: 'attending',
  stay: 'Encounter/e1',
  start: '2026-10-05T18:30:00-04:00',
}

describe('the patient and the organisation that has the case', () => {
  it('are members always, each with the reason', () => {
    expect(team({ custodian: 'Organization/plan' })).toEqual([
      { member: 'Patient/river', role: 'patient', reason: 'subject of the case' },
      { member: 'Organization/plan', role: 'custodian', reason: 'organisation that has the case' },
    ])
  })
})

describe('an accepted assignment', () => {
  it('makes a case manager from then on, who acts for an organisation', () => {
    expect(inRole(team({ assignments: [noor], custodian: 'Organization/plan' }), 'case-manager')).toEqual([
      { member: 'Practitioner/noor', start: noor.start, organization: 'Organization/plan' },
    ])
    const elsewhere = [{ ...noor, organization: 'Organization/clinic' }]
    expect(
      inRole(team({ assignments: elsewhere, custodian: 'Organization/plan' }), 'case-manager'),
    ).toMatchObject([{ organization: 'Organization/clinic' }])
  })

  it.each(['offered', 'declined', 'expired', 'entered-in-error'] as const)('that is %s makes none', state => {
    expect(inRole(team({ assignments: [{ ...noor, state }] }), 'case-manager')).toEqual([])
  })

  it('that is handed over ends not before the next one began, and stays listed', () => {
    const over: Assignment = { ...noor, state: 'handed-over', end: '2026-11-02T09:00:00-05:00' }
    const sam: Assignment = {
      ...noor,
      id: 'a2',
      manager: 'Practitioner/sam',
      start: '2026-11-01T09:00:00-05:00',
    }
    expect(inRole(team({ assignments: [over, sam] }), 'case-manager')).toEqual([
      { member: 'Practitioner/noor', start: noor.start, end: over.end },
      { member: 'Practitioner/sam', start: sam.start },
    ])
  })

  it('of somebody who had the case before is a row of its own', () => {
    const before: Assignment = { ...noor, state: 'ended', end: '2026-10-14T09:00:00-04:00' }
    const again: Assignment = { ...noor, id: 'a3', start: '2026-12-01T09:00:00-05:00' }
    expect(inRole(team({ assignments: [before, again] }), 'case-manager')).toHaveLength(2)
  })

  it('that ended at a time nobody said ends when it became known, once', () => {
    const { start: _start, ...bare } = noor
    const first = team({ assignments: [{ ...bare, state: 'ended' }] })
    expect(inRole(first, 'case-manager')).toEqual([{ member: 'Practitioner/noor', end: AT }])
    const later = team({ assignments: [{ ...bare, state: 'ended' }], members: first, at: '2027-01-01' })
    expect(later).toEqual(first)
  })
})

describe('who treats the patient in a stay', () => {
  it('is a member as long as the stay, in each role of it', () => {
    const both = [attending, { ...attending, role: 'admitting' } as const]
    expect(team({ providers: both }).map(({ role, end }) => [role, end])).toEqual([
      ['patient', undefined],
      ['attending', undefined],
      ['admitting', undefined],
    ])
    const over = { ...attending, end: '2026-10-10T10:30:00-04:00' }
    expect(inRole(team({ providers: [over] }), 'attending')).toEqual([
      { member: attending.member, start: attending.start, end: over.end },
    ])
    expect(team({ providers: [attending] })[1]?.reason).toBe(
      'attending practitioner of the stay Encounter/e1',
    )
  })

  it('stays listed where nobody has looked at stays', () => {
    const known = team({ providers: [attending] })
    const { providers: _none, ...rest } = { providers: undefined, members: known }
    expect(
      teamMembers({ patient: 'Patient/river', tasks: [], assignments: [], pins: none, at: AT, ...rest }),
    ).toEqual(known)
  })
})

describe('who owns a task', () => {
  const owned = (standing: TeamInput['tasks'][number]['standing'], members: readonly TeamMember[] = []) =>
    team({ tasks: [{ owner: 'Practitioner/pt', standing }], members })

  it('is a member from acceptance on, and stays listed when it is done or withdrawn', () => {
    expect(inRole(owned('not-begun'), 'task-owner')).toEqual([])
    const active = owned('under-way')
    expect(inRole(active, 'task-owner')).toEqual([{ member: 'Practitioner/pt', start: AT }])
    for (const standing of ['done', 'withdrawn'] as const)
      expect(inRole(owned(standing, active), 'task-owner')).toEqual([
        { member: 'Practitioner/pt', start: AT, end: AT },
      ])
  })

  it('of another task under way is still one', () => {
    const active = owned('under-way')
    const still = team({
      tasks: [
        { owner: 'Practitioner/pt', standing: 'done' },
        { owner: 'Practitioner/pt', standing: 'under-way' },
      ],
      members: active,
    })
    expect(inRole(still, 'task-owner')).toEqual([{ member: 'Practitioner/pt', start: AT }])
  })
})

describe('who was put there by hand', () => {
  it('needs no derived row for that role, and gets those for others', () => {
    const pins = { members: new Set([noor.manager]), roles: new Set([`case-manager ${noor.manager}`]) }
    const tasks = [{ owner: noor.manager, standing: 'under-way' as const }]
    expect(team({ assignments: [noor], tasks, pins }).map(({ role }) => role)).toEqual(['patient'])
    const plain = { members: new Set([noor.manager]), roles: new Set<string>() }
    expect(team({ assignments: [noor], tasks, pins: plain }).map(({ role }) => role)).toEqual([
      'patient',
      'case-manager',
    ])
  })
})

describe('the same facts', () => {
  const provider = fc.record({
    member: fc.constantFrom('Practitioner/a', 'Practitioner/b'),
    role: fc.constantFrom('attending' as const, 'consulting' as const),
    stay: fc.constantFrom('Encounter/e1', 'Encounter/e2'),
    start: fc.constantFrom('2026-10-05', '2026-11-05'),
    end: fc.constantFrom('2026-11-10', '2026-12-10'),
  })
  const assignment = fc.record({
    id: fc.constantFrom('a1', 'a2', 'a3'),
    state: fc.constantFrom('accepted' as const, 'ended' as const, 'handed-over' as const),
    manager: fc.constantFrom('Practitioner/a', 'Practitioner/b'),
    start: fc.constantFrom('2026-10-13', '2026-11-13'),
    end: fc.constantFrom('2026-11-14', '2026-12-14'),
  })
  const sorted = (rows: readonly TeamMember[]) =>
    rows.toSorted((a, b) => (teamRowKey(a) < teamRowKey(b) ? -1 : 1))

  it('make the same team in any order, with one row for each member, role and beginning', () => {
    fc.assert(
      fc.property(fc.array(provider), fc.array(assignment), (providers, assignments) => {
        const one = team({ providers, assignments })
        const other = team({ providers: providers.toReversed(), assignments: assignments.toReversed() })
        expect(sorted(other)).toEqual(sorted(one))
        expect(new Set(one.map(teamRowKey)).size).toBe(one.length)
        expect(sorted(team({ providers, assignments, members: one }))).toEqual(sorted(one))
      }),
    )
  })
})
