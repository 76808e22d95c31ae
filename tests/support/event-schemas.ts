import { Ajv, type ValidateFunction } from 'ajv'
import { standingFiles } from '../../scripts/generate-events.ts'
import { cloudEvent } from '../../src/commands/journal/cloud-event.ts'
import type { CaseEventRow } from '../../src/commands/ports/store.ts'

/** The published schemas (docs/reference/events), compiled when first asked for. */
let compiled: Ajv | undefined

function schemas(): Ajv {
  if (compiled) return compiled
  const fresh = new Ajv({ allErrors: true, strict: false, formats: { 'date-time': true } })
  for (const [name, text] of standingFiles())
    if (name.endsWith('.json')) fresh.addSchema(JSON.parse(text) as object)
  compiled = fresh
  return fresh
}

const schemaOf = (type: string): ValidateFunction | undefined => schemas().getSchema(`casewire:/${type}.json`)

/** What is wrong with an event as it went out; empty when it is as its published schema says. */
export function faultsOf(event: { readonly type: string }): readonly string[] {
  const validate = schemaOf(event.type)
  if (!validate) return [`${event.type}: no schema in docs/reference/events`]
  const isGood: boolean = validate(event)
  if (isGood) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  )
}

/** The same for events as they are kept. */
export const faultsOfRows = (rows: readonly CaseEventRow[]): readonly string[] => [
  ...new Set(
    rows.flatMap(row => faultsOf(cloudEvent(row, 'https://casewire.example') as unknown as { type: string })),
  ),
]
