import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawn } from 'node:child_process'
import { isInstalled } from './process.ts'
import { Missing, projectRoot, type Wanted } from './service.ts'

/**
 * The folder with every jar that `scripts/services/<name>/pom.xml` names, fetched by Maven when it isn't there yet.
 * The folder's name carries the pom's hash, so a changed pom is fetched anew.
 */
export async function jars(
  name: 'kafka' | 'hapi',
  { cache, say }: Pick<Wanted, 'cache' | 'say'>,
): Promise<string> {
  const pom = join(projectRoot, 'scripts', 'services', name, 'pom.xml')
  const folder = join(cache, 'jars', `${name}-${fingerprint(pom)}`)
  if (existsSync(folder)) return folder
  if (!isInstalled('mvn'))
    throw new Missing(`Maven, to fetch the jars of ${name} (Debian: apt-get install maven)`)
  requireJava()
  say(`fetching the jars of ${name} with Maven (up to 3 minutes the first time)`)
  // Fetched beside and renamed when complete: a folder of the right name is always whole.
  const partial = `${folder}.partial-${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    await maven([
      '-f',
      pom,
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${partial}`,
    ])
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
  return folder
}

/** Java 17 or later, as a JDK: HAPI's start-up class is compiled here. */
export function requireJava(): void {
  if (!isInstalled('java', ['-version']) || !isInstalled('javac', ['-version'])) {
    throw new Missing('a Java 17 JDK (Debian: apt-get install openjdk-17-jdk-headless)')
  }
}

export function fingerprint(...files: readonly string[]): string {
  const hash = createHash('sha256')
  for (const file of files) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

/** Maven, twice: a dropped connection to the repository is its usual fault. */
async function maven(args: readonly string[]): Promise<void> {
  const first = await mavenOnce(args)
  if (first === undefined) return
  await sleep(2000)
  const second = await mavenOnce(args)
  if (second !== undefined) throw new Error(`mvn ${args.join(' ')} failed: ${second}`)
}

async function mavenOnce(args: readonly string[]): Promise<string | undefined> {
  const child = spawn('mvn', ['-q', '-B', '-ntp', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stdout.on('data', text => (said += text))
  child.stderr.on('data', text => (said += text))
  const status = await new Promise(resolve => child.once('close', resolve))
  return status === 0 ? undefined : said.trim().slice(-2000)
}
