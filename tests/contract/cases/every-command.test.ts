import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../../src/care-plan/commands/commands.ts'
import type { NounName } from '../../../src/care-plan/case/case-file.ts'
import { nounEvents } from '../../../src/mappers/case/journal/event-names.ts'
import { er7 } from '../../support/adt/er7.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { identifiedCase } from '../../support/case-story.ts'
import { afterDischarge, endings, longCourse, type Course } from '../../support/every-command.ts'

interface Told {
  readonly type: string
  readonly noun: NounName
  readonly nounId: string
  readonly changes: object
}

let server: CaseServer
const kept = new Map<string, string>()
const used = new Set<string>()
beforeAll(async () => {
  server = await openCaseServer('2026-10-13T13:00:00Z')
})
afterAll(() => server.close())

const adt = async (event: string, id: string, at: string, pv1: Readonly<Record<number, string>> = {}) => {
  const message = er7({ event, id, at, pv1: { 4: 'E', 44: '20261012090000', ...pv1 } })
  const reply = await server.call({ method: 'POST', path: '/adt', body: message })
  expect(reply.text).toContain('|AA|')
}

/** What an id in a body stands for; a duty is the open one of its rule. */
async function known(caseId: string, name: string): Promise<string> {
  const duty = /^DUTY-(.+)$/.exec(name)?.[1]
  if (duty === undefined) return kept.get(name) ?? `$${name}`
  const { json } = await server.call({ path: `/cases/${caseId}/obligations` })
  const found = (json.obligations as { id: string; rule: string; state: string }[]).find(
    ({ rule, state }) => rule === duty && (state === 'due' || state === 'missed'),
  )
  return found?.id ?? ''
}

async function filled(caseId: string, body: object): Promise<object> {
  let text = JSON.stringify(body)
  for (const [whole, name = ''] of text.matchAll(/\$([A-Z][A-Za-z0-9-]*)/g))
    text = text.replace(whole, await known(caseId, name))
  return JSON.parse(text) as object
}

/** What is told of one noun beside what the command itself told of it. */
const leftOver = (events: readonly Told[]): readonly Told[] =>
  events.filter(
    ({ type, noun, nounId }) =>
      type === nounEvents(noun).revised &&
      events.filter(other => other.noun === noun && other.nounId === nounId).length > 1,
  )

/** A second person closes, and only who was asked declines. */
const byAnother: ReadonlySet<string> = new Set(['ApproveClosure', 'RejectClosure', 'DeclineAssignment'])

async function run(caseId: string, { lines }: Course): Promise<readonly string[]> {
  const faults: string[] = []
  for (const [name, body = {}, keep = {}] of lines) {
    used.add(name)
    server.clock.nowMs += 60_000
    const by = byAnother.has(name) ? 'Practitioner/ana' : 'Practitioner/noor'
    const reply = await server.command(caseId, name, await filled(caseId, body), { 'x-actor': by })
    const events = (reply.json?.events ?? []) as readonly Told[]
    if (reply.status !== 200) faults.push(`${name}: ${reply.text}`)
    for (const { type, changes } of leftOver(events))
      faults.push(`${name} leaves ${type} ${JSON.stringify(changes)}`)
    for (const [as, type] of Object.entries(keep))
      kept.set(as, events.find(event => event.type === type)?.nounId ?? '')
  }
  return faults
}

describe('every command', () => {
  it('tells all that it does to a noun in its own events: nothing is left for a second one', async () => {
    await adt('A01', 'EC1', '20261012090000')
    const { json } = await server.call({ path: '/cases' })
    const { id, patient } = json.cases[0] as { readonly id: string; readonly patient: string }
    kept.set('PATIENT', patient)
    expect(await run(id, longCourse)).toEqual([])
    await adt('A03', 'EC2', '20261025100000', { 36: '01', 45: '20261025100000' })
    const { nouns } = (await server.call({ path: `/cases/${id}/commands` })).json
    kept.set('TRANSITION', nouns.find((one: Told) => one.noun === 'transition').id as string)
    expect(await run(id, afterDischarge)).toEqual([])
  })

  it('does so whatever way a case ends', async () => {
    for (const [i, course] of endings.entries()) {
      const caseId = kept.get(course.of ?? '') ?? (await identifiedCase(server, `ending${i}`))
      kept.set('PATIENT', `ending${i}`)
      if (course.title === 'merged') kept.set('OTHER', await identifiedCase(server, `ending${i}`))
      expect(await run(caseId, course), course.title).toEqual([])
    }
  })

  it('was used here', () => {
    expect([...commands.keys()].filter(name => !used.has(name))).toEqual([])
  })
})
