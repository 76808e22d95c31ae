import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

/** What a view with `at` shows of messages: those that had come by then, whatever they say of when they were sent. */
let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer('2026-10-10T22:40:00Z')
}, 60_000)
afterAll(() => server.close())

const adt = async (event: string, control: string, pv1: string, mrn = 'MR70') => {
  const body = [
    `MSH|^~\\&|ADT|VALLEY|CW|CW|20261010183500-0400||ADT^${event}^ADT_${event}|${control}|P|2.5.1`,
    `EVN|${event}|20261010183500-0400`,
    `PID|1||${mrn}^^^VALLEY^MR||MARSH^ROBIN||19700214|F`,
    pv1,
  ].join('\r')
  const reply = await server.call({
    ...{ method: 'POST', path: '/adt', body },
    headers: { accept: 'application/json' },
  })
  const [{ outcome, resources = [] }] = reply.json.verdicts
  expect(outcome).toBe('applied')
  const episode = (resources as readonly string[]).find(one => one.startsWith('EpisodeOfCare/'))
  return episode?.slice('EpisodeOfCare/'.length) ?? ''
}
const pv1 = (ward: string, end = '', disposition = '') =>
  `PV1|1|I|${ward}^1^A^VALLEY|E|||||||||||||||V70^^^VALLEY^VN|||||||||||||||||${disposition}||||||||20261010183000-0400|${end}`
const now = () => new Date(server.clock.nowMs).toISOString()
const wait = (ms: number) => {
  server.clock.nowMs += ms
}

const VIEWS = ['', '/obligations', '/risk', '/team', '/minutes', '/fidelity', '/commands', '/timeline']
const seenAt = async (id: string, at: string) => {
  const seen: Record<string, unknown> = {}
  for (const view of VIEWS) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other is what a reader does
    const reply = await server.call({ path: `/cases/${id}${view}?at=${at}` })
    expect([view, reply.status]).toEqual([view, 200])
    seen[view] = reply.json
  }
  return seen
}

const rulesAt = async (id: string, at: string): Promise<readonly string[]> =>
  (await server.call({ path: `/cases/${id}/obligations?at=${at}` })).json.obligations.map(
    ({ rule }: { readonly rule: string }) => rule,
  )

test('what a later message tells is in no view of a time before it came, whenever it says that it was sent', async () => {
  const id = await adt('A01', 'T1', pv1('MED'))
  const admitted = now()
  const before = await seenAt(id, admitted)
  const rules = await rulesAt(id, admitted)
  expect([rules.includes('screen'), rules.includes('contact')]).toEqual([true, false])
  wait(1500)
  await adt('A03', 'T2', pv1('MED', '20261010183300-0400', '01'))
  const left = now()
  expect(await seenAt(id, admitted)).toEqual(before)
  const whenLeft = await seenAt(id, left)
  expect(await rulesAt(id, left)).toEqual(
    (await server.call({ path: `/cases/${id}/obligations` })).json.obligations.map(
      ({ rule }: { readonly rule: string }) => rule,
    ),
  )
  expect(await rulesAt(id, left)).toContain('contact')
  expect([(before['/risk'] as Risk).live.length, (whenLeft['/risk'] as Risk).live.length]).toEqual([1, 0])
  wait(60_000)
  await adt('A13', 'T3', pv1('MED'))
  wait(60_000)
  expect([await seenAt(id, admitted), await seenAt(id, left)]).toEqual([before, whenLeft])
  const risk = (await server.call({ path: `/cases/${id}/risk` })).json as Risk
  expect(risk.live).toHaveLength(1)
})

interface Risk {
  readonly live: readonly unknown[]
}

test('what messages said field by field is shown as it was said then', async () => {
  const told = (disposition: string) => pv1('MED', '20261010183300-0400', disposition).replace('V70', 'V71')
  const id = await adt('A01', 'T4', pv1('MED').replace('V70', 'V71'), 'MR71')
  await adt('A03', 'T5', told('01'), 'MR71')
  const [left, before] = [now(), await seenAt(id, now())]
  wait(5000)
  await adt('A08', 'T6', told('03'), 'MR71')
  expect(await rulesAt(id, now())).not.toEqual(await rulesAt(id, left))
  expect(await seenAt(id, left)).toEqual(before)
})

test('a case of a patient of whom no message ever told is seen at any time since it was opened', async () => {
  const id = await openedCase(server, 'by-hand')
  wait(1000)
  const seen = await seenAt(id, now())
  expect(seen['']).toMatchObject({ state: 'open' })
  expect((seen['/risk'] as Risk).live).toEqual([])
})
