/** One command: name, body, and under which names to keep what came into being by which event. */
export type Line = readonly [name: string, body?: object, keep?: Readonly<Record<string, string>>]

/** What a case goes through, told so that every command of the case API is used; `$NAME` stands for a kept id. */
export interface Course {
  readonly title: string
  /** Name of the case; a new one when left out. */
  readonly of?: string
  readonly lines: readonly Line[]
}

const me = 'Patient/$PATIENT'
const why = { reason: 'as the patient wishes' }
const noor = 'Practitioner/noor'
const scale = ['none', 'some', 'as expected', 'more', 'much more']

const opening: readonly Line[] = [
  ['ScreenCase', { acuity: 'moderate', eligibleAt: '2026-10-11T09:00:00-04:00' }],
  ['OfferAssignment', { manager: noor }, { A1: 'AssignmentOffered' }],
  ['AcceptAssignment', { assignment: '$A1' }],
  ['GrantConsent', { scope: 'case-management', by: me }, { K1: 'ConsentGranted' }],
  ['OpenCase'],
]

const people: readonly Line[] = [
  ['ScreenCase', { acuity: 'moderate' }],
  ['StratifyRisk', { acuity: 'high' }],
  ['RequestConsent', { scope: 'sharing', recipients: ['Organization/cbo'] }, { K0: 'ConsentRequested' }],
  ['RejectConsent', { consent: '$K0', by: me, ...why }],
  ['GrantConsent', { scope: 'case-management', by: me }, { K1: 'ConsentGranted' }],
  [
    'GrantConsent',
    {
      scope: 'sharing',
      by: me,
      recipients: [noor],
      classes: ['CarePlan'],
      start: '2026-10-01T00:00:00-04:00',
    },
    { K2: 'ConsentGranted' },
  ],
  ['GrantConsent', { scope: 'sharing', by: me, end: '2026-10-13T09:04:00-04:00' }, { K3: 'ConsentGranted' }],
  ['RevokeConsent', { consent: '$K2', ...why }],
  ['ExpireConsent', { consent: '$K3' }],
  ['OfferAssignment', { manager: 'Practitioner/ana' }, { A0: 'AssignmentOffered' }],
  ['DeclineAssignment', { assignment: '$A0', ...why }],
  [
    'OfferAssignment',
    { manager: 'Practitioner/ana', expires: '2026-10-13T09:12:30-04:00' },
    { A2: 'AssignmentOffered' },
  ],
  ['ExpireAssignment', { assignment: '$A2' }],
  ['OfferAssignment', { manager: noor }, { A1: 'AssignmentOffered' }],
  ['AcceptAssignment', { assignment: '$A1' }],
  ['StartOutreach'],
  ['RecordOutreach', { medium: 'phone' }],
  ['OpenCase'],
  ['SelectModel', { model: 'clinical', ...why }],
  ['AssignTargetGroup', { targetGroup: 'Brain injury' }],
  ['OverrideConsent', { recipient: 'Organization/north', reason: 'An emergency.' }],
  ['ProhibitContact', why],
  ['AllowContact', why],
  ['HandOver', { to: 'Practitioner/ana', reason: 'Leave.' }],
]

