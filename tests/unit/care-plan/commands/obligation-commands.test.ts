import { describe, expect, it } from 'vitest'
import { emptyFile, type CaseFile, type Obligation } from '../../../../src/care-plan/case/case-file.ts'
import { defaultCaseRules } from '../../../../src/care-plan/case/case-rules.ts'
import type { CommandContext } from '../../../../src/care-plan/commands/command.ts'
import { commands } from '../../../../src/care-plan/commands/commands.ts'
import { evolveAll } from '../../../../src/care-plan/machines/domain-event.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { obligationInvariants } from '../../../../src/care-plan/invariants/obligation-invariants.ts'
import { noModels } from '../../../../src/care-plan/models/model-profile.ts'
import type { Contact } from '../../../../src/care-plan/nouns/contact.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import { holidayCalendar } from '../../../../src/lib/holiday-calendars.ts'

const NOOR = 'Practitioner/noor'
const context = (actor = NOOR, at = '2026-10-16T10:00:00-04:00'): CommandContext => ({
  ...{
    actor,
    at,
    recorded: at,
    rules: defaultCaseRules,
    models: noModels,
    timeZone: 'America/New_York',
    stays: [],
  },
  calendar: holidayCalendar('us-federal'),
  newId: noun => `new-${noun}`,
})

const duty: Obligation = {
  ...{ id: 't1', state: 'due', rule: 'plan-draft', trigger: 'opened', status: 'requested', outputs: [] },
  ...{ since: '2026-10-13T09:00:00-04:00', due: '2026-10-23T23:59:59-04:00' },
}
const caseOf = (more: Partial<CaseRoot> = {}): CaseRoot =>
  ({
    ...{ id: 'c1', patient: 'p1', state: 'open', isWaitlisted: false, caseType: 'acute', manager: NOOR },
    ...{ models: [], outreach: [], overrides: [] },
    ...more,
  }) as CaseRoot
const fileWith = (more: Partial<Obligation> = {}, root: Partial<CaseRoot> = {}): CaseFile => ({
  ...emptyFile(caseOf(root)),
  obligations: [{ ...duty, ...more }],
})

/** The obligation after a command, or the code of its failure; the rules are judged as the runner does. */
function run(
  name: string,
  payload: Record<string, unknown>,
  { file = fileWith(), by = context() }: { readonly file?: CaseFile; readonly by?: CommandContext } = {},
): Obligation | string {
  const command = commands.get(name)
  if (!command) throw new Error(name)
  const decided = command.decide(file, { obligation: 't1', ...payload }, by)
  if (!decided.ok) return decided.failure.code
  const after = evolveAll(file, decided.value)
  const broken = brokenRule(obligationInvariants, { before: file, after }, by)
  return broken?.rule ?? after.obligations[0] ?? 'gone'
}

