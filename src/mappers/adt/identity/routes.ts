import type { IdentityKind, Statement } from './identity-fact.ts'

/** Where words on a visit or an account go: statement by the id that they name. */
export type Routes = ReadonlyMap<string, Statement>

/** A stamp after all others: what holds in the end. */
export const ALWAYS = '\uFFFF'

/**
 * The last word on where each one went; what would lead back to where it came from is without effect. A number that
 * was another's new one means that other by then, whoever names it.
 */
export function routesOf(statements: readonly Statement[], kinds: ReadonlySet<IdentityKind>): Routes {
  const routes = new Map<string, Statement>()
  for (const statement of statements) {
    if (!kinds.has(statement.kind)) continue
    const [from, to] = [meant(routes, statement.from), meant(routes, statement.to)]
    if (from === to || routes.get(from)?.to === to || leads(routes, to, from)) continue
    routes.set(from, { ...statement, from, to })
  }
  return routes
}

/** The one that goes by a number, were it a double or not. */
export function meant(routes: Routes, start: string): string {
  let at = start
  for (let route = routes.get(at); route && !MERGES.has(route.kind); route = routes.get(at)) at = route.to
  return at
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
