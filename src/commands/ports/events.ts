/**
 * Every log event, its level and the only fields it may carry. A field that isn't listed is dropped, so that no
 * patient's name, identifier or message can reach a log by accident; resource ids, codes and offsets are allowed.
 */
export const serviceEvents = {
  'service-starting': { level: 'info', fields: ['version', 'roles', 'step'] },
  'service-ready': { level: 'info', fields: ['url', 'backend', 'durationMs'] },
  'service-stopping': { level: 'info', fields: ['signal', 'step'] },
  'service-stopped': { level: 'info', fields: ['durationMs'] },
  'service-failed': { level: 'fatal', fields: ['step', 'fault'] },
  'insecure-open': { level: 'warn', fields: ['host'] },
  'issuer-away': { level: 'warn', fields: ['issuer', 'reason', 'fault'] },
  'request-failed': { level: 'error', fields: ['requestId', 'method', 'route', 'status', 'code', 'fault'] },
  'request-served': { level: 'debug', fields: ['requestId', 'method', 'route', 'status', 'durationMs'] },
  'batch-ingested': { level: 'debug', fields: ['origin', 'messages', 'outcomes', 'tries', 'durationMs'] },
  'message-dead-lettered': { level: 'warn', fields: ['origin', 'code', 'location', 'fault'] },
  'merge-cycle-not-driven': { level: 'error', fields: ['fault'] },
  'batch-split': { level: 'warn', fields: ['origin', 'messages', 'fault'] },
  'consumer-joined': { level: 'info', fields: ['group', 'topics'] },
  'consumer-stopped': { level: 'info', fields: ['group'] },
  'consumer-restarting': { level: 'error', fields: ['group', 'reason', 'waitMs', 'fault'] },
  'partition-paused': { level: 'warn', fields: ['topic', 'partition', 'waitMs', 'fault'] },
  'partition-resumed': { level: 'info', fields: ['topic', 'partition'] },
  'offset-fenced': { level: 'warn', fields: ['topic', 'partition', 'offset'] },
  'offset-gap': { level: 'error', fields: ['topic', 'partition', 'from', 'to'] },
  'offset-beyond-end': { level: 'error', fields: ['topic', 'partition', 'from', 'to'] },
  'kafka-client': { level: 'warn', fields: ['namespace', 'reason'] },
  'messages-purged': { level: 'info', fields: ['texts', 'messages'] },
  'mllp-listening': { level: 'info', fields: ['host', 'port', 'tls'] },
  'mllp-waiting': { level: 'warn', fields: ['waitMs', 'fault'] },
  'mllp-hung-up': { level: 'warn', fields: ['reason', 'fault'] },
  'mllp-frame-empty': { level: 'warn', fields: ['reason'] },
  'dead-letters-published': { level: 'info', fields: ['topic', 'records'] },
  'dead-letter-publish-failed': { level: 'error', fields: ['topic', 'waitMs', 'fault'] },
  'dead-letter-buried': { level: 'error', fields: ['topic', 'code'] },
  'acknowledgements-published': { level: 'info', fields: ['topic', 'records'] },
  'acknowledgement-publish-failed': { level: 'error', fields: ['topic', 'waitMs', 'fault'] },
  'acknowledgement-buried': { level: 'error', fields: ['topic', 'code'] },
  'events-publish-failed': { level: 'error', fields: ['topic', 'waitMs', 'fault'] },
  'event-buried': { level: 'error', fields: ['topic', 'code'] },
  'timers-fired': { level: 'info', fields: ['kind', 'timers'] },
  'timers-failed': { level: 'error', fields: ['waitMs', 'fault'] },
  'reindex-started': { level: 'info', fields: [] },
  'reindex-progress': { level: 'info', fields: ['resources', 'percent'] },
  'reindex-finished': { level: 'info', fields: ['durationMs'] },
  'reindex-failed': { level: 'error', fields: ['waitMs', 'fault'] },
  'background-failed': { level: 'error', fields: ['part', 'fault'] },
  'peer-pushed': { level: 'debug', fields: ['peer', 'count'] },
  'peer-pulled': { level: 'debug', fields: ['peer', 'count'] },
  'peer-away': { level: 'warn', fields: ['peer', 'reason', 'waitMs'] },
  'peer-back': { level: 'info', fields: ['peer'] },
  'peer-resource-left-out': { level: 'warn', fields: ['peer', 'reason'] },
  'peer-change-buried': { level: 'error', fields: ['peer', 'reason'] },
  'peer-failed': { level: 'error', fields: ['peer', 'fault'] },
} as const satisfies Readonly<Record<string, EventShape>>

interface EventShape {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug'
  readonly fields: readonly string[]
}

export type EventName = keyof typeof serviceEvents

export type EventFields<N extends EventName> = Readonly<
  Partial<Record<(typeof serviceEvents)[N]['fields'][number], EventValue>>
>

type EventValue = string | number | readonly string[] | Readonly<Record<string, number>> | Fault | undefined

/** A thrown error without its message, which may quote values: name, code and where it was thrown. */
export interface Fault {
  readonly name: string
  readonly code?: string
  readonly frames: readonly string[]
}

export type EmitEvent = <N extends EventName>(name: N, fields?: EventFields<N>) => void

/** What may be logged of an error. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] }
  // What a broker refuses has a number as its code and its name as `type` (UNKNOWN_TOPIC_OR_PARTITION).
  const { code, type } = error as { readonly code?: unknown; readonly type?: unknown }
  const isNamed = typeof type === 'string' && /^[A-Z_]+$/.test(type)
  const named = typeof code === 'string' ? code : isNamed ? type : undefined
  const frames = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line))
  return {
    name: error.name,
    ...(named !== undefined && { code: named }),
    frames: frames
      .slice(0, 6)
      .map(line => line.trim().replace(/(?:file:\/\/)?\/[^\s()]*?\/(node_modules|src)\//, '$1/')),
  }
}
