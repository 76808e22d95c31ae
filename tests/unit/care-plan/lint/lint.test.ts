import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Value } from 'typebox/value'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { commands } from '../../../../src/care-plan/commands/commands.ts'
import type { Finding, LintContext } from '../../../../src/care-plan/lint/finding.ts'
import { lint } from '../../../../src/care-plan/lint/lint.ts'
import { lintRules } from '../../../../src/care-plan/lint/rules.ts'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import type { Appointment } from '../../../../src/care-plan/nouns/contact.ts'
import type { Activity } from '../../../../src/care-plan/nouns/plan.ts'
import { holidayCalendar } from '../../../../src/lib/holiday-calendars.ts'
import { aConsent, afterwards } from '../../../support/case-file.ts'
import { activeFile, aGoal, anActivity, aPlan, plannedFile } from '../../../support/plan-file.ts'

const clinical: ModelProfile = {
  id: 'clinical',
  version: '1.0.0',
  state: 'published',
  title: 'Clinical',
  ratio: 30,
  cadence: [{ everyDays: 7, times: 6 }, { everyDays: 14 }],
  firstContact: { businessDays: 2 },
  planDueDays: 10,
  reviewDays: 30,
  requiredDomains: [],
  artefacts: [],
  delivery: 'several-providers',
  missedService: { within: { unit: 'business-days', count: 2 } },
  escalateWhen: [],
  fidelity: {},
}
const intensive: ModelProfile = {
  ...clinical,
  id: 'intensive',
  cadence: [{ everyDays: 2, perWeek: 4 }],
  fidelity: { contactsPerWeek: 4, minutesPerWeek: 120 },
}

const context: LintContext = {
  models: id => (id === 'clinical' ? clinical : intensive),
  calendar: holidayCalendar('us-federal'),
  timeZone: 'America/New_York',
  at: '2026-12-14T09:00:00-05:00',
}

const sharing = aConsent({ id: 'consent-2', scope: 'sharing', recipients: ['Practitioner/pt'] })
const consents = [aConsent(), sharing]

/** Without what the linter always says while there is no coverage data. */
const found = (file: CaseFile, more: Partial<LintContext> = {}): readonly Finding[] =>
  lint(
    { ...file, consents: file.consents.length > 1 ? file.consents : consents },
    { ...context, ...more },
  ).filter(({ rule }) => rule !== 'visits-beyond-benefit')
const rulesOf = (file: CaseFile, more: Partial<LintContext> = {}) => found(file, more).map(({ rule }) => rule)

const withActivity = (more: Partial<Activity>) => activeFile({ activities: [anActivity(more)] })
const without = (field: keyof Activity): CaseFile => {
  const { [field]: _field, ...rest } = anActivity()
  return activeFile({ activities: [rest as Activity] })
}

/** Two services of the plan, and appointments. */
const timetable = (first: object, second: object, appointments: readonly Appointment[] = []): CaseFile =>
  activeFile({
    activities: [anActivity({ id: 'a1', ...first }), anActivity({ id: 'a2', ...second })],
    plans: [aPlan({ state: 'active', activities: ['a1', 'a2'] })],
    appointments,
  })

