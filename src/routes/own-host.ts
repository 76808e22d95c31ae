import type { Failure } from '../lib/result.ts'

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1'])

export interface OwnNames {
  /** Where the server listens. */
  readonly host: string
  readonly publicUrl?: string
}

/**
 * Whether a Host header names this server, any port. Without authentication on loopback this is what keeps a web page
 * out: a name of its own that it points to 127.0.0.1 (DNS rebinding) comes along in Host. No Host at all is no browser.
 */
export function namesThisServer({ host, publicUrl }: OwnNames): (header: string | undefined) => boolean {
  const own = new Set([...LOOPBACK, bare(host), ...(publicUrl === undefined ? [] : [hostOf(publicUrl)])])
  return header => header === undefined || own.has(hostOf(`http://${header}`))
}

export const strangeHost: Failure = {
  kind: 'forbidden',
  code: 'host-strange',
  message:
    'The Host of this request is not this server: without authentication only localhost, 127.0.0.1, [::1], HOST and the host of PUBLIC_URL are answered. Set PUBLIC_URL to the address that clients use.',
}

const bare = (host: string): string => host.toLowerCase().replace(/^\[|\]$/g, '')

const hostOf = (url: string): string => (URL.canParse(url) ? bare(new URL(url).hostname) : '')
