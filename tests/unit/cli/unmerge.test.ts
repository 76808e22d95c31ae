import { expect, test } from 'vitest'
import type { CliIo } from '../../../src/cli/cli-io.ts'
import { unmerge } from '../../../src/cli/unmerge.ts'
import type { Unmerge } from '../../../src/commands/operations/unmerge-desk.ts'
import { fail, ok } from '../../../src/lib/result.ts'

const done: Unmerge = async () => ok({ resourceType: 'Parameters' })

/** Runs the verb; what it asked for and printed. */
async function run(args: readonly string[], answer = done) {
  const [out, err, asked]: [string[], string[], unknown[]] = [[], [], []]
  const io = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    operations: async (url: string | undefined) =>
      ok({
        unmerge: (wish: Parameters<Unmerge>[0]) => {
          asked.push(url, wish)
          return answer(wish)
        },
        close: async () => undefined,
      }),
  } as unknown as CliIo
  return { code: await unmerge.run(args, io), out: out.join(''), err: err.join(''), asked }
}

test('takes the merge of the one named back, and prints what came of it', async () => {
  const { code, out, asked } = await run(['p-2'])
  expect([code, JSON.parse(out)]).toEqual([0, { resourceType: 'Parameters' }])
  expect(asked).toEqual([undefined, { loser: 'p-2', preview: false, actor: 'Device/command-line' }])
})

test('says who, of whom and that it is only to look, to a running service', async () => {
  const args = ['--to', 'http://127.0.0.1:1', '--preview', '--actor', 'Practitioner/1', 'p-2', 'p-1']
  expect((await run(args)).asked).toEqual([
    'http://127.0.0.1:1',
    { loser: 'p-2', survivor: 'p-1', preview: true, actor: 'Practitioner/1' },
  ])
})

test('says why it was refused and ends with 1', async () => {
  const refuse: Unmerge = async () => fail({ kind: 'unprocessable', code: 'not-merged', message: 'Not so.' })
  expect(await run(['p-2'], refuse)).toMatchObject({ code: 1, err: 'Not so.\n', out: '' })
})

test.each([[[]], [['p-1', 'p-2', 'p-3']], [['Patient/1']], [['p-1', '--x']]])(
  'wrong usage %j is exit code 2',
  async args => {
    expect((await run(args)).code).toBe(2)
  },
)
