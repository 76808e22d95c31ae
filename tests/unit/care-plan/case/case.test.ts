import { describe, expect, it } from 'vitest'
import {
  decideCase,
  evolveCase,
  type Case,
  type CaseCommand,
  type CaseState,
  type OutreachAttempt,
} from '../../../../src/care-plan/case/case.ts'

const given = (state: CaseState): Case => ({ state, isWaitlisted: false })

/** The state after a command, or the code of the refusal. */
function when(state: CaseState, command: CaseCommand): string {
  const decided = decideCase(given(state), command)
  return decided.ok ? decided.value.reduce(evolveCase, given(state)).state : decided.failure.code
}

const open: CaseCommand = { kind: 'OpenCase', hasConsent: true, isInpatient: true }
const pause: CaseCommand = { kind: 'HoldCase', hold: 'pause', reviewInDays: 30 }
const waitlist: CaseCommand = { kind: 'HoldCase', hold: 'waitlist' }
const reopen: CaseCommand = { kind: 'ReopenCase', closedForDays: 30, reopenDays: 30 }

describe('the matrix of a case', () => {
  it.each<[CaseState, CaseCommand, CaseState]>([
    ['identified', { kind: 'ScreenCase' }, 'screened'],
    ['identified', open, 'open'],
    ['screened', { kind: 'StartOutreach' }, 'outreach'],
    ['screened', open, 'open'],
    ['screened', waitlist, 'on-hold'],
    ['screened', { kind: 'Decline' }, 'declined'],
    ['screened', { kind: 'ScreenOut' }, 'screened-out'],
    ['outreach', { kind: 'RecordOutreach', attempt: { on: '2026-10-12', medium: 'phone' } }, 'outreach'],
    ['outreach', open, 'open'],
    ['outreach', { kind: 'Decline' }, 'declined'],
    ['outreach', { kind: 'Unreachable' }, 'unreachable'],
    ['open', { kind: 'ActivatePlan' }, 'active'],
    ['open', { kind: 'HoldCase', hold: 'pause' }, 'on-hold'],
    ['open', { kind: 'ProposeClosure' }, 'closing'],
    ['active', { kind: 'RevisePlan' }, 'active'],
    ['active', { kind: 'SwitchModel' }, 'active'],
    ['active', pause, 'on-hold'],
    ['active', { kind: 'ProposeClosure' }, 'closing'],
    ['on-hold', { kind: 'ResumeCase' }, 'active'],
    ['on-hold', { kind: 'ProposeClosure' }, 'closing'],
    ['closing', { kind: 'RejectClosure' }, 'active'],
    ['closing', { kind: 'ApproveClosure' }, 'closed'],
    ['closed', reopen, 'active'],
  ])('leads from %s by %j to %s', (from, command, to) => {
    expect(when(from, command)).toBe(to)
  })

  const running: readonly CaseState[] = [
    'identified',
    'screened',
    'outreach',
    'open',
    'active',
    'on-hold',
    'closing',
  ]
  const ended: readonly CaseState[] = [
    'declined',
    'screened-out',
    'unreachable',
    'transferred-out',
    'deceased',
  ]

  it.each(running)('lets a case that is %s end by death, transfer and as an error', state => {
    expect(when(state, { kind: 'RecordDeath' })).toBe('deceased')
    expect(when(state, { kind: 'TransferOut' })).toBe('transferred-out')
    expect(when(state, { kind: 'MarkEnteredInError' })).toBe('entered-in-error')
  })

  it.each([...ended, 'closed' as const])('lets a case that is %s only be marked as an error', state => {
    expect(when(state, { kind: 'MarkEnteredInError' })).toBe('entered-in-error')
    expect(when(state, { kind: 'TransferOut' })).toBe('illegal-transition')
    expect(when(state, { kind: 'RecordDeath' })).toBe('illegal-transition')
    expect(when(state, open)).toBe('illegal-transition')
  })

  it('refuses everything else and says what is legal', () => {
    const decided = decideCase(given('open'), { kind: 'ApproveClosure' })
    expect(decided).toMatchObject({
      ok: false,
      failure: {
        kind: 'illegal-transition',
        legal: [
          'ActivatePlan',
          'HoldCase',
          'ProposeClosure',
          'RecordDeath',
          'TransferOut',
          'MarkEnteredInError',
          'MergeCases',
        ],
      },
    })
    expect(when('entered-in-error', { kind: 'MarkEnteredInError' })).toBe('illegal-transition')
  })
})

