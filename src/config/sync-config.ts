import { jsonVariable, type JsonConfig } from './json-config.ts'
import { syncSchema, unbuiltSyncKeys, type SyncConfig } from './sync-schema.ts'

const read = jsonVariable<SyncConfig>({
  name: 'SYNC_CONFIG',
  schema: syncSchema,
  printedAs: 'sync',
  unbuiltKeys: unbuiltSyncKeys,
})

export function readSyncConfig(given: string): JsonConfig<SyncConfig> {
  const { config, wrong } = read(given)
  if (!config) return { wrong }
  const names = config.peers.map(peer => peer.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  return twice === undefined
    ? { config, wrong }
    : {
        wrong: [{ name: 'SYNC_CONFIG', given: `two peers named ${twice}`, allowed: 'one peer per name' }],
      }
}
