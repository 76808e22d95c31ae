import type { Command } from './command.ts'
import { consentCommands } from './commands/consent-commands.ts'
import { caseCommands } from './commands/case-commands.ts'
import { assignmentCommands } from './commands/assignment-commands.ts'
import { assessmentCommands } from './commands/assessment-commands.ts'
import { barrierCommands } from './commands/barrier-commands.ts'
import { needCommands } from './commands/need-commands.ts'
import { scoreCommands } from './commands/score-commands.ts'
import { strengthCommands } from './commands/strength-commands.ts'
import { appointmentCommands } from './commands/appointment-commands.ts'
import { contactCommands } from './commands/contact-commands.ts'
import { flagCommands } from './commands/flag-commands.ts'
import { transitionCommands } from './commands/transition-commands.ts'
import { activityCommands } from './commands/activity-commands.ts'
import { goalCommands } from './commands/goal-commands.ts'
import { obligationCommands } from './commands/obligation-commands.ts'
import { modelCommands } from './commands/model-commands.ts'
import { planCommands } from './commands/plan-commands.ts'

/** Every command of the case API, by name. */
const lists: readonly (readonly Command[])[] = [
  caseCommands,
  assignmentCommands,
  consentCommands,
  assessmentCommands,
  needCommands,
  strengthCommands,
  barrierCommands,
  scoreCommands,
  contactCommands,
  flagCommands,
  appointmentCommands,
  transitionCommands,
  activityCommands,
  goalCommands,
  planCommands,
  modelCommands,
  obligationCommands,
]

export const commands: ReadonlyMap<string, Command> = new Map(lists.flat().map(one => [one.name, one]))
