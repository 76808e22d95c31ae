import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { dockerHas, startContainer, stopContainer } from './docker.ts'
import { startHapi } from './hapi.ts'
import { startKafka } from './kafka.ts'
import { startPostgres } from './postgres.ts'
import { isAlive, stopProcess } from './process.ts'
import { forget, record, recorded, type Service, type ServiceName, type Wanted } from './service.ts'

const local: Readonly<Record<ServiceName, (wanted: Wanted) => Promise<Service>>> = {
  kafka: startKafka,
  postgres: startPostgres,
  fhir: startHapi,
}

/** The service of this folder: the one that runs already, else Docker's, else a local process. Throws `Missing`. */
export async function start(name: ServiceName, wanted: Wanted): Promise<Service> {
  const present = recorded(wanted.folder)
  if (present && runs(present)) return present
  const service = dockerHas(name) ? await startContainer(name, wanted) : await local[name](wanted)
  record(wanted.folder, service)
  return service
}

export async function stop(folder: string): Promise<Service | undefined> {
  const service = recorded(folder)
  if (service === undefined) return undefined
  if ('container' in service.by) stopContainer(service.by.container)
  // SIGINT is PostgreSQL's fast shutdown; on SIGTERM it would wait for every client to leave.
  else await stopProcess(service.by, { signal: service.name === 'postgres' ? 'SIGINT' : 'SIGTERM' })
  forget(folder)
  return service
}

/** Removes the folder of a stopped service, and its data where they had to live elsewhere. */
export function wipe(folder: string, service: Service | undefined): void {
  const { by } = service ?? {}
  if (by && 'mark' in by && basename(by.mark).startsWith('casewire-postgres-'))
    rmSync(by.mark, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}

export function folderOf(base: string, name: ServiceName): string {
  return join(base, name)
}

function runs({ by }: Service): boolean {
  return 'pid' in by ? isAlive(by.pid, by.mark) : true
}
