/**
 * An address as the routes know it: below `/fhir` with a `$` that a client sent as `%24` (JavaScript's `encodeURIComponent` does)
 * and with one slash where a base that ends in a slash gave two. The query stays as it came.
 */
export function plainUrl(url: string): string {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  if (!path.startsWith('/fhir/') || !/\/(?:\/|%24)/.test(path)) return url
  const plain = path.replaceAll(/\/{2,}/g, '/').replaceAll('/%24', '/$')
  return mark < 0 ? plain : plain + url.slice(mark)
}
