import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StoreFault } from '../../commands/ports/store-fault.ts'

/**
 * Who holds a data folder. In a container every process is pid 1, so the pid alone says nothing: the boot and the
 * start time within it tell processes apart.
 */
interface Holder {
  readonly pid: number
  readonly bootId: string
  /** Clock ticks from boot to the start of the process; empty where the system doesn't say. */
  readonly startTime: string
}

/**
 * Takes DATA_DIR/lock (beside the database, not inside: the engine owns that folder) and gives what releases it. Two
 * processes on one folder corrupt it silently, so a second one is refused; the lock of a dead process is taken over.
 */
export function takeLock(dataDir: string): () => void {
  const path = join(dataDir, 'lock')
  const self = JSON.stringify(thisProcess())
  if (!create(path, self)) {
    const text = readHolder(path)
    const holder = parseHolder(text)
    if (holder && isAlive(holder)) throw inUse(dataDir, holder.pid)
    removeExactly(path, text)
    if (!create(path, self)) throw inUse(dataDir, parseHolder(readHolder(path))?.pid)
  }
  return () => {
    if (readHolder(path) === self) rmSync(path, { force: true })
  }
}

/** Whether a living process has this data folder open. */
export function isLocked(dataDir: string): boolean {
  const holder = parseHolder(readHolder(join(dataDir, 'lock')))
  return holder !== undefined && isAlive(holder)
}

const inUse = (dataDir: string, pid: number | undefined): StoreFault =>
  new StoreFault(
    'store-locked',
    `${dataDir} is in use by process ${pid ?? 'unknown'}: stop it, or give this one another DATA_DIR (several processes need DATABASE_URL)`,
  )

function create(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Released in this very moment: nobody holds it.
    return ''
  }
}

/** Moves the dead lock away first and looks again: another starter may have taken it over in between. */
function removeExactly(path: string, text: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch {
    // Another starter was faster; creating the lock will tell.
    return
  }
  if (readHolder(aside) !== text) linkSync(aside, path)
  rmSync(aside, { force: true })
}

function parseHolder(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder
  } catch {
    // A crash between creating and writing the file leaves it empty: no process is known to hold it.
    return undefined
  }
}

function isAlive(holder: Holder): boolean {
  const { bootId } = thisProcess()
  if (holder.bootId !== bootId) return false
  const started = startTimeOf(holder.pid)
  return started === undefined ? signalReaches(holder.pid) : started === holder.startTime
}

function thisProcess(): Holder {
  return {
    pid: process.pid,
    bootId: firstLine('/proc/sys/kernel/random/boot_id') ?? '',
    startTime: startTimeOf(process.pid) ?? '',
  }
}

/** Field 22 of /proc/PID/stat (proc(5)), or undefined where there is no such process or no /proc. */
function startTimeOf(pid: number): string | undefined {
  const stat = firstLine(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

function firstLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // No /proc on this system, or the process is gone.
    return undefined
  }
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
