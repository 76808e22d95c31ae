/** One external FHIR server, as `SYNC_CONFIG` describes it (interface.md 6). */
export interface PeerSettings {
  /** Short name: in the outbox target `peer:<name>`, in links, logs, metrics and `/admin/peers`. */
  readonly name: string
  /** FHIR base URL without a trailing slash. */
  readonly baseUrl: string
  readonly auth: { readonly type: 'none' } | { readonly type: 'bearer'; readonly token: string }
  readonly push: readonly string[]
  readonly pull: readonly string[]
  /** `linked` = only patients that are on the peer already (found by business identifier); none is created there. */
  readonly patients: 'all' | 'linked'
  readonly pollIntervalMs: number
  readonly overlapMs: number
  readonly maxConcurrency: number
  readonly timeoutMs: number
}

/** Types that hold a case; with any of them a Patient and an Encounter go along, because they mean nothing without. */
const CASE_TYPES: ReadonlySet<string> = new Set(['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task'])
const SUPPORTING = ['Patient', 'Encounter'] as const

export const targetOf = (peer: Pick<PeerSettings, 'name'>): string => `peer:${peer.name}`

/** Every type whose changes the peer must hear of. */
export function outboundTypes(peer: Pick<PeerSettings, 'push'>): ReadonlySet<string> {
  return new Set([...peer.push, ...(peer.push.some(type => CASE_TYPES.has(type)) ? SUPPORTING : [])])
}

/** Goes out only when something that is pushed refers to it, never for its own sake. */
export const isSupportingOnly = (peer: Pick<PeerSettings, 'push'>, type: string): boolean =>
  !peer.push.includes(type) && SUPPORTING.some(supporting => supporting === type)