describe('the care-plan linter', () => {
  it('finds nothing in a plan that is in order but that no coverage data was there to look at', () => {
    expect(found(activeFile())).toEqual([])
    expect(lint({ ...activeFile(), consents }, context)).toEqual([
      {
        rule: 'visits-beyond-benefit',
        severity: 'information',
        element: { noun: 'plan', id: 'pl1', expression: 'CarePlan.activity' },
        says: 'No coverage data: 1 planned services were not compared with benefit or authorisation.',
      },
    ])
  })

  it('says nothing of coverage where no service is planned', () => {
    expect(lint({ ...withActivity({ kind: 'self' }), consents }, context)).toEqual([])
  })

  it('finds a goal that nothing is planned for', () => {
    const file = activeFile({ plans: [aPlan({ state: 'active', activities: [] })] })
    expect(found(file)).toEqual([
      {
        rule: 'goal-without-activity',
        severity: 'error',
        element: { noun: 'goal', id: 'g1', expression: 'CarePlan.activity' },
        says: 'Nothing is planned for this goal, and no reason is documented.',
        mend: {
          command: 'AddActivity',
          payload: {
            plan: 'pl1',
            kind: '<kind>',
            text: '<what is to be done>',
            setting: '<setting>',
            owner: 'Practitioner/noor',
            goals: ['g1'],
            needs: ['n1'],
          },
        },
      },
    ])
    expect(rulesOf({ ...file, goals: [aGoal({ state: 'active', reason: 'waits' })] })).toEqual([])
    expect(rulesOf({ ...file, goals: [aGoal({ state: 'completed' })] })).toEqual([])
    expect(rulesOf(withActivity({ state: 'completed' }))).toEqual(['goal-without-activity'])
  })

  it("finds the patient's own goal out of the plan, or in it with nothing to be done", () => {
    const ride = aGoal({ id: 'g2', state: 'active', expressedBy: 'Patient/p1', reason: 'a dream' })
    const out = activeFile({ goals: [aGoal({ state: 'active' }), ride] })
    expect(found(out)).toMatchObject([
      {
        rule: 'own-goal-unaddressed',
        element: { id: 'g2', expression: 'CarePlan.goal' },
        mend: { command: 'RevisePlan', payload: { plan: 'pl1', changes: { addGoals: ['g2'] } } },
      },
    ])
    const drafted = { ...out, plans: [aPlan()] }
    expect(found(drafted)[0]?.mend?.command).toBe('EditPlan')
    const inPlan = { ...out, plans: [aPlan({ state: 'active', goals: ['g1', 'g2'] })] }
    expect(found(inPlan)).toMatchObject([
      {
        rule: 'own-goal-unaddressed',
        element: { expression: 'CarePlan.activity' },
        mend: { command: 'AddActivity' },
      },
    ])
    const served = { ...inPlan, activities: [anActivity({ goals: ['g1', 'g2'] })] }
    expect(rulesOf(served)).toEqual([])
  })

  it.each<[string, CaseFile, string, string]>([
    ['owner', without('owner'), 'activity-without-owner', 'ServiceRequest.requester'],
    ['reason', withActivity({ needs: [] }), 'activity-without-reason', 'ServiceRequest.reasonReference'],
    ['setting', without('setting'), 'activity-without-setting', 'ServiceRequest.locationCode'],
  ])('finds an activity without %s', (_what, file, rule, expression) => {
    expect(found(file)).toMatchObject([
      { rule, element: { noun: 'activity', id: 'a1', expression }, mend: { command: 'AdaptActivity' } },
    ])
  })

  it('finds an activity that serves no goal', () => {
    expect(rulesOf(withActivity({ goals: [] }))).toEqual(['goal-without-activity', 'activity-without-goal'])
  })

  it('leaves alone what was called off', () => {
    expect(rulesOf(timetable({}, { state: 'cancelled', needs: [], goals: [] }))).toEqual([])
  })

  it('finds a performer whom no consent lets know of it', () => {
    const file = { ...activeFile(), consents: [aConsent(), { ...sharing, recipients: ['Practitioner/ot'] }] }
    expect(found(file)).toMatchObject([
      {
        rule: 'recipient-without-consent',
        element: { id: 'a1', expression: 'ServiceRequest.performer' },
        mend: { command: 'GrantConsent', payload: { scope: 'sharing', recipients: ['Practitioner/pt'] } },
      },
    ])
    for (const performer of ['Patient/p1', 'Practitioner/noor'])
      expect(rulesOf({ ...file, activities: [anActivity({ performer })] })).toEqual([])
    expect(rulesOf({ ...file, activities: without('performer').activities })).toEqual([])
  })

  it('looks at all there is when there is no plan, and at nothing of a plan that is not the current one', () => {
    const old = aPlan({ id: 'pl0', state: 'superseded', activities: ['a2'] })
    const two = [anActivity(), anActivity({ id: 'a2', needs: [] })]
    expect(rulesOf(plannedFile({ plans: [], activities: two }))).toEqual(['activity-without-reason'])
    expect(rulesOf(plannedFile({ plans: [old, aPlan()], activities: two }))).toEqual([])
  })
})

