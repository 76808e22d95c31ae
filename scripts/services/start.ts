import { rmSync } from 'node:fs'
import { dockerHas, startContainer, stopContainer } from './docker.ts'
import { startHapi } from './hapi.ts'
import { startKafka } from './kafka.ts'
import { outsideFolder, startPostgres } from './postgres.ts'
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
  const byDocker = wanted.databaseUrl === undefined && dockerHas(name)
  const service = byDocker ? await startContainer(name, wanted) : await local[name](wanted)
  record(wanted.folder, service)
  return service
}

export async function stop(folder: string): Promise<Service | undefined> {
  const service = recorded(folder)
  if (service === undefined) return undefined
  if ('container' in service.by) stopContainer(service.by.container)
  // HAPI may leave an archive of its classes at exit, which takes 20 s. SIGINT is PostgreSQL's fast shutdown; on SIGTERM it would wait for every client to leave.
  else
    await stopProcess(service.by, {
      signal: service.name === 'postgres' ? 'SIGINT' : 'SIGTERM',
      graceMs: 90_000,
    })
  forget(folder)
  return service
}

/** Removes the data, log and record of a stopped service, wherever they had to live. */
export function wipe(folder: string): void {
  rmSync(outsideFolder(folder), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}

function runs({ by }: Service): boolean {
  return 'pid' in by ? isAlive(by.pid, by.mark) : true
}
