export interface KnownRoute {
  readonly method: string
  /** With parameters: `/admin/messages/:id`. */
  readonly path: string
}

/**
 * Methods that an address has, for the header Allow of a 405; none when there is no such address. A segment that begins
 * with `$` or `_` is a name of its own and never a parameter's value.
 */
export function allowedMethods(routes: readonly KnownRoute[], url: string): readonly string[] {
  const path = withoutSlash(url.split('?')[0] ?? '')
  const methods = routes.filter(route => patternOf(route.path).test(path)).map(({ method }) => method)
  return [...new Set(methods)].toSorted()
}

const withoutSlash = (path: string): string => path.replace(/\/+$/, '')

const patternOf = (path: string): RegExp =>
  new RegExp(
    `^${withoutSlash(path)
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/:\w+/g, '[^/$_][^/]*')}$`,
  )
