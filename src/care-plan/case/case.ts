import { fail, ok, type Failure, type Result } from '../../lib/result.ts'

/** Exact states of a case. Phases (assessing, planning, ...) are derived from its artefacts and are no states. */
export const caseStates = [
  'identified',
  'screened',
  'outreach',
  'open',
  'active',
  'on-hold',
  'closing',
  'closed',
  'declined',
  'screened-out',
  'unreachable',
  'transferred-out',
  'deceased',
  'entered-in-error',
] as const

export type CaseState = (typeof caseStates)[number]

/** States in which a case has ended. Only `closed` may be left again (ReopenCase). */
export const endedStates: ReadonlySet<CaseState> = new Set([
  'closed',
  'declined',
  'screened-out',
  'unreachable',
  'transferred-out',
  'deceased',
  'entered-in-error',
])

/** States in which a case may be joined to another one that it doubles; a proposed closure is decided first. */
export const mergeable = ['identified', 'screened', 'outreach', 'open', 'active', 'on-hold'] as const

/** A case as its decider sees it. */
export interface Case {
  readonly state: CaseState
  /** Only when on hold: it waits for capacity, not for the patient. */
  readonly isWaitlisted: boolean
  /** When it was opened, if ever: what waited before that is opened, not resumed. */
  readonly openedAt?: string
  /** Only when closed: another case goes on in its place. */
  readonly mergedInto?: unknown
  /** The models that it was or is under, as far as that is known. */
  readonly models?: readonly unknown[]
}

export interface OutreachAttempt {
  /** Calendar date of the attempt. */
  readonly on: string
  /** Phone, letter, visit, portal, ... */
  readonly medium: string
}

/**
 * What may be asked of a case; what each one must show comes with it, so that the decider needs nothing else. Evidence
 * left out is vouched for by who asks (a bare FHIR status carries none).
 */
export type CaseCommand =
  | { readonly kind: 'ScreenCase' }
  | { readonly kind: 'ScreenOut' }
  | { readonly kind: 'StartOutreach' }
  | { readonly kind: 'RecordOutreach'; readonly attempt: OutreachAttempt }
  | { readonly kind: 'OpenCase'; readonly hasConsent: boolean; readonly isInpatient: boolean }
  | { readonly kind: 'ActivatePlan' }
  | { readonly kind: 'RevisePlan' }
  | { readonly kind: 'SwitchModel' }
  | { readonly kind: 'HoldCase'; readonly hold: 'pause'; readonly reviewInDays?: number }
  | { readonly kind: 'HoldCase'; readonly hold: 'waitlist' }
  | { readonly kind: 'ResumeCase' }
  | { readonly kind: 'ProposeClosure' }
  | { readonly kind: 'RejectClosure' }
  | { readonly kind: 'ApproveClosure'; readonly isSecondPerson?: boolean }
  | { readonly kind: 'ReopenCase'; readonly closedForDays: number; readonly reopenDays: number }
  | { readonly kind: 'Decline' }
  | { readonly kind: 'Unreachable'; readonly attempts?: readonly OutreachAttempt[] }
  | { readonly kind: 'TransferOut' }
  | { readonly kind: 'RecordDeath' }
  | { readonly kind: 'MarkEnteredInError' }

export type CaseCommandKind = CaseCommand['kind']

/** What has happened to a case. One command raises one event. */
export type CaseEvent =
  | { readonly kind: 'CaseMoved'; readonly to: CaseState; readonly isWaitlisted: boolean }
  | { readonly kind: 'OutreachAttempted'; readonly attempt: OutreachAttempt }
  | { readonly kind: 'PlanRevised' }
  | { readonly kind: 'ModelSwitched' }

/** A case begins like this; there is no way back to it. */
export const identifiedCase = { state: 'identified', isWaitlisted: false } as const satisfies Case

const everywhere = {
  RecordDeath: 'deceased',
  TransferOut: 'transferred-out',
  MarkEnteredInError: 'entered-in-error',
} as const

type Moves = Readonly<Partial<Record<CaseCommandKind, CaseState>>>

/**
 * The matrix of domain.md 4.7: from -> command -> to. EnteredInError is legal from every state and TransferOut from
 * every one but closed; a self-move (RecordOutreach, RevisePlan, SwitchModel) changes no state. A case that waits for
 * capacity may be opened too.
 */
export const caseMatrix: Readonly<Record<CaseState, Moves>> = {
  identified: { ScreenCase: 'screened', OpenCase: 'open', ...everywhere },
  screened: {
    StartOutreach: 'outreach',
    OpenCase: 'open',
    HoldCase: 'on-hold',
    Decline: 'declined',
    ScreenOut: 'screened-out',
    ...everywhere,
  },
  outreach: {
    RecordOutreach: 'outreach',
    OpenCase: 'open',
    Decline: 'declined',
    Unreachable: 'unreachable',
    ...everywhere,
  },
  open: { ActivatePlan: 'active', HoldCase: 'on-hold', ProposeClosure: 'closing', ...everywhere },
  active: {
    RevisePlan: 'active',
    SwitchModel: 'active',
    HoldCase: 'on-hold',
    ProposeClosure: 'closing',
    ...everywhere,
  },
  'on-hold': { ResumeCase: 'active', OpenCase: 'open', ProposeClosure: 'closing', ...everywhere },
  closing: { RejectClosure: 'active', ApproveClosure: 'closed', ...everywhere },
  closed: { ReopenCase: 'active', MarkEnteredInError: 'entered-in-error' },
  declined: { MarkEnteredInError: 'entered-in-error' },
  'screened-out': { MarkEnteredInError: 'entered-in-error' },
  unreachable: { MarkEnteredInError: 'entered-in-error' },
  'transferred-out': { MarkEnteredInError: 'entered-in-error' },
  deceased: { MarkEnteredInError: 'entered-in-error' },
  'entered-in-error': {},
}

