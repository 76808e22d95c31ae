import { tagsIn } from '../../fhir/etag.ts'
import type { Failure } from '../../lib/result.ts'

/** The ETag of a case: weak, for two answers of one version may be written differently. */
export const caseEtag = (version: string): string => `W/"${version}"`

/**
 * Why If-Match forbids a command on a case of the version that `current` gives: `version-stale`, `if-match-malformed`. Our
 * tags are weak, and RFC 9110 13.1.1 compares strongly; a tag names a version of ours whole, so `W/"x"` and `"x"` are taken
 * alike, one or several.
 */
export function versionStale(ifMatch: string | undefined, current: () => string): Failure | undefined {
  if (ifMatch === undefined) return undefined
  const named = tagsIn(ifMatch)
  if (!named) {
    return {
      kind: 'invalid',
      code: 'if-match-malformed',
      message: 'If-Match must be the ETag of the case, such as W/"1f0c2a", or *.',
    }
  }
  const version = current()
  if (named === '*' || named.includes(version)) return undefined
  return {
    kind: 'stale-version',
    code: 'version-stale',
    message: 'The case has changed since the version that If-Match names: read it again.',
    version,
  }
}
