import { laterOf } from '../lib/fhir-time.ts'

/** Where a task stands, as far as membership follows from it (domain.md 4.5). */
export type TaskStanding = 'not-begun' | 'under-way' | 'done' | 'withdrawn'

/** A task of the case; parts of a task are left out by the caller, they don't make members. */
export interface TeamTask {
  readonly owner?: string
  readonly standing: TaskStanding
}

/** A derived row of the team: one person or organisation in one role, never deleted, only ended. */
export interface TeamMember {
  readonly member: string
  readonly role: TeamRole
  /** dateTime of joining, or undefined when it is as old as the team. */
  readonly start?: string
  readonly end?: string
  readonly reason: string
}

export type TeamRole = 'patient' | 'task-owner'

export interface TeamInput {
  readonly patient: string
  readonly tasks: readonly TeamTask[]
  /** Derived rows as they stand: they remember when somebody joined or left. */
  readonly members: readonly TeamMember[]
  /** Members by hand: who is one needs no derived row. */
  readonly pinned: ReadonlySet<string>
  /** When what led here happened. */
  readonly at: string
}

const reasons: Readonly<Record<TeamRole, string>> = {
  patient: 'subject of the case',
  'task-owner': 'owner of an accepted task of the case',
}

/**
 * Membership is a function of task states and pins (invariant I16): who owns a task under way is a member from
 * acceptance on; when the last one is done or withdrawn the row ends and stays listed; who never accepted never joins.
 * The patient is always an active member.
 */
export function teamMembers(input: TeamInput): readonly TeamMember[] {
  const standing = input.members.find(({ role, member }) => role === 'patient' && member === input.patient)
  const patient = (standing && resumed(standing)) ?? {
    member: input.patient,
    role: 'patient',
    reason: reasons.patient,
  }
  const owners = input.members.filter(({ role }) => role === 'task-owner')
  const active = new Set(
    input.tasks.flatMap(task =>
      task.standing === 'under-way' && task.owner !== undefined ? [task.owner] : [],
    ),
  )
  const kept = owners.map(row => (active.has(row.member) ? resumed(row) : ended(row, input.at)))
  const joined = [...active]
    .filter(member => !input.pinned.has(member) && !owners.some(row => row.member === member))
    .map(member => ({ member, role: 'task-owner', start: input.at, reason: reasons['task-owner'] }) as const)
  return [...(input.pinned.has(input.patient) ? [] : [patient]), ...kept, ...joined]
}

function resumed(row: TeamMember): TeamMember {
  const { end: _end, ...open } = row
  return open
}

/** Who leaves before joining, by clocks that disagree, was a member for no time. */
const ended = (row: TeamMember, at: string): TeamMember =>
  row.end === undefined ? { ...row, end: row.start === undefined ? at : laterOf(row.start, at) } : row