describe('a duty', () => {
  it('is taken on, begun and done by who acts, with what shows it', () => {
    const accepted = run('AcceptObligation', {})
    expect(accepted).toMatchObject({ status: 'accepted', owner: NOOR, state: 'due' })
    const started = run('StartObligation', {})
    expect(started).toMatchObject({ status: 'in-progress', owner: NOOR, startedAt: context().at })
    const done = run('CompleteObligation', { output: 'CarePlan/p1', note: 'drafted' })
    expect(done).toMatchObject({
      state: 'met',
      status: 'completed',
      owner: NOOR,
      outputs: ['CarePlan/p1'],
      note: 'drafted',
    })
  })

  it('done after its time is late, whether or not the timer noticed', () => {
    const late = context(NOOR, '2026-10-24T00:00:00-04:00')
    expect(run('CompleteObligation', { output: 'CarePlan/p1' }, { by: late })).toMatchObject({
      state: 'late-met',
    })
    const missed = fileWith({ state: 'missed' })
    expect(run('CompleteObligation', { output: 'CarePlan/p1' }, { file: missed })).toMatchObject({
      state: 'late-met',
    })
    const lastSecond = context(NOOR, '2026-10-23T23:59:59-04:00')
    expect(run('CompleteObligation', { output: 'CarePlan/p1' }, { by: lastSecond })).toMatchObject({
      state: 'met',
    })
  })

  it('is owned by the manager when a device says that it is taken on', () => {
    const by = context('Device/local-development')
    expect(run('AcceptObligation', {}, { by })).toMatchObject({ owner: NOOR })
    expect(run('AcceptObligation', { owner: 'Practitioner/kim' }, { by })).toMatchObject({
      owner: 'Practitioner/kim',
    })
    const { manager: _none, ...nobodys } = caseOf()
    const unmanaged: CaseFile = { ...emptyFile(nobodys), obligations: [duty] }
    expect(run('AcceptObligation', {}, { by, file: unmanaged })).toBe('I16')
  })

  it('that nobody owns is taken by any professional, not by the family nor by a device it does not know', () => {
    const payload = { output: 'CarePlan/p1' }
    expect(run('CompleteObligation', payload, { by: context('Practitioner/kim') })).toMatchObject({
      owner: 'Practitioner/kim',
    })
    for (const actor of ['Patient/p1', 'RelatedPerson/r1', 'Device/robot'])
      for (const name of ['AcceptObligation', 'StartObligation', 'CompleteObligation'])
        expect(run(name, name === 'CompleteObligation' ? payload : {}, { by: context(actor) })).toBe('I14')
  })

  it('is asked of somebody, who alone may go on with it', () => {
    const asked = run('AssignObligation', { owner: 'Practitioner/kim' })
    expect(asked).toMatchObject({ status: 'ready', owner: 'Practitioner/kim' })
    const file = fileWith({ status: 'ready', owner: 'Practitioner/kim' })
    expect(run('StartObligation', {}, { file })).toBe('I14')
    expect(run('CompleteObligation', { output: 'CarePlan/p1' }, { file })).toBe('I14')
    expect(run('DeclineObligation', { reason: 'no time' }, { file })).toBe('I14')
    const kim = context('Practitioner/kim')
    expect(run('DeclineObligation', { reason: 'no time' }, { file, by: kim })).toMatchObject({
      ...{ status: 'rejected', statusReason: 'no time', state: 'waived' },
    })
  })

  it('is waived with a reason by owner, manager or supervisor, not by others', () => {
    expect(run('WaiveObligation', { reason: 'not needed' })).toMatchObject({
      ...{ state: 'waived', status: 'cancelled', statusReason: 'not needed' },
    })
    expect(run('WaiveObligation', { reason: 'not needed' }, { by: context('Practitioner/kim') })).toBe('I14')
  })

  it.each(['met', 'late-met', 'waived', 'voided'] as const)('that is %s moves no more', state => {
    const file = fileWith({ state, status: 'completed', outputs: ['x'] })
    for (const [name, payload] of [
      ['AcceptObligation', {}],
      ['StartObligation', {}],
      ['CompleteObligation', { output: 'CarePlan/p1' }],
      ['WaiveObligation', { reason: 'x' }],
      ['DeclineObligation', { reason: 'x' }],
      ['SnoozeObligation', { until: '2026-10-27', reason: 'x' }],
      ['AssignObligation', { owner: NOOR }],
    ] as const) {
      expect(run(name, payload, { file })).toBe('illegal-transition')
    }
  })

  it('that the case has not is not found', () => {
    expect(run('AcceptObligation', { obligation: 'other' })).toBe('unknown-noun')
    expect(run('SnoozeObligation', { obligation: 'other', until: '2026-10-27', reason: 'x' })).toBe(
      'unknown-noun',
    )
  })
})

