import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  caseMatrix,
  caseStates,
  decideCase,
  endedStates,
  evolveCase,
  identifiedCase,
  legalCommands,
  type Case,
  type CaseCommand,
} from '../../../../src/care-plan/case/case.ts'

const COMMANDS = process.env['CASEWIRE_LONG'] === '1' ? 500_000 : 5_000
const PER_RUN = 50

const attempt = fc.record({
  on: fc.constantFrom('2026-10-12', '2026-10-13', '2026-10-14', '2026-10-15'),
  medium: fc.constantFrom('phone', 'letter'),
})
const command: fc.Arbitrary<CaseCommand> = fc.oneof(
  fc
    .constantFrom(
      ...(['ScreenCase', 'ScreenOut', 'StartOutreach', 'ActivatePlan', 'RevisePlan', 'SwitchModel'] as const),
      ...(['ResumeCase', 'ProposeClosure', 'RejectClosure', 'ApproveClosure', 'Decline'] as const),
      ...(['TransferOut', 'RecordDeath', 'MarkEnteredInError'] as const),
    )
    .map(kind => ({ kind })),
  attempt.map(one => ({ kind: 'RecordOutreach', attempt: one }) as const),
  fc.record({ kind: fc.constant('OpenCase' as const), hasConsent: fc.boolean(), isInpatient: fc.boolean() }),
  fc
    .integer({ min: 0, max: 60 })
    .map(reviewInDays => ({ kind: 'HoldCase', hold: 'pause', reviewInDays }) as const),
  fc.constant({ kind: 'HoldCase', hold: 'waitlist' } as const),
  fc
    .integer({ min: 0, max: 60 })
    .map(closedForDays => ({ kind: 'ReopenCase', closedForDays, reopenDays: 30 }) as const),
  fc.array(attempt, { maxLength: 5 }).map(attempts => ({ kind: 'Unreachable', attempts }) as const),
)

/** Every command with all that it may have to show, in each of its forms. */
const shown: { readonly [K in CaseCommand['kind']]: readonly CaseCommand[] } = {
  ScreenCase: [{ kind: 'ScreenCase' }],
  ScreenOut: [{ kind: 'ScreenOut' }],
  StartOutreach: [{ kind: 'StartOutreach' }],
  RecordOutreach: [{ kind: 'RecordOutreach', attempt: { on: '2026-10-12', medium: 'phone' } }],
  OpenCase: [{ kind: 'OpenCase', hasConsent: true, isInpatient: true }],
  ActivatePlan: [{ kind: 'ActivatePlan' }],
  RevisePlan: [{ kind: 'RevisePlan' }],
  SwitchModel: [{ kind: 'SwitchModel' }],
  HoldCase: [
    { kind: 'HoldCase', hold: 'pause', reviewInDays: 7 },
    { kind: 'HoldCase', hold: 'waitlist' },
  ],
  ResumeCase: [{ kind: 'ResumeCase' }],
  ProposeClosure: [{ kind: 'ProposeClosure' }],
  RejectClosure: [{ kind: 'RejectClosure' }],
  ApproveClosure: [{ kind: 'ApproveClosure', isSecondPerson: true }],
  ReopenCase: [{ kind: 'ReopenCase', closedForDays: 1, reopenDays: 30 }],
  Decline: [{ kind: 'Decline' }],
  Unreachable: [{ kind: 'Unreachable' }],
  TransferOut: [{ kind: 'TransferOut' }],
  RecordDeath: [{ kind: 'RecordDeath' }],
  MarkEnteredInError: [{ kind: 'MarkEnteredInError' }],
}

describe('any sequence of commands', () => {
  it('moves a case only along the matrix, never out of an end but from closed, and refuses with the legal ones', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: PER_RUN, maxLength: PER_RUN }), commands => {
        let current: Case = identifiedCase
        for (const one of commands) {
          const decided = decideCase(current, one)
          const to = caseMatrix[current.state][one.kind]
          if (!decided.ok) {
            if (to === undefined) expect(decided.failure.legal).toEqual(legalCommands(current))
            else expect(decided.failure.code).toBe('case-condition')
            continue
          }
          expect(to).toBeDefined()
          const next = decided.value.reduce(evolveCase, current)
          expect(next.state).toBe(to)
          if (endedStates.has(current.state)) {
            expect([current.state === 'closed' ? 'active' : '', 'entered-in-error']).toContain(next.state)
          }
          if (next.isWaitlisted) expect(next.state).toBe('on-hold')
          current = next
        }
      }),
      { numRuns: COMMANDS / PER_RUN },
    )
  })

  it('lists what is possible where a case stands, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: PER_RUN }), commands => {
        let current: Case = identifiedCase
        for (const one of commands) {
          const legal = legalCommands(current)
          for (const kind of Object.keys(shown) as (keyof typeof shown)[]) {
            const isPossible = shown[kind].some(each => decideCase(current, each).ok)
            expect([current, kind, isPossible]).toEqual([current, kind, legal.includes(kind)])
          }
          const decided = decideCase(current, one)
          if (decided.ok) current = decided.value.reduce<Case>(evolveCase, current)
        }
      }),
      { numRuns: COMMANDS / PER_RUN },
    )
  })

  it('reaches every state', () => {
    const reached = new Set(Object.values(caseMatrix).flatMap(moves => Object.values(moves)))
    expect(caseStates.filter(state => state !== 'identified' && !reached.has(state))).toEqual([])
  })
})
