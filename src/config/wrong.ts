/** One wrong setting: its name, what was given (secrets masked) and what is allowed. */
export interface Wrong {
  readonly name: string
  readonly given: string
  readonly allowed: string
}

/** The one message that a start with wrong settings ends with. */
export function describeWrong(wrong: readonly Wrong[]): string {
  const lines = wrong.map(({ name, given, allowed }) => `  ${name}: given ${given}; allowed: ${allowed}`)
  const count = wrong.length === 1 ? 'One setting is' : `${wrong.length} settings are`
  return [`${count} wrong, nothing was started:`, ...lines].join('\n')
}
