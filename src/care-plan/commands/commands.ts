import type { Command } from './command.ts'
import { consentCommands } from './consent-commands.ts'
import { caseCommands } from './case-commands.ts'
import { assignmentCommands } from './assignment-commands.ts'
import { assessmentCommands } from './assessment-commands.ts'
import { barrierCommands } from './barrier-commands.ts'
import { needCommands } from './need-commands.ts'
import { scoreCommands } from './score-commands.ts'
import { strengthCommands } from './strength-commands.ts'
import { appointmentCommands } from './appointment-commands.ts'
import { contactCommands } from './contact-commands.ts'
import { flagCommands } from './flag-commands.ts'
import { transitionCommands } from './transition-commands.ts'
import { activityCommands } from './activity-commands.ts'
import { goalCommands } from './goal-commands.ts'
import { obligationCommands } from './obligation-commands.ts'
import { modelCommands } from './model-commands.ts'
import { planCommands } from './plan-commands.ts'

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
