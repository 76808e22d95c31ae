/** What SOURCES_CONFIG says of one sender (interface.md 6); what it leaves out is as the default says. */
export interface SourceConfig {
  readonly timeZone?: string
  readonly timeZoneBy?: { readonly field: string; readonly zones: Readonly<Record<string, string>> }
  readonly charset?: string
  readonly identifierSystems?: Readonly<Record<string, string>>
  readonly patientIdPrecedence?: readonly string[]
  readonly visitIdSystem?: string
  readonly codes?: Readonly<Record<string, Readonly<Record<string, SourceCode>>>>
  readonly segments?: Readonly<Record<string, 'replace' | 'merge' | 'ignore'>>
  readonly dispositions?: Readonly<Record<string, string>>
  readonly a04?: 'in-progress' | 'arrived'
  readonly payloadPointers?: readonly string[]
  readonly unescapeTwice?: boolean
  readonly dedupeDays?: number
  readonly ssn?: 'drop' | 'keep'
  readonly restrictedUnits?: readonly string[]
}

interface SourceCode {
  readonly system: string
  readonly code: string
  readonly display?: string
  readonly reason: string
}

export interface SourcesConfig {
  readonly default: SourceConfig
  readonly sources: Readonly<Record<string, SourceConfig>>
}

const mapOf = (value: object, description: string): object => ({
  type: 'object',
  additionalProperties: value,
  description,
})
const text = { type: 'string', minLength: 1 }

const code = {
  type: 'object',
  required: ['system', 'code', 'reason'],
  additionalProperties: false,
  properties: {
    system: { type: 'string', format: 'uri' },
    code: text,
    display: text,
    reason: { ...text, description: 'why this sender differs: for those who read it later' },
  },
}

const source = {
  type: 'object',
  additionalProperties: false,
  properties: {
    timeZone: {
      type: 'string',
      format: 'time-zone',
      description: 'IANA zone of times without an offset, where MSH-7 carries none either; default TIME_ZONE',
    },
    timeZoneBy: {
      type: 'object',
      required: ['field', 'zones'],
      additionalProperties: false,
      description: 'the zone by what a field says, e.g. the state in ZFA-4; timeZone for what is not in it',
      properties: {
        field: { type: 'string', pattern: '^[A-Z][A-Z0-9]{2}-[1-9]\\d{0,2}(\\.[1-9]\\d?)?$' },
        zones: mapOf({ type: 'string', format: 'time-zone' }, 'what the field says -> IANA zone'),
      },
    },
    charset: {
      type: 'string',
      format: 'charset',
      description:
        'of messages whose MSH-18 is empty, as MSH-18 would write it: UNICODE UTF-8, 8859/1, ASCII, ...',
    },
    identifierSystems: mapOf(
      { type: 'string', format: 'uri' },
      'assigning authority (CX.4.1 or CX.4.2) -> identifier system',
    ),
    patientIdPrecedence: {
      type: 'array',
      items: { type: 'string' },
      description: 'identifier types (CX.5) or systems, best first: the first found makes the Patient id',
    },
    visitIdSystem: {
      type: 'string',
      format: 'uri',
      description: 'system of visit numbers, whatever CX.4 says',
    },
    codes: {
      type: 'object',
      propertyNames: { pattern: '^[0-9]{4}$|^[A-Za-z]+$' },
      additionalProperties: mapOf(code, 'code as sent -> FHIR code'),
      description:
        'HL7 table (0004, or the name of the concept map, PatientClass) -> code as sent -> FHIR code',
    },
    segments: {
      type: 'object',
      propertyNames: { pattern: '^[A-Z][A-Z0-9]{2}$' },
      additionalProperties: { type: 'string', enum: ['replace', 'merge', 'ignore'] },
      description:
        'lists in segments: replace what this sender said before (default), add to it, or leave out',
    },
    dispositions: mapOf({ type: 'string', pattern: '^\\d{2}$' }, 'PV1-36 as sent -> NUBC code'),
    a04: { type: 'string', enum: ['in-progress', 'arrived'], description: 'Encounter.status of A04' },
    payloadPointers: {
      type: 'array',
      items: { type: 'string', pattern: '^/' },
      description:
        'JSON pointers to the ER7 of a JSON envelope, tried before the built-in ones; default only',
    },
    unescapeTwice: { type: 'boolean', description: 'the engine escapes what was escaped already (Epic)' },
    dedupeDays: {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
      description: 'how long the same control id and content counts as a duplicate; default 30',
    },
    ssn: { type: 'string', enum: ['drop', 'keep'], description: 'PID-19 and PID-3 of type SS' },
    restrictedUnits: {
      type: 'array',
      items: text,
      description: 'points of care (PL.1) under 42 CFR Part 2: a stay that was ever in one is restricted',
    },
  },
}

/** JSON Schema of SOURCES_CONFIG, as `casewire serve --print-schema sources` prints it. */
export const sourcesSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SOURCES_CONFIG: what must be known of the senders of HL7 v2 messages',
  type: 'object',
  additionalProperties: false,
  properties: {
    default: { ...source, default: {} },
    sources: {
      type: 'object',
      propertyNames: { pattern: '^[^|]*\\|[^|]*$' },
      additionalProperties: source,
      default: {},
      description: 'MSH-3|MSH-4 -> settings; `*` on one side stands for any, the exact name goes first',
    },
  },
} as const
