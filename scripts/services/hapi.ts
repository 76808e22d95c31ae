import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint, jars, requireJava } from './jars.ts'
import { isAlive, launch, run, untilReady } from './process.ts'
import { projectRoot, type Service, type Wanted } from './service.ts'

const source = join(projectRoot, 'scripts', 'services', 'hapi')
const sources = ['PeerServer.java', 'logback.xml', 'pom.xml'].map(file => join(source, file))
const mainClass = 'casewire.services.PeerServer'
const javaOptions = ['-Xms512m', '-Xmx2g', '-XX:+UseG1GC', '-Dfile.encoding=UTF-8']
/** A peer of tests lives for minutes: the first compiler is enough. One that is measured gets both. */
const quickStart = '-XX:TieredStopAtLevel=1'

/** What the product exchanges with a peer: for tests, a server of these alone starts in half the time. */
const exchangedTypes = [
  ...[
    'Patient',
    'RelatedPerson',
    'Practitioner',
    'PractitionerRole',
    'Organization',
    'Location',
    'Encounter',
  ],
  ...[
    'EpisodeOfCare',
    'CareTeam',
    'CarePlan',
    'Goal',
    'Task',
    'ServiceRequest',
    'Condition',
    'Coverage',
    'Flag',
  ],
  ...['Observation', 'Communication', 'Device', 'Provenance'],
]

/**
 * Starts a HAPI FHIR JPA R4 server and waits for its CapabilityStatement: about 40 s, less once an archive of its loaded
 * classes (CDS) is there. A throw-away one serves the exchanged types from memory, another all of R4 from a file or, given
 * one, from a PostgreSQL database, compiled as far as the JVM can (bench:fhir).
 */
export async function startHapi(wanted: Wanted): Promise<Service> {
  requireJava()
  const libraries = await jars('hapi', wanted)
  const jar = compiled(libraries, wanted)
  const archive = `${jar}.jsa`
  const command = ['-cp', `${jar}:${join(libraries, '*')}`, mainClass]
  const logFile = join(wanted.folder, 'hapi.log')
  const env = {
    PEER_PORT: String(wanted.port),
    PEER_TYPES: wanted.throwAway ? exchangedTypes.join(',') : '',
    ...databaseOf(wanted),
  }
  const mark = `-Dcasewire.service=${wanted.folder}`
  wanted.say(`starting HAPI FHIR JPA (about ${existsSync(archive) ? 20 : 40} s)`)
  const pid = launch({
    command: 'java',
    args: [
      mark,
      ...classSharing(archive),
      ...javaOptions,
      ...(wanted.databaseUrl ? [] : [quickStart]),
      ...command,
    ],
    logFile,
    env,
  })
  const address = `http://127.0.0.1:${wanted.port}/fhir`
  await untilReady(pid, () => answers(address, pid), { logFile, timeoutMs: 300_000, what: 'HAPI FHIR JPA' })
  const label = `HAPI FHIR JPA 8.8.0 on ${wanted.databaseUrl ? 'PostgreSQL' : 'H2'} (local process)`
  return { name: 'fhir', address, label, by: { pid, mark } }
}

function databaseOf({ databaseUrl, throwAway, folder }: Wanted): Readonly<Record<string, string>> {
  if (databaseUrl === undefined)
    return { PEER_DB_URL: throwAway ? '' : `jdbc:h2:file:${join(folder, 'data', 'peer')}` }
  const { host, pathname, username, password } = new URL(databaseUrl)
  const secret = password === '' ? '' : `?password=${password}`
  return {
    PEER_DB_URL: `jdbc:postgresql://${host}${pathname}${secret}`,
    PEER_DB_USER: decodeURIComponent(username),
  }
}

/** Without an archive a run leaves one when it is stopped: 15 s well spent, except where nothing stays (CI). */
function classSharing(archive: string): readonly string[] {
  const quiet = ['-Xlog:cds=off', '-Xlog:cds+dynamic=off']
  if (existsSync(archive)) return [`-XX:SharedArchiveFile=${archive}`, ...quiet]
  return process.env['CI'] === 'true' ? [] : [`-XX:ArchiveClassesAtExit=${archive}`, ...quiet]
}

/** Our start-up class as a jar (class data sharing takes jars only), made again when a source changes. */
function compiled(libraries: string, { cache, say }: Wanted): string {
  const jar = join(cache, 'jars', `peer-server-${fingerprint(...sources)}.jar`)
  if (existsSync(jar)) return jar
  say('compiling the start-up class of HAPI (3 s)')
  mkdirSync(cache, { recursive: true })
  const classes = mkdtempSync(join(cache, 'classes-'))
  run('javac', ['-proc:none', '-d', classes, '-cp', join(libraries, '*'), join(source, 'PeerServer.java')])
  copyFileSync(join(source, 'logback.xml'), join(classes, 'logback.xml'))
  const partial = `${classes}.jar`
  run('jar', ['--create', '--file', partial, '-C', classes, '.'])
  renameSync(partial, jar)
  rmSync(classes, { recursive: true })
  return jar
}

async function answers(address: string, pid: number): Promise<boolean> {
  if (!isAlive(pid)) return false
  return await fetch(`${address}/metadata`, { signal: AbortSignal.timeout(30_000) }).then(
    response => response.ok,
    () => false,
  )
}