/** The commands of the matrix, each of which leads to a state that can be written too. */
export const matrixCommands = (state: CaseState): readonly CaseCommandKind[] =>
  Object.keys(caseMatrix[state]) as CaseCommandKind[]

/** What the matrix has for the state but not for the kind of hold or end that it is, in words. */
export function outOfPlace(
  { state, isWaitlisted, openedAt, mergedInto, models }: Case,
  kind: CaseCommandKind,
): string | undefined {
  if (kind === 'OpenCase' && state === 'on-hold' && !isWaitlisted)
    return 'of a case on hold is possible only while it waits for capacity'
  if (kind === 'ResumeCase' && isWaitlisted && openedAt === undefined)
    return 'needs a case that was opened before; this one waits to be: OpenCase'
  if (kind === 'ReopenCase' && mergedInto !== undefined)
    return 'is not for a case that was merged into another: take the merge back (UnmergeCases)'
  return kind === 'SwitchModel' && models?.length === 0 ? 'needs a case under a model' : undefined
}

/** Every command on the case that is possible where it stands: those of the matrix, a merge and its way back. */
export const legalCommands = (current: Case): readonly string[] => [
  ...matrixCommands(current.state).filter(kind => outOfPlace(current, kind) === undefined),
  ...(endedStates.has(current.state) ? [] : ['MergeCases']),
  ...(current.state === 'closed' && current.mergedInto !== undefined ? ['UnmergeCases'] : []),
]

/**
 * Decides a command. Fails with `illegal-transition` (and the legal commands) when the matrix has no such cell, with
 * `case-condition` when the cell's condition isn't shown.
 */
export function decideCase(current: Case, command: CaseCommand): Result<readonly CaseEvent[]> {
  const to = caseMatrix[current.state][command.kind]
  if (to === undefined) return fail(illegalCommand(current, command.kind))
  const unmet = outOfPlace(current, command.kind) ?? unmetCondition(current, command)
  if (unmet !== undefined) return fail(conditionFailure(command.kind, unmet))
  switch (command.kind) {
    case 'RecordOutreach':
      return ok([{ kind: 'OutreachAttempted', attempt: command.attempt }])
    case 'RevisePlan':
      return ok([{ kind: 'PlanRevised' }])
    case 'SwitchModel':
      return ok([{ kind: 'ModelSwitched' }])
    default:
      return ok([
        { kind: 'CaseMoved', to, isWaitlisted: command.kind === 'HoldCase' && command.hold === 'waitlist' },
      ])
  }
}

/** Applies an event; never fails, for what has happened has happened. */
export const evolveCase = (current: Case, event: CaseEvent): Case =>
  event.kind === 'CaseMoved' ? { ...current, state: event.to, isWaitlisted: event.isWaitlisted } : current

const REVIEW_DAYS_MAX = 30
const ATTEMPTS_MIN = 3
const MEDIA_MIN = 2

/** The conditions that stand in the cells of the matrix, in words when they don't hold. */
function unmetCondition({ state: from }: Case, command: CaseCommand): string | undefined {
  switch (command.kind) {
    case 'OpenCase':
      if (!command.hasConsent) return 'needs the consent of the patient or a representative'
      return from === 'identified' && !command.isInpatient
        ? 'skips screening, which only the same day of an inpatient stay allows'
        : undefined
    case 'HoldCase':
      if (command.hold === 'waitlist')
        return from === 'screened' ? undefined : 'waits for capacity only before it is open'
      if (from === 'screened') return 'of a screened case can only wait for capacity'
      return from !== 'active' || isSoon(command.reviewInDays ?? 0)
        ? undefined
        : `needs a review within ${REVIEW_DAYS_MAX} days`
    case 'ReopenCase':
      return command.closedForDays <= command.reopenDays
        ? undefined
        : `is possible within ${command.reopenDays} days of closing; a new case follows later`
    case 'ApproveClosure':
      return command.isSecondPerson === false
        ? 'needs another person than the one who proposed it (ProposeClosure)'
        : undefined
    case 'Unreachable':
      return command.attempts === undefined || isEnough(command.attempts)
        ? undefined
        : `needs ${ATTEMPTS_MIN} attempts on different days by ${MEDIA_MIN} media`
    default:
      return undefined
  }
}

const isSoon = (days: number): boolean => days >= 0 && days <= REVIEW_DAYS_MAX

const isEnough = (attempts: readonly OutreachAttempt[]): boolean =>
  new Set(attempts.map(attempt => attempt.on)).size >= ATTEMPTS_MIN &&
  new Set(attempts.map(attempt => attempt.medium)).size >= MEDIA_MIN

const illegalCommand = (current: Case, kind: CaseCommandKind): Failure => ({
  kind: 'illegal-transition',
  code: 'illegal-transition',
  message: `${kind} is not possible while the case is ${current.state}.`,
  legal: legalCommands(current),
})

const conditionFailure = (kind: CaseCommandKind, unmet: string): Failure => ({
  kind: 'business-rule',
  code: 'case-condition',
  message: `${kind} ${unmet}.`,
})