describe('putting off', () => {
  const snooze = (until: string, more: Partial<Obligation> = {}) =>
    run('SnoozeObligation', { until, reason: 'the patient asked' }, { file: fileWith(more) })

  it('is possible within two business days of the due time, once', () => {
    expect(snooze('2026-10-27')).toMatchObject({
      ...{ due: '2026-10-27T23:59:59-04:00', snoozedUntil: '2026-10-27T23:59:59-04:00', state: 'due' },
    })
    expect(snooze('2026-10-28')).toBe('snooze-beyond-limit')
    expect(snooze('2026-10-23')).toBe('snooze-beyond-limit')
    expect(snooze('2026-10-26', { snoozedUntil: '2026-10-23T23:59:59-04:00' })).toBe('snooze-beyond-limit')
  })

  it('never goes past what the law allows', () => {
    const discharge = { since: '2026-11-25T11:00:00-05:00' }
    const contact = { ...discharge, rule: 'contact', due: '2026-11-30T23:59:59-05:00' }
    expect(snooze('2026-12-01', contact)).toBe('snooze-beyond-limit')
    const booked = { ...discharge, rule: 'med-rec', due: '2026-12-24T23:59:59-05:00' }
    expect(snooze('2026-12-25', booked)).toMatchObject({ due: '2026-12-25T23:59:59-05:00' })
    expect(snooze('2026-12-26', booked)).toBe('snooze-beyond-limit')
    const watch = { ...discharge, rule: 'readmission-watch', due: '2026-12-25T23:59:59-05:00' }
    expect(snooze('2026-12-28', watch)).toBe('snooze-beyond-limit')
  })
})

describe('the rules about duties', () => {
  const judged = (before: CaseFile, after: CaseFile, actor = NOOR) =>
    brokenRule(obligationInvariants, { before, after }, context(actor))?.rule

  it('ask for an output of what is done and a reason of what is not (I15)', () => {
    const before = fileWith({ owner: NOOR, status: 'in-progress' })
    expect(judged(before, fileWith({ owner: NOOR, status: 'completed', state: 'met' }))).toBe('I15')
    for (const status of ['rejected', 'cancelled', 'on-hold', 'failed'])
      expect(judged(before, fileWith({ owner: NOOR, status, statusReason: ' ' }))).toBe('I15')
    expect(
      judged(before, fileWith({ owner: NOOR, status: 'on-hold', statusReason: 'waits' })),
    ).toBeUndefined()
  })

  it('don’t let a voided duty come back by hand (I18)', () => {
    const voided = { state: 'voided', status: 'cancelled', statusReason: 'trigger cancelled' } as const
    expect(judged(fileWith(voided), fileWith({ owner: NOOR, status: 'accepted' }))).toBe('I18')
    expect(judged(fileWith(voided), fileWith(voided))).toBeUndefined()
  })

  it('leave the dead in peace (I21)', () => {
    const dead = { state: 'deceased', end: '2026-10-15T10:00:00-04:00' } as const
    const call: Contact = {
      ...{ id: 'k1', state: 'made', kind: 'phone', at: '2026-10-16T10:00:00-04:00', outcome: 'reached' },
      ...{ topics: [], redFlags: [] },
    }
    const before: CaseFile = { ...emptyFile(caseOf(dead)) }
    expect(judged(before, { ...before, contacts: [call] })).toBe('I21')
    const earlier = { ...call, at: '2026-10-15T09:00:00-04:00' }
    expect(judged(before, { ...before, contacts: [earlier] })).toBeUndefined()
    const mourning = fileWith({ rule: 'bereavement' }, dead)
    const toFamily = { ...call, with: 'RelatedPerson/sister' }
    expect(judged(mourning, { ...mourning, contacts: [toFamily] })).toBeUndefined()
    expect(judged(mourning, { ...mourning, contacts: [call] })).toBe('I21')
    expect(judged(before, { ...before, contacts: [toFamily] })).toBe('I21')
    expect(judged({ ...before, contacts: [call] }, { ...before, contacts: [call] })).toBeUndefined()
  })

  it('let a hand-over of the case give its duties to the new manager (I14)', () => {
    const before = fileWith({ owner: NOOR, status: 'accepted' })
    const after = fileWith({ owner: 'Practitioner/kim', status: 'accepted' }, { manager: 'Practitioner/kim' })
    expect(judged(before, after, 'Practitioner/sam')).toBeUndefined()
    expect(
      judged(before, fileWith({ owner: 'Practitioner/kim', status: 'accepted' }), 'Practitioner/sam'),
    ).toBe('I14')
  })
})
