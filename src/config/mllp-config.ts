import { isLoopback } from './schema-check.ts'
import type { FlatEnvironment } from './variables.ts'
import type { Wrong } from './wrong.ts'

/** The listener for engines that speak MLLP. */
export interface MllpConfig {
  readonly host: string
  readonly port: number
  readonly connectionsMax: number
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly clientCaFile?: string }
}

export function mllpOf(flat: FlatEnvironment): MllpConfig | undefined {
  if (flat.MLLP_PORT === undefined) return undefined
  const { MLLP_TLS_CERT: certFile, MLLP_TLS_KEY: keyFile, MLLP_TLS_CLIENT_CA: clientCaFile } = flat
  return {
    host: flat.MLLP_HOST,
    port: flat.MLLP_PORT,
    connectionsMax: flat.MLLP_CONNECTIONS,
    ...(certFile !== undefined &&
      keyFile !== undefined && {
        tls: { certFile, keyFile, ...(clientCaFile !== undefined && { clientCaFile }) },
      }),
  }
}

/** MLLP knows no tokens: beyond this machine an engine shows who it is by its certificate. */
export function wrongMllp(given: Readonly<Record<string, string>>): readonly Wrong[] {
  const host = given['MLLP_HOST']
  const wrong: Wrong[] = []
  const isGuarded = given['MLLP_TLS_CLIENT_CA'] !== undefined || given['AUTH'] === 'insecure-open'
  if (host !== undefined && !isLoopback(host) && !isGuarded) {
    wrong.push({
      name: 'MLLP_HOST',
      given: JSON.stringify(host),
      allowed:
        'a loopback address, or any with MLLP_TLS_CLIENT_CA (or AUTH=insecure-open, which lets everybody in)',
    })
  }
  if (given['MLLP_TLS_CLIENT_CA'] !== undefined && given['MLLP_TLS_CERT'] === undefined) {
    wrong.push({
      name: 'MLLP_TLS_CERT',
      given: 'nothing',
      allowed: 'a PEM file, because MLLP_TLS_CLIENT_CA asks engines for certificates over TLS',
    })
  }
  return wrong
}