describe('a condition in a cell', () => {
  const attempts = (...list: readonly [string, string][]): readonly OutreachAttempt[] =>
    list.map(([on, medium]) => ({ on, medium }))

  it('asks for consent to open, and for an inpatient stay to skip screening', () => {
    expect(when('screened', { kind: 'OpenCase', hasConsent: false, isInpatient: true })).toBe(
      'case-condition',
    )
    expect(when('screened', { kind: 'OpenCase', hasConsent: true, isInpatient: false })).toBe('open')
    expect(when('outreach', { kind: 'OpenCase', hasConsent: true, isInpatient: false })).toBe('open')
    expect(when('identified', { kind: 'OpenCase', hasConsent: true, isInpatient: false })).toBe(
      'case-condition',
    )
    expect(when('identified', { kind: 'OpenCase', hasConsent: false, isInpatient: true })).toBe(
      'case-condition',
    )
  })

  it('asks for a review within thirty days to pause an active case', () => {
    expect(when('active', { kind: 'HoldCase', hold: 'pause', reviewInDays: 31 })).toBe('case-condition')
    expect(when('open', { kind: 'HoldCase', hold: 'pause', reviewInDays: 31 })).toBe('on-hold')
  })

  it('lets only a screened case wait for capacity, and do nothing else', () => {
    expect(when('screened', pause)).toBe('case-condition')
    expect(when('open', waitlist)).toBe('case-condition')
    const decided = decideCase(given('screened'), waitlist)
    expect(decided.ok && decided.value.reduce(evolveCase, given('screened')).isWaitlisted).toBe(true)
    const paused = decideCase(given('open'), { kind: 'HoldCase', hold: 'pause' })
    expect(paused.ok && paused.value.reduce(evolveCase, given('open')).isWaitlisted).toBe(false)
  })

  it('asks for three attempts on different days by two media before a patient is unreachable', () => {
    const enough = attempts(['2026-10-12', 'phone'], ['2026-10-13', 'phone'], ['2026-10-14', 'letter'])
    const sameDay = attempts(['2026-10-12', 'phone'], ['2026-10-12', 'phone'], ['2026-10-14', 'letter'])
    const oneMedium = attempts(['2026-10-12', 'phone'], ['2026-10-13', 'phone'], ['2026-10-14', 'phone'])
    expect(when('outreach', { kind: 'Unreachable', attempts: enough })).toBe('unreachable')
    expect(when('outreach', { kind: 'Unreachable', attempts: sameDay })).toBe('case-condition')
    expect(when('outreach', { kind: 'Unreachable', attempts: oneMedium })).toBe('case-condition')
  })

  it('lets a closed case be reopened within the days that the rules give', () => {
    expect(when('closed', { kind: 'ReopenCase', closedForDays: 31, reopenDays: 30 })).toBe('case-condition')
  })

  it('is named in the refusal', () => {
    const decided = decideCase(given('closed'), { kind: 'ReopenCase', closedForDays: 31, reopenDays: 30 })
    expect(!decided.ok && decided.failure.message).toBe(
      'ReopenCase is possible within 30 days of closing; a new case follows later.',
    )
  })
})

it('what is recorded of an open case leaves its state', () => {
  const kinds = (state: CaseState, command: CaseCommand): readonly string[] => {
    const decided = decideCase(given(state), command)
    return decided.ok ? decided.value.map(({ kind }) => kind) : []
  }
  expect(kinds('active', { kind: 'RevisePlan' })).toEqual(['PlanRevised'])
  expect(kinds('active', { kind: 'SwitchModel' })).toEqual(['ModelSwitched'])
  expect(
    kinds('outreach', { kind: 'RecordOutreach', attempt: { on: '2026-10-12', medium: 'phone' } }),
  ).toEqual(['OutreachAttempted'])
})
