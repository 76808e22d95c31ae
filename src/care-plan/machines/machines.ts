import { caseMatrix, caseStates, mergeable, type CaseState } from '../case/case.ts'
import type { NounName } from '../case/case-file.ts'
import type { Machine, Move } from './machine.ts'
import { modelMachine } from '../models/model-life.ts'
import { assessmentMachine, barrierMachine, needMachine, strengthMachine } from '../nouns/assessment.ts'
import { appointmentMachine, contactMachine, flagMachine, transitionMachine } from '../nouns/contact.ts'
import { assignmentMachine, consentMachine } from '../nouns/people.ts'
import { activityMachine, goalMachine, planMachine } from '../nouns/plan.ts'
import { obligationMachine } from '../duties/obligation.ts'

/** What a command on the case is called once it has happened. */
const caseEvents: Readonly<Record<string, string>> = {
  ScreenCase: 'CaseScreenedIn',
  ScreenOut: 'CaseScreenedOut',
  StartOutreach: 'OutreachStarted',
  RecordOutreach: 'OutreachAttempted',
  OpenCase: 'CaseOpened',
  ActivatePlan: 'CaseActivated',
  RevisePlan: 'CaseRevised',
  SwitchModel: 'ModelSwitched',
  HoldCase: 'CaseHeld',
  ResumeCase: 'CaseResumed',
  ProposeClosure: 'ClosureProposed',
  RejectClosure: 'ClosureRejected',
  ApproveClosure: 'CaseClosed',
  ReopenCase: 'CaseReopened',
  Decline: 'CaseDeclined',
  Unreachable: 'CaseUnreachable',
  TransferOut: 'CaseTransferredOut',
  RecordDeath: 'CaseEndedByDeath',
  MarkEnteredInError: 'CaseEnteredInError',
}

/** The case's matrix (domain.md 4.7) in the shape of the other machines, and the merge of a duplicate into another case. */
export const caseMachine: Machine = {
  noun: 'case',
  states: caseStates,
  moves: [
    // By people at POST /cases, by an admission or by a FHIR client.
    { command: 'IdentifyCase', event: 'CaseIdentified', from: [], to: 'identified' },
    ...caseStates.flatMap(from =>
      Object.entries(caseMatrix[from]).map(([command, to]) => ({
        command,
        event: caseEvents[command] ?? 'CaseRevised',
        from: [from],
        to,
      })),
    ),
    ...mergeable.flatMap((from): readonly Move<CaseState>[] => [
      { command: 'MergeCases', event: 'CasesMerged', from: [from], to: 'closed', isSaid: true },
      { command: 'UnmergeCases', event: 'CasesUnmerged', from: ['closed'], to: from, isSaid: true },
    ]),
  ],
}

/** Every state machine there is; nouns without one (answers, scores, risks) only come to be and are corrected. */
export const machines: Readonly<Partial<Record<NounName, Machine>>> = {
  case: caseMachine,
  assignment: assignmentMachine,
  consent: consentMachine,
  assessment: assessmentMachine,
  need: needMachine,
  strength: strengthMachine,
  barrier: barrierMachine,
  plan: planMachine,
  goal: goalMachine,
  activity: activityMachine,
  appointment: appointmentMachine,
  contact: contactMachine,
  flag: flagMachine,
  transition: transitionMachine,
  obligation: obligationMachine,
}

/** What is no part of a case and has a life all the same. */
export const configurationMachines = { model: modelMachine } as const
