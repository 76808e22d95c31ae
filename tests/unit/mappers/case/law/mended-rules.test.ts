import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { act, opened } from '../../../../support/case-acts.ts'
import { admitted, managerOf } from '../../../../support/case-stories.ts'
import {
  after,
  CM,
  emptyWorld,
  ofType,
  only,
  put,
  tasksOf,
  written,
  type World,
} from '../../../../support/case-world.ts'
import { aGoal, aPlan, patientAgreed } from '../../../../support/plan-file.ts'

const identified = after(emptyWorld, admitted)
const open = opened(
  written(identified, [managerOf(identified, 'Practitioner/noor')]),
  '2026-10-06T10:00:00-04:00',
)
const peer = { door: 'peer', actor: 'Device/peer-north' } as const

const sentAs = (world: World, type: string): Resource => {
  const [found] = ofType(world, type)
  if (!found) throw new Error(`no ${type}`)
  return found
}
const plan = sentAs(
  act(
    open,
    'plan',
    aPlan({ id: 'pl1', state: 'active', goals: ['g1'], activities: [], agreements: [patientAgreed] }),
  ),
  'CarePlan',
)
const goalIn = (state: 'active' | 'cancelled'): Resource =>
  sentAs(act(open, 'goal', { ...aGoal({ id: 'g1', state }), reason: 'she goes there by herself' }), 'Goal')

const flagged = (world: World): readonly string[] =>
  world.compartment
    .filter(({ meta }) =>
      meta?.tag?.some(({ system, code }) => system === `${CM}/CodeSystem/flag` && code === 'rule-broken'),
    )
    .map(({ id }) => id ?? '')
const reviews = (world: World): readonly unknown[] =>
  tasksOf(world, 'fact-review').map(task => task['status'])

describe('a plan that a peer sends before its goals', () => {
  const early = written(open, [plan], peer)
  const whole = written(early, [goalIn('active')], peer)

  it('is flagged, and people are asked to look (I3)', () => {
    expect(flagged(early)).toEqual(['pl1'])
    expect(reviews(early)).toEqual(['requested'])
  })

  it('loses the flag, and the review its ground, when the goals come', () => {
    expect(flagged(whole)).toEqual([])
    expect(reviews(whole)).toEqual(['cancelled'])
    const [review] = tasksOf(whole, 'fact-review')
    expect(JSON.stringify(review)).toContain('the rule holds again')
    expect(validateResource(review).filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('is asked about again when a goal is taken back', () => {
    const back = written(whole, [{ ...goalIn('cancelled') }], peer)
    const broken = written(back, [{ ...plan, title: 'Again' }], peer)
    expect(flagged(back)).not.toEqual([])
    expect(reviews(broken)).toContain('requested')
  })

  it('keeps a review that somebody has begun', () => {
    const [review] = tasksOf(early, 'fact-review')
    const begun = { ...review, status: 'accepted', owner: { reference: 'Practitioner/noor' } } as Resource
    const world = written(written(early, [begun]), [goalIn('active')], peer)
    expect(reviews(world)).toEqual(['accepted'])
  })

  it('is neither flagged nor asked about when both come together, in any order', () => {
    for (const sent of [
      [plan, goalIn('active')],
      [goalIn('active'), plan],
    ]) {
      const world = written(open, sent, peer)
      expect([flagged(world), reviews(world)]).toEqual([[], []])
    }
  })

  it('that names no case joins it when the part comes that it lacked', () => {
    const { extension, meta: _tagged, ...rest } = plan
    const others = (extension as readonly { url: string }[]).filter(({ url }) => !url.includes('workflow'))
    const unlinked: Resource = { ...rest, extension: others }
    const alone = written(open, [unlinked], peer)
    expect(JSON.stringify(sentAs(alone, 'CarePlan'))).not.toContain('workflow-episodeOfCare')
    expect(reviews(alone)).toEqual(['requested'])
    const joined = written(alone, [goalIn('active')], peer)
    expect(JSON.stringify(sentAs(joined, 'CarePlan'))).toContain('workflow-episodeOfCare')
    expect(reviews(joined)).toEqual(['completed'])
  })
})

describe('the two cases of one patient', () => {
  const SECOND = 'second'
  const first = only(open, 'EpisodeOfCare').id ?? ''
  const both: World = { compartment: put(open.compartment, [{ ...only(open, 'EpisodeOfCare'), id: SECOND }]) }
  const ofSecond = (resource: Resource, id: string): Resource =>
    ({ ...JSON.parse(JSON.stringify(resource).replaceAll(first, SECOND)), id }) as Resource
  const secondPlan = JSON.parse(
    JSON.stringify(ofSecond(plan, 'pl2')).replaceAll('Goal/g1', 'Goal/g2'),
  ) as Resource
  const bothFlagged = written(written(both, [plan], peer), [secondPlan], peer)

  it('are flagged each for itself', () => {
    expect(flagged(bothFlagged)).toEqual(['pl1', 'pl2'])
    expect(reviews(bothFlagged)).toEqual(['requested', 'requested'])
  })

  it('lose the flags of the one alone that is mended, whichever it is', () => {
    const one = written(bothFlagged, [goalIn('active')], peer)
    expect(flagged(one)).toEqual(['pl2'])
    expect(reviews(one)).toEqual(['cancelled', 'requested'])
    const other = written(bothFlagged, [ofSecond(goalIn('active'), 'g2')], peer)
    expect(flagged(other)).toEqual(['pl1'])
    expect(flagged(written(other, [goalIn('active')], peer))).toEqual([])
  })

  it('do not take the flag from what belongs to neither', () => {
    const tag = [{ system: `${CM}/CodeSystem/flag`, code: 'rule-broken' }]
    const loose = { ...ofSecond(plan, 'loose'), extension: [], meta: { tag } } as Resource
    const world: World = { compartment: put(written(open, [plan], peer).compartment, [loose]) }
    expect(flagged(written(world, [goalIn('active')], peer))).toEqual(['loose'])
  })
})
