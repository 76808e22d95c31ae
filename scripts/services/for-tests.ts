import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, isAlive } from './process.ts'
import { cacheFolder, Missing, serviceNames, type ServiceName } from './service.ts'
import { start, stop, wipe } from './start.ts'

/** A server for tests: its address, or why there is none. */
export type Server = { readonly address: string; readonly label: string } | { readonly missing: string }

export const testVariables: Readonly<Record<ServiceName, string>> = {
  kafka: 'TEST_KAFKA_BROKERS',
  postgres: 'TEST_DATABASE_URL',
  fhir: 'TEST_FHIR_URL',
}

const folderOfAll = join(cacheFolder, 'tests')

/** The server that the environment names, else Docker's, else a local process; those started here end with this run. */
export async function serverForTests(name: ServiceName): Promise<Server> {
  const variable = testVariables[name]
  const given = process.env[variable]
  if (given !== undefined && given !== '') return { address: given, label: `given by ${variable}` }
  const say = (text: string) => process.stderr.write(`servers: ${text}\n`)
  try {
    const place = { folder: join(folderOfAll, String(process.pid), name), cache: cacheFolder }
    const { address, label } = await start(name, { ...place, port: await freePort(), throwAway: true, say })
    return { address, label }
  } catch (error) {
    if (error instanceof Missing) return { missing: `needs ${variable}, Docker, or ${error.message}` }
    throw error
  }
}

/** The servers that test files name in `describeWith([...])`: a file that needs PostgreSQL need not wait for HAPI. */
export function serversNamedIn(files: readonly string[]): readonly ServiceName[] {
  const lists = files
    .map(file => readFileSync(file, 'utf8'))
    .flatMap(text => [...text.matchAll(/describeWith\(\s*\[([^\]]*)\]/g)].map(([, names = '']) => names))
    .join()
  return serviceNames.filter(name => lists.includes(`'${name}'`))
}

/** Stops the servers of this run, and of runs that were killed before they could. */
export async function stopServersForTests(): Promise<void> {
  const runs = existsSync(folderOfAll) ? readdirSync(folderOfAll) : []
  const over = runs.filter(run => run === String(process.pid) || !isAlive(Number(run)))
  await Promise.all(
    over.map(async run => {
      const folder = join(folderOfAll, run)
      await Promise.all(
        readdirSync(folder).map(async name => {
          await stop(join(folder, name))
          wipe(join(folder, name))
        }),
      )
      rmSync(folder, { recursive: true, force: true })
    }),
  )
}
