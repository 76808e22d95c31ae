import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { defaultCaseRules } from '../../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../../src/care-plan/models/shipped-models.ts'
import type { IngestAdt, Verdict } from '../../../src/commands/ingest-adt/inbound.ts'
import {
  cycleDriver,
  drivingCyclesAgain,
  type DriveCycles,
} from '../../../src/commands/ingest-adt/drive-cycles-again.ts'
import { createIngest } from '../../../src/commands/ingest-adt/ingest.ts'
import { interpretAdt } from '../../../src/commands/ingest-adt/interpret-adt.ts'
import { readRecord } from '../../../src/commands/ingest-adt/read-record.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { timerRunner } from '../../../src/commands/timers/run-timers.ts'
import { openWork } from '../../../src/commands/work/unit-of-work.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { holidayCalendar } from '../../../src/lib/holiday-calendars.ts'
import { shardInId } from '../../../src/lib/ids.ts'
import { openEmbeddedStore } from '../../../src/store/open-store.ts'
import { er7, type Er7 } from '../../support/adt/er7.ts'
import { mapped, settings } from '../../support/adt/memory.ts'
import { noMeters as meters } from '../../support/counting-messages.ts'

const tenant = settings.tenant
const clock = { nowMs: () => Date.now() }

describe('merges on the embedded store', () => {
  let store: Store
  let ingest: IngestAdt
  /** As if the process ended after each flush. */
  let plain: IngestAdt
  let driveCycles: DriveCycles

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cw-merge-'))
    store = await openEmbeddedStore({ dataDir, clock, indexResource, migrate: 'auto' })
    const interpret = interpretAdt({
      ...{ settings, clock },
      rules: defaultCaseRules,
      models: modelLookup(shippedModels),
      calendar: holidayCalendar('us-federal'),
      validate: validateResource,
    })
    const prepare = (record: Parameters<typeof readRecord>[0], index: number) =>
      readRecord(record, index, interpret)
    const emit = (): void => undefined
    const handler = createIngest({ store, tenant, clock, emit, meters, targets: [], prepare })
    const driving = { ingest: handler, inbox: store.inbox, store, tenant, settings, emit }
    driveCycles = cycleDriver(driving)
    ingest = drivingCyclesAgain(driveCycles, driving)
    plain = handler
  })
  afterAll(() => store.close())

  const send = async (lane: number, ...messages: readonly string[]): Promise<readonly Verdict[]> => {
    const records = messages.map(text => ({ value: Buffer.from(text), origin: 'http' }))
    const result = await ingest({ lane, door: 'http', records })
    if (result.kind !== 'done') throw new Error(result.kind)
    return result.verdicts.flat()
  }
  const read = async (type: string, id: string): Promise<Resource> => {
    const stored = await store.read(tenant, { type, id })
    if (!stored) throw new Error(`no ${type}`)
    return JSON.parse(stored.content) as Resource
  }
  const put = async (resource: Resource & { readonly id: string }): Promise<void> => {
    const at = new Date(clock.nowMs()).toISOString()
    const work = openWork({ tenant, lane: 0, at, actor: 'Practitioner/p', targets: [] }, [])
    work.put(resource, { shard: shardInId(resource.id) ?? 7, clientAssigned: true })
    const flushed = await store.flush(work.changes())
    if (!flushed.ok) throw new Error(flushed.failure.kind)
  }

  const admit = (patient: string): Er7 => ({
    ...{ event: 'A01', id: `A-${patient}`, at: '20261001080000', patient, visit: `V-${patient}` },
  })
  const merge = (id: string, to: string, from: string, at = '20261003080000'): string =>
    er7({ event: 'A40', id, at, patient: to, visit: '', segments: [`MRG|${from}^^^VALLEY^MR`] })
  const unlink = (id: string, a: string, b: string): string => {
    const at = '20261004080000'
    const [first, second] = [a, b].map(patient => er7({ event: 'A37', id, at, patient, visit: '' }))
    return (first ?? '') + (second ?? '').split('\r').slice(2).join('\r')
  }
  const idOf = (patient: string): string => mapped(er7(admit(patient))).patient.id
  const reference = (patient: string): object => ({ reference: `Patient/${idOf(patient)}` })

  it('tells the operator what people changed since the merge that is undone', async () => {
    await send(0, er7(admit('T1')), er7(admit('T2')))
    const weight = {
      resourceType: 'Observation',
      id: 'obs-9',
      status: 'final',
      code: { text: 'weight' },
    } as const
    await put({ ...weight, subject: reference('T2') })
    await send(1, merge('MQ', 'T1', 'T2'))
    const { versionId } = (await read('Observation', 'obs-9')).meta ?? {}
    const at = new Date(clock.nowMs()).toISOString()
    const standing = await store.load({ tenant, lane: 0, keys: [{ type: 'Observation', id: 'obs-9' }] })
    const work = openWork({ tenant, lane: 0, at, actor: 'Practitioner/p', targets: [] }, standing.resources)
    work.put({ ...weight, subject: reference('T1'), status: 'amended' }, { shard: 7, clientAssigned: true })
    expect((await store.flush(work.changes())).ok).toBe(true)
    expect((await read('Observation', 'obs-9')).meta?.versionId).not.toBe(versionId)
    expect((await send(2, unlink('UQ', 'T1', 'T2')))[0]).toMatchObject({
      outcome: 'applied',
      reason: 'changed-since-merge:Observation',
    })
    expect(await read('Observation', 'obs-9')).toMatchObject({ subject: reference('T2'), status: 'amended' })
  })

  it('turns a case that people began to the survivor with what is about it, and back again', async () => {
    await send(0, er7(admit('C1')), er7(admit('C2')))
    const begun = { resourceType: 'EpisodeOfCare', id: 'eoc-1', status: 'planned' } as const
    await put({ ...begun, patient: reference('C2'), period: { start: '2026-10-02' } })
    const url = 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare'
    await put({
      ...{ resourceType: 'Observation', id: 'obs-c', status: 'final', code: { text: 'weight' } },
      extension: [{ url, valueReference: { reference: 'EpisodeOfCare/eoc-1' } }],
      subject: reference('C2'),
    })
    const whose = async (): Promise<unknown> => [
      (await read('EpisodeOfCare', 'eoc-1'))['patient'],
      (await read('Observation', 'obs-c'))['subject'],
    ]
    await send(1, merge('MC', 'C1', 'C2'))
    expect(await whose()).toEqual([reference('C1'), reference('C1')])
    expect((await send(2, unlink('UC', 'C1', 'C2')))[0]).toMatchObject({ outcome: 'applied' })
    expect(await whose()).toEqual([reference('C2'), reference('C2')])
  })

  it('turns what people wrote to the survivor, whatever its type, and back again byte for byte but meta', async () => {
    await send(0, er7(admit('P1')), er7(admit('P2')))
    const loser = `Patient/${idOf('P2')}`
    await put({
      resourceType: 'Observation',
      id: 'obs-1',
      status: 'final',
      code: { text: 'weight' },
      subject: { reference: loser },
      performer: [{ reference: loser }],
    })
    await put({
      resourceType: 'Appointment',
      id: 'app-1',
      status: 'booked',
      participant: [
        { actor: { reference: loser }, status: 'accepted' },
        { actor: { reference: 'Practitioner/p' }, status: 'accepted' },
      ],
    })
    const before = [
      await read('Observation', 'obs-1'),
      await read('Appointment', 'app-1'),
      await read('Patient', idOf('P2')),
    ]
    expect((await send(1, merge('M1', 'P1', 'P2')))[0]).toMatchObject({ outcome: 'applied' })
    expect(await read('Observation', 'obs-1')).toMatchObject({
      subject: reference('P1'),
      performer: [reference('P1')],
    })
    expect(await read('Appointment', 'app-1')).toMatchObject({
      participant: [{ actor: reference('P1') }, {}],
    })
    expect(await read('Patient', idOf('P2'))).toMatchObject({ active: false })
    expect((await send(0, unlink('M2', 'P1', 'P2')))[0]).toMatchObject({ outcome: 'applied' })
    const after = [
      await read('Observation', 'obs-1'),
      await read('Appointment', 'app-1'),
      await read('Patient', idOf('P2')),
    ]
    expect(after.map(withoutMeta)).toEqual(before.map(withoutMeta))
  })

  it('decides two merges that cross once each, whoever was first', async () => {
    await send(0, er7(admit('Q1')), er7(admit('Q2')), er7(admit('Q3')))
    await Promise.all([
      send(0, merge('X1', 'Q1', 'Q2')),
      send(1, merge('X2', 'Q3', 'Q1', '20261003090000')),
      send(2, er7({ ...admit('Q2'), event: 'A08', id: 'X3', at: '20261005080000', pid: { 13: '555' } })),
    ])
    expect(await read('Patient', idOf('Q3'))).toMatchObject({ telecom: [{ value: '555' }] })
    for (const patient of ['Q1', 'Q2', 'Q3']) {
      const visit = mapped(er7(admit(patient))).visit?.id ?? ''
      expect(await read('Encounter', visit)).toMatchObject({ subject: reference('Q3') })
    }
  })

  it('a message on an old number of a chain finds all of it', async () => {
    await send(0, er7(admit('R1')), merge('Y1', 'R2', 'R1'), merge('Y2', 'R3', 'R2'), merge('Y3', 'R4', 'R3'))
    await send(1, er7({ ...admit('R1'), event: 'A03', id: 'Y4', at: '20261006080000' }))
    const visit = mapped(er7(admit('R1'))).visit?.id ?? ''
    expect(await read('Encounter', visit)).toMatchObject({ status: 'finished', subject: reference('R4') })
  })

  it('refuses to merge a patient with itself or back, naming MRG-1', async () => {
    const verdicts = await send(
      0,
      merge('Z1', 'S1', 'S1'),
      merge('Z2', 'S1', 'S2'),
      merge('Z3', 'S2', 'S1', '20261004080000'),
    )
    expect(verdicts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['dead-letter', 'merge-with-itself:MRG-1'],
      ['applied', undefined],
      ['dead-letter', 'merge-cycle:MRG-1'],
    ])
  })

  it('links two known patients whom one message names in PID-3, whichever of them came last', async () => {
    const [first, second] = ['JOIN1', 'JOIN2'].map(patient => er7(admit(patient)))
    const both = er7({
      ...{ ...admit('JOIN1'), event: 'A08', id: 'JN3', at: '20261006080000' },
      pid: { 3: 'JOIN1^^^VALLEY^MR~JOIN2^^^VALLEY^MR' },
    })
    for (const text of [first, both, second]) await send(0, text ?? '')
    expect(await read('Patient', idOf('JOIN1'))).toMatchObject({
      link: [{ type: 'seealso', other: reference('JOIN2') }],
    })
    expect(await read('Patient', idOf('JOIN2'))).toMatchObject({
      link: [{ type: 'seealso', other: reference('JOIN1') }],
    })
    expect((await send(1, both))[0]).toMatchObject({ outcome: 'duplicate' })
  })

  it('drives a merge that led back again when the unlink between the two comes after it', async () => {
    const back = merge('AG2', 'AGAIN2', 'AGAIN1', '20261005080000')
    const [, refused] = await send(0, merge('AG1', 'AGAIN1', 'AGAIN2'), back)
    expect(refused).toMatchObject({ outcome: 'dead-letter', reason: 'merge-cycle:MRG-1' })
    await send(1, unlink('AG3', 'AGAIN1', 'AGAIN2'))
    expect(await read('Patient', idOf('AGAIN1'))).toMatchObject({
      active: false,
      link: [{ type: 'replaced-by', other: reference('AGAIN2') }],
    })
    const left = await store.inbox.find(tenant, {
      subject: idOf('AGAIN2'),
      outcome: ['dead-letter'],
      count: 10,
    })
    expect(left).toEqual([])
    expect((await send(0, back))[0]).toMatchObject({ outcome: 'duplicate' })
  })

  it('is right at once, and settles the dead letter by a timer when the process ended before it could', async () => {
    const back = merge('CR2', 'CRASH2', 'CRASH1', '20261005080000')
    await send(0, merge('CR1', 'CRASH1', 'CRASH2'), back)
    const value = Buffer.from(unlink('CR3', 'CRASH1', 'CRASH2'))
    await plain({ lane: 0, door: 'http', records: [{ value, origin: 'http' }] })
    expect(await read('Patient', idOf('CRASH1'))).toMatchObject({
      active: false,
      link: [{ type: 'replaced-by', other: reference('CRASH2') }],
    })
    const letters = () =>
      store.inbox.find(tenant, { subject: idOf('CRASH2'), outcome: ['dead-letter'], count: 10 })
    expect(await letters()).toHaveLength(1)
    const runner = timerRunner({
      ...{ store, clock, meters, emit: () => undefined },
      workOf: () => ({ ...{ store, tenant, driveCycles }, targets: [], taskDue: () => undefined }),
    })
    runner.start()
    await vi.waitFor(async () => expect(await letters()).toEqual([]), { timeout: 30_000 })
    await runner.stop()
  })
})

const withoutMeta = ({ meta: _meta, ...resource }: Resource): object => resource
