import { laterOf, startMsOf } from '../../lib/fhir-time.ts'
import type { Assignment } from '../nouns/people.ts'

/** Where a task stands, as far as membership follows from it (domain.md 4.5). */
export type TaskStanding = 'not-begun' | 'under-way' | 'done' | 'withdrawn'

/** A task of the case; parts of a task and assignments are left out by the caller, they don't make task owners. */
export interface TeamTask {
  readonly owner?: string
  readonly standing: TaskStanding
}

/** In the order in which a team lists them. */
export const teamRoles = [
  'patient',
  'case-manager',
  'custodian',
  'attending',
  'admitting',
  'consulting',
  'referring',
  'task-owner',
] as const
export type TeamRole = (typeof teamRoles)[number]

/** A role that somebody has in a stay of the patient. */
export type ProviderRole = Extract<TeamRole, 'attending' | 'admitting' | 'consulting' | 'referring'>

const providerRoles: ReadonlySet<TeamRole> = new Set<ProviderRole>([
  'attending',
  'admitting',
  'consulting',
  'referring',
])

/** A derived row of the team: one person or organisation in one role for one time. */
export interface TeamMember {
  readonly member: string
  readonly role: TeamRole
  /** dateTime of joining, or undefined when it is as old as the team. */
  readonly start?: string
  readonly end?: string
  /** Organisation that the member acts for. */
  readonly organization?: string
  readonly reason: string
}

/** Who treats the patient in a stay of the case, and which one that is. */
export interface StayProvider extends Omit<TeamMember, 'reason'> {
  readonly role: ProviderRole
  /** Reference to the Encounter. */
  readonly stay: string
}

export interface TeamInput {
  readonly patient: string
  readonly tasks: readonly TeamTask[]
  readonly assignments: readonly Assignment[]
  /** The organisation that has the case. */
  readonly custodian?: string
  /** Undefined = nobody has looked: who is listed stays. */
  readonly providers?: readonly StayProvider[]
  /** Derived rows as they stand: task owners' remember when they joined or left. */
  readonly members: readonly TeamMember[]
  readonly pins: TeamPins
  /** When what led here happened. */
  readonly at: string
}

/** Who was put into the team by hand and has not left. */
export interface TeamPins {
  readonly members: ReadonlySet<string>
  /** `role member`. */
  readonly roles: ReadonlySet<string>
}

/** Same key = same row. */
export const teamRowKey = ({ role, member, start = '' }: TeamMember): string =>
  // Only who comes and goes has several rows of one role: the others keep theirs.
  `${teamRoles.indexOf(role)} ${member}${role === 'case-manager' || providerRoles.has(role) ? ` ${start}` : ''}`

/**
 * Membership is a function of tasks, assignments, stays and pins (invariant I16; domain.md 4.5): the patient and the
 * organisation that has the case are members always; who accepted the case is its manager from then until the hand-over;
 * who treats the patient in a stay is a member as long as that; who owns a task under way is a member from acceptance on,
 * and stays listed when the last one is done or withdrawn. Who has a role by hand needs no derived row for it.
 */
export function teamMembers(input: TeamInput): readonly TeamMember[] {
  const { pins, custodian, members } = input
  const always: readonly TeamMember[] = [
    { member: input.patient, role: 'patient', reason: 'subject of the case' },
    ...(custodian === undefined
      ? []
      : [{ member: custodian, role: 'custodian', reason: 'organisation that has the case' } as const]),
  ]
  const providers = input.providers?.map(treating) ?? members.filter(({ role }) => providerRoles.has(role))
  const byRole = [...always, ...input.assignments.flatMap(row => managing(row, input)), ...providers]
  return [...merged(byRole.filter(row => !hasByHand(row, pins))), ...owners(input)]
}

/** Anybody who put the patient in meant the patient. */
const hasByHand = ({ role, member }: TeamMember, { members, roles }: TeamPins): boolean =>
  role === 'patient' ? members.has(member) : roles.has(`${role} ${member}`)

const managed: ReadonlySet<Assignment['state']> = new Set(['accepted', 'handed-over', 'ended'])

function managing(
  { id, state, manager, start, end, organization }: Assignment,
  { custodian, members, at }: TeamInput,
): readonly TeamMember[] {
  if (!managed.has(state) || manager === '') return []
  const acting = organization ?? custodian
  const row: TeamMember = {
    member: manager,
    role: 'case-manager',
    ...(start !== undefined && { start }),
    ...(acting !== undefined && { organization: acting }),
    reason: `accepted the case: assignment Task/${id}`,
  }
  if (state === 'accepted') return [row]
  const known = members.find(one => teamRowKey(one) === teamRowKey(row))?.end
  const why = state === 'handed-over' ? 'handed over since' : 'ended since'
  return [ended({ ...row, reason: `${row.reason}, ${why}` }, end ?? known ?? at)]
}

const treating = ({ stay, ...row }: StayProvider): TeamMember => ({
  ...row,
  reason: `${row.role} practitioner of the stay ${stay}`,
})

/** Rows of the same key are one: of those that have ended the last one, of others the one that goes on. */
function merged(rows: readonly TeamMember[]): readonly TeamMember[] {
  return [...Map.groupBy(rows, teamRowKey).values()].flatMap(same =>
    same.toSorted((a, b) => endMs(b) - endMs(a) || (a.reason < b.reason ? -1 : 1)).slice(0, 1),
  )
}

const endMs = ({ end }: TeamMember): number =>
  end === undefined ? Number.MAX_SAFE_INTEGER : startMsOf(end, 'UTC')

function owners({ tasks, members, pins, at }: TeamInput): readonly TeamMember[] {
  const listed = members.filter(({ role }) => role === 'task-owner')
  const active = new Set(
    tasks.flatMap(task => (task.standing === 'under-way' && task.owner !== undefined ? [task.owner] : [])),
  )
  const kept = listed.map(row => (active.has(row.member) ? resumed(row) : ended(row, at)))
  const joined = [...active]
    .filter(member => !pins.members.has(member) && !listed.some(row => row.member === member))
    .map((member): TeamMember => ({ member, role: 'task-owner', start: at, reason: owning }))
  return [...kept, ...joined]
}

const owning = 'owner of an accepted task of the case'

function resumed(row: TeamMember): TeamMember {
  const { end: _end, ...open } = row
  return open
}

/** Who leaves before joining, by clocks that disagree, was a member for no time. */
const ended = (row: TeamMember, at: string): TeamMember =>
  row.end === undefined ? { ...row, end: row.start === undefined ? at : laterOf(row.start, at) } : row
