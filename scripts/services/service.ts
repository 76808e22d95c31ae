import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const serviceNames = ['kafka', 'postgres', 'fhir'] as const
export type ServiceName = (typeof serviceNames)[number]

/** A server that answers, as written to `<folder>/service.json` so that another process can find and stop it. */
export interface Service {
  readonly name: ServiceName
  /** `host:port` for Kafka, a connection URL for PostgreSQL, the FHIR base for HAPI. */
  readonly address: string
  /** For people: what runs, e.g. `PostgreSQL 15.13 (local process)`. */
  readonly label: string
  readonly by: { readonly pid: number; readonly mark: string } | { readonly container: string }
}

/** Where and how a service is to run. Throw-away ones (tests) trade durability and completeness for speed. */
export interface Wanted {
  /** Data, logs and the record of this instance. */
  readonly folder: string
  /** What instances share: jars, archives. */
  readonly cache: string
  readonly port: number
  readonly throwAway: boolean
  /** For HAPI: an empty PostgreSQL database of its own (a connection URL) instead of H2. */
  readonly databaseUrl?: string
  /** For progress, a line at a time. */
  readonly say: (text: string) => void
}

/** Something the machine lacks, said so that a person can mend it; anything else that goes wrong is a plain error. */
export class Missing extends Error {}

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const cacheFolder = process.env['CASEWIRE_SERVICES_DIR'] ?? join(projectRoot, '.cache', 'services')

export function record(folder: string, service: Service): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'service.json'), `${JSON.stringify(service, undefined, 2)}\n`)
}

export function recorded(folder: string): Service | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'service.json'), 'utf8')) as Service
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function forget(folder: string): void {
  rmSync(join(folder, 'service.json'), { force: true })
}
