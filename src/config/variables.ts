/** One environment variable: its schema after text became a number where one is meant, and what a person may give. */
export interface Variable {
  readonly schema: Readonly<Record<string, unknown>>
  /** What is allowed, as the start-up message and docs/reference say it. */
  readonly allowed: string
  /** Never printed back. */
  readonly secret?: true
}

const text = (allowed: string): Variable => ({ schema: { type: 'string', minLength: 1 }, allowed })
const secret = (allowed: string): Variable => ({ ...text(allowed), secret: true })
const integer = (minimum: number, maximum: number, fallback?: number): Variable => ({
  schema: { type: 'integer', minimum, maximum, ...(fallback !== undefined && { default: fallback }) },
  allowed: `an integer from ${minimum} to ${maximum}`,
})
const oneOf = (values: readonly string[], fallback?: string): Variable => ({
  schema: { type: 'string', enum: values, ...(fallback !== undefined && { default: fallback }) },
  allowed: `one of ${values.join(', ')}`,
})
const ofFormat = (format: string, allowed: string, fallback?: string): Variable => ({
  schema: { type: 'string', format, ...(fallback !== undefined && { default: fallback }) },
  allowed,
})
const list = (item: string, allowed: string, fallback?: string): Variable => ({
  schema: {
    type: 'string',
    pattern: `^${item}(,${item})*$`,
    ...(fallback !== undefined && { default: fallback }),
  },
  allowed: `${allowed}, separated by commas`,
})

export const roles = ['http', 'adt', 'sync', 'publish'] as const
export type Role = (typeof roles)[number]

/** Never `none`, and no secret shared with the issuer (HS...). */
const signatures = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA'],
] as const

const TENANT = '[a-z0-9][a-z0-9-]{0,39}'
const TOPIC = '[A-Za-z0-9._-]{1,245}'

/** Every variable that this version reads (interface.md 2). */
export const variables = {
  HOST: {
    schema: { type: 'string', minLength: 1, default: '127.0.0.1' },
    allowed: 'an address or host name',
  },
  PORT: integer(0, 65_535, 8080),
  PUBLIC_URL: ofFormat('http-url', 'an http or https URL without a query'),
  CANONICAL_BASE: ofFormat(
    'http-url',
    'an http or https URL without a query',
    'https://casewire.example/fhir',
  ),
  CORS_ORIGINS: list(
    '(\\*|https?://[^,/\\s*]+)',
    'origins such as https://app.example.org (or * with AUTH_ISSUER)',
  ),
  AUTH: oneOf(['insecure-open']),
  AUTH_ISSUER: ofFormat('issuers', 'https URLs (http only on loopback), separated by commas'),
  AUTH_AUDIENCE: text('what `aud` of a token must name; several with commas'),
  AUTH_ALGORITHMS: list(
    `(${signatures.join('|')})`,
    `some of ${signatures.join(', ')}`,
    'RS256,RS384,ES256,ES384',
  ),
  AUTH_CLOCK_SKEW_SECONDS: integer(0, 300, 30),
  AUTH_ROLES_CLAIM: {
    schema: { type: 'string', minLength: 1, default: 'roles' },
    allowed: 'the name of a claim, or a path to it with dots',
  },
  AUTH_JWKS_URI: ofFormat('issuers', 'an https URL (http only on loopback), with a single AUTH_ISSUER'),
  TENANT_CLAIM: text('the name of a claim, or a path to it with dots'),
  TENANTS: list(TENANT, 'names (small letters, digits, hyphen; at most 40), each once'),
  LIMIT_REQUESTS_PER_MINUTE: integer(1, 10_000_000),
  LIMIT_CONCURRENT_REQUESTS: integer(1, 10_000),
  DATABASE_URL: { ...ofFormat('postgres-url', 'a postgres:// URL'), secret: true },
  DATABASE_PREPARE: oneOf(['on', 'off'], 'on'),
  MIGRATE: oneOf(['on', 'off'], 'on'),
  DATA_DIR: { schema: { type: 'string', minLength: 1, default: './data' }, allowed: 'a folder' },
  KAFKA_BROKERS: list('[^,:\\s]+:\\d{1,5}', 'host:port'),
  KAFKA_SASL_MECHANISM: oneOf(['plain', 'scram-sha-256', 'scram-sha-512']),
  KAFKA_SASL_USERNAME: text('a user name'),
  KAFKA_SASL_PASSWORD: secret('a password'),
  KAFKA_TLS_CA: text('a PEM file, or `system` for the certificates of the system'),
  KAFKA_TLS_CERT: text('a PEM file'),
  KAFKA_TLS_KEY: text('a PEM file'),
  KAFKA_SESSION_TIMEOUT_MS: integer(3_000, 1_800_000, 30_000),
  KAFKA_GROUP: { schema: { type: 'string', minLength: 1, default: 'casewire' }, allowed: 'a consumer group' },
  MLLP_PORT: integer(0, 65_535),
  MLLP_HOST: {
    schema: { type: 'string', minLength: 1, default: '127.0.0.1' },
    allowed: 'an address or host name',
  },
  MLLP_TLS_CERT: text('a PEM file'),
  MLLP_TLS_KEY: text('a PEM file'),
  MLLP_TLS_CLIENT_CA: text('a PEM file'),
  MLLP_CONNECTIONS: integer(1, 10_000, 100),
  ADT_TOPICS: list(TOPIC, 'topic names (letters, digits, dot, underscore, hyphen; at most 245)', 'adt'),
  EVENTS_TOPIC: {
    schema: { type: 'string', pattern: `^${TOPIC}$`, default: 'casewire.events' },
    allowed: 'a topic name (letters, digits, dot, underscore, hyphen; at most 245)',
  },
  ACK_TOPIC: {
    schema: { type: 'string', pattern: `^${TOPIC}$` },
    allowed: 'a topic name (letters, digits, dot, underscore, hyphen; at most 245)',
  },
  PROTECTED_EVENTS: oneOf(['withhold', 'send'], 'withhold'),
  TIME_ZONE: ofFormat('time-zone', 'an IANA time zone such as Europe/Rome', 'UTC'),
  CALENDAR: oneOf(['us-federal', 'it', 'pt', 'br'], 'us-federal'),
  TEST_MESSAGES: oneOf(['accept', 'refuse'], 'accept'),
  RETENTION_TEXT_DAYS: integer(1, 36_500),
  RETENTION_MESSAGE_DAYS: integer(1, 36_500),
  CASE_RULES: text('a JSON file, or JSON that begins with {'),
  SOURCES_CONFIG: text('a JSON file, or JSON that begins with {'),
  SYNC_CONFIG: { ...text('a JSON file, or JSON that begins with {'), secret: true },
  IG_PACKAGES: text('FHIR packages (.tgz or folder), separated by commas'),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'info'),
  ROLES: list(`(${roles.join('|')})`, `some of ${roles.join(', ')}`, roles.join(',')),
} as const satisfies Readonly<Record<string, Variable>>

