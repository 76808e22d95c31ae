import { afterAll, beforeAll, expect, test } from 'vitest'
import { phq9 } from '../../src/care-plan/instruments/phq-gad.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { answersWorth } from '../support/answers.ts'
import { openCaseServer, type CaseServer } from '../support/case-server.ts'

const CM = 'https://casewire.example/fhir'
const NOOR = 'Practitioner/noor'

let server: CaseServer
let caseId = ''

type Written = Resource & { readonly id: string }
const patient = (more: object = {}): Written => ({ resourceType: 'Patient', id: 'p1', ...more })

const put = async (resource: Written): Promise<number> => {
  server.clock.nowMs += 60_000
  const path = `/fhir/${resource.resourceType}/${resource.id}`
  const headers = { 'content-type': 'application/fhir+json', 'x-actor': NOOR }
  return (await server.call({ method: 'PUT', path, body: resource, headers })).status
}
const read = async (reference: string) => (await server.call({ path: `/fhir/${reference}` })).json
const duties = async () =>
  (await server.call({ path: `/cases/${caseId}/obligations` })).json.obligations.map(
    ({ rule, state, due }: { rule: string; state: string; due: string }) =>
      `${rule} ${state} ${due.slice(0, 10)}`,
  ) as readonly string[]

beforeAll(async () => {
  server = await openCaseServer('2026-10-13T13:00:00Z')
  expect(await put(patient())).toBe(201)
  const made = await server.call({
    method: 'POST',
    path: '/cases',
    body: { patient: 'p1', caseType: 'chronic', reason: 'referred' },
    headers: { 'x-actor': NOOR, 'content-type': 'application/json' },
  })
  expect([made.status, made.json]).toEqual([201, expect.anything()])
  caseId = (await server.call({ path: '/fhir/EpisodeOfCare' })).json.entry[0].resource.id
})
afterAll(() => server?.close())

test('answers of a FHIR app that tell of thoughts of death call for somebody on the same day', async () => {
  const items = answersWorth(phq9, [0, 0, 0, 0, 0, 0, 0, 0, 1])
  const status = await put({
    ...{ resourceType: 'QuestionnaireResponse', id: 'phq', status: 'completed' },
    meta: { tag: [{ system: `${CM}/sid/case`, code: caseId }] },
    questionnaire: `${CM}/Questionnaire/phq-9|1.0.0`,
    subject: { reference: 'Patient/p1' },
    item: items.map(({ linkId, answer }) => ({
      linkId,
      answer: [{ valueCoding: { system: 'http://loinc.org', code: answer } }],
    })),
  })
  expect(status).toBe(201)
  expect(await duties()).toContain('red-flag due 2026-10-13')
})

test('Patient.deceasedBoolean written by FHIR alone ends the case of who was never in hospital, then', async () => {
  expect(await put(patient({ deceasedBoolean: true }))).toBe(200)
  const at = new Date(server.clock.nowMs).toISOString()
  const died = await duties()
  expect(died.filter(line => / (due|missed) /.test(line))).toEqual(['bereavement due 2026-10-16'])
  const { status, period } = await read(`EpisodeOfCare/${caseId}`)
  expect([status, new Date(period.end).toISOString()]).toEqual(['finished', at])
  expect((await read('Patient/p1'))['_deceasedBoolean'].extension).toEqual([
    { url: `${CM}/StructureDefinition/death-noted-at`, valueDateTime: at },
  ])
  expect(await put(patient({ deceasedBoolean: true, gender: 'female' }))).toBe(200)
  expect((await read(`EpisodeOfCare/${caseId}`)).period.end).toBe(period.end)
  expect(await duties()).toEqual(died)
})

test('and taken back lets it go on', async () => {
  expect(await put(patient({ gender: 'female' }))).toBe(200)
  expect((await read(`EpisodeOfCare/${caseId}`)).period.end).toBeUndefined()
  expect((await read('Patient/p1'))['_deceasedBoolean']).toBeUndefined()
  expect(await duties()).toEqual(
    expect.arrayContaining(['red-flag due 2026-10-13', 'bereavement voided 2026-10-16']),
  )
})
