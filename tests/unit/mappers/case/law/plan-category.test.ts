import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { workflowEpisode } from '../../../../../src/mappers/case/names.ts'
import {
  admission,
  after,
  CM,
  emptyWorld,
  lawOf,
  only,
  PATIENT,
  stay,
  written,
} from '../../../../support/case-world.ts'

const start = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])])
const caseId = only(start, 'EpisodeOfCare').id ?? ''
const category = (code: string) => ({ coding: [{ system: `${CM}/CodeSystem/plan-category`, code }] })
const plan = (categories: readonly object[]): Resource => ({
  resourceType: 'CarePlan',
  id: 'p1',
  status: 'draft',
  intent: 'plan',
  subject: { reference: `Patient/${PATIENT}` },
  extension: [{ url: workflowEpisode, valueReference: { reference: `EpisodeOfCare/${caseId}` } }],
  category: categories,
})
const drafted = written(start, [plan([category('case-plan')])])
const anything = { text: 'Discharge planning' }

describe('the category of a case plan', () => {
  it.each([
    ['taken away', []],
    ['replaced by another one', [anything]],
    ['hidden behind that of a transition', [category('case-plan'), category('transition')]],
  ])('is not %s by a client', (_how, categories) => {
    expect(lawOf(drafted, [plan(categories)])).toMatchObject({
      ok: false,
      failure: { code: 'derived-element', expression: 'CarePlan.category' },
    })
  })

  it('may be joined by others, and a plain plan may get it', () => {
    expect(lawOf(drafted, [plan([anything, category('case-plan')])]).ok).toBe(true)
    const plain = written(start, [plan([anything])])
    expect(lawOf(plain, [plan([category('case-plan')])]).ok).toBe(true)
  })

  it('that a peer took away is recorded, flagged and reviewed', () => {
    const world = written(drafted, [plan([])], { door: 'peer' })
    expect(only(world, 'CarePlan')).toMatchObject({ meta: { tag: [{ code: 'rule-broken' }] } })
  })
})
