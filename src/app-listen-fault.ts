import type { Config } from './config/environment.ts'

/** Why the service can't listen, in one sentence with what to do; for a person at start. */
export function listenFault(error: unknown, { host, port }: Config['http']): string {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const advice = advices.get(code)
  if (advice) return `Casewire could not start: ${place} ${advice}`
  return `Casewire could not start: ${error instanceof Error ? error.message : 'unknown reason'}`
}

const advices: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'is in use by another process; stop that one, or set PORT to a free port.'],
  ['EACCES', 'may not be listened on by this user; set PORT to a port above 1023.'],
  ['EADDRNOTAVAIL', 'is no address of this machine; set HOST to one that is.'],
])
