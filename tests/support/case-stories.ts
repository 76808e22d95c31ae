import type { Resource } from '../../src/fhir/resource.ts'
import { admission, CM, discharge, only, PATIENT, stay, taskOf, written, type World } from './case-world.ts'

export const admitted = [stay('e1', [admission('2026-10-05T18:30:00')])]
export const leaving = (disposition: string | undefined) => [
  stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', disposition)]),
]
export const home = (disposition = '01') => leaving(disposition)
export const withdrawnHome = [
  stay('e1', [
    admission('2026-10-05T18:30:00'),
    discharge('2026-10-10T10:30:00', '01', { cancelledAt: '2026-10-10T12:00:00-04:00' }),
  ]),
]
export const cancelledAdmission = [
  stay('e1', [admission('2026-10-05T18:30:00', { cancelledAt: '2026-10-06T08:00:00-04:00' })]),
]

/** What shows: history lines, without the JSON around them. */
export const historyOf = (episode: Resource): readonly string[] =>
  (
    episode as unknown as { statusHistory: { status: string; period: { start: string; end?: string } }[] }
  ).statusHistory.map(({ status, period }) => `${status} ${period.start} ${period.end ?? ''}`.trim())

export const accepted = (world: World, code: string): World =>
  written(world, [{ ...taskOf(world, code), status: 'accepted', owner: { reference: 'Practitioner/noor' } }])

/** The Task of who took on the only case there is (I1), since then. */
export const managerOf = (world: World, owner: string, start?: string): Resource => ({
  resourceType: 'Task',
  id: 'assignment',
  status: 'accepted',
  intent: 'order',
  groupIdentifier: { system: `${CM}/sid/case`, value: only(world, 'EpisodeOfCare').id ?? '' },
  code: { coding: [{ system: `${CM}/CodeSystem/task-code`, code: 'assign' }] },
  for: { reference: `Patient/${PATIENT}` },
  owner: { reference: owner },
  ...(start !== undefined && { executionPeriod: { start } }),
})

/** The patient's consent to be managed in the only case there is, which opening it asks for. */
export const consentOf = (world: World, more: object = {}): Resource => ({
  resourceType: 'Consent',
  id: 'consent',
  meta: { tag: [{ system: `${CM}/sid/case`, code: only(world, 'EpisodeOfCare').id ?? '' }] },
  status: 'active',
  scope: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }],
  },
  category: [{ coding: [{ system: `${CM}/CodeSystem/consent-scope`, code: 'case-management' }] }],
  patient: { reference: `Patient/${PATIENT}` },
  dateTime: '2026-10-01T08:00:00-04:00',
  performer: [{ reference: `Patient/${PATIENT}` }],
  policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
  provision: { type: 'permit' },
  ...more,
})

/** What the law asks of a case that is to be closed (I23). */
export const inDueForm = (episode: Resource): Resource => ({
  ...episode,
  extension: [
    ...(episode['extension'] as object[]),
    {
      url: `${CM}/StructureDefinition/closure`,
      extension: [
        { url: 'reason', valueCode: 'goals-met' },
        { url: 'outcomes', valueString: 'walks' },
        { url: 'communicatedTo', valueString: 'letter' },
      ],
    },
  ],
})

/** A Task that is done says what shows it (I15). */
export const asDone = (task: Resource): Resource => ({
  ...task,
  status: 'completed',
  output: [{ type: { text: 'Result' }, valueString: 'done' }],
})

/** A Task that comes to nothing says why (I15). */
export const because = (task: Resource, status: string): Resource => ({
  ...task,
  status,
  statusReason: { text: 'told by the patient' },
})
