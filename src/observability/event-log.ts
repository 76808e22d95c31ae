import { destination, pino, type DestinationStream } from 'pino'
import { serviceEvents, type EmitEvent } from '../commands/ports/events.ts'

export interface EventLogOptions {
  readonly level: string
  /** Standard output when not given. */
  readonly stream?: DestinationStream
}

/**
 * The log: one JSON line per event of the catalogue, with only the fields that the catalogue allows it. There is no
 * other way to write to it, so nothing that a message or a resource says can get there.
 */
export function eventLog({ level, stream }: EventLogOptions): EmitEvent {
  const logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, messageKey: 'event' },
    stream ?? destination({ dest: 1, sync: true }),
  )
  return (name, fields) => {
    const { level: severity, fields: allowed } = serviceEvents[name]
    if (!logger.isLevelEnabled(severity)) return
    const given: Readonly<Record<string, unknown>> = fields ?? {}
    const kept = allowed.flatMap(field => (given[field] === undefined ? [] : [[field, given[field]]]))
    logger[severity](Object.fromEntries(kept), name)
  }
}
