import type { FailureIssue } from '../../lib/result.ts'

export type Node = Readonly<Record<string, unknown>>

/** What the invariants of an element may look at beside the element. */
export interface InvariantScope {
  /** FHIRPath %resource: the nearest resource around the element. */
  readonly resource: Node
}

/** Where the walk is, what it knows, and what it found. */
export interface Scope extends InvariantScope {
  readonly path: (string | number)[]
  readonly issues: FailureIssue[]
  /** id -> type of the resources contained in the outermost one (%rootResource). */
  readonly contained: ReadonlyMap<string, string>
  /** References met in the outermost resource of which what is around tells more: local ones (`#id`), and absolute ones. */
  readonly fragments: string[]
  /** fullUrl -> type of the entries of the Bundle around it. */
  readonly entryTypes: ReadonlyMap<string, string>
}

/** Nobody reads more, and a hostile body can hold millions. */
const ISSUES_MAX = 500

export const newScope = (): Scope => ({
  path: [],
  issues: [],
  resource: NOTHING,
  contained: NONE,
  fragments: [],
  entryTypes: NONE,
})

const NOTHING: Node = {}
const NONE: ReadonlyMap<string, string> = new Map()

/** Notes a fault of the element where the walk is. */
export function report({ issues, path }: Scope, code: string, diagnostics: string): void {
  if (issues.length > ISSUES_MAX) return
  const expression = expressionOf(path)
  const issue: FailureIssue =
    issues.length < ISSUES_MAX
      ? { severity: 'error', code, diagnostics }
      : {
          severity: 'error',
          code: 'too-costly',
          diagnostics: `More than ${ISSUES_MAX} faults: the rest is not listed`,
        }
  issues.push(expression === '' || issues.length === ISSUES_MAX ? issue : { ...issue, expression })
}

/** Notes a fault of a child element. */
export function reportAt(scope: Scope, name: string, code: string, diagnostics: string): void {
  scope.path.push(name)
  report(scope, code, diagnostics)
  scope.path.pop()
}

/** FHIRPath: `Patient.name[0].given[1]`. */
const expressionOf = (path: readonly (string | number)[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
