import { readFileSync } from 'node:fs'
import { compileSchema } from './schema-check.ts'
import { syncSchema, unbuiltSyncKeys, type SyncConfig } from './sync-schema.ts'
import type { Wrong } from './wrong.ts'

const check = compileSchema(syncSchema, false)

/** SYNC_CONFIG is a path, or JSON itself when it begins with `{`. Messages name places, never values: it holds tokens. */
export function readSyncConfig(given: string): {
  readonly config?: SyncConfig
  readonly wrong: readonly Wrong[]
} {
  const inline = given.trimStart().startsWith('{')
  const text = inline ? given : readIfThere(given)
  if (text === undefined) return { wrong: [syncWrong(`the file ${given}`, 'a file that can be read')] }
  const parsed = parseIfJson(text)
  if (parsed === undefined)
    return { wrong: [syncWrong('text that is no JSON', 'JSON (schema: --print-schema sync)')] }
  const { value, errors } = check(parsed)
  if (errors.length > 0) return { wrong: errors.map(wrongOf) }
  const config = value as SyncConfig
  const names = config.peers.map(peer => peer.name)
  const twice = names.filter((name, i) => names.indexOf(name) !== i)
  return twice.length > 0
    ? { wrong: [syncWrong(`two peers named ${twice[0]}`, 'one peer per name')] }
    : { config, wrong: [] }
}

const syncWrong = (given: string, allowed: string): Wrong => ({ name: 'SYNC_CONFIG', given, allowed })

function wrongOf(error: {
  readonly instancePath: string
  readonly params: Record<string, unknown>
  readonly message?: string
}): Wrong {
  const extra = error.params['additionalProperty']
  const place = typeof extra === 'string' ? `${error.instancePath}/${extra}` : error.instancePath || '/'
  const allowed =
    typeof extra === 'string' && unbuiltSyncKeys.includes(extra)
      ? 'nothing: not built yet'
      : `a value that ${error.message ?? 'fits the schema'}${choices(error.params)}`
  return syncWrong(`a value at ${place}`, allowed)
}

const choices = (params: Record<string, unknown>): string =>
  Array.isArray(params['allowedValues']) ? ` (${params['allowedValues'].join(', ')})` : ''

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
