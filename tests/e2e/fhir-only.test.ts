import { expect, test } from 'vitest'
import type { Resource } from '../../src/fhir/resource.ts'
import { openEmbeddedRiver } from '../support/embedded-river.ts'
import { byFhir } from '../support/fhir-only-client.ts'
import { differences, type Told } from '../support/fhir-only/compare.ts'
import { accident, admitted, modelChosen, onTheWard, opened } from '../support/river/admission.ts'
import {
  alarmed,
  booked,
  home,
  mended,
  missed,
  reached,
  seen,
  treated,
  tried,
  visited,
} from '../support/river/home.ts'
import {
  brokerage,
  clinicalAgain,
  firstWeek,
  intensive,
  reassessed,
  sessions,
  stable,
} from '../support/river/models.ts'
import { assessed, concluded, concludedTooEarly, planned } from '../support/river/planning.ts'
import { handedOver, inRehabilitation, moved } from '../support/river/rehabilitation.ts'
import { byCommand, storyteller, type Hand, type Teller } from '../support/river/teller.ts'

const TYPES = [
  ...['Patient', 'EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task', 'Flag', 'Encounter'],
  ...['Communication', 'Appointment', 'ServiceRequest', 'Condition', 'Observation', 'ClinicalImpression'],
  ...['QuestionnaireResponse', 'RiskAssessment', 'Consent'],
]

async function found(teller: Teller, type: string): Promise<readonly Resource[]> {
  const bundle = (await teller.get(`/fhir/${type}?_count=500`)) as {
    readonly entry?: readonly { readonly resource: Resource }[]
  }
  return (bundle.entry ?? []).map(({ resource }) => resource)
}

/** The one resource whose text says so: what a client finds by looking. */
async function lookedUp(teller: Teller, type: string, saying: string): Promise<string> {
  const one = (await found(teller, type)).find(resource => JSON.stringify(resource).includes(saying))
  if (one?.id === undefined) throw new Error(`no ${type} says ${saying}`)
  return one.id
}

/** River's story from the accident to the brokerage model (domain.md 8), by one way of telling it. */
async function told(hand: Hand): Promise<Told> {
  const service = await openEmbeddedRiver('2026-10-10T17:00')
  try {
    const teller = storyteller(service, hand)
    const { kept } = teller
    for (const part of [accident, admitted]) await teller.tell(part)
    kept.set('CASE', await lookedUp(teller, 'EpisodeOfCare', 'identified'))
    kept.set('PATIENT', await lookedUp(teller, 'Patient', 'RIVER'))
    for (const part of [opened, modelChosen, onTheWard, assessed, [concludedTooEarly], concluded])
      await teller.tell(part)
    for (const part of [planned, moved]) await teller.tell(part)
    kept.set('HANDOVER', await lookedUp(teller, 'Task', '"handover"'))
    for (const part of [handedOver, inRehabilitation, home]) await teller.tell(part)
    kept.set('TRANSITION', await lookedUp(teller, 'CarePlan', 'discharged-community'))
    for (const part of [tried, reached, visited, booked, seen, missed, mended, alarmed, treated, sessions])
      await teller.tell(part)
    for (const part of [intensive, firstWeek, stable, clinicalAgain, reassessed, brokerage])
      await teller.tell(part)
    const resources = await Promise.all(TYPES.map(type => found(teller, type)))
    return { resources: resources.flat(), kept }
  } finally {
    await service.close()
  }
}

test('River’s story told by FHIR writes alone ends in the same case', async () => {
  const fhir = await told(byFhir)
  const command = await told(byCommand)
  expect(differences(command, fhir)).toEqual([])
})
