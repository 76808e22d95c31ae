import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { defaultCaseRules, type CaseRules } from '../../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../../src/care-plan/models/shipped-models.ts'
import { recomputeAll, type Recomputed } from '../../../src/commands/cases/recompute.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { readConfig } from '../../../src/config/environment.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { holidayCalendar, type CalendarName } from '../../../src/lib/holiday-calendars.ts'
import { sourceSettings } from '../../../src/mappers/adt/source.ts'
import { openEmbeddedStore } from '../../../src/store/open-store.ts'
import { feed } from '../../support/adt-workload.ts'

/** A feed of messages, then the store alone: every case derived anew, page by page. */
const CM = 'https://casewire.example/fhir'
const dataDir = mkdtempSync(join(tmpdir(), 'cw-recompute-'))
const clock = { nowMs: () => Date.parse('2041-01-01T00:00:00Z') }
let store: Store

beforeAll(async () => {
  const config = readConfig({
    DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    TIME_ZONE: 'UTC',
    TEST_MESSAGES: 'accept',
  })
  if (!config.ok) throw new Error('the configuration must hold')
  const app = await createApp(config.value, { clock, say: () => undefined })
  await app.server.ready()
  const messages = feed({ patients: 24, messages: 160, seed: 3, prefix: 'RC', year: 2040 })
  const reply = await app.server.inject({
    ...{ method: 'POST', url: '/adt', headers: { 'content-type': 'application/hl7-v2' } },
    payload: messages.map(({ text }) => text).join('\r'),
  })
  expect(reply.statusCode).toBe(200)
  await app.close()
  store = await openEmbeddedStore({ dataDir, clock, indexResource, migrate: 'auto' })
}, 120_000)

afterAll(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true, force: true })
})

const recompute = async (
  calendar: CalendarName,
  pageSize: number,
  rules: CaseRules = defaultCaseRules,
): Promise<readonly [Recomputed, number]> => {
  let pages = 0
  const done = await recomputeAll(
    {
      ...{
        store,
        clock,
        tenant: 1,
        base: 'http://127.0.0.1/fhir',
        canonicalBase: CM,
        targets: [],
        timeZone: 'UTC',
      },
      settings: sourceSettings({ tenant: 1, canonicalBase: CM, timeZone: 'UTC', testMessages: 'accept' }),
      journal: { canonicalBase: CM, source: CM },
      ...{ rules, calendar: holidayCalendar(calendar), models: modelLookup(shippedModels) },
    },
    {
      message: 'urn:casewire:calendar-changed',
      pageSize,
      onPage: () => {
        pages += 1
      },
    },
  )
  return [done, pages]
}

test('every case is derived anew, page by page; what stands as it should is not written', async () => {
  const [same, pages] = await recompute('us-federal', 5)
  expect(same).toMatchObject({ changed: 0, skipped: 0 })
  expect(same.cases).toBeGreaterThan(5)
  expect(pages).toBe(Math.ceil(same.cases / 5))

  const [moved] = await recompute('br', 5)
  expect(moved.cases).toBe(same.cases)
  expect(moved.changed).toBeGreaterThan(0)
  const [again] = await recompute('br', 200)
  expect(again).toMatchObject({ cases: same.cases, changed: 0 })

  const [back] = await recompute('us-federal', 200)
  expect(back.changed).toBe(moved.changed)
})

test('with other rules every case is derived by them, and by the first ones again', async () => {
  const strict: CaseRules = {
    ...defaultCaseRules,
    transition: { ...defaultCaseRules.transition, contactBusinessDays: 1, visitDays: 10 },
  }
  const [moved] = await recompute('us-federal', 200, strict)
  expect(moved.changed).toBeGreaterThan(0)
  expect(await recompute('us-federal', 200, strict)).toMatchObject([{ changed: 0 }, 1])
  const [back] = await recompute('us-federal', 200)
  expect(back.changed).toBe(moved.changed)
})