describe('the timetable', () => {
  const mondays = { days: ['mon', 'thu'], timeOfDay: '09:00', durationMinutes: 60, place: 'Location/gym' }
  const at = (timeOfDay: string, more: object = {}) => ({
    days: ['thu'],
    timeOfDay,
    place: 'Location/gym',
    ...more,
  })

  it.each<[string, object, readonly string[]]>([
    ['at the same time', at('09:00'), ['overlap']],
    ['before the other is over', at('09:59'), ['overlap']],
    ['right after it at the same place', at('10:00'), []],
    ['right after it elsewhere', at('10:00', { place: 'Location/home' }), ['impossible-travel']],
    ['29 minutes after it elsewhere', at('10:29', { place: 'Location/home' }), ['impossible-travel']],
    ['30 minutes after it elsewhere', at('10:30', { place: 'Location/home' }), []],
    ['right after it at a distance', at('10:00', { place: undefined, setting: 'remote' }), []],
    ['on another day', at('09:00', { days: ['tue'] }), []],
    ['at no fixed time', { days: ['thu'] }, []],
    ['on no fixed day', { timeOfDay: '09:00' }, []],
  ])('tells of a service %s', (_words, second, rules) => {
    expect(rulesOf(timetable(mondays, second))).toEqual(rules)
  })

  it('takes the setting for the place where there is no other', () => {
    const { place: _place, ...home } = { ...mondays, setting: 'home' }
    const office = { days: ['mon'], timeOfDay: '10:10', setting: 'office' }
    expect(rulesOf(timetable(home, office))).toEqual(['impossible-travel'])
    expect(rulesOf(timetable(home, { ...office, setting: 'home' }))).toEqual([])
  })

  it('counts an hour where no length was settled', () => {
    const { durationMinutes: _minutes, ...open } = mondays
    expect(rulesOf(timetable(open, at('09:50')))).toEqual(['overlap'])
  })

  it.each([
    ['2026-11-01T00:00:00-04:00', '2026-12-24T00:00:00-05:00', ['overlap']],
    ['2026-12-25T00:00:00-05:00', '2027-01-31T00:00:00-05:00', []],
    ['2026-12-18T00:00:00-05:00', '2026-12-23T00:00:00-05:00', []],
    ['2026-12-18T00:00:00-05:00', '2026-12-24T00:00:00-05:00', ['overlap']],
  ])('minds when a service begins and ends: from %s to %s', (start, end, rules) => {
    const until = { ...mondays, start: '2026-11-01T00:00:00-04:00', end: '2026-12-24T12:00:00-05:00' }
    expect(rulesOf(timetable(until, at('09:00', { start, end })))).toEqual(rules)
  })

  const visit: Appointment = {
    id: 'ap1',
    state: 'booked',
    purpose: 'follow-up-visit',
    start: '2026-12-17T09:30:00-05:00',
    end: '2026-12-17T10:00:00-05:00',
    location: 'Location/clinic',
  }
  const nothing = { state: 'completed' }

  it('compares services with appointments on their very day, in the zone of the organisation', () => {
    const clash = found(timetable(mondays, nothing, [visit]))
    expect(clash).toMatchObject([
      { rule: 'overlap', element: { noun: 'appointment', id: 'ap1', expression: 'Appointment.start' } },
    ])
    expect(clash[0]?.mend?.command).toBe('RescheduleAppointment')
    const utc = { ...visit, start: '2026-12-17T14:30:00Z', end: '2026-12-17T15:00:00Z' }
    expect(rulesOf(timetable(mondays, nothing, [utc]))).toEqual(['overlap'])
    const friday = { ...visit, start: '2026-12-18T09:30:00-05:00', end: '2026-12-18T10:00:00-05:00' }
    expect(rulesOf(timetable(mondays, nothing, [friday]))).toEqual([])
  })

  it('does not take the appointment of a service for another one, nor one that is over', () => {
    expect(rulesOf(timetable(mondays, nothing, [{ ...visit, activity: 'a1' }]))).toEqual([])
    expect(rulesOf(timetable(mondays, nothing, [{ ...visit, state: 'cancelled' }]))).toEqual([])
  })

  it('compares appointments with each other', () => {
    const other = { ...visit, id: 'ap2', start: '2026-12-17T10:15:00-05:00', location: 'Location/lab' }
    const { end: _end, ...open } = other
    expect(rulesOf(timetable(nothing, nothing, [visit, open]))).toContain('impossible-travel')
    expect(
      rulesOf(timetable(nothing, nothing, [visit, { ...open, start: '2026-12-17T09:45:00-05:00' }])),
    ).toContain('overlap')
  })
})

