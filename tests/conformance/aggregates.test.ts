import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { caseStates } from '../../src/care-plan/case/case.ts'
import type { NounName } from '../../src/care-plan/case/case-file.ts'
import { commands } from '../../src/care-plan/commands/commands.ts'
import type { Machine } from '../../src/care-plan/machines/machine.ts'
import { configurationMachines, machines } from '../../src/care-plan/machines/machines.ts'
import { scoreStates } from '../../src/care-plan/nouns/assessment.ts'
import { achievements } from '../../src/care-plan/nouns/plan.ts'
import { eventTypesOf } from '../../src/mappers/case/journal/event-names.ts'

/** An aggregate as domain.md 4.2 and 4.7 print it, in their words; `nouns` are where it stands in the code. */
interface Aggregate {
  readonly nouns: readonly (NounName | 'model')[]
  readonly states: string
  readonly commands: string
  readonly events: string
}

const printed: Readonly<Record<string, Aggregate>> = {
  Case: {
    nouns: ['case', 'risk', 'assignment'],
    states:
      'identified screened outreach declined open unreachable active on-hold closing closed reopened deceased transferred-out entered-in-error',
    commands:
      'IdentifyCase ScreenCase ScreenOut StratifyRisk StartOutreach RecordOutreach OpenCase SelectModel SwitchModel HoldCase ResumeCase ActivatePlan RevisePlan ProposeClosure RejectClosure ApproveClosure ReopenCase MergeCases Decline Unreachable TransferOut Deceased EnteredInError',
    events:
      'CaseIdentified CaseScreenedIn CaseScreenedOut RiskStratified OutreachAttempted CaseOpened ModelSelected ModelSwitched ClosureProposed CaseClosed CasesMerged',
  },
  Assignment: {
    nouns: ['assignment', 'case'],
    states: 'offered accepted declined expired handed-over ended',
    commands: 'OfferAssignment Accept Decline HandOver BulkReassign',
    events: 'AssignmentOffered AssignmentAccepted AssignmentDeclined AssignmentExpired CaseloadTransferred',
  },
  Assessment: {
    nouns: ['assessment', 'score', 'need', 'strength'],
    states: 'planned in-progress concluded amended refused not-completed',
    commands: 'StartAssessment RecordAnswers ConcludeDomain ConcludeAssessment',
    events: 'AssessmentConcluded ScoreComputed NeedIdentified StrengthIdentified',
  },
  Need: {
    nouns: ['need'],
    states: 'proposed confirmed addressed deferred declined-by-client resolved inactive',
    commands: 'IdentifyNeed PrioritiseNeeds ResolveNeed',
    events: '',
  },
  Strength: {
    nouns: ['strength'],
    states: 'active inactive',
    commands: 'RecordStrength LinkStrength',
    events: '',
  },
  Barrier: {
    nouns: ['barrier'],
    states: 'open removed accepted',
    commands: 'RaiseBarrier RemoveBarrier',
    events: '',
  },
  CarePlan: {
    nouns: ['plan'],
    states: 'draft in-review agreed active superseded on-hold completed revoked',
    commands:
      'DraftPlan ProposeChange ApprovePlan ObtainAgreement ActivatePlan RevisePlan ReplacePlan CompletePlan',
    events: 'PlanActivated PlanSuperseded',
  },
  Goal: {
    nouns: ['goal', 'score'],
    states: 'proposed planned accepted rejected active on-hold completed cancelled',
    commands: 'SetGoal AcceptGoal RankGoal ScaleGoal ScoreGoal AchieveGoal RetireGoal',
    events: 'GoalScored',
  },
  Activity: {
    nouns: ['activity'],
    states: 'planned requested scheduled in-progress completed missed declined cancelled rescheduled',
    commands: 'AddActivity RequestService ScheduleActivity RecordPerformance RecordMiss AdaptActivity',
    events: 'TherapyMissed',
  },
  Appointment: {
    nouns: ['appointment'],
    states: 'proposed pending booked arrived fulfilled noshow cancelled waitlist',
    commands: 'BookAppointment RescheduleAppointment RecordNoShow AttachCompanion',
    events: '',
  },
  Contact: {
    nouns: ['contact', 'flag'],
    states: 'planned made attempted refused',
    commands: 'PlanContact RecordContact',
    events: 'ContactMade ContactAttempted RedFlagRaised',
  },
  Transition: {
    nouns: ['transition'],
    states:
      'anticipated in-facility discharged-facility discharged-community stabilised readmitted died voided',
    commands: 'OpenTransition RecordDischargeInfo ReconcileMedication CompleteTransition',
    events: '',
  },
  Consent: {
    nouns: ['consent'],
    states: 'proposed active revoked expired rejected',
    commands: 'RequestConsent GrantConsent RevokeConsent',
    events: 'SharesRecalled',
  },
  Outcome: { nouns: ['score'], states: '', commands: 'RecordOutcome', events: '' },
  ModelProfile: {
    nouns: ['model'],
    states: 'draft published retired',
    commands: 'PublishModel CloneModel SwitchModel',
    events: '',
  },
  ObligationLedger: {
    nouns: ['obligation'],
    states: 'due met missed late-met waived voided',
    commands: 'Waive Snooze',
    events: 'ObligationRaised ObligationMet ObligationMissed ObligationVoided ObligationRecomputed',
  },
}

