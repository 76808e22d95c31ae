import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openCaseServer, type CaseServer, type Reply } from '../support/case-server.ts'

/** `POST /fhir/Patient/$merge` and `$unmerge` on a whole service: over the code of A40 and A37, by a person. */
let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer('2026-10-09T12:00:00Z')
})
afterAll(() => server.close())

/** As far as these tests look into it. */
interface FoundTask {
  readonly id: string
  readonly status: string
  readonly description: string
  readonly for: { readonly reference: string }
  readonly groupIdentifier: object
  readonly reasonCode?: { readonly coding: readonly { readonly code: string }[] }
  readonly restriction: { readonly period: { readonly end: string } }
}

interface Told {
  readonly event: string
  readonly id: string
  readonly at: string
  readonly patient: string
  readonly segments?: readonly string[]
}

const message = ({ event, id, at, patient, segments = [] }: Told): string =>
  [
    `MSH|^~\\&|ENGINE|VALLEY|CW|CW|${at}||ADT^${event}|${id}|P|2.5.1`,
    `EVN|${event}|${at}`,
    `PID|1||${patient}^^^VALLEY^MR||DOE^${patient}||19800101|F`,
    ...(['A37', 'A40'].includes(event)
      ? []
      : [`PV1|1|I|MED^101^A^VALLEY||||||||||||||||V${patient}^^^VALLEY^VN`]),
    ...segments,
    '',
  ].join('\r')

