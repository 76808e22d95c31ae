import { expect, test } from 'vitest'
import type { CliIo, Operations, Verb } from '../../../src/cli/cli-io.ts'
import { deadLetters } from '../../../src/cli/dead-letters.ts'
import { sync } from '../../../src/cli/sync.ts'

/** Exit code and both streams of a verb over a store of which nothing is to tell. */
async function run(verb: Verb, ...args: readonly string[]): Promise<readonly unknown[]> {
  const said = { out: '', err: '' }
  const empty: Partial<Operations> = {
    find: async () => ({ ok: true, value: [] }),
    peers: async () => ({ ok: true, value: [] }),
    close: async () => undefined,
  }
  const io: Partial<CliIo> = {
    out: text => (said.out += text),
    err: text => (said.err += text),
    operations: async () => ({ ok: true, value: empty as Operations }),
  }
  return [await verb.run(args, io as CliIo), said.out, said.err]
}

test('where nothing waits and no peer is named, an operator is told so beside the results', async () => {
  expect(await run(deadLetters, 'list')).toEqual([0, '', 'No message waits to be mended.\n'])
  expect(await run(sync, 'status')).toEqual([0, '', 'There is no peer: SYNC_CONFIG names none.\n'])
})
