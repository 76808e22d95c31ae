import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../../src/care-plan/case/case-file.ts'
import type { Activity, Goal, Plan } from '../../../../../src/care-plan/nouns/plan.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { withCaseLink } from '../../../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { withPlanContent } from '../../../../../src/mappers/case/effects/plan-content.ts'
import { planNarrative } from '../../../../../src/mappers/case/effects/plan-narrative.ts'
import { openFile } from '../../../../support/case-file.ts'
import {
  admission,
  after,
  CM,
  discharge,
  emptyWorld,
  only,
  put,
  stay,
} from '../../../../support/case-world.ts'
import { managerOf } from '../../../../support/case-stories.ts'

const lenses = nounLenses(CM)
const plan: Plan = {
  ...{ id: 'p1', state: 'active', major: 2, minor: 1, title: 'Back on the bicycle' },
  ...{ goals: ['g1', 'g2'], activities: ['a1', 'a2'], needs: ['n1'], strengths: [], agreements: [] },
}
const goal = (id: string, text: string, more: Partial<Goal> = {}): Goal => ({
  ...{ id, state: 'active', text, needs: [], acceptances: [] },
  ...more,
})
const activity = (id: string, more: Partial<Activity> = {}): Activity => ({
  ...{ id, state: 'planned', kind: 'service', text: id },
  ...{ days: [], goals: [], needs: [], after: [], performances: [] },
  ...more,
})
const lists: Partial<CaseFile> = {
  needs: [{ id: 'n1', state: 'confirmed', text: 'Pain <7/10 & "stiff"', evidence: [] }],
  goals: [
    goal('g1', 'Walk to the shop', { target: '2026-12-01' }),
    goal('g2', 'Ride again'),
    goal('g3', 'Of another plan'),
  ],
  activities: [
    activity('a1', {
      ...{ text: 'Physical therapy', perWeek: '3', days: ['mon', 'wed'], timeOfDay: '09:00' },
      ...{ setting: 'clinic', start: '2026-10-20T09:00:00-04:00' },
    }),
    activity('a2', { state: 'cancelled' }),
  ],
}
const file = openFile({ assigner: 'Organization/plan' }, lists)
const born = (of: Plan = plan): Resource =>
  withCaseLink(
    lenses.of('plan').write(lenses.of('plan').blank({ id: 'p1', caseId: 'c-1', patient: 'river' }, of), of),
    'c-1',
    lenses.names,
  )
const setting = { file, team: 't1', lenses }

describe('the narrative of a plan', () => {
  it('says needs, goals and activities in plain lines, without what came to nothing', () => {
    expect(planNarrative(plan, file).div).toBe(
      '<div xmlns="http://www.w3.org/1999/xhtml"><p>Case plan 2.1: Back on the bicycle (active).</p>' +
        '<p>Needs</p><ul><li>Pain &lt;7/10 &amp; "stiff"</li></ul>' +
        '<p>Goals</p><ul><li>Walk to the shop, by 2026-12-01</li><li>Ride again</li></ul>' +
        '<p>Activities</p><ul><li>Physical therapy, 3 times a week, mon wed, at 09:00, setting: clinic, ' +
        'from 2026-10-20</li></ul></div>',
    )
  })

  it('is the same as long as the content is: sessions and progress are none of it', () => {
    const later = openFile(
      {},
      {
        ...lists,
        goals: (lists.goals ?? []).map(one => ({ ...one, achievement: 'improving' as const })),
        activities: (lists.activities ?? []).map(one => ({
          ...one,
          performances: [{ at: '2026-10-21T09:00:00-04:00', kept: true }],
        })),
      },
    )
    expect(planNarrative(plan, later)).toEqual(planNarrative(plan, file))
  })

  it('is valid XHTML whatever people wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), text => {
        const one = { ...plan, title: text.trim() === '' ? 'x' : text }
        const told = planNarrative(one, openFile({}, { ...lists, goals: [goal('g1', text)] }))
        const issues = validateResource({ ...born(), text: told })
        expect(issues.filter(({ expression = '' }) => expression.startsWith('CarePlan.text'))).toEqual([])
      }),
    )
  })
})