/** What stands in the environment once checked: text and numbers, defaults filled in. */
export interface FlatEnvironment {
  readonly HOST: string
  readonly PORT: number
  readonly PUBLIC_URL?: string
  readonly CANONICAL_BASE: string
  readonly CORS_ORIGINS?: string
  readonly AUTH?: 'insecure-open'
  readonly AUTH_ISSUER?: string
  readonly AUTH_AUDIENCE?: string
  readonly AUTH_ALGORITHMS: string
  readonly AUTH_CLOCK_SKEW_SECONDS: number
  readonly AUTH_ROLES_CLAIM: string
  readonly AUTH_JWKS_URI?: string
  readonly TENANT_CLAIM?: string
  readonly TENANTS?: string
  readonly LIMIT_REQUESTS_PER_MINUTE?: number
  readonly LIMIT_CONCURRENT_REQUESTS?: number
  readonly DATABASE_URL?: string
  readonly DATABASE_PREPARE: 'on' | 'off'
  readonly MIGRATE: 'on' | 'off'
  readonly DATA_DIR: string
  readonly KAFKA_BROKERS?: string
  readonly KAFKA_SASL_MECHANISM?: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly KAFKA_SASL_USERNAME?: string
  readonly KAFKA_SASL_PASSWORD?: string
  readonly KAFKA_TLS_CA?: string
  readonly KAFKA_TLS_CERT?: string
  readonly KAFKA_TLS_KEY?: string
  readonly KAFKA_SESSION_TIMEOUT_MS: number
  readonly KAFKA_GROUP: string
  readonly MLLP_PORT?: number
  readonly MLLP_HOST: string
  readonly MLLP_TLS_CERT?: string
  readonly MLLP_TLS_KEY?: string
  readonly MLLP_TLS_CLIENT_CA?: string
  readonly MLLP_CONNECTIONS: number
  readonly ADT_TOPICS: string
  readonly EVENTS_TOPIC: string
  readonly ACK_TOPIC?: string
  readonly PROTECTED_EVENTS: 'withhold' | 'send'
  readonly TIME_ZONE: string
  readonly CALENDAR: 'us-federal' | 'it' | 'pt' | 'br'
  readonly TEST_MESSAGES: 'accept' | 'refuse'
  readonly RETENTION_TEXT_DAYS?: number
  readonly RETENTION_MESSAGE_DAYS?: number
  readonly CASE_RULES?: string
  readonly SOURCES_CONFIG?: string
  readonly SYNC_CONFIG?: string
  readonly IG_PACKAGES?: string
  readonly LOG_LEVEL: string
  readonly ROLES: string
}
