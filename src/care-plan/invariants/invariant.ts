import type { Failure } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { CommandContext } from '../commands/command.ts'

export interface Violation {
  /** Same key before and after = it was broken already and is not this change's doing. */
  readonly key: string
  /** What is wrong and what to do, without patient data. */
  readonly message: string
  /** FHIRPath of the element, where there is one: `CarePlan.goal`. */
  readonly expression?: string
}

export type InvariantContext = Pick<
  CommandContext,
  | 'actor'
  | 'at'
  | 'recorded'
  | 'rules'
  | 'models'
  | 'calendar'
  | 'timeZone'
  | 'stays'
  | 'relatives'
  | 'denials'
>

/** A rule of domain.md 4.3 over the whole case file. `before` is undefined at the birth of a case. */
export interface Invariant {
  readonly number: `I${number}`
  readonly says: string
  readonly violations: (
    after: CaseFile,
    before: CaseFile | undefined,
    context: InvariantContext,
  ) => readonly Violation[]
}

export interface BrokenRule {
  readonly failure: Failure
  readonly violation: Violation
}

type CaseChange = { readonly before: CaseFile | undefined; readonly after: CaseFile }

/** The first rule that a change breaks anew; undefined when it breaks none. */
export const brokenRule = (
  invariants: readonly Invariant[],
  change: CaseChange,
  context: InvariantContext,
): Failure | undefined => firstBroken(invariants, change, context)?.failure

/** The first rule that a change breaks anew, with what it found. */
export function firstBroken(
  invariants: readonly Invariant[],
  change: CaseChange,
  context: InvariantContext,
): BrokenRule | undefined {
  const { before, after } = change
  for (const { number, violations } of invariants) {
    const found = violations(after, before, context)
    if (found.length === 0) continue
    const old = new Set(before ? violations(before, before, context).map(({ key }) => key) : [])
    const fresh = found.find(({ key }) => !old.has(key))
    if (fresh) return { failure: ruleBroken(number, fresh), violation: fresh }
  }
  return undefined
}

/** 422 at both doors, with the rule's number. */
export const ruleBroken = (number: string, { message, expression }: Omit<Violation, 'key'>): Failure => ({
  kind: 'business-rule',
  code: 'rule-broken',
  rule: number,
  message: `${number}: ${message}`,
  ...(expression !== undefined && { expression }),
})
