import type { Config } from './config/environment.ts'

/** Our own FHIR base as clients see it. */
export const fhirBase = ({ http }: Config): string =>
  `${http.publicUrl ?? `http://${urlHost(http.host)}:${http.port}`}/fhir`

/** A host that a person can put into a browser. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
