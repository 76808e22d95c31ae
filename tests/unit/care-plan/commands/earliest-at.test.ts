import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import type { Activity } from '../../../../src/care-plan/nouns/plan.ts'
import { beforePast } from '../../../../src/care-plan/commands/earliest-at.ts'
import { aConsent, contextOf, decided, fileOf, openFile, refusal } from '../../../support/case-file.ts'
import { activeFile, aGoal, anActivity } from '../../../support/plan-file.ts'

/** The failure of a command that says when it happened. */
function dated(file: CaseFile, [name, payload, at]: readonly [string, object, string]) {
  const events = decided(file, name, payload, { at })
  if (!events.ok) throw new Error(`${name}: ${events.failure.message}`)
  return beforePast(file, events.value, contextOf({ at }))
}

const held = openFile({ state: 'on-hold', since: '2026-10-14T09:00:00-04:00' })
const session = (at: string) => ({ at, kept: true })
const therapy = (more: Partial<Activity> = {}): CaseFile =>
  openFile(
    {},
    { activities: [anActivity({ state: 'requested', requestedAt: '2026-10-15T10:00:00-04:00', ...more })] },
  )
const service = { activity: 'a1' }
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
    ['StartActivity', therapy({ state: 'scheduled' }), service, '2026-10-15T09:59:59-04:00'],
    ['RecordPerformance', therapy({ state: 'scheduled' }), service, '2026-10-15T09:59:59-04:00'],
    [
      'RecordMiss',
      therapy({ state: 'scheduled' }),
      { ...service, reason: 'cost' },
      '2026-10-15T09:59:59-04:00',
    ],
    ['CancelActivity', therapy(), { ...service, reason: 'x' }, '2026-10-15T09:59:59-04:00'],
    [
      'CompleteActivity',
      therapy({
        state: 'in-progress',
        performances: [session('2026-10-20T10:00:00-04:00'), session('2026-10-22T10:00:00-04:00')],
      }),
      service,
      '2026-10-22T09:59:59-04:00',
    ],
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

  it('may be a session of a service that is told late, between others, from its request on', () => {
    const file = therapy({ state: 'in-progress', performances: [session('2026-10-20T10:00:00-04:00')] })
    for (const at of ['2026-10-15T10:00:00-04:00', '2026-10-18T10:00:00-04:00'])
      expect(dated(file, ['RecordPerformance', service, at])).toBeUndefined()
  })

  it.each(['RecordArrival', 'RecordNoShow', 'FulfilAppointment'])(
    '%s of an appointment from its day on, not before',
    name => {
      const booked = {
        id: 'a1',
        state: 'booked',
        purpose: 'other',
        start: '2026-10-20T09:00:00-04:00',
      } as const
      const file = openFile({}, { appointments: [booked] })
      const named = { appointment: 'a1', ...(name === 'RecordNoShow' && { reason: 'cost' }) }
      const early = refusal(file, name, named, { at: '2026-10-19T23:59:59-04:00' })
      expect(early).toMatchObject({
        code: 'case-condition',
        message: expect.stringContaining('RescheduleAppointment') as string,
      })
      expect(decided(file, name, named, { at: '2026-10-20T00:00:00-04:00' }).ok).toBe(true)
    },
  )
})
