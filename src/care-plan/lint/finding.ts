import type { Calendar } from '../../lib/business-days.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { ModelLookup } from '../models/model-profile.ts'
import type { Activity, Goal, Plan } from '../nouns/plan.ts'

export type LintRuleId =
  | 'goal-without-activity'
  | 'own-goal-unaddressed'
  | 'activity-without-owner'
  | 'activity-without-reason'
  | 'activity-without-goal'
  | 'activity-without-setting'
  | 'visits-beyond-benefit'
  | 'overlap'
  | 'impossible-travel'
  | 'cadence-impossible'
  | 'recipient-without-consent'
  | 'order-broken'
  | 'order-circular'

/** Something about a plan that a person should look at, and the command that mends it. */
export interface Finding {
  readonly rule: LintRuleId
  /** error: the plan can't be carried out, or may not be; warning: it will hardly work; information: worth knowing. */
  readonly severity: 'error' | 'warning' | 'information'
  readonly element: LintElement
  /** What is wrong, in words, without patient data. */
  readonly says: string
  /** Absent when no command of the case mends it. `<...>` in the payload is for a person to fill in. */
  readonly mend?: { readonly command: string; readonly payload: Readonly<Record<string, unknown>> }
}

export interface LintElement {
  readonly noun: 'case' | 'plan' | 'goal' | 'activity' | 'appointment'
  readonly id: string
  /** FHIRPath: `ServiceRequest.requester`. */
  readonly expression: string
}

/** What the linter may know beside the case file. */
export interface LintContext {
  readonly models: ModelLookup
  readonly calendar: Calendar
  readonly timeZone: string
  /** Now: dateTime with offset. */
  readonly at: string
  readonly managerLoad?: ManagerLoad
}

/** A manager's working week. */
export interface ManagerLoad {
  /** Minutes for contacts in a week without holidays. */
  readonly capacityMinutes: number
  /** What the manager's other cases take of them. */
  readonly plannedMinutes: number
}

/** The part of a case that is looked at: the plan in force or being drawn up, and what is open of it. */
export interface LintScene {
  readonly file: CaseFile
  readonly plan: Plan | undefined
  readonly goals: readonly Goal[]
  readonly activities: readonly Activity[]
  readonly context: LintContext
}

/** A finding as a rule gives it: who asks knows the rule. */
export type Found = Omit<Finding, 'rule' | 'severity'>

export interface LintRule {
  readonly id: LintRuleId
  readonly severity: Finding['severity']
  /** What the rule is about, for docs/reference/lint.md. */
  readonly about: string
  readonly check: (scene: LintScene) => readonly Found[]
}
