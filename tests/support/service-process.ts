import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

export interface ServiceProcess {
  readonly url: string
  readonly pid: number
  /** Everything it printed so far. */
  readonly log: () => string
  readonly kill9: () => Promise<void>
  /** SIGTERM; resolves with the exit code. */
  readonly stop: () => Promise<number | null>
}

/** Runs the service as a user would, with nothing of the tester's own environment, and waits until it is ready. */
export async function startService(environment: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const port = Number(environment['PORT'] ?? (await freePort()))
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), ...environment },
  })
  let log = ''
  const keep = (chunk: Buffer): void => {
    log += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const gone = new Promise<number | null>(resolve => child.once('exit', resolve))
  const url = `http://127.0.0.1:${port}`
  await untilReady(url, child, () => log)
  return {
    url,
    pid: child.pid ?? 0,
    log: () => log,
    kill9: async () => {
      child.kill('SIGKILL')
      await gone
    },
    stop: () => {
      child.kill('SIGTERM')
      return gone
    },
  }
}

async function untilReady(url: string, child: ChildProcess, log: () => string): Promise<void> {
  for (const endMs = Date.now() + 120_000; ; await sleep(50)) {
    if (child.exitCode !== null)
      throw new Error(`the service ended before it was ready:\n${log().slice(-2000)}`)
    const ready = await fetch(`${url}/readyz`).catch(() => undefined)
    if (ready?.ok) return
    if (Date.now() > endMs) {
      child.kill('SIGKILL')
      throw new Error(`the service was not ready in two minutes:\n${log().slice(-2000)}`)
    }
  }
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
    probe.on('error', reject)
  })
