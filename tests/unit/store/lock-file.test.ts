import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { takeLock } from '../../../src/store/embedded/lock-file.ts'

describe('the lock of a data folder', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cw-lock-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const holder = (): { pid: number; bootId: string; startTime: string } =>
    JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as ReturnType<typeof holder>
  const leave = (text: string): void => writeFileSync(join(folder, 'lock'), text)

  test('is refused while its holder lives, with the holder in the message', () => {
    const release = takeLock(folder)
    expect(() => takeLock(folder)).toThrow(new RegExp(`process ${process.pid}.*DATA_DIR`))
    release()
    takeLock(folder)()
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })

  test.each([
    ['its process is gone', { pid: 2_147_483_646, startTime: '1' }],
    ['the machine was started since', { bootId: 'another boot' }],
    ['its pid is another process now (in a container everyone is pid 1)', { startTime: '1' }],
  ])('is taken over when %s', (_why, change) => {
    takeLock(folder)
    leave(JSON.stringify({ ...holder(), ...change }))
    const release = takeLock(folder)
    expect(holder().pid).toBe(process.pid)
    release()
  })

  test('is taken over when a crash left the file empty', () => {
    leave('')
    takeLock(folder)()
  })

  test('is not released by who has lost it', () => {
    const release = takeLock(folder)
    leave(JSON.stringify({ ...holder(), pid: 1 }))
    release()
    expect(holder().pid).toBe(1)
  })
})
