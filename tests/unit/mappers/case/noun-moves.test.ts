import { expect, test } from 'vitest'
import { caseNames } from '../../../../src/mappers/case/names.ts'
import { withCaseLink } from '../../../../src/mappers/case/nouns/case-link.ts'
import {
  admission,
  after,
  CM,
  emptyWorld,
  lawOf,
  only,
  PATIENT,
  put,
  stay,
} from '../../../support/case-world.ts'

const admitted = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])])
const caseId = only(admitted, 'EpisodeOfCare').id ?? ''
const names = caseNames(CM)

const parts = [
  { resourceType: 'Goal', lifecycleStatus: 'proposed', description: { text: 'walk' } },
  { resourceType: 'ServiceRequest', status: 'draft', intent: 'order' },
  { resourceType: 'Observation', status: 'final', code: { text: 'score' } },
]

test.each(parts)('a $resourceType of a case is not given to another patient', part => {
  const own = { ...part, id: 'n1', subject: { reference: `Patient/${PATIENT}` } }
  const standing = withCaseLink(own, caseId, names)
  const world = { compartment: put(admitted.compartment, [standing]) }
  const moved = lawOf(world, [{ ...standing, subject: { reference: 'Patient/other' } }])
  expect(moved).toMatchObject({ ok: false, failure: { code: 'derived-element' } })
  expect(lawOf(world, [{ ...standing, language: 'en' }])).toMatchObject({ ok: true })
})
