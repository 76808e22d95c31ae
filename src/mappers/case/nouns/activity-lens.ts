import type { ServiceRequest } from '@medplum/fhirtypes'
import {
  activityKinds,
  type Activity,
  type ActivityState,
  type Performance,
} from '../../../care-plan/nouns/plan.ts'
import { objectOf, textOf, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionAt, extensionOf, textAt } from '../lenses/slots.ts'
import { timingSlots } from './activity-timing.ts'
import { conceptSlots, ownConceptIn } from './concept-slots.ts'
import { extensionRows, firstReferenceIn, idIn, ownRows } from './element-slots.ts'
import { nounLens, type Birth, type NounLensMaker } from './noun-lens.ts'
import { partyAt } from './party-slots.ts'
import { idsIn } from './plan-rows.ts'
import { stateSlot } from './state-image.ts'

/** An activity of the plan (ServiceRequest): the requester owns it, the first performer does it. */
export const activityLens: NounLensMaker<'activity'> = names =>
  nounLens<'activity'>({
    noun: 'activity',
    types: ['ServiceRequest'],
    is: () => true,
    blank: (birth, activity) => blankRequest(birth, activity, names),
    slots: {
      state: activityState(names),
      kind: kindSlot(names),
      ...conceptSlots('code'),
      setting: ownConceptIn('locationCode', names.codeSystem('setting')),
      owner: partyAt({
        element: 'requester',
        types: ['Practitioner', 'PractitionerRole', 'Organization', 'Patient', 'RelatedPerson', 'Device'],
        extension: names.extension('owner'),
      }),
      performer: firstReferenceIn('performer'),
      ...timingSlots,
      place: firstReferenceIn('locationReference', reference => reference.startsWith('Location/')),
      goals: pertainsToGoals,
      needs: idsIn('reasonReference', 'Condition'),
      after: idsIn('supportingInfo', 'ServiceRequest'),
      performances: performances(names),
      requestedAt: textAt('authoredOn'),
      endedAt: extensionAt(names.extension('ended-at'), 'valueDateTime'),
      reason: extensionAt(names.extension('reason'), 'valueString'),
    },
  })

const activityState = ({ state }: CaseNames): Slot<ActivityState> =>
  stateSlot<ActivityState>({
    url: state,
    images: {
      planned: 'draft',
      requested: 'active',
      scheduled: 'active',
      'in-progress': 'active',
      missed: 'active',
      completed: 'completed',
      declined: 'revoked',
      cancelled: 'revoked',
      'entered-in-error': 'entered-in-error',
    },
    meanings: {
      active: 'requested',
      'on-hold': 'requested',
      completed: 'completed',
      revoked: 'cancelled',
      'entered-in-error': 'entered-in-error',
    },
    otherwise: 'planned',
  })

function kindSlot(names: CaseNames): Slot<Activity['kind']> {
  const code = ownConceptIn('category', names.codeSystem('activity-kind'))
  return {
    get: resource => activityKinds.find(kind => kind === code.get(resource)) ?? 'service',
    set: code.set,
  }
}

/** http://hl7.org/fhir/R4/extension-resource-pertainstogoal.html */
const PERTAINS = 'http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal'

const goalIn = (row: JsonObject): string | undefined =>
  idIn(textOf(objectOf(row['valueReference'])['reference']), 'Goal')

const pertainsToGoals: Slot<readonly string[]> = ownRows('extension', {
  isOwn: row => row['url'] === PERTAINS && goalIn(row) !== undefined,
  keyOf: id => id,
  read: row => goalIn(row) ?? '',
  write: (row, id) =>
    goalIn(row) === id ? row : { url: PERTAINS, valueReference: { reference: `Goal/${id}` } },
})

/** Sessions kept and missed, one extension each. */
const performances = (names: CaseNames): Slot<readonly Performance[]> =>
  extensionRows<Performance>({
    url: names.extension('performance'),
    read: row => {
      const reason = textOf(extensionOf(row, 'reason')?.['valueCode'])
      return {
        at: textOf(extensionOf(row, 'at')?.['valueDateTime']) ?? '',
        kept: extensionOf(row, 'kept')?.['valueBoolean'] === true,
        ...flag(row, 'excused', 'isExcused'),
        ...flag(row, 'late-cancel', 'isLateCancel'),
        ...(reason !== undefined && { reason }),
      }
    },
    write: ({ at, kept, isExcused, isLateCancel, reason }) => ({
      extension: [
        { url: 'at', valueDateTime: at },
        { url: 'kept', valueBoolean: kept },
        ...(isExcused === undefined ? [] : [{ url: 'excused', valueBoolean: isExcused }]),
        ...(isLateCancel === undefined ? [] : [{ url: 'late-cancel', valueBoolean: isLateCancel }]),
        ...(reason === undefined ? [] : [{ url: 'reason', valueCode: reason }]),
      ],
    }),
  })

function flag(row: JsonObject, url: string, name: 'isExcused' | 'isLateCancel'): Partial<Performance> {
  const value = extensionOf(row, url)?.['valueBoolean']
  return typeof value === 'boolean' ? { [name]: value } : {}
}

function blankRequest({ id, patient }: Birth, { kind, text }: Activity, names: CaseNames) {
  const request: ServiceRequest = {
    resourceType: 'ServiceRequest',
    id,
    status: 'draft',
    intent: 'order',
    category: [{ coding: [{ system: names.codeSystem('activity-kind'), code: kind }] }],
    code: { text },
    subject: { reference: `Patient/${patient}` },
  }
  return asResource(request)
}
