import type { Goal as FhirGoal } from '@medplum/fhirtypes'
import { achievements, type Achievement, type Goal, type GoalState } from '../../../care-plan/nouns/plan.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionOf, textAt, withExtension } from '../lenses/slots.ts'
import { conceptSlots } from './concept-slots.ts'
import { integerExtension, ownRows, without } from './element-slots.ts'
import { gasScale } from './gas-scale-slot.ts'
import { nounLens, type Birth, type NounLensMaker } from './noun-lens.ts'
import { partyAt } from './party-slots.ts'
import { idsIn } from './plan-rows.ts'
import { nativeConcept, nativeElement, stateSlot } from './state-image.ts'

/** A goal (Goal): lifecycle and achievement are two axes, both FHIR's own. */
export const goalLens: NounLensMaker<'goal'> = names =>
  nounLens<'goal'>({
    noun: 'goal',
    types: ['Goal'],
    is: () => true,
    blank: (birth, goal) => blankGoal(birth, goal, names),
    slots: {
      state: goalState(names),
      achievement,
      text: conceptSlots('description').text,
      start: startDate,
      target: dueDate,
      expressedBy: partyAt({
        element: 'expressedBy',
        types: ['Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson'],
        extension: names.extension('expressed-by'),
      }),
      weight: integerExtension(names.extension('goal-weight')),
      rank: integerExtension(names.extension('goal-rank')),
      scale: gasScale(names),
      needs: idsIn('addresses', 'Condition'),
      acceptances: acceptances(names),
      reason: textAt('statusReason'),
      statusAt: textAt('statusDate'),
    },
  })

const goalState = ({ state }: CaseNames): Slot<GoalState> => {
  const same = {
    proposed: 'proposed',
    planned: 'planned',
    accepted: 'accepted',
    rejected: 'rejected',
    active: 'active',
    'on-hold': 'on-hold',
    completed: 'completed',
    cancelled: 'cancelled',
    'entered-in-error': 'entered-in-error',
  } as const
  return stateSlot<GoalState>({
    url: state,
    images: same,
    meanings: same,
    otherwise: 'proposed',
    native: nativeElement('lifecycleStatus'),
  })
}

const achieved = nativeConcept('achievementStatus', 'http://terminology.hl7.org/CodeSystem/goal-achievement')
const achievement: Slot<Achievement | undefined> = {
  get: resource => achievements.find(code => code === achieved.get(resource)),
  set: (resource, code) => achieved.set(resource, code ?? ''),
}

/** start[x] is one element: a date takes the place of a code. */
const startDate: Slot<string | undefined> = {
  get: resource => textOf(resource['startDate']),
  set: (resource, day) =>
    withElement(without(resource, ['startCodeableConcept', '_startCodeableConcept']), 'startDate', day),
}

/** The first target with a day by which it is due. Taking it out takes out every such day, for the goal has none then. */
const dueDate: Slot<string | undefined> = {
  get: resource => textOf(objectOf(listOf(resource['target']).find(isDue))['dueDate']),
  set: (resource, day) => {
    const list = listOf(resource['target'])
    const at = list.findIndex(isDue)
    const next =
      day === undefined
        ? list.flatMap((row): readonly unknown[] => (isDue(row) ? withoutDay(row) : [row]))
        : at < 0
          ? [...list, { dueDate: day }]
          : list.with(at, { ...objectOf(list[at]), dueDate: day })
    return withElement(resource, 'target', next)
  },
}

const isDue = (row: unknown): row is JsonObject => isObject(row) && textOf(row['dueDate']) !== undefined

function withoutDay(row: JsonObject): readonly JsonObject[] {
  const left = withElement(row, 'dueDate', undefined)
  return Object.keys(left).length === 0 ? [] : [left]
}

const ACCEPTANCE = 'http://hl7.org/fhir/StructureDefinition/goal-acceptance'

type Acceptance = Goal['acceptances'][number]

/** http://hl7.org/fhir/R4/extension-goal-acceptance.html; its priority stays, the time of saying so is an extension of ours. */
function acceptances(names: CaseNames): Slot<readonly Acceptance[]> {
  const at = names.extension('at')
  return ownRows<Acceptance>('extension', {
    isOwn: row =>
      row['url'] === ACCEPTANCE && individualOf(row) !== undefined && decisionOf(row) !== undefined,
    keyOf: ({ by }) => by,
    read: row => {
      const said = textOf(extensionOf(row, at)?.['valueDateTime'])
      return {
        by: individualOf(row) ?? '',
        decision: decisionOf(row) ?? 'pending',
        ...(said !== undefined && { at: said }),
      }
    },
    write: (row, said) => {
      const url = { url: ACCEPTANCE, ...row }
      const by =
        individualOf(row) === said.by
          ? url
          : withExtension(url, 'individual', { url: 'individual', valueReference: { reference: said.by } })
      const decided =
        decisionOf(row) === said.decision
          ? by
          : withExtension(by, 'status', { url: 'status', valueCode: said.decision })
      return withExtension(
        decided,
        at,
        said.at === undefined ? undefined : { url: at, valueDateTime: said.at },
      )
    },
  })
}

const individualOf = (row: JsonObject): string | undefined =>
  textOf(objectOf(extensionOf(row, 'individual')?.['valueReference'])['reference'])

const decisions = ['agree', 'disagree', 'pending'] as const
const decisionOf = (row: JsonObject): Acceptance['decision'] | undefined =>
  decisions.find(code => code === extensionOf(row, 'status')?.['valueCode'])

function blankGoal({ id, caseId, patient }: Birth, { text }: Goal, names: CaseNames) {
  const goal: FhirGoal = {
    resourceType: 'Goal',
    id,
    identifier: [{ system: names.caseNumber, value: caseId }],
    lifecycleStatus: 'proposed',
    description: { text },
    subject: { reference: `Patient/${patient}` },
  }
  return asResource(goal)
}
