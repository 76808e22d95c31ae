import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { throwAwayFolder } from '../../src/app-throw-away.ts'

const module = join(import.meta.dirname, '../../src/app-throw-away.ts')

test.each([
  ['by Ctrl-C', 'SIGINT', 130],
  ['by process.exit', undefined, 0],
] as const)('a throw-away folder goes with a process that ends %s', async (_how, signal, code) => {
  const after = signal ? 'setInterval(() => {}, 1000)' : 'process.exit(0)'
  const program = `
    const { throwAwayFolder } = await import(${JSON.stringify(module)})
    const { path } = await throwAwayFolder('casewire-test-')
    require('node:fs').writeFileSync(path + '/message', 'x')
    process.stdout.write(path, () => { ${after} })`
  const child = spawn(process.execPath, ['--input-type=commonjs', '-e', `(async () => {${program}})()`])
  const [path] = (await once(child.stdout, 'data')) as [Buffer]
  if (signal) child.kill(signal)
  expect((await once(child, 'close'))[0]).toBe(code)
  expect(existsSync(String(path))).toBe(false)
})

test('a throw-away folder that was removed leaves nobody waiting for signals', async () => {
  const before = process.listenerCount('SIGINT')
  const { path, remove } = await throwAwayFolder('casewire-test-')
  writeFileSync(join(path, 'message'), 'x')
  await remove()
  expect(existsSync(path)).toBe(false)
  expect(process.listenerCount('SIGINT')).toBe(before)
})
