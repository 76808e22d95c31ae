import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Store } from '../../src/commands/ports/store.ts'
import { openEmbeddedStore } from '../../src/store/open-store.ts'
import { faultyWorkers, type Faults } from '../support/embedded/faults.ts'
import { changes, contractIndexer, known, patientId, write } from './store/store-trial.ts'

describe('the embedded store and its disk', () => {
  /** Made once: creating a database takes longer than any of these tests. */
  let created: string
  let dataDir: string
  let faults: Faults
  let store: Store

  const open = (): Promise<Store> =>
    openEmbeddedStore({
      dataDir,
      clock: { nowMs: () => Date.now() },
      indexResource: contractIndexer,
      migrate: 'auto',
      startWorker: faults.startWorker,
    })
  const read = (key: string) => store.read(1, { type: 'Patient', id: patientId(1, key) })

  beforeAll(async () => {
    created = mkdtempSync(join(tmpdir(), 'cw-created-'))
    dataDir = created
    faults = faultyWorkers()
    await (await open()).close()
  })
  afterAll(() => rmSync(created, { recursive: true, force: true }))
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'cw-faults-'))
    cpSync(created, dataDir, { recursive: true })
    faults = faultyWorkers()
    store = await open()
  })
  afterEach(async () => {
    faults.set('none')
    await store.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  test('N commits are at least N syncs of the disk', async () => {
    const before = faults.fsyncs()
    for (let n = 0; n < 30; n += 1) await store.flush(changes(1, { writes: [write(1, `p${n}`, 0)] }))
    expect(faults.fsyncs() - before).toBeGreaterThanOrEqual(30)
  })

  test('a second opening of the same folder is refused and names the process that holds it', async () => {
    await expect(open()).rejects.toMatchObject({
      code: 'store-locked',
      message: expect.stringContaining(String(process.pid)) as string,
    })
    expect(await store.flush(changes(1, { writes: [write(1, 'a', 0)] }))).toMatchObject({ ok: true })
  })

  test('what was flushed is there after closing and opening again', async () => {
    await store.flush(changes(1, { writes: [write(1, 'a', 0)] }))
    await store.close()
    store = await open()
    expect(await read('a')).toMatchObject({ version: 1 })
  })

  test('when the database thread dies, what was under way is rejected, nothing is half-written, and the next use starts it again', async () => {
    await store.flush(changes(1, { writes: [write(1, 'kept', 0)] }))
    const pending = [1, 2, 3].map(n =>
      store.flush(changes(1, { writes: [write(1, `a${n}`, 0), write(1, `b${n}`, 0)] })),
    )
    const settled = Promise.allSettled(pending)
    await faults.kill()
    for (const result of await settled) {
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ name: 'StoreFault', code: 'store-unavailable' })
    }
    expect(await read('kept')).toMatchObject({ version: 1 })
    for (const n of [1, 2, 3]) expect(Boolean(await read(`a${n}`))).toBe(Boolean(await read(`b${n}`)))
    expect(await store.flush(changes(1, { writes: [write(1, 'after', 0)] }))).toMatchObject({ ok: true })
    expect(faults.started()).toBe(2)
  })

  test('a database thread that could not be started is started on a later use', async () => {
    await store.close()
    const { startWorker } = faults
    let refusals = 0
    let isRefused = false
    faults = {
      ...faults,
      startWorker: folder => {
        if (!isRefused) return startWorker(folder)
        refusals += 1
        throw new Error('no thread left')
      },
    }
    store = await open()
    isRefused = true
    await faults.kill()
    await vi.waitFor(async () => {
      await expect(store.ping()).rejects.toMatchObject({ name: 'StoreFault', code: 'store-unavailable' })
      expect(refusals).toBeGreaterThan(0)
    }, 30_000)
    isRefused = false
    await vi.waitFor(() => store.ping(), { timeout: 90_000, interval: 250 })
  }, 180_000)

  test.each([
    { mode: 'dataFull', bytes: 15_000, threads: 1, stays: 0 },
    { mode: 'logFull', bytes: 15_000, threads: 2, stays: 0 },
    // More than the log's buffers hold: the engine breaks in the middle of the batch, not at its commit.
    { mode: 'logFull', bytes: 300_000, threads: 2, stays: 0 },
    // Its commit reached the log, if not the disk for certain: the outcome is unknown, but whole.
    { mode: 'syncFails', bytes: 15_000, threads: 2, stays: 20 },
  ] as const)(
    'a disk that fails in the middle of a flush ($mode, $bytes bytes a resource) leaves the store consistent, and it goes on when the disk does',
    async ({ mode, bytes, threads, stays }) => {
      await store.flush(changes(1, { writes: [write(1, 'kept', 0)] }))
      faults.set(mode)
      const failed: number[] = []
      // Large enough that tables and log must grow.
      for (let n = 0; n < 40 && failed.length === 0; n += 1) {
        const writes = Array.from({ length: 20 }, (_, i) =>
          write(1, `${n}-${i}`, 0, { resources: [{ text: { status: 'generated', div: noise(bytes) } }] }),
        )
        await store.flush(changes(1, { writes })).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'StoreFault' })
          failed.push(n)
        })
      }
      expect(failed).toHaveLength(1)
      faults.set('none')
      // Recovery from the log starts the engine anew: a second alone, much longer on a loaded machine.
      await vi.waitFor(() => store.ping(), { timeout: 90_000, interval: 250 })
      expect(faults.started()).toBe(threads)
      const found = await Promise.all(Array.from({ length: 20 }, (_, i) => read(`${failed[0]}-${i}`)))
      expect(found.filter(Boolean)).toHaveLength(stays)
      const kept = await read('kept')
      expect(kept).toMatchObject({ version: 1 })
      expect(
        await store.flush(changes(1, { writes: [write(1, 'kept', 1, known(kept)), write(1, 'after', 0)] })),
      ).toMatchObject({ ok: true })
      await store.close()
      store = await open()
      expect(await read('kept')).toMatchObject({ version: 2 })
    },
    180_000,
  )

  test('while the disk of the log stays full every use is refused, and none of them hangs', async () => {
    faults.set('logFull')
    for (let n = 0; n < 3; n += 1)
      await expect(store.flush(changes(1, { writes: [write(1, 'lost', 0)] }))).rejects.toMatchObject({
        name: 'StoreFault',
      })
    faults.set('none')
    await vi.waitFor(() => store.ping(), { timeout: 90_000, interval: 250 })
    expect(await read('lost')).toBeUndefined()
  }, 180_000)
})

/** Text that the engine can't compress. */
const noise = (bytes: number): string => randomBytes(bytes).toString('base64')
