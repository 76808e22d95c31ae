/** What this service must know of a sender to read its messages (interface.md 6, `SOURCES_CONFIG`). */
export interface SourceSettings {
  readonly tenant: number
  /** `{cm}`, without a slash at its end. */
  readonly canonicalBase: string
  /** IANA zone of times that carry no offset, when MSH-7 carries none either. */
  readonly timeZone: string
  /** The zone by what a field of the message says (`PV1-39.7`: a state); `timeZone` for what is not in it. */
  readonly timeZoneBy?: { readonly field: string; readonly zones: Readonly<Record<string, string>> }
  /** Of messages whose MSH-18 is empty, as MSH-18 would write it; undefined = found out from the bytes. */
  readonly charset?: string
  /** MSH-11 `T` or `D`: taken and tagged, or refused. */
  readonly testMessages: 'accept' | 'refuse'
  /** MSH-12 outside 2.1 to 2.9: `convert` reads it as it can, the full path doesn't write what it may misread. */
  readonly otherVersions: 'accept' | 'refuse'
  /** Assigning authority (CX.4.1 or CX.4.2) -> identifier system. */
  readonly identifierSystems: Readonly<Record<string, string>>
  /** Identifier types (CX.5) or systems, best first: the first found makes the Patient's id. */
  readonly patientIdPrecedence: readonly string[]
  /** System of visit numbers, whatever their authority says. */
  readonly visitIdSystem?: string
  /** HL7 table (`0004`) or concept map (`PatientClass`) -> code as sent -> what it is in FHIR, before our own tables. */
  readonly codes: Readonly<Record<string, Readonly<Record<string, SourceCode>>>>
  /** What a list in segments does to the list that the sender sent before; `replace` where it isn't named. */
  readonly segments: Readonly<Record<string, ListRule>>
  /** PV1-36 as sent -> NUBC code. */
  readonly dispositions: Readonly<Record<string, string>>
  readonly a04: 'in-progress' | 'arrived'
  /** JSON pointers to the ER7 of an envelope, before the built-in ones. */
  readonly payloadPointers: readonly string[]
  /** What is escaped was escaped twice. */
  readonly unescapeTwice: boolean
  /** How long the same control id and content counts as a duplicate, days. */
  readonly dedupeDays: number
  readonly ssn: 'drop' | 'keep'
  /** Points of care (PL.1) under 42 CFR Part 2: a stay that was ever in one is restricted. */
  readonly restrictedUnits: readonly string[]
  /** What differs by sender: `MSH-3|MSH-4`, either half may be `*`. */
  readonly sources: Readonly<Record<string, SourceOverrides>>
  /** Of one sender's settings: those of all senders, which they were made from. */
  readonly all?: SourceSettings
}

export interface SourceCode {
  readonly system: string
  readonly code: string
  readonly display?: string
}

export type ListRule = 'replace' | 'merge' | 'ignore'

/** What one sender may have of its own. */
export type SourceOverrides = Partial<
  Omit<SourceSettings, 'tenant' | 'canonicalBase' | 'testMessages' | 'otherVersions' | 'sources' | 'all'>
>

export type SourceBasics = Pick<SourceSettings, 'tenant' | 'canonicalBase' | 'timeZone'> &
  Partial<SourceSettings>

/** Built-in defaults for every sender, under what the deployment says. */
export function sourceSettings(basics: SourceBasics): SourceSettings {
  return {
    testMessages: 'accept',
    otherVersions: 'refuse',
    identifierSystems: {},
    patientIdPrecedence: ['MR', 'PI', 'PT', 'PN', ''],
    codes: {},
    segments: {},
    dispositions: {},
    a04: 'in-progress',
    payloadPointers: [],
    unescapeTwice: false,
    dedupeDays: 30,
    ssn: 'drop',
    restrictedUnits: [],
    sources: {},
    ...basics,
  }
}

/** Settings by the key of `sources` that they come from, made once. */
const known = new WeakMap<SourceSettings, Map<string, SourceSettings>>()

/** The settings for one sender: its own word, else that of `APP|*`, else of `*|FACILITY`, over those of all senders. */
export function settingsOf(given: SourceSettings, source: string): SourceSettings {
  const all = given.all ?? given
  const bar = source.indexOf('|')
  const names = [source, `${source.slice(0, bar)}|*`, `*${source.slice(bar)}`]
  const key = names.find(name => Object.hasOwn(all.sources, name))
  if (key === undefined) return all
  const made = known.get(all) ?? new Map<string, SourceSettings>()
  known.set(all, made)
  const own = made.get(key) ?? joined(all, all.sources[key] ?? {})
  made.set(key, own)
  return own
}

/** Tables are joined entry by entry, all else is replaced. */
function joined(all: SourceSettings, own: SourceOverrides): SourceSettings {
  const codes = Object.entries(own.codes ?? {}).map(([table, rows]) => [
    table,
    { ...all.codes[table], ...rows },
  ])
  return {
    ...all,
    ...own,
    all,
    identifierSystems: { ...all.identifierSystems, ...own.identifierSystems },
    codes: { ...all.codes, ...Object.fromEntries(codes) },
    segments: { ...all.segments, ...own.segments },
    dispositions: { ...all.dispositions, ...own.dispositions },
  }
}