describe('the order of services', () => {
  it('finds what must come first but starts later or was called off', () => {
    const second = { after: ['a1'], start: '2026-12-01T09:00:00Z' }
    const late = timetable({ start: '2026-12-15T09:00:00Z', end: '2026-12-20T09:00:00Z' }, second)
    expect(found(late)).toMatchObject([
      {
        rule: 'order-broken',
        element: { id: 'a2', expression: 'ServiceRequest.supportingInfo' },
        mend: { command: 'AdaptActivity', payload: { changes: { start: '2026-12-20T09:00:00Z' } } },
      },
    ])
    expect(rulesOf(timetable({ start: '2026-11-15T09:00:00Z' }, second))).toEqual([])
    expect(rulesOf(timetable({}, second))).toEqual([])
    const off = activeFile({
      activities: [anActivity({ after: ['a2'] }), anActivity({ id: 'a2', state: 'cancelled' })],
    })
    expect(found(off)).toMatchObject([
      { rule: 'order-broken', mend: { payload: { changes: { after: [] } } } },
    ])
  })

  it('finds each circle once and says where to cut it', () => {
    const file = activeFile({
      activities: [
        anActivity({ id: 'a1', after: ['a2'] }),
        anActivity({ id: 'a2', after: ['a3'] }),
        anActivity({ id: 'a3', after: ['a1'] }),
        anActivity({ id: 'a4', after: ['a4'] }),
        anActivity({ id: 'a5', after: ['a1'] }),
      ],
      plans: [aPlan({ state: 'active', activities: ['a1', 'a2', 'a3', 'a4', 'a5'] })],
    })
    expect(
      found(file).map(({ rule, element, mend }) => [rule, element.id, mend?.payload['activity']]),
    ).toEqual([
      ['order-circular', 'a1', 'a3'],
      ['order-circular', 'a4', 'a4'],
    ])
  })
})

describe("the manager's week", () => {
  const inModel = (model: string) => {
    const file = activeFile()
    return { ...file, case: { ...file.case, models: [{ model, version: '1.0.0', since: context.at }] } }
  }
  const load = (capacityMinutes: number, plannedMinutes: number) => ({
    managerLoad: { capacityMinutes, plannedMinutes },
  })

  it('has room for the contacts of the model, or the linter says how much is missing', () => {
    expect(rulesOf(inModel('intensive'), load(1200, 1080))).toEqual([])
    expect(found(inModel('intensive'), load(1200, 1081))).toEqual([
      {
        rule: 'cadence-impossible',
        severity: 'warning',
        element: { noun: 'case', id: 'c1', expression: 'EpisodeOfCare.careManager' },
        says: 'The model asks for 4 contacts and 120 minutes a week; the manager has 119 minutes left in the next seven days.',
        mend: { command: 'HandOver', payload: { to: '<manager>', reason: '<why>' } },
      },
    ])
    expect(rulesOf(inModel('clinical'), load(1200, 1081))).toEqual([])
    expect(rulesOf(inModel('clinical'), load(1200, 1171))).toEqual(['cadence-impossible'])
  })

  it('is shorter by its holidays', () => {
    const christmas = { at: '2026-12-21T09:00:00-05:00' }
    expect(rulesOf(inModel('intensive'), { ...load(1200, 840), ...christmas })).toEqual([])
    expect(rulesOf(inModel('intensive'), { ...load(1200, 841), ...christmas })).toEqual([
      'cadence-impossible',
    ])
  })

  it('is a full one when nobody knows it, and no question without a model', () => {
    expect(rulesOf(inModel('intensive'))).toEqual([])
    expect(rulesOf(inModel('intensive'), { models: () => undefined, ...load(0, 0) })).toEqual([])
  })
})

describe('what a finding offers', () => {
  it('is a command that there is', () => {
    const file = timetable({ owner: undefined, needs: [], days: ['mon'], timeOfDay: '09:00' }, {})
    for (const { mend } of found(file)) expect(commands.has(mend?.command ?? '')).toBe(true)
  })

  it('mends it, once a person has filled it in', () => {
    const file = activeFile({ plans: [aPlan({ state: 'active', activities: [] })] })
    const [finding] = found(file)
    const filled = { ...finding?.mend?.payload, kind: 'service', text: 'Therapy', setting: 'home' }
    const command = commands.get(finding?.mend?.command ?? '')
    expect(command && Value.Check(command.payload, filled)).toBe(true)
    expect(rulesOf(afterwards(file, 'AddActivity', filled))).toEqual([])
  })
})

describe('docs/reference/lint.md', () => {
  it('names every rule with its severity, and no other', () => {
    const rows = readFileSync('docs/reference/lint.md', 'utf8').matchAll(
      /^\| `([a-z-]+)` \| (\w+) \| (.*) \|$/gm,
    )
    expect([...rows].map(([, id, severity, about]) => [id, severity, about?.split(' | ')[0]])).toEqual(
      lintRules.map(({ id, severity, about }) => [id, severity, about]),
    )
  })
})
