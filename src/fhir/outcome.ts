import { failureKinds } from '../lib/result.ts'
import type { Failure, FailureIssue } from '../lib/result.ts'
import type { Resource } from './resource.ts'

/** An OperationOutcome as this service writes it (http://hl7.org/fhir/R4/operationoutcome.html). */
export interface Outcome extends Resource {
  readonly resourceType: 'OperationOutcome'
  readonly issue: readonly OutcomeIssue[]
}

export interface OutcomeIssue {
  readonly severity: FailureIssue['severity']
  readonly code: string
  readonly details?: { readonly coding: readonly { readonly system: string; readonly code: string }[] }
  readonly diagnostics: string
  readonly expression?: readonly string[]
}

/** A failure as an OperationOutcome: one issue per listed fault, else a single one with the issue type of its kind. */
export function outcomeOf(failure: Failure): Outcome {
  return outcome(failure.issues?.length ? failure.issues : [issueOfFailure(failure)])
}

/** The system of failure codes (docs/reference/errors.md). */
const ERROR_SYSTEM = 'urn:casewire:error'

/** A failure as clients get it: with its stable code in every issue, and what would have been legal. */
export function codedOutcome(failure: Failure): Outcome {
  const { issue, ...rest } = outcomeOf(failure)
  const details = { coding: [{ system: ERROR_SYSTEM, code: failure.code }] }
  const legal = failure.legal?.length ? ` Legal: ${failure.legal.join(', ')}.` : ''
  return {
    ...rest,
    issue: issue.map(({ severity, code, diagnostics, ...more }) => ({
      ...{ severity, code, details },
      diagnostics: `${diagnostics}${legal}`,
      ...more,
    })),
  }
}

/** The OperationOutcome of something that went well: one `information` issue. */
export const okOutcome = (text: string): Outcome =>
  outcome([{ severity: 'information', code: 'informational', diagnostics: text }])

/** An OperationOutcome with the given issues; FHIR wants at least one. */
export function outcome(issues: readonly FailureIssue[]): Outcome {
  return { resourceType: 'OperationOutcome', issue: issues.map(outcomeIssue) }
}

function issueOfFailure({ kind, message, expression }: Failure): FailureIssue {
  const issue: FailureIssue = { severity: 'error', code: failureKinds[kind].issue, diagnostics: message }
  return expression === undefined ? issue : { ...issue, expression }
}

function outcomeIssue({ severity, code, diagnostics, expression }: FailureIssue): OutcomeIssue {
  const issue: OutcomeIssue = { severity, code, diagnostics }
  return expression === undefined ? issue : { ...issue, expression: [expression] }
}
