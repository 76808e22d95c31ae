/** What this service must know of a sender to read its messages (interface.md 6, `SOURCES_CONFIG`). */
export interface SourceSettings {
  readonly tenant: number
  /** `{cm}`, without a slash at its end. */
  readonly canonicalBase: string
  /** IANA zone of times that carry no offset, when MSH-7 carries none either. */
  readonly timeZone: string
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
  /** PV1-36 as sent -> NUBC code. */
  readonly dispositions: Readonly<Record<string, string>>
  readonly a04: 'in-progress' | 'arrived'
  readonly ssn: 'drop' | 'keep'
}

export type SourceBasics = Pick<SourceSettings, 'tenant' | 'canonicalBase' | 'timeZone'> &
  Partial<SourceSettings>

/** Built-in defaults for every sender, under what the deployment says. */
export function sourceSettings(basics: SourceBasics): SourceSettings {
  return {
    testMessages: 'accept',
    otherVersions: 'refuse',
    identifierSystems: {},
    patientIdPrecedence: ['MR', 'PI', 'PT', 'PN', ''],
    dispositions: {},
    a04: 'in-progress',
    ssn: 'drop',
    ...basics,
  }
}