const assessment: readonly Line[] = [
  ['PlanAssessment', { requiredDomains: ['function', 'mood'] }, { S1: 'AssessmentPlanned' }],
  ['StartAssessment', { assessment: '$S1' }],
  [
    'RecordAnswers',
    { instrument: 'function', items: [{ linkId: 'stairs', answer: 'cannot' }] },
    { B1: 'BarrierRaised', N0: 'NeedIdentified' },
  ],
  ['ConfirmBarrier', { barrier: '$B1' }],
  ['AcceptBarrier', { barrier: '$B1', ...why }],
  ['RemoveBarrier', { barrier: '$B1', ...why }],
  ['RaiseBarrier', { text: 'Too far', code: { system: 'http://snomed.info/sct', code: '160695008' } }],
  [
    'RecordAnswers',
    { instrument: 'strengths', items: [{ linkId: 'family', answer: 'true' }] },
    { T1: 'StrengthIdentified' },
  ],
  ['ConcludeDomain', { domain: 'function', text: 'Stairs are hard.' }],
  ['ConcludeDomain', { domain: 'mood', text: 'Fine.' }],
  ['ConcludeAssessment', { summary: 'Stairs.' }],
  ['AmendAssessment', { assessment: '$S1', summary: 'Stairs, and mood.', ...why }],
  ['StartAssessment'],
  ['RefuseAssessment', why],
  ['StartAssessment', { requiredDomains: ['mood'], assessor: noor }],
  ['AbandonAssessment', why],
  ['IdentifyNeed', { text: 'Cannot walk far', domain: 'function' }, { N1: 'NeedIdentified' }],
  ['IdentifyNeed', { text: 'No money' }, { N2: 'NeedIdentified' }],
  ['ConfirmNeed', { need: '$N1' }],
  ['ConfirmNeed', { need: '$N2' }],
  ['PrioritiseNeeds', { order: ['$N1', '$N2'] }],
  ['AddressNeed', { need: '$N2' }],
  ['DeferNeed', { need: '$N2', ...why }],
  ['DeclineNeed', { need: '$N2', ...why }],
  ['ConfirmNeed', { need: '$N2' }],
  ['ResolveNeed', { need: '$N2', ...why }],
  ['DeactivateNeed', { need: '$N0', ...why }],
  ['RecordStrength', { kind: 'family', text: 'Sister' }, { T2: 'StrengthIdentified' }],
  ['ConfirmStrength', { strength: '$T1' }],
  ['DeactivateStrength', { strength: '$T2', ...why }],
  ['ReactivateStrength', { strength: '$T2' }],
  ['RecordOutcome', { measure: 'steps-a-day', value: '800' }, { C1: 'OutcomeRecorded' }],
  ['AmendScore', { score: '$C1', value: '900', ...why }],
]

const goals: readonly Line[] = [
  ['SetGoal', { text: 'Walk', weight: 3, needs: ['$N1'] }, { G1: 'GoalSet' }],
  ['SetGoal', { text: 'Fly', scale, target: '2027-03-01' }, { G2: 'GoalSet' }],
  ['RejectGoal', { goal: '$G2', ...why }],
  ['SetGoal', { text: 'Read' }, { G3: 'GoalSet' }],
  ['ReviseGoal', { goal: '$G1', text: 'Walk to the shop', target: '2027-03-01' }],
  ['AcceptGoal', { goal: '$G1', by: me, decision: 'agree' }],
  ['RankGoal', { goal: '$G1', rank: 1 }],
  ['ScaleGoal', { goal: '$G1', scale }],
  ['ScoreGoal', { goal: '$G1', level: -1, rater: 'patient', baseline: true }],
  ['PlanGoal', { goal: '$G3' }],
  ['StartGoal', { goal: '$G3' }],
  ['HoldGoal', { goal: '$G3', ...why }],
  ['ResumeGoal', { goal: '$G3' }],
  ['UpdateAchievement', { goal: '$G3', achievement: 'improving' }],
  ['AchieveGoal', { goal: '$G3' }],
  ['SetGoal', { text: 'Sing' }, { G4: 'GoalSet' }],
  ['RetireGoal', { goal: '$G4', ...why }],
]

const service = { kind: 'service', setting: 'clinic', owner: noor, goals: ['$G1'], needs: ['$N1'] }

