import { describe, expect, it } from 'vitest'
import {
  decideObligation,
  evolveObligation,
  type ObligationCommand,
  type ObligationState,
} from '../../../../src/care-plan/duties/obligation.ts'

function when(state: ObligationState, command: ObligationCommand): string {
  const decided = decideObligation(state, command)
  return decided.ok ? decided.value.reduce(evolveObligation, state) : decided.failure.code
}

const meet: ObligationCommand = { kind: 'Meet' }
const miss: ObligationCommand = { kind: 'Miss' }
const waive: ObligationCommand = { kind: 'Waive', reason: 'moved away' }
const voiding: ObligationCommand = { kind: 'Void', reason: 'trigger cancelled' }
const raise: ObligationCommand = { kind: 'Raise' }

describe('an obligation', () => {
  it.each<[ObligationState, ObligationCommand, ObligationState]>([
    ['due', meet, 'met'],
    ['due', miss, 'missed'],
    ['due', waive, 'waived'],
    ['due', voiding, 'voided'],
    ['missed', meet, 'late-met'],
    ['missed', waive, 'waived'],
    ['missed', voiding, 'voided'],
    ['voided', raise, 'due'],
  ])('that is %s becomes by %j %s', (from, command, to) => {
    expect(when(from, command)).toBe(to)
  })

  it.each<ObligationState>(['met', 'late-met', 'waived'])('that is %s stays so', state => {
    for (const command of [meet, miss, waive, voiding, raise])
      expect(when(state, command)).toBe('illegal-transition')
  })

  it('says what is legal', () => {
    expect(decideObligation('missed', miss)).toMatchObject({
      failure: { kind: 'illegal-transition', legal: ['Meet', 'Waive', 'Void'] },
    })
  })
})
