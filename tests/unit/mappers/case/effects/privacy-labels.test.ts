import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import {
  admission,
  after,
  discharge,
  emptyWorld,
  ofType,
  only,
  PATIENT,
  put,
  stay,
  type World,
} from '../../../../support/case-world.ts'
import type { Stay } from '../../../../../src/care-plan/stays/stay.ts'

const RESTRICTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }
const CELEBRITY = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
  code: 'CEL',
  display: 'celebrity',
}
const came = stay('e1', [admission('2026-10-05T18:30:00')])
const home = stay('e1', [...came.movements, discharge('2026-10-08T10:00:00', '01')])

const patient = (...security: readonly object[]): Resource =>
  ({ resourceType: 'Patient', id: PATIENT, meta: { security } }) as unknown as Resource
const encounter = (id: string, ...security: readonly object[]): Resource =>
  ({ resourceType: 'Encounter', id, status: 'in-progress', meta: { security } }) as unknown as Resource
const then = (world: World, stays: readonly Stay[], ...known: readonly Resource[]): World =>
  after({ compartment: put(world.compartment, known) }, stays)
const codesIn = (resource: Resource | undefined): readonly unknown[] =>
  ((resource?.meta as { security?: { code?: string }[] } | undefined)?.security ?? []).map(({ code }) => code)
const derived = ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task', 'RiskAssessment', 'Flag']
const labelsIn = (world: World): readonly unknown[] => [
  ...new Set(derived.flatMap(type => ofType(world, type).map(one => codesIn(one).join(' ')))),
]

describe('what is derived of a protected patient or stay', () => {
  it('carries the labels of the patient and of the stays of its case', () => {
    const world = then(emptyWorld, [home], patient(RESTRICTED), encounter('e1', CELEBRITY, RESTRICTED))
    expect(ofType(world, 'Task').length).toBeGreaterThan(3)
    expect(labelsIn(world)).toEqual(['CEL R'])
    expect(labelsIn(then(emptyWorld, [home], patient(), encounter('e1')))).toEqual([''])
  })

  it('carries none of a visit that is no part of the case, or that says nothing of protection', () => {
    const known = [patient(), encounter('e0', RESTRICTED)]
    expect(labelsIn(then(emptyWorld, [came], ...known))).toEqual([''])
    const unrestricted = { ...RESTRICTED, code: 'N' }
    expect(labelsIn(then(emptyWorld, [came], patient(unrestricted)))).toEqual([''])
  })

  it('loses them with their source, and keeps those of people', () => {
    const labelled = then(emptyWorld, [came], patient(RESTRICTED))
    const episode = only(labelled, 'EpisodeOfCare')
    const own = { ...episode, meta: { ...episode.meta, security: [CELEBRITY] } } as unknown as Resource
    expect(codesIn(only(then(labelled, [came], patient(RESTRICTED), own), 'EpisodeOfCare'))).toEqual([
      'CEL',
      'R',
    ])
    const freed = then(then(labelled, [came], patient(RESTRICTED), own), [came], patient())
    expect(codesIn(only(freed, 'EpisodeOfCare'))).toEqual(['CEL'])
    expect(labelsIn(then(labelled, [came], patient()))).toEqual([''])
  })

  it('is not written again when nothing changed', () => {
    const world = then(emptyWorld, [came], patient(RESTRICTED), encounter('e1', CELEBRITY))
    expect(then(world, [came]).last?.resources).toEqual([])
  })
})
