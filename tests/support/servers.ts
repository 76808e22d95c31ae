import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import {
  serverForTests,
  serversNamedIn,
  stopServersForTests,
  type Server,
} from '../../scripts/services/for-tests.ts'
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
  const templates = mkdtempSync(join(tmpdir(), 'cw-templates-'))
  project.provide('templates', templates)
  const { filenamePattern } = project.vitest as unknown as { readonly filenamePattern?: string[] }
  const { testFiles } = await project.globTestFiles(filenamePattern)
  const named = new Set(serversNamedIn(testFiles))
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
  return async () => {
    rmSync(templates, { recursive: true, force: true })
    await stopServersForTests()
  }
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
