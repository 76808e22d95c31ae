import { shardOfKey } from '../../src/lib/ids.ts'
import { parseJson } from '../../src/lib/json.ts'
import { keyText, type Resource } from '../../src/fhir/resource.ts'
import type { Changes, Stored } from '../../src/commands/ports/store.ts'
import { newVersions } from '../../src/store/writes/stored-versions.ts'

/** Rows as a store keeps them, without a store: for tests of what is computed over them. */
export interface StoredRows {
  readonly rows: () => readonly Stored[]
  readonly resources: () => readonly Resource[]
  readonly take: (changes: Changes) => void
}

export function storedRows(): StoredRows {
  const rows = new Map<string, Stored>()
  return {
    rows: () => [...rows.values()],
    resources: () =>
      [...rows.values()]
        .filter(({ deleted }) => !deleted)
        .map(({ content }) => parseJson(content) as Resource),
    take: ({ writes, at }) => {
      for (const write of writes) {
        const last = newVersions(write, Date.parse(at)).at(-1)
        if (!last) throw new Error('a write has a version')
        const { type, id } = write
        const shard = shardOfKey(1, id)
        rows.set(keyText(write), { type, id, shard, ...last, indexHash: 0n })
      }
    },
  }
}
