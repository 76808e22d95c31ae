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
} from '../../../src/care-plan/case.ts'

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

describe('any sequence of commands', () => {
  it('moves a case only along the matrix, never out of an end but from closed, and refuses with the legal ones', () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: PER_RUN, maxLength: PER_RUN }), commands => {
        let current: Case = identifiedCase
        for (const one of commands) {
          const decided = decideCase(current, one)
          const to = caseMatrix[current.state][one.kind]
          if (!decided.ok) {
            if (to === undefined) expect(decided.failure.legal).toEqual(legalCommands(current.state))
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

  it('reaches every state', () => {
    const reached = new Set(Object.values(caseMatrix).flatMap(moves => Object.values(moves)))
    expect(caseStates.filter(state => state !== 'identified' && !reached.has(state))).toEqual([])
  })
})
