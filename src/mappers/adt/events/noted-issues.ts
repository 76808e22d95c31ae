import type { MapContext, MappingIssue } from '../map-context.ts'
import type { Scope } from '../registers/scope.ts'

/** What could not be mapped, and of whose words. */
export type NotedIssue = readonly [source: string, issue: MappingIssue]

/** Contexts that also write down what could not be mapped, so that it can be told again with what is remembered. */
export function noting(
  { contexts }: Pick<Scope, 'contexts'>,
  issues: NotedIssue[],
): (source: string) => MapContext {
  const bySource = new Map<string, MapContext>()
  return source => {
    const noted = bySource.get(source)
    if (noted) return noted
    const context = contexts(source)
    const report = (issue: MappingIssue): void => {
      issues.push([source, issue])
      context.report(issue)
    }
    const made = { ...context, report }
    bySource.set(source, made)
    return made
  }
}
