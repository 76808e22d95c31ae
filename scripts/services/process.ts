import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Missing } from './service.ts'

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly logFile: string
  readonly env?: Readonly<Record<string, string>>
}

/** Starts a process of its own group that outlives this one; its output goes to the log file. */
export function launch({ command, args, logFile, env }: Launch): number {
  mkdirSync(dirname(logFile), { recursive: true })
  const log = openSync(logFile, 'w')
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env },
  })
  closeSync(log)
  child.on('error', () => undefined) // told by the missing pid below
  if (child.pid === undefined) throw new Error(`${command} could not be started`)
  child.unref()
  return child.pid
}

/** Waits until `isReady`, or throws with the end of the log when the process ends first or time is up. */
export async function untilReady(
  pid: number,
  isReady: () => Promise<boolean>,
  {
    logFile,
    timeoutMs,
    what,
  }: { readonly logFile: string; readonly timeoutMs: number; readonly what: string },
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await isReady())) {
    const late = performance.now() > deadline
    if (late || !isAlive(pid)) {
      const end = readFileSync(logFile, 'utf8').split('\n').slice(-20).join('\n')
      throw new Error(
        `${what} ${late ? `was not ready in ${timeoutMs / 1000} s` : 'ended at start'}; its log says:\n${end}`,
      )
    }
    await sleep(100)
  }
}

/** Whether the process lives and, given a mark, its command line holds it (a pid may have been used again). */
export function isAlive(pid: number, mark = ''): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  try {
    if (/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return false
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark)
  } catch (error) {
    // No /proc on this system: the signal's answer stands. Gone in between: not alive.
    return process.platform !== 'linux' && (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/** The signal, then SIGKILL when it has not gone in `graceMs`. A process without the mark is none of ours. */
export async function stopProcess(
  { pid, mark }: { readonly pid: number; readonly mark: string },
  { signal, graceMs }: { readonly signal: NodeJS.Signals; readonly graceMs: number },
): Promise<void> {
  if (!isAlive(pid, mark)) return
  process.kill(pid, signal)
  for (const deadline = performance.now() + graceMs; isAlive(pid); await sleep(50)) {
    if (performance.now() < deadline) continue
    process.kill(pid, 'SIGKILL')
    await sleep(200)
    return
  }
}

/** The wanted port of 127.0.0.1 when it is free, else one that the system chooses. */
export async function freePort(wanted = 0): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', error => {
      if (wanted === 0) reject(error)
      else resolve(freePort())
    })
    server.listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** Runs a command to its end and returns what it printed; its errors are in the exception. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options })
  if (error) throw new Missing(`${command} could not be run (${error.message})`)
  if (status !== 0)
    throw new Error(`${command} ${args[0] ?? ''} failed: ${(stderr || stdout).trim().slice(-2000)}`)
  return stdout
}

export interface RunOptions {
  readonly uid?: number
  readonly gid?: number
  readonly cwd?: string
}

export function isInstalled(command: string, args: readonly string[] = ['--version']): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
