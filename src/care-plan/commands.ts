import type { Command } from './command.ts'
import { appointmentCommands } from './commands/appointment-commands.ts'
import { contactCommands } from './commands/contact-commands.ts'
import { flagCommands } from './commands/flag-commands.ts'
import { transitionCommands } from './commands/transition-commands.ts'

/** Every command of the case API, by name. */
const lists: readonly (readonly Command[])[] = [
  contactCommands,
  flagCommands,
  appointmentCommands,
  transitionCommands,
]

export const commands: ReadonlyMap<string, Command> = new Map(lists.flat().map(one => [one.name, one]))