const adt = (text: string) => server.call({ method: 'POST', path: '/adt', body: text })
const operation = (
  name: string,
  parameter: readonly object[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> =>
  server.call({
    ...{ method: 'POST', path: `/fhir/Patient/$${name}`, headers },
    body: { resourceType: 'Parameters', parameter },
  })
const reference = (name: string, id: string) => ({
  name: `${name}-patient`,
  valueReference: { reference: `Patient/${id}` },
})
const both = (source: string, target: string) => [reference('source', source), reference('target', target)]
const preview = { name: 'preview', valueBoolean: true }
const read = async (path: string) => (await server.call({ path: `/fhir/${path}` })).json
const put = async (resource: {
  readonly resourceType: string
  readonly id: string
  readonly [name: string]: unknown
}) => {
  const reply = await server.call({
    ...{ method: 'PUT', path: `/fhir/${resource.resourceType}/${resource.id}`, body: resource },
  })
  expect(reply.status).toBeLessThan(300)
  return reply.json
}
const idOf = async (identifier: string): Promise<string> =>
  (await read(`Patient?identifier=${identifier}`)).entry[0].resource.id
const part = (reply: Reply, name: string) =>
  reply.json.parameter.find((one: { name: string }) => one.name === name)?.resource
const codeOf = (reply: Reply) => [reply.status, reply.json.issue?.[0].details?.coding[0].code]
const withoutMeta = ({ meta: _meta, ...rest }: Record<string, unknown>) => rest
const everything = async (): Promise<Record<string, unknown>> => {
  const types = ['Patient', 'Encounter', 'Observation', 'EpisodeOfCare', 'Task', 'CareTeam', 'CarePlan']
  const found: Record<string, unknown> = {}
  for (const type of types) {
    const { entry = [] } = await read(`${type}?_count=500`)
    // A duty that was withdrawn before anybody touched it stays as such.
    for (const { resource } of entry)
      if (type !== 'Task' || resource.status !== 'cancelled')
        found[`${type}/${resource.id}`] = withoutMeta(resource)
  }
  return found
}

describe('Patient/$merge of two whom messages told of', () => {
  let [kept, gone] = ['', '']
  beforeAll(async () => {
    await adt(message({ event: 'A01', id: 'k1', at: '20261001080000', patient: 'K1' }))
    await adt(message({ event: 'A01', id: 'k2', at: '20261002080000', patient: 'K2' }))
    ;[kept, gone] = [await idOf('K1'), await idOf('K2')]
    await put({
      ...{ resourceType: 'Observation', id: 'weight', status: 'final', code: { text: 'weight' } },
      subject: { reference: `Patient/${gone}` },
    })
  })

  it('changes nothing with preview=true, and says what would change', async () => {
    const before = await everything()
    const reply = await operation('merge', [...both(gone, kept), preview])
    expect(reply.status).toBe(200)
    expect(part(reply, 'input')).toMatchObject({ resourceType: 'Parameters' })
    expect(part(reply, 'result')).toMatchObject({ id: kept, link: [{ type: 'replaces' }] })
    const told = part(reply, 'outcome').issue.map((one: { diagnostics: string }) => one.diagnostics)
    expect(told[0]).toContain('Nothing was written')
    expect(told).toEqual(
      expect.arrayContaining([
        'Patient: 2 would change.',
        'Encounter: 1 would change.',
        'Observation: 1 would change.',
      ]),
    )
    expect(await everything()).toEqual(before)
  })

  it('turns the record as A40 does, says by whom, and is undone exactly', async () => {
    const before = await everything()
    const reply = await operation('merge', both(gone, kept))
    expect(reply.status).toBe(200)
    expect(part(reply, 'result')).toMatchObject({ id: kept, link: [{ type: 'replaces' }] })
    expect(await read('Observation/weight')).toMatchObject({ subject: { reference: `Patient/${kept}` } })
    expect(await read(`Patient/${gone}`)).toMatchObject({ active: false, link: [{ type: 'replaced-by' }] })
    const { entry } = await read(`Provenance?target=Patient/${gone}&_sort=-recorded`)
    expect(entry[0].resource).toMatchObject({
      agent: [{ who: { reference: 'Practitioner/noor' } }],
      activity: { text: 'Patient-merge' },
    })
    await adt(message({ event: 'A08', id: 'k3', at: '20261008080000', patient: 'K2' }))
    const { entry: visits } = await read(`Encounter?patient=${kept}`)
    expect(visits).toHaveLength(2)
    const back = await operation('unmerge', [reference('source', gone)])
    expect(back.status).toBe(200)
    expect(await everything()).toEqual(before)
  })

  it('is taken back by A37, and A40 by $unmerge', async () => {
    const before = await everything()
    await operation('merge', both(gone, kept))
    const second = 'PID|2||K2^^^VALLEY^MR||DOE^K2||19800101|F'
    await adt(message({ event: 'A37', id: 'k4', at: '20261009090000', patient: 'K1', segments: [second] }))
    expect(await everything()).toEqual(before)
    await adt(
      message({
        event: 'A40',
        id: 'k5',
        at: '20261215090000',
        patient: 'K1',
        segments: ['MRG|K2^^^VALLEY^MR'],
      }),
    )
    expect(await read(`Patient/${gone}`)).toMatchObject({ active: false })
    expect((await operation('unmerge', both(gone, kept))).status).toBe(200)
    expect(await everything()).toEqual(before)
  })

  it('names parties by identifier, and knows the one who has it now from the one who had it', async () => {
    const named = (name: string, value: string) => ({
      name: `${name}-patient-identifier`,
      valueIdentifier: { value },
    })
    expect((await operation('merge', [named('source', 'K2'), named('target', 'K1')])).status).toBe(200)
    expect(codeOf(await operation('merge', [named('source', 'K2'), named('target', 'K1')]))).toEqual([
      422,
      'merge-party-gone',
    ])
    expect((await operation('unmerge', [named('source', 'K2')])).status).toBe(200)
    const unknown = await operation('merge', [named('source', 'K9'), named('target', 'K1')])
    expect(codeOf(unknown)).toEqual([422, 'merge-party-unknown'])
  })
})

describe('Patient/$merge of those whom only FHIR knows', () => {
  const patient = (id: string, more: object = {}) => ({
    ...{ resourceType: 'Patient', id, active: true, name: [{ family: id }] },
    ...{ identifier: [{ system: 'urn:mrn', value: id }], ...more },
  })
  const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }]

  it('merges and gives back exactly, what the caller wanted the result to be included', async () => {
    await put(patient('fhir-1'))
    await put(patient('fhir-2', { meta: { security } }))
    await put({
      ...{ resourceType: 'Observation', id: 'height', status: 'final', code: { text: 'height' } },
      subject: { reference: 'Patient/fhir-2' },
    })
    const before = await everything()
    const result = {
      ...patient('fhir-1', { name: [{ family: 'fhir-1', given: ['Ann'] }], birthDate: '1980-01-01' }),
      link: [{ type: 'replaces', other: { reference: 'Patient/fhir-2' } }],
    }
    const reply = await operation('merge', [
      ...both('fhir-2', 'fhir-1'),
      { name: 'result-patient', resource: result },
    ])
    expect(reply.status).toBe(200)
    expect(await read('Patient/fhir-1')).toMatchObject({
      active: true,
      meta: { security },
      name: [{ family: 'fhir-1', given: ['Ann'] }],
      birthDate: '1980-01-01',
      identifier: [{ value: 'fhir-2', use: 'old' }, { value: 'fhir-1' }],
      link: [{ type: 'replaces' }],
    })
    expect(await read('Patient/fhir-2')).toMatchObject({ active: false, link: [{ type: 'replaced-by' }] })
    expect(await read('Observation/height')).toMatchObject({ subject: { reference: 'Patient/fhir-1' } })
    expect((await operation('unmerge', [reference('source', 'fhir-2')])).status).toBe(200)
    expect(await everything()).toEqual(before)
    expect((await read('Patient/fhir-1')).meta.security).toBeUndefined()
  })

  it('refuses what can not be, with a code each', async () => {
    for (const id of ['a-1', 'a-2', 'a-3']) await put(patient(id))
    const refused = async (name: string, ...given: readonly object[]) => codeOf(await operation(name, given))
    expect(await refused('merge', ...both('a-1', 'a-1'))).toEqual([422, 'merge-with-itself'])
    expect(await refused('merge', ...both('nobody', 'a-1'))).toEqual([422, 'merge-party-unknown'])
    expect(await refused('merge', ...both('a-1', 'nobody'))).toEqual([422, 'merge-party-unknown'])
    expect(await refused('merge', reference('source', 'a-1'))).toEqual([400, 'operation-input'])
    expect(await refused('merge', ...both('a-1', 'a-2'), { name: 'x', valueString: 'y' })).toEqual([
      400,
      'parameter-unknown',
    ])
    expect(await refused('unmerge', reference('source', 'a-1'))).toEqual([422, 'not-merged'])
    const other = { name: 'result-patient', resource: patient('a-3') }
    expect(await refused('merge', ...both('a-1', 'a-2'), other)).toEqual([400, 'operation-input'])
    expect((await operation('merge', both('a-1', 'a-2'))).status).toBe(200)
    expect(await refused('merge', ...both('a-2', 'a-1'))).toEqual([422, 'merge-cycle'])
    expect(await refused('merge', ...both('a-1', 'a-3'))).toEqual([422, 'merge-party-gone'])
    expect(await refused('merge', ...both('a-3', 'a-1'))).toEqual([422, 'merge-party-gone'])
    expect((await operation('merge', both('a-2', 'a-3'))).status).toBe(200)
    expect((await operation('unmerge', both('a-1', 'a-3'))).status).toBe(200)
    expect(await read('Patient/a-2')).toMatchObject({ active: false })
    expect((await read('Patient/a-1')).active).toBe(true)
  })

  it('takes If-Match of the target, and answers a retry under its Idempotency-Key without doing it again', async () => {
    for (const id of ['b-1', 'b-2']) await put(patient(id))
    const stale = await operation('merge', both('b-2', 'b-1'), { 'if-match': 'W/"7"' })
    expect(codeOf(stale)).toEqual([412, 'version-stale'])
    const headers = { 'if-match': 'W/"1"', 'idempotency-key': 'once' }
    const first = await operation('merge', both('b-2', 'b-1'), headers)
    expect(first.status).toBe(200)
    const { versionId } = (await read('Patient/b-1')).meta
    const again = await operation('merge', both('b-2', 'b-1'), headers)
    expect([again.status, part(again, 'result').meta.versionId]).toEqual([200, versionId])
    expect(part(again, 'outcome').issue[0].diagnostics).toContain('answered before')
    expect((await read('Patient/b-1')).meta.versionId).toBe(versionId)
    const another = await operation('merge', both('b-1', 'b-2'), headers)
    expect(codeOf(another)).toEqual([422, 'idempotency-key-reused'])
  })

  it('takes an Idempotency-Key of a merge for another request when it comes with $unmerge', async () => {
    for (const id of ['e-1', 'e-2']) await put(patient(id))
    const headers = { 'idempotency-key': 'either' }
    expect((await operation('merge', both('e-2', 'e-1'), headers)).status).toBe(200)
    const other = await operation('unmerge', both('e-2', 'e-1'), headers)
    expect(codeOf(other)).toEqual([422, 'idempotency-key-reused'])
    expect((await read('Patient/e-2')).active).toBe(false)
  })

  it.each([
    { value: 'f-1', system: 5 },
    { value: 'f-1', system: '' },
    { value: '', system: 'urn:mrn' },
    { system: 'urn:mrn' },
  ])('refuses %j as the identifier of a party', async valueIdentifier => {
    const given = [{ name: 'source-patient-identifier', valueIdentifier }, reference('target', 'f-2')]
    expect(codeOf(await operation('merge', given))).toEqual([400, 'operation-input'])
  })

  it('takes the numbers of one who left a chain from everybody who had them of it', async () => {
    for (const id of ['g-1', 'g-2', 'g-3']) await put(patient(id))
    const numbers = async (id: string) =>
      (await read(`Patient/${id}`)).identifier.map((one: { value: string }) => one.value).toSorted()
    await operation('merge', both('g-1', 'g-2'))
    await operation('merge', both('g-2', 'g-3'))
    expect(await numbers('g-3')).toEqual(['g-1', 'g-2', 'g-3'])
    expect((await operation('unmerge', both('g-1', 'g-3'))).status).toBe(200)
    expect(await numbers('g-3')).toEqual(['g-2', 'g-3'])
    expect((await operation('merge', both('g-1', 'g-3'))).status).toBe(200)
    expect(await numbers('g-3')).toEqual(['g-1', 'g-2', 'g-3'])
    expect((await operation('unmerge', [reference('source', 'g-2')])).status).toBe(200)
    expect(await numbers('g-3')).toEqual(['g-1', 'g-3'])
    expect(await numbers('g-2')).toEqual(['g-2'])
  })

  it('is taken back by the command line too, by whoever runs it', async () => {
    for (const id of ['d-1', 'd-2']) await put(patient(id))
    const before = await everything()
    expect((await operation('merge', both('d-2', 'd-1'))).status).toBe(200)
    const wish = { loser: 'd-2', actor: 'Device/command-line' }
    const looked = await server.app.unmerge({ ...wish, preview: true })
    expect(looked.ok && looked.value).toMatchObject({ resourceType: 'Parameters' })
    expect((await read('Patient/d-2')).active).toBe(false)
    expect((await server.app.unmerge({ ...wish, preview: false })).ok).toBe(true)
    expect(await everything()).toEqual(before)
    const again = await server.app.unmerge({ ...wish, preview: false })
    expect(!again.ok && again.failure.code).toBe('not-merged')
  })

  it('warns of what contradicts', async () => {
    await put(patient('c-1', { gender: 'female' }))
    await put(patient('c-2', { gender: 'male' }))
    const reply = await operation('merge', [...both('c-2', 'c-1'), preview])
    expect(part(reply, 'outcome').issue).toContainEqual(
      expect.objectContaining({ severity: 'warning', code: 'conflict', expression: ['Patient.gender'] }),
    )
    expect((await read('Patient/c-2')).active).toBe(true)
  })
})

