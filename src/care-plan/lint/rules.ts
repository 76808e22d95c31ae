import {
  beyondBenefit,
  withoutConsent,
  withoutGoal,
  withoutOwner,
  withoutReason,
  withoutSetting,
} from './activity-checks.ts'
import { cadenceImpossible } from './cadence-check.ts'
import type { LintRule } from './finding.ts'
import { goalWithoutActivity, ownGoalUnaddressed } from './goal-checks.ts'
import { orderBroken, orderCircular } from './order-checks.ts'
import { impossibleTravel, overlapping } from './timetable-checks.ts'

/** Every rule of the care-plan linter, in the order in which findings are told (docs/reference/lint.md). */
export const lintRules: readonly LintRule[] = [
  {
    id: 'own-goal-unaddressed',
    severity: 'error',
    about:
      'A goal that the patient or a representative set is left out of the plan, or nothing is planned for it.',
    check: ownGoalUnaddressed,
  },
  {
    id: 'goal-without-activity',
    severity: 'error',
    about: 'An open goal of the plan has no open activity and no documented reason for that.',
    check: goalWithoutActivity,
  },
  {
    id: 'activity-without-owner',
    severity: 'error',
    about: 'Nobody sees to it that an activity is done.',
    check: withoutOwner,
  },
  {
    id: 'activity-without-reason',
    severity: 'error',
    about: 'No need is the reason for an activity.',
    check: withoutReason,
  },
  {
    id: 'activity-without-goal',
    severity: 'error',
    about: 'An activity serves no goal.',
    check: withoutGoal,
  },
  {
    id: 'activity-without-setting',
    severity: 'warning',
    about: 'Where an activity takes place is not settled.',
    check: withoutSetting,
  },
  {
    id: 'recipient-without-consent',
    severity: 'error',
    about: 'No consent in force lets the performer of an activity have data of the patient.',
    check: withoutConsent,
  },
  {
    id: 'order-circular',
    severity: 'error',
    about: 'Activities wait for one another in a circle.',
    check: orderCircular,
  },
  {
    id: 'order-broken',
    severity: 'warning',
    about: 'What must come before an activity starts later than it, or was called off.',
    check: orderBroken,
  },
  {
    id: 'overlap',
    severity: 'warning',
    about: 'Two activities or appointments of the patient fall on the same time of the same day.',
    check: overlapping,
  },
  {
    id: 'impossible-travel',
    severity: 'warning',
    about: 'Two of them at different places have less than 30 minutes between.',
    check: impossibleTravel,
  },
  {
    id: 'cadence-impossible',
    severity: 'warning',
    about:
      'The contacts that the model asks for do not fit into what is left of the coming week of the manager.',
    check: cadenceImpossible,
  },
  {
    id: 'visits-beyond-benefit',
    severity: 'information',
    about:
      'Planned services are compared with benefit and authorisation; without coverage data the finding says so.',
    check: beyondBenefit,
  },
]
