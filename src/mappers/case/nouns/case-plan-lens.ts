import type { CarePlan } from '@medplum/fhirtypes'
import type { Agreement, Plan, PlanState } from '../../../care-plan/nouns/plan.ts'
import { listOf } from '../../../lib/list-of.ts'
import { withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { planNarrative } from '../effects/plan-narrative.ts'
import { asResource, extensionAt, textAt } from '../lenses/slots.ts'
import { hasCoding } from './concept-slots.ts'
import { firstIdIn, integerExtension, someOf, textExtensions } from './element-slots.ts'
import { nounLens, type Birth, type NounLensMaker } from './noun-lens.ts'
import { recordExtensions } from './part-slots.ts'
import { partyAt } from './party-slots.ts'
import { idsIn, modelSlot, orElse, plannedActivities } from './plan-rows.ts'
import { stateSlot } from './state-image.ts'

const assessPlan = {
  system: 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category',
  code: 'assess-plan',
}

/** A plan of the case: any CarePlan that is not a transition or a backup, so that a plain plan of a FHIR app is one too. */
export const casePlanLens: NounLensMaker<'plan'> = names =>
  nounLens<'plan'>({
    noun: 'plan',
    types: ['CarePlan'],
    is: resource =>
      !listOf(resource['category']).some(
        category =>
          hasCoding(category, names.planCategory, 'transition') ||
          hasCoding(category, names.planCategory, 'backup'),
      ),
    blank: (birth, plan) => blankPlan(birth, plan, names),
    slots: {
      state: planState(names),
      major: orElse(integerExtension(names.extension('plan-major')), 1),
      minor: orElse(integerExtension(names.extension('plan-minor')), 0),
      revisions: someOf(textExtensions(names.extension('revised-at'), 'valueDateTime')),
      title: textAt('title'),
      author: partyAt({ element: 'author', types: AUTHORS, extension: names.extension('author') }),
      created: textAt('created'),
      start: textAt('period', 'start'),
      end: textAt('period', 'end'),
      replaces: firstIdIn('replaces', 'CarePlan'),
      model: modelSlot(names),
      goals: idsIn('goal', 'Goal'),
      activities: plannedActivities,
      needs: idsIn('addresses', 'Condition'),
      strengths: idsIn('supportingInfo', 'Observation'),
      agreements: recordExtensions<Agreement>(names.extension('agreement'), {
        party: 'valueCode',
        by: 'valueReference',
        at: 'valueDateTime',
        decision: 'valueCode',
        reason: 'valueString',
        attestedBy: 'valueReference',
        how: 'valueCode',
      }),
      reason: extensionAt(names.extension('reason'), 'valueString'),
      isPlain: plainSlot(names),
    },
  })

const AUTHORS = [
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Device',
  'RelatedPerson',
  'Organization',
  'CareTeam',
]

const planState = ({ state }: CaseNames): Slot<PlanState> =>
  stateSlot<PlanState>({
    url: state,
    images: {
      draft: 'draft',
      'in-review': 'draft',
      agreed: 'draft',
      active: 'active',
      'on-hold': 'on-hold',
      superseded: 'completed',
      completed: 'completed',
      revoked: 'revoked',
      'entered-in-error': 'entered-in-error',
    },
    meanings: {
      active: 'active',
      'on-hold': 'on-hold',
      completed: 'completed',
      revoked: 'revoked',
      'entered-in-error': 'entered-in-error',
    },
    otherwise: 'draft',
  })

/** The category of case plans; the other categories stay. */
function plainSlot({ planCategory }: CaseNames): Slot<boolean | undefined> {
  const isOwn = (category: unknown): boolean => hasCoding(category, planCategory, 'case-plan')
  return {
    get: resource => (listOf(resource['category']).some(isOwn) ? undefined : true),
    set: (resource, isPlain) => {
      const others = listOf(resource['category']).filter(category => !isOwn(category))
      const own = isPlain === true ? [] : [{ coding: [{ system: planCategory, code: 'case-plan' }] }]
      return withElement(resource, 'category', [...own, ...others])
    },
  }
}

function blankPlan({ id, patient }: Birth, plan: Plan, names: CaseNames) {
  const { author } = plan
  const isReference = author !== undefined && AUTHORS.some(type => author.startsWith(`${type}/`))
  const blank: CarePlan = {
    resourceType: 'CarePlan',
    id,
    text: planNarrative(plan),
    status: 'draft',
    intent: 'plan',
    category: [{ coding: [{ system: names.planCategory, code: 'case-plan' }] }, { coding: [assessPlan] }],
    subject: { reference: `Patient/${patient}` },
    ...(isReference && { contributor: [{ reference: author }] }),
  }
  return asResource(blank)
}
