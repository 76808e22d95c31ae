import { expect, test } from 'vitest'
import type { CliIo } from '../../../src/cli/cli-io.ts'
import { replay } from '../../../src/cli/replay.ts'
import { fail, ok } from '../../../src/lib/result.ts'

/** Runs the verb over two recorded messages; what it asked for and which it took. */
async function run(args: readonly string[]) {
  const [err, asked, shown]: [string[], object[], string[]] = [[], [], []]
  const recorded = ['2026-10-06T10:00:00.000Z', '2026-10-05T00:00:00.000Z', '2026-10-04T23:59:59.999Z']
  const io = {
    err: (text: string) => err.push(text),
    operations: async () =>
      ok({
        find: async (wanted: object) => {
          asked.push(wanted)
          return ok(recorded.map(received => ({ id: received, origin: 'mllp', received })))
        },
        show: async (id: string) => {
          shown.push(id)
          return ok({ raw: 'TVNI' })
        },
        close: async () => undefined,
      }),
    shadow: async () =>
      ok({ ingest: async () => ok([]), fireDue: async () => undefined, close: async () => undefined }),
  } as unknown as CliIo
  return { code: await replay.run(args, io), err: err.join(''), asked, shown }
}

test.each(['2026-10-05T00:00:00Z', '2026-10-05T00:00:00.000Z', '2026-10-04T20:00:00-04:00'])(
  'a shadow takes what was received from %s on',
  async from => {
    const { code, shown } = await run(['--shadow', '--from', from])
    expect(code).toBe(0)
    expect(shown).toEqual(['2026-10-05T00:00:00.000Z', '2026-10-06T10:00:00.000Z'])
  },
)

test('a shadow asks for what was received until an instant, in UTC', async () => {
  const { asked } = await run(['--shadow', '--until', '2026-10-06T12:00:00+02:00'])
  expect(asked).toEqual([{ count: 200, until: '2026-10-06T10:00:00.000Z' }])
})

test.each(['yesterday', '2026-10-05', '2026-10-05T99:00:00Z', '2026-13-05T00:00:00Z', ''])(
  'a time like %j is refused with an example that is taken',
  async from => {
    const { code, err } = await run(['--shadow', '--from', from])
    expect(code).toBe(2)
    const [example = ''] = /\d{4}-\d\d-\d\dT\S+Z/.exec(err) ?? []
    expect((await run(['--shadow', '--from', example])).code).toBe(0)
  },
)

test('a shadow of files opens no store of its own, unless it is compared with that', async () => {
  const opened: string[] = []
  const io = {
    err: () => undefined,
    operations: async () => {
      opened.push('store')
      return fail({ kind: 'unavailable', code: 'store-not-open', message: 'no data folder' })
    },
    shadow: async () =>
      ok({
        ingest: async () => ok([]),
        fireDue: async () => undefined,
        read: async () => undefined,
        close: async () => undefined,
      }),
  } as unknown as CliIo
  const file = import.meta.filename
  expect(await replay.run(['--shadow', file], io)).toBe(0)
  expect(await replay.run(['--shadow', '--diff', '--sources', '{}', file], io)).toBe(0)
  expect(opened).toEqual([])
  expect(await replay.run(['--shadow', '--diff', file], io)).not.toBe(0)
  expect(opened).toEqual(['store'])
})

test('what is driven again and can be no message is counted as refused, with its id and why', async () => {
  const [out, err]: [string[], string[]] = [[], []]
  const failure = { kind: 'invalid', code: 'payload-shape-unsupported', message: 'No HL7 v2' } as const
  const io = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    operations: async () =>
      ok({
        find: async () => ok([{ id: 'a' }, { id: 'b' }]),
        replay: async (id: string) => (id === 'a' ? fail(failure) : ok({ outcome: 'ignored' })),
        close: async () => undefined,
      }),
  } as unknown as CliIo
  expect(await replay.run(['--ignored'], io)).toBe(1)
  expect(out.join('')).toBe('ignored 1\nrefused 1\n')
  expect(err.join('')).toContain('a: payload-shape-unsupported: No HL7 v2\n')
})
