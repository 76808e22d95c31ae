import type { Failure } from '../../lib/result.ts'
import { etagMatches, isEtagList } from '../../fhir/etag.ts'
import type { Resource } from '../../fhir/resource.ts'
import { isSubsetted } from '../../fhir/summary.ts'
import type { WriteIntent } from './fhir-intent.ts'

/**
 * Why a write of what stands is forbidden, by If-Match or If-None-Match or as it would lose what a read in part left out:
 * `version-stale`, `resource-exists`, `if-match-malformed`, `resource-in-part`.
 */
export function preconditionFailure(
  { ifMatch, ifNoneMatch, method, resource }: WriteIntent,
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
  // The tag is there "to ensure that the incomplete resource is not accidentally used to overwrite a complete resource"
  // (http://hl7.org/fhir/R4/search.html#elements).
  const isPart = method === 'PUT' && resource !== undefined && isSubsetted(resource)
  return isPart && standing && !isSubsetted(standing) ? inPart : undefined
}

const inPart: Failure = {
  kind: 'unprocessable',
  code: 'resource-in-part',
  message:
    'The body is a part of the resource (tagged SUBSETTED): read the whole and change that, patch it, or send the whole without the tag.',
}

const malformed = (header: string): Failure => ({
  kind: 'invalid',
  code: 'if-match-malformed',
  message: `${header} must be entity tags such as W/"3", or *.`,
})
