import { Client } from 'pg'

/** One resource as it stands: canonical text without what adt.md 3.2.5 leaves out of equality, and its version. */
export interface FinalState {
  readonly resources: ReadonlyMap<string, string>
  readonly versions: ReadonlyMap<string, number>
}

const LEFT_OUT: ReadonlySet<string> = new Set(['Provenance', 'AuditEvent'])

/** Everything in a database that must be equal after a disturbed and an undisturbed run (adt.md 3.2.5). */
export async function finalState(databaseUrl: string): Promise<FinalState> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string; version: number; content: string }>(
      'select id::text as id, version, content from resource where not deleted',
    )
    const kept = rows
      .map(({ version, content }) => ({
        version,
        resource: JSON.parse(content) as Comparable,
      }))
      .filter(({ resource }) => !LEFT_OUT.has(resource.resourceType))
    const keyed = kept.map(row => ({ ...row, key: `${row.resource.resourceType}/${row.resource.id}` }))
    return {
      resources: new Map(keyed.map(({ key, resource }) => [key, comparable(resource)])),
      versions: new Map(keyed.map(({ key, version }) => [key, version])),
    }
  } finally {
    await client.end()
  }
}

interface Comparable {
  readonly resourceType: string
  readonly id: string
  readonly meta?: Readonly<Record<string, unknown>>
  readonly [element: string]: unknown
}

function comparable({ meta = {}, ...resource }: Comparable): string {
  const { versionId: _version, lastUpdated: _updated, source: _source, ...own } = meta
  const { lastModified: _modified, ...rest } = resource
  return canonical({ ...(resource.resourceType === 'Task' ? rest : resource), meta: own })
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