describe('what people have to look at', () => {
  const openTasks = async (rule: string) => {
    const { entry = [] } = await read(`Task?_count=500`)
    return entry
      .map(({ resource }: { resource: FoundTask }) => resource)
      .filter(
        (task: FoundTask) =>
          task.reasonCode?.coding[0]?.code === rule && ['requested', 'ready'].includes(task.status),
      )
  }
  const taskOf = async (visit: string, rule: string) => {
    const { entry } = await read(`Task?focus=Encounter/${visit}&_count=100`)
    return entry
      .map(({ resource }: { resource: FoundTask }) => resource)
      .find((task: FoundTask) => task.reasonCode?.coding[0]?.code === rule)
  }
  let [kept, gone] = ['', '']
  beforeAll(async () => {
    await adt(message({ event: 'A01', id: 'w1', at: '20261001080000', patient: 'W1' }))
    await adt(message({ event: 'A01', id: 'w2', at: '20261002080000', patient: 'W2' }))
    ;[kept, gone] = [await idOf('W1'), await idOf('W2')]
  })

  it('asks once which of two cases of one type goes on, withdraws it when the merge is undone, and asks again', async () => {
    const merged = await operation('merge', both(gone, kept))
    expect(part(merged, 'task')).toMatchObject({
      code: { coding: [{ code: 'fact-review' }] },
      for: { reference: `Patient/${kept}` },
      restriction: { period: { end: '2026-10-14T23:59:59-04:00' } },
    })
    expect(await openTasks('merge-review')).toHaveLength(1)
    await adt(message({ event: 'A08', id: 'w3', at: '20261009080000', patient: 'W2' }))
    const [review] = await openTasks('merge-review')
    const { parameter } = await read(`Task/${review.id}/$explain`)
    const duty = parameter.find(({ name }: { name: string }) => name === 'duty')
    expect(duty.part).toEqual(
      expect.arrayContaining([
        { name: 'rule', valueCode: 'merge-review' },
        { name: 'trigger', valueString: 'the merge of the patients' },
        { name: 'request', valueUri: expect.stringContaining('urn:casewire:request:') },
      ]),
    )
    await operation('unmerge', [reference('source', gone)])
    expect(await openTasks('merge-review')).toEqual([])
    expect((await read(`Task/${review.id}`)).status).toBe('cancelled')
    expect(await openTasks('unmerge-review')).toEqual([])
    await operation('merge', both(gone, kept))
    expect(await openTasks('merge-review')).toEqual([expect.objectContaining({ id: review.id })])
  })

  it('names what people did on a case since the merge that is undone, once, whatever comes after', async () => {
    const visit = (await read(`Encounter?identifier=VW2`)).entry[0].resource.id
    const screen = await taskOf(visit, 'screen')
    await put({ ...screen, status: 'accepted', owner: { reference: 'Practitioner/noor' } })
    await put({
      ...{ resourceType: 'Observation', id: 'since', status: 'final', code: { text: 'weight' } },
      subject: { reference: `Patient/${kept}` },
    })
    const look = await operation('unmerge', [reference('source', gone), preview])
    expect(part(look, 'outcome').issue).toContainEqual(
      expect.objectContaining({ severity: 'warning', expression: ['Task'] }),
    )
    const second = 'PID|2||W2^^^VALLEY^MR||DOE^W2||19800101|F'
    const undo = message({ event: 'A37', id: 'w5', at: '20261010080000', patient: 'W1', segments: [second] })
    await adt(undo)
    const reviews = await openTasks('unmerge-review')
    const of = (patient: string) =>
      reviews.find((task: FoundTask) => task.for.reference === `Patient/${patient}`)
    expect(reviews).toHaveLength(2)
    expect(of(gone).groupIdentifier).toEqual(screen.groupIdentifier)
    expect(of(gone).description).toContain(`What was done: Task/${screen.id}.`)
    expect(of(kept).description).toContain('What was done: Observation/since.')
    expect(of(kept).restriction.period.end).toBe('2026-10-13T23:59:59-04:00')
    await adt(undo.replace('w5', 'w6'))
    await adt(message({ event: 'A03', id: 'w7', at: '20261011080000', patient: 'W1' }))
    await put({ ...(await read('Observation/since')), status: 'amended' })
    expect((await openTasks('unmerge-review')).map(({ id }: { id: string }) => id).toSorted()).toEqual(
      reviews.map(({ id }: { id: string }) => id).toSorted(),
    )
    const { entry } = await read(`Provenance?target=Task/${of(gone).id}`)
    expect(entry.length).toBeGreaterThan(0)
  })
})