describe('a plan of ours', () => {
  it('refers to the team and the accountable organisation, and is valid R4', () => {
    const told = withPlanContent(born(), setting)
    expect(told).toMatchObject({
      text: { id: 'case-plan', status: 'generated' },
      careTeam: [{ reference: 'CareTeam/t1', extension: [{ valueString: 'team of the case' }] }],
    })
    expect(JSON.stringify(told['extension'])).toContain('"valueReference":{"reference":"Organization/plan"}')
    expect(validateResource(told).filter(({ severity }) => severity !== 'information')).toEqual([])
    expect(lenses.of('plan').read(told)).toEqual(lenses.of('plan').read(born()))
  })

  it('names its author among those who contributed, for US Core and for old readers', () => {
    const authored = { ...plan, author: 'Practitioner/noor' }
    const [author, theirs] = [{ reference: 'Practitioner/noor' }, { reference: 'Practitioner/sam' }]
    expect(born(authored)).toMatchObject({ author, contributor: [author] })
    const { contributor: _left, ...bare } = born(authored)
    expect(withPlanContent(bare, setting)['contributor']).toEqual([author])
    expect(withPlanContent({ ...bare, contributor: [theirs] }, setting)['contributor']).toEqual([
      theirs,
      author,
    ])
    expect(withPlanContent(born(), setting)['contributor']).toBeUndefined()
  })

  it('for a transition is the team’s, and says who is accountable', () => {
    const stays = [stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')])]
    const start = after(emptyWorld, stays)
    const assigner = { reference: 'Organization/plan' }
    const careManager = { reference: 'Practitioner/noor' }
    const assigned = { ...only(start, 'EpisodeOfCare'), managingOrganization: assigner, careManager }
    const world = after({ compartment: put(start.compartment, [assigned]) }, stays)
    const team = { reference: `CareTeam/${only(world, 'CareTeam').id ?? ''}` }
    const transition = only(world, 'CarePlan')
    expect(transition).toMatchObject({ author: team, contributor: [team], careTeam: [team] })
    expect(JSON.stringify(transition['extension'])).toContain(
      '"valueReference":{"reference":"Organization/plan"}',
    )
    expect(validateResource(transition).filter(({ severity }) => severity !== 'information')).toEqual([])
    expect(only(after(world, stays), 'CarePlan')).toBe(transition)
  })

  it('is the very same when it says all that already', () => {
    const told = withPlanContent(born(), setting)
    expect(withPlanContent(told, setting)).toBe(told)
  })

  it('keeps the team that somebody put there', () => {
    const pinned = { ...born(), careTeam: [{ reference: 'CareTeam/t1' }, { reference: 'CareTeam/other' }] }
    expect(withPlanContent(pinned, setting)['careTeam']).toEqual(pinned.careTeam)
  })
})

describe('a plan that somebody else wrote', () => {
  it('is left as it is', () => {
    const { text: _text, ...silent } = born()
    expect(withPlanContent(silent, setting)).toBe(silent)
    const own = { ...silent, text: { status: 'additional', div: '<div xmlns="x">theirs</div>' } }
    expect(withPlanContent(own, setting)).toBe(own)
  })
})

describe('an effect on a case', () => {
  it('tells the plan once, and again only when the content changes', () => {
    const stays = [stay('e1', [admission('2026-10-05T18:30:00')])]
    const start = after(emptyWorld, stays)
    const caseId = only(start, 'EpisodeOfCare').id ?? ''
    const bare = withCaseLink(
      lenses.of('plan').write(born(), { ...plan, goals: ['g1'], activities: [], needs: [] }),
      caseId,
      lenses.names,
    )
    const wanted = goal('g1', 'Walk to the shop')
    const goalOf = (text: string): Resource => {
      const blank = lenses.of('goal').blank({ id: 'g1', caseId, patient: 'river' }, wanted)
      return withCaseLink(lenses.of('goal').write(blank, { ...wanted, text }), caseId, lenses.names)
    }
    const world = {
      compartment: put(start.compartment, [
        managerOf(start, 'Practitioner/noor'),
        bare,
        goalOf('Walk to the shop'),
      ]),
    }
    const told = after(world, stays)
    expect(JSON.stringify(only(told, 'CarePlan')['text'])).toContain('<li>Walk to the shop</li>')
    expect(only(told, 'CarePlan')).toMatchObject({
      careTeam: [{ reference: `CareTeam/${only(told, 'CareTeam').id ?? ''}` }],
    })
    expect(only(after(told, stays), 'CarePlan')).toBe(only(told, 'CarePlan'))
    const changed = after({ compartment: put(told.compartment, [goalOf('Walk to the park')]) }, stays)
    expect(JSON.stringify(only(changed, 'CarePlan')['text'])).toContain('<li>Walk to the park</li>')
  })
})
