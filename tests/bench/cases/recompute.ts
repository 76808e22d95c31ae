import { modelLookup, shippedModels } from '../../../src/care-plan/models/shipped-models.ts'
import { defaultCaseRules } from '../../../src/care-plan/case-rules.ts'
import { recomputeAll } from '../../../src/commands/cases/recompute.ts'
import { holidayCalendar } from '../../../src/lib/holiday-calendars.ts'
import { sourceSettings } from '../../../src/mappers/adt/source.ts'
import { feed } from '../../support/adt-workload.ts'
import { benchWorld, settle } from './bench-world.ts'

const CM = 'https://casewire.example/fhir'
/** Messages a patient: an admission to a discharge, as the feed tells it. */
const MESSAGES = 8
const CHUNK = 400

/** Every open case derived anew after the calendar changed, the cases made by ADT as any other. */
export async function runRecompute({
  cases,
}: {
  readonly cases: number
}): Promise<Readonly<Record<string, number>>> {
  await using world = await benchWorld('recompute')
  const service = await world.service()
  const messages = feed({ patients: cases, messages: cases * MESSAGES, seed: 3, prefix: 'RC', year: 2040 })
  for (let from = 0; from < messages.length; from += CHUNK) {
    const text = messages.slice(from, from + CHUNK).map(message => message.text)
    await postMessages(service.url, text.join('\r'))
  }
  await settle(world.client)
  const count = async (text: string): Promise<number> =>
    Number((await world.client.query<{ n: string }>(text)).rows[0]?.n)
  const owned = await count('select count(*) as n from resource where patient is not null and not deleted')
  const settings = sourceSettings({ tenant: 1, canonicalBase: CM, timeZone: 'UTC', testMessages: 'accept' })
  const deps = {
    store: world.store,
    clock: { nowMs: () => Date.now() },
    ...{
      tenant: 1,
      base: 'http://127.0.0.1/fhir',
      canonicalBase: CM,
      targets: [],
      timeZone: 'UTC',
      settings,
    },
    journal: { canonicalBase: CM, source: CM },
    ...{ rules: defaultCaseRules, calendar: holidayCalendar('it'), models: modelLookup(shippedModels) },
  }
  let peakBytes = 0
  const [before, began] = [process.cpuUsage(), performance.now()]
  const done = await recomputeAll(deps, {
    message: 'urn:casewire:calendar-changed',
    onPage: () => {
      peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
    },
  })
  const [used, tookMs] = [process.cpuUsage(before), performance.now() - began]
  return {
    cases: done.cases,
    'resources/case': owned / done.cases,
    changed: done.changed,
    'cases/s': (done.cases * 1000) / tookMs,
    's for 100,000 cases': (100_000 * tookMs) / done.cases / 1000,
    'Node us/case': (used.user + used.system) / done.cases,
    'peak RSS MB': peakBytes / 2 ** 20,
  }
}

async function postMessages(url: string, body: string): Promise<void> {
  const reply = await fetch(`${url}/adt`, {
    method: 'POST',
    headers: { 'content-type': 'application/hl7-v2' },
    body,
  })
  const text = await reply.text()
  if (!reply.ok) throw new Error(`seeding was answered ${reply.status}: ${text.slice(0, 300)}`)
}
