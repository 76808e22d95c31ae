import type { Message } from '../../hl7v2/message.ts'
import { readMessage } from '../../hl7v2/read-message.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import { parseOptionsOf, readValue } from '../../mappers/alerts/read-value.ts'

/** The messages in what was kept of one, by the settings of their senders; none where it can't be read. */
export function messagesIn(raw: Buffer, settings: SourceSettings): readonly Message[] {
  const payload = readValue(raw, settings)
  if (!payload.ok) return []
  return payload.value.flatMap(({ text }) => {
    const message = readMessage(text, { optionsOf: parseOptionsOf(settings) })
    return message.ok ? [message.value] : []
  })
}