const plan: readonly Line[] = [
  [
    'AddActivity',
    {
      ...{ ...service, text: 'Physical therapy', perWeek: 3, days: ['mon', 'tue'], timeOfDay: '09:00' },
      ...{
        durationMinutes: 45,
        place: 'Location/x',
        start: '2026-10-14T00:00:00-04:00',
        performer: 'Organization/pt',
      },
      code: { system: 'http://snomed.info/sct', code: '91251008', display: 'Physical therapy' },
    },
    { V1: 'ActivityAdded' },
  ],
  ['AddActivity', { ...service, text: 'Swimming', after: ['$V1'] }, { V2: 'ActivityAdded' }],
  ['AddActivity', { ...service, text: 'Cycling' }, { V3: 'ActivityAdded' }],
  ['DraftPlan', { title: 'Recovery' }, { P1: 'PlanDrafted' }],
  [
    'EditPlan',
    { plan: '$P1', changes: { addGoals: ['$G1'], addActivities: ['$V1', '$V2', '$V3'], addNeeds: ['$N1'] } },
  ],
  ['ProposeChange', { plan: '$P1' }],
  ['ReturnPlan', { plan: '$P1', ...why }],
  ['ObtainAgreement', { plan: '$P1', party: 'provider', by: noor, decision: 'refused', ...why }],
  ['ObtainAgreement', { plan: '$P1', party: 'patient', by: me, decision: 'agreed' }],
  ['ActivatePlan', { plan: '$P1' }],
  ['LinkStrength', { strength: '$T2', to: ['$G1', '$V1'] }],
  ['RequestService', { activity: '$V1', performer: 'Organization/pt' }],
  ['ScheduleActivity', { activity: '$V1', perWeek: 2, start: '2026-10-15T09:00:00-04:00' }],
  ['StartActivity', { activity: '$V1' }],
  ['RecordPerformance', { activity: '$V1' }],
  ['RecordMiss', { activity: '$V1', reason: 'cost' }],
  ['AdaptActivity', { activity: '$V1', changes: { setting: 'home' }, ...why }],
  ['DeclineActivity', { activity: '$V2', ...why }],
  ['CancelActivity', { activity: '$V3', ...why }],
  ['RevisePlan', { plan: '$P1', changes: { title: 'Recovery at home', addStrengths: ['$T2'] }, ...why }],
  ['HoldPlan', { plan: '$P1', ...why }],
  ['ResumePlan', { plan: '$P1' }],
  ['ReplacePlan', { plan: '$P1', ...why }, { P2: 'PlanDrafted' }],
  ['RevokePlan', { plan: '$P2', ...why }],
  ['SwitchModel', { model: 'strengths', ...why }, { P3: 'PlanDrafted' }],
]

const at = (day: string) => ({ start: `${day}T09:00:00-04:00` })

const contacts: readonly Line[] = [
  ['PlanContact', { kind: 'phone', start: '2026-10-14T10:00:00-04:00', with: me }, { X1: 'ContactPlanned' }],
  ['RecordContact', { kind: 'phone', minutes: 20, contact: '$X1' }],
  [
    'RecordContact',
    {
      ...{ kind: 'home', minutes: 40, with: me, topics: ['medicines'], note: 'Well.' },
      answers: [{ question: 'feeling', answer: 'same' }],
      redFlags: [{ code: 'dizziness' }],
    },
    { F1: 'RedFlagRaised' },
  ],
  ['RecordAttempt', { kind: 'phone', outcome: 'voicemail', minutes: 2 }],
  ['RecordRefusal', { kind: 'video', why: 'no time' }],
  ['RaiseRedFlag', { code: 'new-symptom', text: 'Headache' }, { F2: 'RedFlagRaised' }],
  ['ResolveRedFlag', { flag: '$F1', ledTo: 'none' }],
  ['ResolveRedFlag', { flag: '$F2', ledTo: 'ambulatory-visit', note: 'Seen.' }],
  ['ProposeAppointment', { purpose: 'service', text: 'Therapy' }, { Y1: 'AppointmentProposed' }],
  ['RequestAppointment', { appointment: '$Y1', ...at('2026-10-20') }],
  ['WaitlistAppointment', { appointment: '$Y1' }],
  ['BookAppointment', { appointment: '$Y1', purpose: 'service', activity: '$V1', ...at('2026-10-20') }],
  ['RescheduleAppointment', { appointment: '$Y1', ...at('2026-10-13'), ...why }],
  ['AttachCompanion', { appointment: '$Y1', companion: noor }],
  ['RecordArrival', { appointment: '$Y1' }],
  ['FulfilAppointment', { appointment: '$Y1' }],
  [
    'BookAppointment',
    { purpose: 'service', activity: '$V1', ...at('2026-10-13') },
    { Y2: 'AppointmentBooked' },
  ],
  ['RecordNoShow', { appointment: '$Y2', reason: 'transport' }],
  ['BookAppointment', { purpose: 'other', ...at('2026-10-23') }, { Y3: 'AppointmentBooked' }],
  ['CancelAppointment', { appointment: '$Y3', ...why, isExcused: true }],
]

