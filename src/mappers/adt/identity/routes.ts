import type { IdentityKind, Statement } from './identity-fact.ts'

/** Where words on a visit or an account go: statement by the id that they name. */
export type Routes = ReadonlyMap<string, Statement>

/** A stamp after all others: what holds in the end. */
export const ALWAYS = '\uFFFF'

/** The last word on where each one went; what would lead back to where it came from is without effect. */
export function routesOf(statements: readonly Statement[], kinds: ReadonlySet<IdentityKind>): Routes {
  const routes = new Map<string, Statement>()
  for (const statement of statements) {
    const { kind, from, to } = statement
    if (!kinds.has(kind) || from === to || routes.get(from)?.to === to || leads(routes, to, from)) continue
    routes.set(from, statement)
  }
  return routes
}

/** Whether what begins at one is in the end, or on its way, at another. */
export function leads(routes: Routes, start: string, end: string): boolean {
  let at: string | undefined = start
  while (at !== undefined && at !== end) at = routes.get(at)?.to
  return at === end
}

/** What was said of a double after that was known was said of the one that goes on. */
export function routed(routes: Routes, start: string, stamp: string): string {
  let at = start
  for (let route = routes.get(at); route; route = routes.get(at)) {
    if (MERGES.has(route.kind) && route.stamp >= stamp) return at
    at = route.to
  }
  return at
}

const MERGES: ReadonlySet<IdentityKind> = new Set(['visit-merge', 'account-merge'])
