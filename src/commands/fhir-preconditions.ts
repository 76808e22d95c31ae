import type { Failure } from '../lib/result.ts'
import { etagMatches, isEtagList } from '../fhir/etag.ts'
import type { Resource } from '../fhir/resource.ts'
import type { WriteIntent } from './fhir-intent.ts'

/** Why If-Match or If-None-Match forbids a write of what stands: `version-stale`, `resource-exists`, `if-match-malformed`. */
export function preconditionFailure(
  { ifMatch, ifNoneMatch }: WriteIntent,
  standing: Resource | undefined,
  version: number,
): Failure | undefined {
  if (ifMatch !== undefined && !isEtagList(ifMatch)) return malformed('If-Match')
  if (ifNoneMatch !== undefined && !isEtagList(ifNoneMatch)) return malformed('If-None-Match')
  if (ifMatch !== undefined && !(standing && etagMatches(ifMatch, version))) {
    const message = 'If-Match names another version than the one that stands now: read it again.'
    return { kind: 'stale-version', code: 'version-stale', message }
  }
  if (ifNoneMatch !== undefined && standing && etagMatches(ifNoneMatch, version)) {
    const message = 'If-None-Match names the version that stands now.'
    return { kind: 'stale-version', code: 'resource-exists', message }
  }
  return undefined
}

const malformed = (header: string): Failure => ({
  kind: 'invalid',
  code: 'if-match-malformed',
  message: `${header} must be entity tags such as W/"3", or *.`,
})
