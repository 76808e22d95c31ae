import type { ErrorObject } from 'ajv'
import { authOf, limitsOf, wrongAuth, type AuthConfig, type LimitsConfig } from './auth-config.ts'
import { compileSchema, isLoopback } from './schema-check.ts'
import { mllpOf, wrongMllp, type MllpConfig } from './mllp-config.ts'
import { wrongFiles } from './named-files.ts'
import { readRulesConfig } from './rules-config.ts'
import type { CaseRulesConfig } from './rules-schema.ts'
import { readSourcesConfig } from './sources-config.ts'
import type { SourcesConfig } from './sources-schema.ts'
import { readSyncConfig } from './sync-config.ts'
import type { SyncConfig } from './sync-schema.ts'
import { variables, type FlatEnvironment, type Role, type Variable } from './variables.ts'
import type { Wrong } from './wrong.ts'

/** Everything that can be set, typed. Made once at start; nothing else reads the environment. */
export interface Config {
  readonly tenant: number
  /** Whose tokens are taken; undefined = nobody is asked for one. */
  readonly auth?: AuthConfig
  readonly limits: LimitsConfig
  readonly http: {
    readonly host: string
    readonly port: number
    readonly publicUrl?: string
    readonly open: boolean
    /** Whose web pages may call; undefined = none. */
    readonly corsOrigins?: readonly string[]
  }
  readonly canonicalBase: string
  readonly database: DatabaseConfig
  readonly kafka?: KafkaConfig
  /** undefined = no listener. */
  readonly mllp?: MllpConfig
  readonly adt: AdtConfig
  readonly caseRules: CaseRulesConfig
  readonly sync: SyncConfig
  /** FHIR packages to validate against: .tgz files or folders. */
  readonly igPackages: readonly string[]
  readonly logLevel: string
  readonly roles: ReadonlySet<Role>
}

export interface DatabaseConfig {
  /** undefined = embedded, in `dataDir`. */
  readonly url?: string
  readonly dataDir: string
  readonly prepare: boolean
  readonly migrate: boolean
}

export interface KafkaConfig {
  readonly brokers: readonly string[]
  readonly group: string
  readonly sessionTimeoutMs: number
  /** Where the events of cases go. */
  readonly eventsTopic: string
  /** Events of protected cases go out too. */
  readonly sendsProtected: boolean
  /** Where acknowledgements go; undefined = nobody is answered. */
  readonly ackTopic?: string
  readonly sasl?: { readonly mechanism: string; readonly username: string; readonly password: string }
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string }
}

export interface AdtConfig {
  readonly topics: readonly string[]
  readonly timeZone: string
  readonly calendar: 'us-federal' | 'it' | 'pt' | 'br'
  readonly testMessages: 'accept' | 'refuse'
  readonly sources: SourcesConfig
  /** How long messages are kept; undefined = for ever. */
  readonly retention: { readonly textDays?: number; readonly messageDays?: number }
}

export type ReadConfig =
  | { readonly ok: true; readonly value: Config }
  | { readonly ok: false; readonly wrong: readonly Wrong[] }

const table: Readonly<Record<string, Variable>> = variables
const check = compileSchema(
  {
    type: 'object',
    properties: Object.fromEntries(Object.entries(table).map(([name, { schema }]) => [name, schema])),
  },
  true,
)

/** Environment -> checked -> typed tree. Reports every wrong value at once; an empty value counts as unset. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): ReadConfig {
  const given = Object.fromEntries(
    Object.keys(table).flatMap(name => (environment[name] ? [[name, environment[name]]] : [])),
  )
  const { value, errors } = check(given)
  const sync = given['SYNC_CONFIG']
    ? readSyncConfig(given['SYNC_CONFIG'])
    : { config: { peers: [] }, wrong: [] }
  const sources = readSourcesConfig(given['SOURCES_CONFIG'] ?? '{}')
  const rules = readRulesConfig(given['CASE_RULES'] ?? '{}')
  const wrong = [
    ...errors.map(error => wrongValue(error, given)),
    ...sync.wrong,
    ...sources.wrong,
    ...rules.wrong,
    ...wrongTogether(given),
  ]
  if (wrong.length > 0 || !sync.config || !sources.config || !rules.config) return { ok: false, wrong }
  const json = { sync: sync.config, sources: sources.config, caseRules: rules.config }
  return { ok: true, value: configOf(value as FlatEnvironment, json) }
}

function wrongValue(error: ErrorObject, given: Readonly<Record<string, string>>): Wrong {
  const name = error.instancePath.slice(1)
  const variable = table[name]
  return {
    name,
    given: variable?.secret ? '(hidden)' : JSON.stringify(given[name]),
    allowed: variable?.allowed ?? String(error.message),
  }
}

/** Rules over more than one variable. */
function wrongTogether(given: Readonly<Record<string, string>>): readonly Wrong[] {
  const wrong: Wrong[] = []
  const host = given['HOST']
  const isGuarded = given['AUTH'] === 'insecure-open' || given['AUTH_ISSUER'] !== undefined
  if (host !== undefined && !isLoopback(host) && !isGuarded) {
    wrong.push({
      name: 'HOST',
      given: JSON.stringify(host),
      allowed:
        'a loopback address (127.0.0.1, ::1, localhost), or any with AUTH_ISSUER (or AUTH=insecure-open, which lets everybody in)',
    })
  }
  if (given['CORS_ORIGINS']?.split(',').includes('*') && given['AUTH_ISSUER'] === undefined) {
    wrong.push({
      name: 'CORS_ORIGINS',
      given: JSON.stringify(given['CORS_ORIGINS']),
      allowed:
        'origins by name; * only with AUTH_ISSUER, for without tokens any web page could read all data',
    })
  }
  const sasl = ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD']
  wrong.push(...allOrNone(sasl, given), ...allOrNone(['KAFKA_TLS_CERT', 'KAFKA_TLS_KEY'], given))
  wrong.push(...allOrNone(['MLLP_TLS_CERT', 'MLLP_TLS_KEY'], given), ...wrongMllp(given))
  wrong.push(...wrongAuth(given), ...wrongRetention(given))
  wrong.push(...wrongAckTopic(given), ...wrongFiles(given))
  return wrong
}

