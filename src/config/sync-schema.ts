/** A peer of SYNC_CONFIG (interface.md 6), defaults filled in. */
export interface PeerConfig {
  readonly name: string
  readonly baseUrl: string
  readonly auth: { readonly type: 'none' } | { readonly type: 'bearer'; readonly token: string }
  readonly push: readonly string[]
  readonly pull: readonly string[]
  readonly patients: 'all' | 'linked'
  readonly pollIntervalMs: number
  readonly overlapMs: number
  readonly maxConcurrency: number
  readonly timeoutMs: number
}

export interface SyncConfig {
  readonly peers: readonly PeerConfig[]
}

const types = {
  type: 'array',
  items: { type: 'string', pattern: '^[A-Z][A-Za-z]+$' },
  uniqueItems: true,
  default: [],
}
const interval = (fallback: number, minimum: number, description: string): object => ({
  type: 'integer',
  minimum,
  default: fallback,
  description,
})

/** JSON Schema of SYNC_CONFIG, as `casewire serve --print-schema sync` prints it. */
export const syncSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SYNC_CONFIG: the external FHIR servers (peers) to keep in step with',
  type: 'object',
  required: ['peers'],
  additionalProperties: false,
  properties: {
    peers: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'baseUrl'],
        additionalProperties: false,
        properties: {
          name: {
            type: 'string',
            pattern: '^[a-z0-9][a-z0-9-]{0,39}$',
            description: 'stands in links, metrics and /admin/peers; renaming a peer forgets its links',
          },
          baseUrl: { type: 'string', format: 'http-url', description: 'FHIR R4 base' },
          auth: {
            type: 'object',
            required: ['type'],
            additionalProperties: false,
            default: { type: 'none' },
            properties: {
              type: { type: 'string', enum: ['none', 'bearer'] },
              token: { type: 'string', minLength: 1 },
            },
            anyOf: [{ properties: { type: { const: 'none' } } }, { required: ['token'] }],
          },
          push: { ...types, description: 'types that are written there' },
          pull: { ...types, description: 'types that are read from there' },
          patients: { type: 'string', enum: ['all', 'linked'], default: 'all' },
          pollIntervalMs: interval(5_000, 100, 'pause between two pulls'),
          overlapMs: interval(300_000, 0, 'how far behind the watermark a pull starts'),
          maxConcurrency: interval(4, 1, 'requests in flight'),
          timeoutMs: interval(10_000, 100, 'per request'),
        },
      },
    },
  },
} as const

/** Keys of interface.md 6 that a later issue builds. */
export const unbuiltSyncKeys: readonly string[] = ['policy', 'tokenUrl', 'clientId', 'keyFile', 'scopes']
