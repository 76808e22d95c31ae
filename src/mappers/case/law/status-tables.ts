import { fail, ok, type Result } from '../../../lib/result.ts'

/** Legal moves of a native status: from -> to. */
type StatusTable = Readonly<Record<string, readonly string[]>>

const ERROR = 'entered-in-error'

/**
 * R4 fixes the codes but not the moves; these are the ones of Shared Care Planning and Gravity SDOH CC (fhir-api.md,
 * Life cycles). What isn't in a table (`unknown`, a code of another release) may go anywhere.
 */
const statusTables: Readonly<Record<'Task' | 'CarePlan' | 'CareTeam', StatusTable>> = {
  Task: {
    draft: ['requested', 'ready', 'cancelled', ERROR],
    requested: ['received', 'accepted', 'rejected', 'cancelled', ERROR],
    received: ['accepted', 'rejected', 'cancelled', ERROR],
    accepted: ['in-progress', 'rejected', 'cancelled', ERROR],
    ready: ['in-progress', 'completed', 'failed', 'cancelled', ERROR],
    'in-progress': ['completed', 'failed', 'on-hold', 'cancelled', ERROR],
    'on-hold': ['in-progress', 'cancelled', 'failed', ERROR],
    rejected: [ERROR],
    cancelled: [ERROR],
    failed: [ERROR],
    completed: [ERROR],
    [ERROR]: [],
  },
  CarePlan: {
    draft: ['active', 'revoked', ERROR],
    active: ['on-hold', 'completed', 'revoked', ERROR],
    'on-hold': ['active', 'completed', 'revoked', ERROR],
    completed: [ERROR],
    revoked: [ERROR],
    [ERROR]: [],
  },
  CareTeam: {
    proposed: ['active', 'inactive', ERROR],
    active: ['suspended', 'inactive', ERROR],
    suspended: ['active', 'inactive', ERROR],
    inactive: [ERROR],
    [ERROR]: [],
  },
}

/** Where a status may go from here. */
export const legalMoves = (type: keyof typeof statusTables, from: string): readonly string[] =>
  statusTables[type][from] ?? []

/** Statuses in which a team is over; the team of a case that goes on takes none of them. */
export const TEAM_OVER: ReadonlySet<string> = new Set(['inactive', ERROR])

export const legalTeamMoves = (from: string, isOfRunningCase: boolean): readonly string[] =>
  legalMoves('CareTeam', from).filter(to => !isOfRunningCase || !TEAM_OVER.has(to))

/** Fails with `illegal-transition` and the legal statuses when the table has no such move. */
export function checkedMove(type: keyof typeof statusTables, from: string, to: string): Result<void> {
  const legal = statusTables[type][from]
  if (from === to || legal === undefined || legal.includes(to)) return ok(undefined)
  return fail({
    kind: 'illegal-transition',
    code: 'illegal-transition',
    message: `${type}.status can't go from ${from} to the status given.`,
    expression: `${type}.status`,
    legal,
  })
}