/** Answers that come back as messages would be answered, and dead letters and events have readers of their own. */
function wrongAckTopic(given: Readonly<Record<string, string>>): readonly Wrong[] {
  const topic = given['ACK_TOPIC']
  const inlets = (given['ADT_TOPICS'] ?? 'adt').split(',')
  const taken = [
    ...inlets.flatMap(inlet => [inlet, `${inlet}.dlq`]),
    given['EVENTS_TOPIC'] ?? 'casewire.events',
  ]
  if (topic === undefined || !taken.includes(topic)) return []
  const allowed = 'a topic of its own: not one of ADT_TOPICS, their .dlq, or EVENTS_TOPIC'
  return [{ name: 'ACK_TOPIC', given: JSON.stringify(topic), allowed }]
}

/** A text can't stay longer than the message that it is the text of. */
function wrongRetention(given: Readonly<Record<string, string>>): readonly Wrong[] {
  const [text, message] = [given['RETENTION_TEXT_DAYS'], given['RETENTION_MESSAGE_DAYS']]
  if (text === undefined || message === undefined || !(Number(text) > Number(message))) return []
  return [
    {
      name: 'RETENTION_TEXT_DAYS',
      given: JSON.stringify(text),
      allowed: `no more than RETENTION_MESSAGE_DAYS (${Number(message)}): with the message goes its text`,
    },
  ]
}

function allOrNone(names: readonly string[], given: Readonly<Record<string, string>>): readonly Wrong[] {
  const missing = names.filter(name => given[name] === undefined)
  if (missing.length === 0 || missing.length === names.length) return []
  return missing.map(name => ({
    name,
    given: 'nothing',
    allowed: `a value, because ${names.join(', ')} go together`,
  }))
}

interface JsonParts extends Pick<Config, 'sync' | 'caseRules'> {
  readonly sources: SourcesConfig
}

function configOf(flat: FlatEnvironment, { sync, sources, caseRules }: JsonParts): Config {
  const kafka = kafkaOf(flat)
  const auth = authOf(flat)
  const mllp = mllpOf(flat)
  return {
    tenant: 1,
    ...(auth && { auth }),
    limits: limitsOf(flat),
    http: {
      host: flat.HOST,
      port: flat.PORT,
      ...(flat.PUBLIC_URL !== undefined && { publicUrl: withoutSlash(flat.PUBLIC_URL) }),
      open: flat.AUTH === 'insecure-open',
      ...(flat.CORS_ORIGINS !== undefined && { corsOrigins: flat.CORS_ORIGINS.split(',') }),
    },
    canonicalBase: withoutSlash(flat.CANONICAL_BASE),
    database: {
      ...(flat.DATABASE_URL !== undefined && { url: flat.DATABASE_URL }),
      dataDir: flat.DATA_DIR,
      prepare: flat.DATABASE_PREPARE === 'on',
      migrate: flat.MIGRATE === 'on',
    },
    ...(kafka && { kafka }),
    ...(mllp && { mllp }),
    adt: {
      topics: flat.ADT_TOPICS.split(','),
      timeZone: flat.TIME_ZONE,
      calendar: flat.CALENDAR,
      testMessages: flat.TEST_MESSAGES,
      sources,
      retention: {
        ...(flat.RETENTION_TEXT_DAYS !== undefined && { textDays: flat.RETENTION_TEXT_DAYS }),
        ...(flat.RETENTION_MESSAGE_DAYS !== undefined && { messageDays: flat.RETENTION_MESSAGE_DAYS }),
      },
    },
    caseRules,
    sync,
    igPackages: (flat.IG_PACKAGES ?? '').split(',').flatMap(place => place.trim() || []),
    logLevel: flat.LOG_LEVEL,
    roles: new Set(flat.ROLES.split(',') as Role[]),
  }
}

function kafkaOf(flat: FlatEnvironment): KafkaConfig | undefined {
  if (flat.KAFKA_BROKERS === undefined) return undefined
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = flat
  const { KAFKA_TLS_CA: ca, KAFKA_TLS_CERT: certFile, KAFKA_TLS_KEY: keyFile } = flat
  return {
    brokers: flat.KAFKA_BROKERS.split(','),
    group: flat.KAFKA_GROUP,
    sessionTimeoutMs: flat.KAFKA_SESSION_TIMEOUT_MS,
    eventsTopic: flat.EVENTS_TOPIC,
    sendsProtected: flat.PROTECTED_EVENTS === 'send',
    ...(flat.ACK_TOPIC !== undefined && { ackTopic: flat.ACK_TOPIC }),
    ...(mechanism && username && password && { sasl: { mechanism, username, password } }),
    ...((ca ?? certFile) !== undefined && {
      tls: {
        ...(ca !== undefined && ca !== 'system' && { caFile: ca }),
        ...(certFile !== undefined && { certFile }),
        ...(keyFile !== undefined && { keyFile }),
      },
    }),
  }
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