/** What the code calls otherwise, `aggregate word` -> the code's word, each with its reason. */
const renamed: Readonly<Record<string, string>> = {
  // 4.2 says itself: reopened = active, the same case.
  'Case reopened': 'active',
  // Events and states have these words; a command says what is done.
  'Case Deceased': 'RecordDeath',
  'Case EnteredInError': 'MarkEnteredInError',
  // One name space for all commands of the case API: Decline is the case's.
  'Assignment Accept': 'AcceptAssignment',
  'Assignment Decline': 'DeclineAssignment',
  // A missed session is scheduled anew: the same state as before it was missed.
  'Activity rescheduled': 'scheduled',
  'ObligationLedger Waive': 'WaiveObligation',
  'ObligationLedger Snooze': 'SnoozeObligation',
  // A plan is approved by who agrees to it: patient, guardian and provider each.
  'CarePlan ApprovePlan': 'ObtainAgreement',
}

/** Commands with an address of their own, beside POST /cases/{id}/commands/{Name}. */
const atOtherAddresses: Readonly<Record<string, string>> = {
  IdentifyCase: 'POST /cases',
  BulkReassign: 'POST /caseload/reassign',
  CloneModel: 'POST /models/:id/clone',
  EditModel: 'PUT /models/:id/versions/:version',
  PublishModel: 'POST /models/:id/versions/:version/publish',
  RetireModel: 'POST /models/:id/versions/:version/retire',
}

/** Commands that no machine has a move for: they change what no state shows. */
const withoutMove: Readonly<Record<string, string>> = {
  StratifyRisk: 'the acuity of the case, and a risk beside it',
  SelectModel: 'the model of the case',
  ProhibitContact: 'whether the patient may be contacted',
  AllowContact: 'whether the patient may be contacted',
  AssignTargetGroup: 'the target group of the case',
  OverrideConsent: 'with whom the case is shared',
  RecordOutcome: 'a figure is added',
  AmendScore: 'a figure is amended',
}

const allMachines: Readonly<Record<string, Machine>> = { ...machines, ...configurationMachines }
const wordsOf = (text: string): readonly string[] => text.split(' ').filter(word => word !== '')
const named = (aggregate: string, word: string): string => renamed[`${aggregate} ${word}`] ?? word
const allMoves = Object.values(allMachines).flatMap(({ moves }) => moves)
const routes = readFileSync(join(projectRoot, 'docs/reference/routes.md'), 'utf8')

describe.each(Object.entries(printed))('the aggregate %s of domain.md', (aggregate, { nouns, ...rest }) => {
  test('has every state', () => {
    const states = new Set<string>(nouns.flatMap(noun => allMachines[noun]?.states ?? scoreStates))
    const missing = wordsOf(rest.states).filter(word => !states.has(named(aggregate, word)))
    expect(missing).toEqual([])
  })

  test('has every command', () => {
    const known = new Set([
      ...commands.keys(),
      ...Object.keys(atOtherAddresses),
      ...allMoves.filter(({ by }) => by === 'facts').map(({ command }) => command),
    ])
    const missing = wordsOf(rest.commands).filter(word => !known.has(named(aggregate, word)))
    expect(missing).toEqual([])
  })

  test('has every event', () => {
    const types = new Set(nouns.flatMap(noun => (noun === 'model' ? [] : eventTypesOf(noun))))
    const missing = wordsOf(rest.events).filter(word => !types.has(named(aggregate, word)))
    expect(missing).toEqual([])
  })
})

describe('machines and commands', () => {
  test('every word that is renamed is one that domain.md prints', () => {
    const words = new Set(
      Object.entries(printed).flatMap(([aggregate, one]) =>
        [one.states, one.commands, one.events].flatMap(wordsOf).map(word => `${aggregate} ${word}`),
      ),
    )
    expect(Object.keys(renamed).filter(key => !words.has(key))).toEqual([])
  })

  test('every state of a machine can be reached, and the case has those of its matrix', () => {
    const stuck = Object.values(allMachines).flatMap(({ noun, states, moves }) =>
      states.filter(state => !moves.some(({ to }) => to === state)).map(state => `${noun} ${state}`),
    )
    expect(stuck).toEqual([])
    expect(allMachines['case']?.states).toEqual(caseStates)
  })

  test('goals have the second axis, how they are coming along', () => {
    expect([...achievements]).toEqual(
      wordsOf(
        'in-progress improving worsening no-change achieved sustaining not-achieved no-progress not-attainable',
      ),
    )
  })

  test('every move has a command, or is marked as made by facts or a timer', () => {
    const orphans = allMoves.filter(
      ({ command, by }) => by === undefined && !commands.has(command) && !(command in atOtherAddresses),
    )
    expect(orphans).toEqual([])
    // RecordDeath moves the case by people and a transition by facts.
    const marked = allMoves.filter(({ by }) => by !== undefined).map(({ command }) => command)
    expect([...new Set(marked)].filter(name => commands.has(name))).toEqual(['RecordDeath'])
  })

  test('every command makes a move, or says what it changes instead', () => {
    const moved = new Set(allMoves.map(({ command }) => command))
    expect([...commands.keys()].filter(name => !moved.has(name)).toSorted()).toEqual(
      Object.keys(withoutMove).toSorted(),
    )
  })

  test('what is at another address is served there', () => {
    for (const [name, address] of Object.entries(atOtherAddresses)) {
      const [method, path] = address.split(' ')
      expect(routes, name).toContain(`| ${method} | \`${path}\` |`)
    }
  })

  test('every event that is said of the case itself is one of its types', () => {
    const known = new Set(eventTypesOf('case'))
    const text = globSync('src/care-plan/**/*.ts', { cwd: projectRoot })
      .map(file => readFileSync(join(projectRoot, file), 'utf8'))
      .join('\n')
    const said = [...text.matchAll(/\b(?:caseChanged\(\s*[\w.]+,\s*|handOver\([^)]*, )'([A-Z]\w+)'/g)].map(
      ([, type = '']) => type,
    )
    expect(said.length).toBeGreaterThan(5)
    expect([...new Set(said)].filter(type => !known.has(type))).toEqual([])
  })
})
