import { modelLookup, shippedModels } from '../../../src/care-plan/models/shipped-models.ts'
import { defaultCaseRules } from '../../../src/care-plan/case/case-rules.ts'
import { recomputeAll, type Recomputed } from '../../../src/commands/cases/recompute.ts'
import { resourceTypes } from '../../../src/fhir/resource-types.ts'
import { holidayCalendar } from '../../../src/lib/holiday-calendars.ts'
import { sourceSettings } from '../../../src/mappers/adt/source.ts'
import { feed } from '../../support/adt-workload.ts'
import { benchWorld, settle, type BenchWorld } from './bench-world.ts'
import { copyCases } from './copied-cases.ts'

const CM = 'https://casewire.example/fhir'
/** Patients that the ADT feed makes; all others are copies of theirs. */
const PATIENTS = 40
/** An arrival and the admission that opens a case: with it a record is of twelve resources. */
const MESSAGES = 2

const settings = sourceSettings({ tenant: 1, canonicalBase: CM, timeZone: 'UTC', testMessages: 'accept' })

export interface RecomputeSizes {
  readonly cases: number
  /** Told how far it is. */
  readonly say: (text: string) => void
}

/** Every open case derived anew after the calendar changed; first under the calendar that stands, which must change nothing. */
export async function runRecompute({
  cases,
  say,
}: RecomputeSizes): Promise<Readonly<Record<string, number>>> {
  await using world = await benchWorld('recompute')
  await seed(world, cases, say)
  await settle(world.client)
  const count = async (text: string): Promise<number> =>
    Number((await world.client.query<{ n: string }>(text)).rows[0]?.n)
  const owned = await count('select count(*) as n from resource where patient is not null and not deleted')
  say(`${cases} cases are there; deriving them under the calendar that stands`)
  const same = await recomputed(world, 'us-federal', say)
  if (same.done.changed > 0) throw new Error(`${same.done.changed} resources changed although nothing had`)
  say('deriving them under another calendar')
  const { done, tookMs, node, postgres, peakBytes } = await recomputed(world, 'it', say)
  return {
    cases: done.cases,
    'resources/case': owned / done.cases,
    changed: done.changed,
    'cases/s': (done.cases * 1000) / tookMs,
    's for 100,000 cases': (100_000 * tookMs) / done.cases / 1000,
    'Node us/case': node / done.cases,
    'PostgreSQL us/case': postgres / done.cases,
    'us/case where nothing changes': (same.node + same.postgres) / same.done.cases,
    'peak RSS MB': peakBytes / 2 ** 20,
  }
}

interface Measured {
  readonly done: Recomputed
  readonly tookMs: number
  readonly node: number
  readonly postgres: number
  readonly peakBytes: number
}

async function recomputed(
  world: BenchWorld,
  calendar: 'us-federal' | 'it',
  say: (text: string) => void,
): Promise<Measured> {
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
    ...{ rules: defaultCaseRules, calendar: holidayCalendar(calendar), models: modelLookup(shippedModels) },
  }
  let [peakBytes, told] = [0, 0]
  const [own, before, began] = [process.cpuUsage(), world.cpu(), performance.now()]
  const done = await recomputeAll(deps, {
    message: 'urn:casewire:calendar-changed',
    onPage: so => {
      peakBytes = Math.max(peakBytes, process.memoryUsage().rss)
      if (so.cases < told + TELL_EVERY) return
      told = so.cases
      say(
        `${so.cases} cases after ${Math.round((performance.now() - began) / 1000)} s, ${so.changed} resources changed`,
      )
    },
  })
  const [used, after, tookMs] = [process.cpuUsage(own), world.cpu(), performance.now() - began]
  return {
    done,
    tookMs,
    node: used.user + used.system,
    postgres: after.postgres - before.postgres,
    peakBytes,
  }
}

const TELL_EVERY = 5_000

/** Some cases as messages make them, by a service that is gone then; the rest are copies. */
async function seed(world: BenchWorld, cases: number, say: (text: string) => void): Promise<void> {
  const service = await world.service()
  const seen = new Map<string, number>()
  const patients = Math.min(PATIENTS, cases)
  const messages = feed({ patients, messages: patients * 40, seed: 3, prefix: 'RC', year: 2040 })
    .filter(({ key }) => {
      seen.set(key, (seen.get(key) ?? 0) + 1)
      return (seen.get(key) ?? 0) <= MESSAGES
    })
    .map(message => message.text)
  await postMessages(service.url, messages.join('\r'))
  await service.stop()
  const { rows } = await world.client.query<{ patient: string }>(
    'select distinct patient from resource where type = $1 and patient is not null',
    [resourceTypes.EpisodeOfCare],
  )
  let told = 0
  await copyCases({
    ...{ store: world.store, client: world.client, settings, cases },
    patients: rows.map(({ patient }) => patient),
    onProgress: there => {
      if (there < told + TELL_EVERY) return
      told = there
      say(`${there} cases written`)
    },
  })
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
