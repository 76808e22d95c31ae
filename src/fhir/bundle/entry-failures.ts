import type { Failure } from '../../lib/result.ts'

/** A failure of one entry: its place stands in every text and expression. */
export function failureAt(place: string, failure: Failure): Failure {
  const { issues, expression } = failure
  return {
    ...failure,
    message: saidAt(place, failure.message),
    expression: elementAt(place, expression),
    ...(issues && {
      issues: issues.map(issue => ({
        ...issue,
        diagnostics: saidAt(place, issue.diagnostics),
        expression: elementAt(place, issue.expression),
      })),
    }),
  }
}

const saidAt = (place: string, text: string): string => (text.startsWith(place) ? text : `${place}: ${text}`)

/** `Task.status` of the third entry is `Bundle.entry[2].resource.status`. */
function elementAt(place: string, expression: string | undefined): string {
  if (expression === undefined || expression.startsWith(place)) return expression ?? place
  const [, rest] = /^[A-Z][A-Za-z]+((?:\.|\[).*)?$/.exec(expression) ?? []
  return rest === undefined ? place : `${place}.resource${rest}`
}
