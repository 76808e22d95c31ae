import { patientOf } from '../../compartment.ts'
import type { Resource } from '../../resource.ts'
import type { IndexEntry } from './index-entry.ts'
import { extractorsOf, type Extractor, type Found } from './index-extractors.ts'
import { indexHash } from './index-hash.ts'
import { narrativeOf } from './index-texts.ts'

/**
 * What a resource is found by: every search parameter of its type that this server indexes, taken from the R4
 * expressions. Equal search values give an equal hash, so the store can leave index rows alone that didn't change.
 * References below `base`, this server's own, are indexed as local ones.
 */
export function indexResource(resource: Resource, base?: string): IndexEntry {
  const patient = patientOf(resource, base)
  const narrative = narrativeOf(resource)
  const found: Found = { lookups: [], dates: [], numbers: [], composites: [] }
  const indexed = { resource, patient, base, entryOf: (inner: Resource) => indexResource(inner, base) }
  for (const extract of compiledFor(resource.resourceType)) extract(indexed, found)
  const { lookups, dates, numbers, composites, status, owner, startMs, endMs } = found
  const values = {
    lookups,
    dates,
    ...(numbers.length > 0 && { numbers }),
    ...(composites.length > 0 && { composites }),
    ...(narrative !== undefined && { narrative }),
  }
  return {
    ...(patient !== undefined && { patient }),
    ...(status !== undefined && { status }),
    ...(owner !== undefined && { owner }),
    ...(startMs !== undefined && { startMs }),
    ...(endMs !== undefined && { endMs }),
    ...values,
    hash: indexHash(values),
  }
}

const extractors = new Map<string, readonly Extractor[]>()

/** Compiled on first use of a type. */
function compiledFor(type: string): readonly Extractor[] {
  const made = extractors.get(type) ?? extractorsOf(type)
  extractors.set(type, made)
  return made
}
