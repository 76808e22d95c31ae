import type { CarePlan } from '@medplum/fhirtypes'
import type { Resource } from '../../../fhir/resource.ts'
import { objectOf, textOf } from './json-edit.ts'
import { lensOf, type Lens } from './lens.ts'
import { workflowEpisode, type CaseNames } from '../names.ts'
import {
  asResource,
  derivedRows,
  extensionAt,
  extensionOf,
  tagOf,
  textAt,
  withReason,
  type RowShape,
} from './slots.ts'
import { nativeStatus, standingSlot, type Standing } from './standing.ts'

/** What the case law owns of a CarePlan. */
export interface PlanState {
  readonly standing: Standing<string>
  /** Exact state of a transition, e.g. `readmitted`. */
  readonly state: string | undefined
  readonly created: string | undefined
  readonly start: string | undefined
  readonly end: string | undefined
  /** References of the derived Tasks, sorted. */
  readonly activities: readonly string[]
  /** The source gave no discharge disposition that we know. */
  readonly isDispositionUnknown: boolean
}

export const planLens = (names: CaseNames): Lens<PlanState> =>
  lensOf<PlanState>({
    standing: standingSlot(names.derived, nativeStatus),
    state: extensionAt(names.state, 'valueCode'),
    created: textAt('created'),
    start: textAt('period', 'start'),
    end: textAt('period', 'end'),
    activities: derivedRows('activity', names.derived, activityRow(names)),
    isDispositionUnknown: tagOf(names.flag, 'disposition-unknown'),
  })

/** A Task of the plan, by reference: activity.detail would be a second truth. */
const activityRow = (names: CaseNames): RowShape<string> => ({
  keyOf: reference => reference,
  read: row => textOf(objectOf(row['reference'])['reference']) ?? '',
  write: (row, reference) =>
    withReason(
      { ...row, reference: { ...objectOf(row['reference']), reference } },
      names.derived,
      'follows from the discharge',
    ),
})

/** Id of the case that a CarePlan or CareTeam is linked to. */
export function linkedEpisode(resource: Resource): string | undefined {
  const link = extensionOf(resource, workflowEpisode)
  const reference = textOf(objectOf(link?.['valueReference'])['reference'])
  return reference?.startsWith('EpisodeOfCare/') ? reference.slice('EpisodeOfCare/'.length) : undefined
}

export interface TransitionBirth {
  readonly id: string
  readonly caseId: string
  readonly patient: string
  readonly team: string
  readonly encounter: string
}

const TITLE = 'Transition after discharge'

/** The plan of a discharge to the community, without activities yet. */
export function newTransitionPlan(birth: TransitionBirth, names: CaseNames): Resource {
  const team = { reference: `CareTeam/${birth.team}` }
  const plan: CarePlan = {
    resourceType: 'CarePlan',
    id: birth.id,
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml">${TITLE}: contact, discharge information, visit, medication and watch for a return.</div>`,
    },
    extension: [{ url: workflowEpisode, valueReference: { reference: `EpisodeOfCare/${birth.caseId}` } }],
    status: 'active',
    intent: 'plan',
    category: [
      { coding: [{ system: names.planCategory, code: 'transition' }] },
      {
        coding: [{ system: 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category', code: 'assess-plan' }],
      },
    ],
    title: TITLE,
    subject: { reference: `Patient/${birth.patient}` },
    // What the service derives, the team of the case answers for (domain.md 4.4).
    author: team,
    contributor: [team],
    careTeam: [team],
    supportingInfo: [{ reference: `Encounter/${birth.encounter}` }],
  }
  return asResource(withReason(asResource(plan), names.derived, 'discharge to the community'))
}
