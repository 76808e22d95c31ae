import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** CPU time of a Node process and of a PostgreSQL server's processes, in microseconds. */
export interface Cpu {
  readonly node: number
  readonly postgres: number
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/**
 * `backend` is the process id of any backend of the server; on another machine its time reads 0. `service` is the Node
 * process that is measured: this one, when absent.
 */
export function cpuNow(backend: number, service?: number): Cpu {
  const postmaster = statOf(backend)?.parent
  const pids = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
  const stats = pids
    .flatMap(pid => statOf(pid) ?? [])
    .filter(({ pid, parent }) => parent === postmaster || pid === postmaster)
  // A process that ended meanwhile stands in what its parent has reaped.
  const reaped = stats.find(({ pid }) => pid === postmaster)?.reaped ?? 0
  const ticks = stats.reduce((sum, stat) => sum + stat.ticks, reaped)
  return { node: nodeMicroseconds(service), postgres: (ticks * 1_000_000) / TICKS_PER_SECOND }
}

function nodeMicroseconds(service: number | undefined): number {
  if (service !== undefined) return ((statOf(service)?.ticks ?? 0) * 1_000_000) / TICKS_PER_SECOND
  const { user, system } = process.cpuUsage()
  return user + system
}

interface ProcessStat {
  readonly pid: number
  readonly parent: number
  /** User and system time. */
  readonly ticks: number
  /** The same of children that have ended. */
  readonly reaped: number
}

/** /proc/PID/stat (proc(5)); undefined for a process that is gone. */
function statOf(pid: number): ProcessStat | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const [user, system, reapedUser, reapedSystem] = fields.slice(11, 15).map(Number)
    const sum = (a = 0, b = 0): number => a + b
    return {
      ...{ pid, parent: Number(fields[1]) },
      ...{ ticks: sum(user, system), reaped: sum(reapedUser, reapedSystem) },
    }
  } catch {
    // It ended between the listing and the reading.
    return undefined
  }
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b).map(Math.round)
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 }
}

export const commit = (): string => {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim()
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'src') ? ' with changes' : ''}`
}
