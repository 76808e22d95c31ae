import { strict as assert } from 'node:assert'
import { instantOf, type Instant } from '../../lib/clock.ts'
import type { Resource } from '../../fhir/resource.ts'
import { versionTimes } from '../../commands/work/version-instants.ts'
import type { Write } from '../../commands/ports/store.ts'

/** One version as it will stand in the store. */
export interface NewVersion {
  readonly version: number
  readonly updatedMs: number
  readonly updated: Instant
  readonly deleted: boolean
  /** JSON as served; empty for a tombstone. */
  readonly content: string
}

/** Numbers and stamps the versions of a write. */
export function newVersions(write: Write, atMs: number): readonly NewVersion[] {
  assert(write.versions.length > 0, `a write without versions: ${write.type}`)
  const times = versionTimes(atMs, write.expectUpdated, write.versions.length)
  return write.versions.map((resource, index) => {
    const version = write.expect + index + 1
    const updatedMs = times[index] ?? atMs
    const updated = instantOf(updatedMs)
    const content = resource === undefined ? '' : stampedContent(resource, write.id, version, updated)
    return { version, updatedMs, updated, deleted: resource === undefined, content }
  })
}

function stampedContent(resource: Resource, id: string, version: number, updated: Instant): string {
  const meta = { ...resource.meta, versionId: String(version), lastUpdated: updated }
  return JSON.stringify(
    Object.assign({ resourceType: resource.resourceType, id, meta }, resource, { id, meta }),
  )
}