const duties: readonly Line[] = [
  ['AssignObligation', { obligation: '$DUTY-discharge-plan', owner: noor }],
  ['AcceptObligation', { obligation: '$DUTY-discharge-plan' }],
  ['StartObligation', { obligation: '$DUTY-discharge-plan' }],
  ['CompleteObligation', { obligation: '$DUTY-discharge-plan', output: 'CarePlan/$P1', note: 'Done.' }],
  ['AssignObligation', { obligation: '$DUTY-admission-notice', owner: noor }],
  ['DeclineObligation', { obligation: '$DUTY-admission-notice', ...why }],
  ['WaiveObligation', { obligation: '$DUTY-necessity-review', ...why }],
  ['SnoozeObligation', { obligation: '$DUTY-plan-review', until: '2027-01-13', ...why }],
]

const ending: readonly Line[] = [
  ['HoldCase', { hold: 'pause', reason: 'Travels.', reviewBy: '2026-11-01' }],
  ['ResumeCase'],
  ['MarkNounEnteredInError', { noun: 'barrier', id: '$B1', ...why }],
  ['ProposeClosure', { reason: 'goals-met', outcomes: 'Walks.' }],
  ['RejectClosure', { reason: 'Not yet.' }],
  ['RecordPerformance', { activity: '$V1' }],
  ['CompletePlan', { plan: '$P3' }],
  ['CompleteActivity', { activity: '$V1' }],
  ['AchieveGoal', { goal: '$G1' }],
  ['ProposeClosure', { reason: 'goals-met', outcomes: 'Walks.', communicatedTo: 'Practitioner/pcp' }],
  ['ApproveClosure', { communicatedTo: 'Practitioner/pcp' }],
  ['OfferAssignment', { manager: noor }, { A9: 'AssignmentOffered' }],
  ['AcceptAssignment', { assignment: '$A9' }],
  ['ReopenCase', { reason: 'Fell again.' }],
]

/** Of a patient who is in hospital. */
export const longCourse: Course = {
  title: 'a case that goes through everything',
  lines: [...people, ...assessment, ...goals, ...plan, ...contacts, ...duties],
}

/** After the discharge of the same patient. */
export const afterDischarge: Course = {
  title: 'the same case after a discharge',
  lines: [
    ['RecordDischargeInfo', { transition: '$TRANSITION' }],
    ['ReconcileMedication', { transition: '$TRANSITION', by: 'Practitioner/nurse' }],
    ['CompleteTransition', { transition: '$TRANSITION', ...why }],
    ...ending,
  ],
}

const outreach: readonly Line[] = [
  ['ScreenCase', {}],
  ['StartOutreach'],
  ['RecordOutreach', { medium: 'phone', on: '2026-10-10' }],
  ['RecordOutreach', { medium: 'letter', on: '2026-10-11' }],
  ['RecordOutreach', { medium: 'phone', on: '2026-10-12' }],
]

/** Cases that end otherwise, each of a patient of its own. */
export const endings: readonly Course[] = [
  {
    title: 'screened out',
    lines: [
      ['ScreenCase', {}],
      ['ScreenOut', why],
    ],
  },
  {
    title: 'declined',
    lines: [
      ['ScreenCase', {}],
      ['Decline', why],
    ],
  },
  { title: 'unreachable', lines: [...outreach, ['Unreachable', why]] },
  { title: 'deceased', lines: [...opening, ['RecordDeath', why]] },
  { title: 'entered in error', lines: [['MarkEnteredInError', why]] },
  {
    title: 'transferred out',
    lines: [
      ...opening,
      ['TransferOut', { reason: 'Moves.', to: 'Organization/far', consentOverride: 'Urgent.' }],
    ],
  },
  {
    title: 'not opened after all',
    lines: [...opening.slice(0, 3), ['EndAssignment', { assignment: '$A1', ...why }]],
  },
  { title: 'merged', lines: [['MergeCases', { other: '$OTHER', ...why }]] },
  { title: 'parted again', of: 'OTHER', lines: [['UnmergeCases', why]] },
]
