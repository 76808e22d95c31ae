import { join } from 'node:path'
import { cacheFolder, serviceNames, type ServiceName } from './service.ts'
import { stop, wipe } from './start.ts'

const usage = `npm run services:down [-- [kafka] [postgres] [fhir] [--wipe]]

Stops the servers that services:up started (all when none is named); --wipe removes their data too.
`

const args = process.argv.slice(2)
const unknown = args.filter(arg => arg !== '--wipe' && !(serviceNames as readonly string[]).includes(arg))
if (unknown.length > 0) {
  process.stderr.write(usage)
  process.exitCode = unknown.includes('--help') ? 0 : 2
} else {
  const named = serviceNames.filter(name => args.includes(name))
  await Promise.all((named.length > 0 ? named : serviceNames).map(down))
}

async function down(name: ServiceName): Promise<void> {
  const folder = join(cacheFolder, name)
  const service = await stop(folder)
  process.stderr.write(`services: ${name} ${service ? 'stopped' : 'was not running'}\n`)
  if (args.includes('--wipe')) wipe(folder)
}
