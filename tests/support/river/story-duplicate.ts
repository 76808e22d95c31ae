import { expect } from 'vitest'
import { canonicalJson } from '../../../src/lib/json.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { local } from './acts.ts'
import { duties, read, search, timeline } from './asking.ts'
import * as hospital from './messages.ts'
import type { Chapter } from './story.ts'
import type { Teller } from './teller.ts'

const SUPERVISOR = 'Practitioner/supervisor'

/** A walk-in clinic gives River a second number, and the payer begins a case under it. */
async function isRegisteredTwice(teller: Teller): Promise<void> {
  const { kept, service } = teller
  await teller.tell([hospital.walkIn])
  const [visit] = await search(teller, 'Encounter?identifier=W1')
  kept.set('DOUBLE_VISIT', visit.id).set('DOUBLE', visit.subject.reference.slice('Patient/'.length))
  expect(kept.get('DOUBLE')).not.toBe(kept.get('PATIENT'))
  await service.moveTo('2026-12-14T17:00')
  const body = { caseType: 'chronic', reason: 'referred by the payer', at: local('2026-12-14T17:00') }
  const made = await service.call({
    method: 'POST',
    path: '/cases',
    by: SUPERVISOR,
    body: { ...body, patient: kept.get('DOUBLE') },
  })
  expect(made.status).toBe(201)
  kept.set('DOUBLE_CASE', made.json.case.id)
}

interface Known {
  readonly resources: ReadonlyMap<string, string>
  readonly happened: readonly string[]
}

let apart: Known | undefined

async function isMerged(teller: Teller): Promise<void> {
  apart = await known(teller)
  await teller.tell([hospital.merged('VALLEY-M1', '2026-12-15T09:00')])
  await isOnePatient(teller)
}

async function isOnePatient(teller: Teller): Promise<void> {
  const [patient, double] = [`Patient/${teller.kept.get('PATIENT')}`, `Patient/${teller.kept.get('DOUBLE')}`]
  expect(await read(teller, double)).toMatchObject({
    active: false,
    link: [{ type: 'replaced-by', other: { reference: patient } }],
  })
  const survivor = await read(teller, patient)
  expect(survivor.link).toEqual([expect.objectContaining({ type: 'replaces', other: { reference: double } })])
  expect(survivor.identifier).toContainEqual(expect.objectContaining({ value: 'R2', use: 'old' }))
  expect((await read(teller, 'Encounter/$DOUBLE_VISIT')).subject.reference).toBe(patient)
  expect((await read(teller, 'EpisodeOfCare/$DOUBLE_CASE')).patient.reference).toBe(patient)
  expect((await search(teller, 'Encounter?patient=$DOUBLE')).map(({ id }) => id)).toEqual([])
  const { cases } = await teller.get('/cases?patient=$PATIENT')
  expect((cases as readonly { id: string }[]).map(({ id }) => id).toSorted()).toEqual(
    [teller.kept.get('CASE'), teller.kept.get('DOUBLE_CASE')].toSorted(),
  )
  expect(lost(apart?.happened, await happened(teller))).toEqual([])
}

async function isPartedAgain(teller: Teller): Promise<void> {
  await teller.tell([hospital.parted('VALLEY-M2', '2026-12-15T09:30')])
  const now = await known(teller)
  const keys = [...(apart?.resources.keys() ?? [])]
  const changed = keys.filter(key => now.resources.get(key) !== apart?.resources.get(key))
  expect(changed.map(key => `${key}: ${apart?.resources.get(key)} -> ${now.resources.get(key)}`)).toEqual([])
  expect(lost(apart?.happened, now.happened)).toEqual([])
  expect((await read(teller, 'Patient/$DOUBLE')).active).not.toBe(false)
}

async function isOneForGood(teller: Teller): Promise<void> {
  await teller.tell([hospital.merged('VALLEY-M3', '2026-12-15T10:00')])
  await isOnePatient(teller)
}

const TYPES = [
  ...['Encounter', 'EpisodeOfCare', 'CarePlan', 'CareTeam', 'Goal', 'Task', 'Flag', 'Condition'],
  ...['Observation', 'Communication', 'Appointment', 'ServiceRequest', 'Consent', 'RiskAssessment'],
  ...['QuestionnaireResponse', 'ClinicalImpression'],
]

/** Both patients with all that is theirs, and what happened in both cases. */
async function known(teller: Teller): Promise<Known> {
  const found = await Promise.all([
    ...['PATIENT', 'DOUBLE'].map(name => search(teller, `Patient?_id=$${name}`)),
    ...TYPES.flatMap(type =>
      ['PATIENT', 'DOUBLE'].map(name => search(teller, `${type}?patient=$${name}&_count=500`)),
    ),
  ])
  const resources = (found.flat() as readonly Resource[]).map(resource => {
    const { meta: _meta, lastModified: _modified, ...rest } = resource
    return [`${resource.resourceType}/${resource.id}`, canonicalJson(rest)] as const
  })
  return { resources: new Map(resources), happened: await happened(teller) }
}

async function happened(teller: Teller): Promise<readonly string[]> {
  const own = teller.kept.get('CASE') ?? ''
  const lines: string[] = []
  for (const id of [own, teller.kept.get('DOUBLE_CASE') ?? '']) {
    teller.kept.set('CASE', id)
    const events = await timeline(teller)
    const all = await duties(teller)
    lines.push(...events.map(({ type, nounId, at, actor }) => `${id} ${type} ${nounId} ${at} ${actor}`))
    lines.push(...all.map(({ id: duty, rule, state, due }) => `${id} ${duty} ${rule} ${state} ${due}`))
  }
  teller.kept.set('CASE', own)
  return lines
}

const lost = (before: readonly string[] = [], now: readonly string[]): readonly string[] =>
  before.filter(line => !now.includes(line))

export const registeredTwice: readonly Chapter[] = [
  { title: '19 is given a second number by a clinic, and a second case under it', tell: isRegisteredTwice },
  { title: '19 is one patient after the merge (A40): both cases, nothing lost', tell: isMerged },
  { title: '19 is two again after it is undone (A37): both as they were', tell: isPartedAgain },
  { title: '19 is merged for good', tell: isOneForGood },
]
