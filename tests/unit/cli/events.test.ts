import { expect, test } from 'vitest'
import type { CliIo } from '../../../src/cli/cli-io.ts'
import { events } from '../../../src/cli/events.ts'
import { fail, ok } from '../../../src/lib/result.ts'

/** Runs the verb; what it asked for and printed. */
async function run(args: readonly string[], isSent = true) {
  const [out, err, asked]: [string[], string[], unknown[]] = [[], [], []]
  const io = {
    out: (text: string) => out.push(text),
    err: (text: string) => err.push(text),
    operations: async (url: string | undefined) =>
      ok({
        eventsStatus: async () => ok({ topic: 't', waiting: 0, dead: [] }),
        republishEvents: async (wanted: object) => {
          asked.push(url, wanted)
          const notSent = {
            kind: 'unavailable',
            code: 'events-not-sent',
            message: 'No events are sent.',
          } as const
          return isSent ? ok({ events: 3 }) : fail(notSent)
        },
        close: async () => undefined,
      }),
  } as unknown as CliIo
  return { code: await events.run(args, io), out: out.join(''), err: err.join(''), asked }
}

test('status prints what waits', async () => {
  expect(await run(['status'])).toMatchObject({ code: 0, out: '{"topic":"t","waiting":0,"dead":[]}\n' })
})

test('republish asks for all, for one case, from an instant, of a running service', async () => {
  expect(await run(['republish'])).toMatchObject({ code: 0, out: '{"events":3}\n', asked: [undefined, {}] })
  const args = ['republish', '--case', 'c1', '--from', '2026-10-05T00:00:00Z', '--to', 'http://127.0.0.1:1']
  expect((await run(args)).asked).toEqual([
    'http://127.0.0.1:1',
    { caseId: 'c1', from: '2026-10-05T00:00:00Z' },
  ])
})

test('where no events are sent it says so and ends with 1', async () => {
  expect(await run(['republish'], false)).toMatchObject({ code: 1, err: 'No events are sent.\n' })
})

test.each([
  [[]],
  [['list']],
  [['republish', 'more']],
  [['republish', '--from', 'yesterday']],
  [['status', '--x']],
])('wrong usage %j is exit code 2', async args => {
  expect((await run(args)).code).toBe(2)
})
