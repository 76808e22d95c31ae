import { readFileSync } from 'node:fs'
import type { TestProject } from 'vitest/node'
import { serverForTests, stopServersForTests, type Server } from '../../scripts/services/for-tests.ts'
import { serviceNames, type ServiceName } from '../../scripts/services/service.ts'

declare module 'vitest' {
  interface ProvidedContext {
    servers: Readonly<Record<ServiceName, Server>>
  }
}

/**
 * Vitest global set-up of the tiers that use real servers: brings up those that the chosen test files name in
 * `describeWith`, says which answered, and ends what it started.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  await stopServersForTests()
  const named = await namedBy(project)
  const entries = await Promise.all(
    serviceNames.map(async name => {
      const server: Server = named.has(name)
        ? await serverForTests(name)
        : { missing: 'no chosen test names it' }
      return [name, server] as const
    }),
  )
  for (const [name, server] of entries.filter(([each]) => named.has(each))) report(name, server)
  project.provide('servers', Object.fromEntries(entries) as Record<ServiceName, Server>)
  return stopServersForTests
}

/** The servers that the files to be run name: a single file that needs PostgreSQL need not wait for HAPI. */
async function namedBy(project: TestProject): Promise<Set<ServiceName>> {
  const { filenamePattern } = project.vitest as unknown as { readonly filenamePattern?: string[] }
  const { testFiles } = await project.globTestFiles(filenamePattern)
  const uses = testFiles
    .map(file => readFileSync(file, 'utf8'))
    .flatMap(text => [...text.matchAll(/describeWith\(\s*\[([^\]]*)\]/g)].map(([, names = '']) => names))
    .join()
  return new Set(serviceNames.filter(name => uses.includes(`'${name}'`)))
}

function report(name: ServiceName, server: Server): void {
  const text =
    'missing' in server
      ? `${name} IS MISSING, its tests are skipped: ${server.missing}`
      : `${name} is ${server.label}`
  process.stderr.write(`servers: ${text}\n`)
  if ('missing' in server && process.env['REQUIRE_SERVERS'] === '1')
    throw new Error(`REQUIRE_SERVERS=1, but ${text}`)
}
