import { join } from 'node:path'
import { freePort } from './process.ts'
import { cacheFolder, Missing, recorded, serviceNames, type Service, type ServiceName } from './service.ts'
import { start } from './start.ts'

const usage = `npm run --silent services:up -- [kafka] [postgres] [fhir]

Starts the named servers (all three when none is named) and leaves them running; prints one line a server on standard
output when all answer. Again: the same lines. Docker when its engine answers and has the image, else local processes.
SERVICES_FHIR_DATABASE_URL puts HAPI on an empty PostgreSQL database instead of H2.
Ports: SERVICES_KAFKA_PORT (19092), SERVICES_POSTGRES_PORT (15432), SERVICES_FHIR_PORT (18080), another when taken.
Stop them: npm run services:down
`

const lines: Readonly<Record<ServiceName, { readonly variable: string; readonly port: number }>> = {
  kafka: { variable: 'KAFKA_BROKERS', port: 19_092 },
  postgres: { variable: 'DATABASE_URL', port: 15_432 },
  fhir: { variable: 'FOREIGN_FHIR_URL', port: 18_080 },
}

const say = (text: string): unknown => process.stderr.write(`services: ${text}\n`)

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.filter(arg => !isServiceName(arg))
  if (unknown.length > 0) {
    process.stderr.write(unknown.includes('--help') ? usage : `unknown: ${unknown.join(' ')}\n\n${usage}`)
    return unknown.includes('--help') ? 0 : 2
  }
  const names = args.length > 0 ? serviceNames.filter(name => args.includes(name)) : serviceNames
  const outcomes = await Promise.allSettled(names.map(up))
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') {
      process.stdout.write(`${lines[outcome.value.name].variable}=${outcome.value.address}\n`)
    } else if (outcome.reason instanceof Missing) say(`missing: ${outcome.reason.message}`)
    else say(String(outcome.reason))
  }
  const reasons = outcomes.flatMap(outcome =>
    outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
  )
  if (reasons.some(reason => reason instanceof Missing)) return 2
  return reasons.length > 0 ? 1 : 0
}

async function up(name: ServiceName): Promise<Service> {
  const folder = join(cacheFolder, name)
  const given = process.env[`SERVICES_${name.toUpperCase()}_PORT`]
  const port = recorded(folder) ? lines[name].port : await freePort(Number(given ?? lines[name].port))
  const databaseUrl = name === 'fhir' ? process.env['SERVICES_FHIR_DATABASE_URL'] : undefined
  const service = await start(name, {
    ...{ folder, cache: cacheFolder, port, throwAway: false, say },
    ...(databaseUrl && { databaseUrl }),
  })
  say(`${name} answers at ${service.address} (${service.label})`)
  return service
}

function isServiceName(text: string): text is ServiceName {
  return (serviceNames as readonly string[]).includes(text)
}
