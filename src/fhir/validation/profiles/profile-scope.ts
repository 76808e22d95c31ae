import type { FailureIssue } from '../../../lib/result.ts'
import type { Resource } from '../../resource.ts'
import type { Sources } from '../../terminology/value-set.ts'
import type { Node } from '../scope.ts'
import type { Answers } from './answers.ts'
import type { Profile } from './rule.ts'

/** What is loaded of packages, by canonical url with or without version. */
export interface Definitions {
  readonly profile: (canonical: string) => Profile | undefined
  readonly valueSet: (canonical: string) => Resource | undefined
  /** For the value sets: those of the packages and what comes with the service. */
  readonly sources: Sources
}

/** Where the check is, what it knows, and what it found. */
export interface ProfileScope {
  readonly definitions: Definitions
  readonly profile: Profile
  readonly path: (string | number)[]
  readonly issues: FailureIssue[]
  /** %resource. */
  readonly resource: Node
  /** %rootResource: the one that contains it. */
  readonly root: Node
  /** fullUrl, `Type/id` -> resource, of the Bundle around it. */
  readonly entries: ReadonlyMap<string, Node>
  /** What meets which profile, so that circles of references end and each of their resources is checked once. */
  readonly answers: Answers
}

const ISSUES_MAX = 500

export interface Finding {
  readonly severity?: FailureIssue['severity']
  readonly code: string
  readonly text: string
  /** A child of the element where the check is. */
  readonly child?: string
}

/** Notes what is wrong with the element where the check is; the profile is named, a value never is. */
export function note(scope: ProfileScope, { severity = 'error', code, text, child }: Finding): void {
  // Errors decide, so that what only warns doesn't take their place.
  if (scope.issues.length >= (severity === 'error' ? 2 * ISSUES_MAX : ISSUES_MAX)) return
  const steps = child === undefined ? scope.path : [...scope.path, child]
  scope.issues.push({
    ...{ severity, code, diagnostics: `${text} (profile ${scope.profile.name})` },
    expression: expressionOf(steps),
  })
}

/** FHIRPath: `Patient.name[0].given[1]`. */
export const expressionOf = (path: readonly (string | number)[]): string =>
  path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
