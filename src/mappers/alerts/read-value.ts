import type { PayloadMessages } from '../../hl7v2/er7-payload.ts'
import type { ParseOptionsOf } from '../../hl7v2/parse-options.ts'
import { readPayload } from '../../hl7v2/payload.ts'
import { settingsOf, type SourceSettings } from '../adt/source.ts'
import { messageFromRedox } from './redox-patient-admin.ts'
import { messagesFromBundle } from './messages-from-bundle.ts'

const known = new WeakMap<SourceSettings, ParseOptionsOf>()

/**
 * The settings of each sender, as far as reading its messages depends on them. Whose an envelope is, is not known before
 * it is opened: the places that any sender names are looked at.
 */
export function parseOptionsOf(settings: SourceSettings): ParseOptionsOf {
  const made = known.get(settings)
  if (made !== undefined) return made
  const named = Object.values(settings.sources).flatMap(({ payloadPointers = [] }) => payloadPointers)
  const unknown = { ...settings, payloadPointers: [...new Set([...settings.payloadPointers, ...named])] }
  const optionsOf: ParseOptionsOf = source => (source === '|' ? unknown : settingsOf(settings, source))
  known.set(settings, optionsOf)
  return optionsOf
}

/**
 * The messages in the value of a record, an HTTP body or a file, every shape of docs/reference/payloads.md, each as ER7:
 * what comes after it does not know which shape it was. Failures are those of `readPayload`.
 */
export const readValue = (
  value: Buffer | null | undefined,
  settings: SourceSettings | undefined,
  contentType?: string,
): PayloadMessages =>
  readPayload(value, {
    translate: json => messagesFromBundle(json) ?? messageFromRedox(json),
    ...(settings && { optionsOf: parseOptionsOf(settings) }),
    ...(contentType !== undefined && { contentType }),
  })
