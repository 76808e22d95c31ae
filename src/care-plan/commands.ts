import type { Command } from './command.ts'

/** Every command of the case API, by name. */
const lists: readonly (readonly Command[])[] = []

export const commands: ReadonlyMap<string, Command> = new Map(lists.flat().map(one => [one.name, one]))
