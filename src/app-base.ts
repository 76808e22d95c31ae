import type { Config } from './config/environment.ts'
import { sourceSettings, type SourceSettings } from './mappers/adt/source.ts'

/** Our own FHIR base as clients see it. */
export const fhirBase = ({ http }: Config): string =>
  `${http.publicUrl ?? `http://${urlHost(http.host)}:${http.port}`}/fhir`

/** A host that a person can put into a browser. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/** What is known of the senders of messages (SOURCES_CONFIG under what the deployment says). */
export function senders({ tenant, canonicalBase, adt }: Config): SourceSettings {
  const { timeZone, testMessages, sources } = adt
  return sourceSettings({
    ...{ tenant, canonicalBase, timeZone, testMessages },
    ...sources.default,
    sources: sources.sources,
  })
}
