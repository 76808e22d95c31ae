import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../src/care-plan/case-file.ts'
import { beforePast } from '../../../src/care-plan/earliest-at.ts'
import { aConsent, contextOf, decided, fileOf, openFile, refusal } from '../../support/case-file.ts'
import { activeFile, aGoal } from '../../support/plan-file.ts'

/** The failure of a command that says when it happened. */
function dated(file: CaseFile, [name, payload, at]: readonly [string, object, string]) {
  const events = decided(file, name, payload, { at })
  if (!events.ok) throw new Error(`${name}: ${events.failure.message}`)
  return beforePast(file, events.value, contextOf({ at }))
}

const held = openFile({ state: 'on-hold', since: '2026-10-14T09:00:00-04:00' })
const call = { kind: 'phone', minutes: 5 }

describe('a command that says when it happened', () => {
  it.each<[string, CaseFile, object, string]>([
    [
      'HoldCase',
      openFile({ state: 'active' }),
      { hold: 'pause', reason: 'x', reviewBy: '2026-10-20' },
      '2026-10-13T08:59:59-04:00',
    ],
    ['ResumeCase', held, {}, '2026-10-14T08:59:59-04:00'],
    ['ProposeClosure', openFile(), { reason: 'stabilised' }, '2026-10-12T12:00:00-04:00'],
    [
      'RetireGoal',
      activeFile({ goals: [aGoal({ state: 'active', start: '2026-10-13' })] }),
      { goal: 'g1', reason: 'x' },
      '2026-10-12T23:59:59-04:00',
    ],
    [
      'RevokeConsent',
      openFile({}, { consents: [aConsent()] }),
      { consent: 'consent-1', reason: 'x' },
      '2026-10-13T08:00:00-04:00',
    ],
    ['ScreenCase', fileOf(), {}, '2026-10-12T08:59:59-04:00'],
    ['RecordContact', openFile(), call, '2026-09-12T08:59:59-04:00'],
  ])('%s is refused before what it follows, with the earliest time', (name, file, payload, at) => {
    expect(dated(file, [name, payload, at])).toMatchObject({
      code: 'at-before-past',
      expression: 'at',
      message: expect.stringMatching(/2026-\d\d-\d\dT.*\.$/) as string,
    })
  })

  it('is taken at that very second, whatever the clock kept behind it', () => {
    const since = '2026-10-14T09:00:00.750-04:00'
    const file = { ...held, case: { ...held.case, since } }
    expect(dated(file, ['ResumeCase', {}, '2026-10-14T09:00:00-04:00'])).toBeUndefined()
    expect(dated(file, ['ResumeCase', {}, '2026-10-14T08:59:59-04:00'])?.message).toContain(
      '2026-10-14T09:00:00-04:00',
    )
  })

  it('may be a contact that is recorded late, between other things and before the case', () => {
    for (const at of ['2026-10-13T08:00:00-04:00', '2026-09-20T09:00:00-04:00'])
      expect(dated(openFile(), ['RecordContact', call, at])).toBeUndefined()
  })

  it('fulfils an appointment from its day on, not before', () => {
    const booked = {
      id: 'a1',
      state: 'booked',
      purpose: 'other',
      start: '2026-10-20T09:00:00-04:00',
    } as const
    const file = openFile({}, { appointments: [booked] })
    const named = { appointment: 'a1' }
    const early = refusal(file, 'FulfilAppointment', named, { at: '2026-10-19T23:59:59-04:00' })
    expect(early).toMatchObject({
      code: 'case-condition',
      message: expect.stringContaining('RescheduleAppointment') as string,
    })
    expect(decided(file, 'FulfilAppointment', named, { at: '2026-10-20T00:00:00-04:00' }).ok).toBe(true)
  })
})
