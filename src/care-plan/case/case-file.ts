import type { ObligationState } from '../duties/obligation.ts'
import type { Answers, Assessment, Barrier, Need, Risk, Score, Strength } from '../nouns/assessment.ts'
import type { CaseRoot } from '../nouns/case-root.ts'
import type { Appointment, Contact, RedFlag, Transition } from '../nouns/contact.ts'
import type { Assignment, Consent, DateTime, PartyRef } from '../nouns/people.ts'
import type { Activity, Goal, Plan } from '../nouns/plan.ts'

/** Every noun of case management, by name. Each stands in one FHIR resource (mappers/case/nouns). */
export interface Nouns {
  readonly case: CaseRoot
  readonly assignment: Assignment
  readonly consent: Consent
  readonly assessment: Assessment
  readonly answers: Answers
  readonly score: Score
  readonly risk: Risk
  readonly need: Need
  readonly strength: Strength
  readonly barrier: Barrier
  readonly plan: Plan
  readonly goal: Goal
  readonly activity: Activity
  readonly appointment: Appointment
  readonly contact: Contact
  readonly flag: RedFlag
  readonly transition: Transition
  readonly obligation: Obligation
}

export type NounName = keyof Nouns

/** A duty as it stands in its Task. Derived: raised, met and voided by facts, moved by people. */
export interface Obligation {
  readonly id: string
  readonly state: ObligationState
  readonly rule: string
  /** Id of what called for it: a movement, or words (`flag:f1`); a number in a series after a `~`. */
  readonly trigger: string
  /** Time of what called for it. */
  readonly since?: DateTime
  readonly due?: DateTime
  readonly owner?: PartyRef
  readonly requester?: PartyRef
  /** Task.status: how far people are with it. */
  readonly status: string
  readonly outputs: readonly string[]
  /** How many results of a FHIR client are no references: they show that it is done (I15), and are left as they are. */
  readonly otherOutputs?: number
  readonly statusReason?: string
  /** How it went, in the words of who did it. */
  readonly note?: string
  readonly startedAt?: DateTime
  readonly doneAt?: DateTime
  /** Put off until then; `due` says so too. */
  readonly snoozedUntil?: DateTime
  readonly snoozeReason?: string
  /** Supervisor who got it because nobody did it in time. */
  readonly escalatedTo?: PartyRef
}

/** The list of a case file that each noun stands in. */
export const listNames = {
  assignment: 'assignments',
  consent: 'consents',
  assessment: 'assessments',
  answers: 'answers',
  score: 'scores',
  risk: 'risks',
  need: 'needs',
  strength: 'strengths',
  barrier: 'barriers',
  plan: 'plans',
  goal: 'goals',
  activity: 'activities',
  appointment: 'appointments',
  contact: 'contacts',
  flag: 'flags',
  transition: 'transitions',
  obligation: 'obligations',
} as const satisfies Readonly<Record<Exclude<NounName, 'case'>, string>>

export type ListedNoun = keyof typeof listNames

/** All that is known of one case; lists in order of id. */
export type CaseFile = { readonly case: CaseRoot } & {
  readonly [N in ListedNoun as (typeof listNames)[N]]: readonly Nouns[N][]
}

/** The list that a noun stands in. */
export const listOfNoun = <N extends ListedNoun>(file: CaseFile, noun: N): readonly Nouns[N][] =>
  file[listNames[noun]] as unknown as readonly Nouns[N][]

/** A file that holds nothing but the case. */
export const emptyFile = (root: CaseRoot): CaseFile => {
  const lists = Object.fromEntries(Object.values(listNames).map(name => [name, []]))
  return { ...lists, case: root } as unknown as CaseFile
}
