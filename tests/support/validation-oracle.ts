import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fingerprint } from '../../scripts/services/jars.ts'
import { isInstalled, run } from '../../scripts/services/process.ts'
import { projectRoot } from '../../scripts/services/service.ts'

/** What HAPI's validator says against a resource. */
export interface OracleIssue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information'
  readonly location?: string
  /** HAPI's name of the rule. */
  readonly id?: string
  readonly message: string
}

const source = join(projectRoot, 'tests', 'support', 'oracle')
const build = join(projectRoot, '.cache', 'validation-oracle')

/** Why there is no oracle on this machine, or `undefined`. */
export const oracleMissing = (): string | undefined =>
  isInstalled('java') && isInstalled('mvn') ? undefined : 'Java 17 with Maven is not installed'

/** Compiles the oracle when its sources are new (Maven fetches 90 MB into its repository the first time). */
function classpath(): string {
  const stamp = join(build, 'stamp')
  const wanted = fingerprint(
    join(source, 'pom.xml'),
    join(source, 'src/main/java/casewire/oracle/Oracle.java'),
  )
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    process.stderr.write(
      'validation oracle: building with Maven (seconds when its jars are there, else a minute)\n',
    )
    run('mvn', ['-q', '-B', '-f', join(source, 'pom.xml'), 'process-classes'])
    writeFileSync(stamp, wanted)
  }
  return `${join(build, 'classes')}:${readFileSync(join(build, 'classpath.txt'), 'utf8').trim()}`
}

/** The output lines of the oracle for some input lines, parsed. */
async function oracle(args: readonly string[], input: readonly string[]): Promise<readonly unknown[]> {
  const java = [
    '-Xmx1g',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-cp',
    classpath(),
    'casewire.oracle.Oracle',
  ]
  const child = spawn('java', [...java, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  child.stdin.end(input.map(line => `${line}\n`).join(''))
  const lines: unknown[] = []
  for await (const line of createInterface({ input: child.stdout })) lines.push(JSON.parse(line))
  const code = await ended
  if (code !== 0) throw new Error(`The validation oracle ended with ${code}`)
  return lines
}

/** The errors that HAPI's validator finds in each resource, given as JSON texts. */
export async function oracleErrors(texts: readonly string[]): Promise<readonly (readonly OracleIssue[])[]> {
  const input = texts.map(text => text.replaceAll(/[\r\n]+/g, ' '))
  const reports = (await oracle([], input)) as readonly { readonly issues: readonly OracleIssue[] }[]
  if (reports.length !== texts.length) throw new Error('The validation oracle gave up in the middle')
  return reports.map(({ issues }) =>
    issues.filter(({ severity }) => severity === 'error' || severity === 'fatal'),
  )
}

/** An element of HL7's own tables. */
export interface OfficialElement {
  readonly path: string
  readonly min: number
  readonly max: string
  readonly types: readonly string[]
  readonly binding?: string
}

export const officialElements = async (): Promise<readonly OfficialElement[]> =>
  (await oracle(['definitions'], [])) as readonly OfficialElement[]
