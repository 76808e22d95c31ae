import type { Message } from '../../../hl7v2/message.ts'
import type { SourceSettings } from '../source.ts'

const FIELD = /^([A-Z][A-Z0-9]{2})-(\d+)(?:\.(\d+))?$/

/** The zone of a message's times that carry no offset: by the field that its sender names, else the sender's own. */
export function timeZoneOf(message: Message, { timeZone, timeZoneBy }: SourceSettings): string {
  if (!timeZoneBy) return timeZone
  const [, segment = '', field, component] = FIELD.exec(timeZoneBy.field) ?? []
  const said = message.first(segment)?.text(Number(field), Number(component ?? 1))
  return said && Object.hasOwn(timeZoneBy.zones, said) ? (timeZoneBy.zones[said] ?? timeZone) : timeZone
}
