import type { Instant } from '../../lib/clock.ts'

/** One request as the audit keeps it: who asked for what, and what came of it. References only, no patient's data. */
export interface AccessEvent {
  readonly tenant: number
  readonly at: Instant
  /** `Practitioner/1`; undefined when nobody was let in. */
  readonly actor?: string
  /** Issuer and id of the client. */
  readonly client?: string
  readonly method: string
  /** Pattern of the route, `none` when the address has none. */
  readonly route: string
  /** `Observation/1`, or `Observation` when it was about the type. */
  readonly entity?: string
  /** Id of the patient whose record was asked for, as far as the request says it. */
  readonly patient?: string
  readonly status: number
  readonly requestId: string
}

export interface KeptAccessEvent extends AccessEvent {
  /** Its number: events are told from the newest on. */
  readonly seq: string
}

export interface AccessFilter {
  readonly entity?: string
  readonly patient?: string
  readonly actor?: string
  readonly requestId?: string
  /** Only what was refused. */
  readonly refused?: boolean
  readonly from?: Instant
  readonly before?: Instant
  /** Number of the last one seen. */
  readonly after?: string
  readonly count: number
}

export interface AccessLog {
  append(events: readonly AccessEvent[]): Promise<void>
  /** Newest first. */
  find(tenant: number, filter: AccessFilter): Promise<readonly KeptAccessEvent[]>
}
