import { admission, arrival, newPhone, toWard } from './messages.ts'
import { DOCTOR, NEUROPSYCHOLOGIST, NOOR, RIVER, SUPERVISOR, THERAPIST } from './people.ts'
import type { Act, Deed, Written } from './acts.ts'

export const accident: readonly Act[] = [arrival]
export const admitted: readonly Act[] = [admission]

const supervisor = (command: string, body: Deed['body'], keep: Deed['keep'] = {}): Deed => ({
  at: '2026-10-13T09:00',
  by: SUPERVISOR,
  command,
  ...(body && { body }),
  keep,
})

const person = (resource: Written['resource']): Written => ({
  at: '2026-10-13T08:30',
  by: SUPERVISOR,
  resource,
})

/** Noor, the club and River’s sister Sam, as FHIR clients write them. */
const people: readonly Act[] = [
  person({
    resourceType: 'Practitioner',
    id: 'noor',
    name: [{ family: 'Haddad', given: ['Noor'] }],
    qualification: [{ code: { text: 'LCSW' } }, { code: { text: 'Certified case manager' } }],
  }),
  person({ resourceType: 'Practitioner', id: 'supervisor', name: [{ family: 'Okafor' }] }),
  person({ resourceType: 'Organization', id: 'cycling-club', name: 'Cycling club' }),
  person({
    resourceType: 'RelatedPerson',
    id: 'sam',
    patient: { reference: RIVER },
    name: [{ given: ['Sam'] }],
    relationship: [{ text: 'sister' }],
  }),
]

/** Step 3: Tuesday after Columbus Day. */
export const opened: readonly Act[] = [
  ...people,
  supervisor('ScreenCase', {}),
  supervisor('StratifyRisk', { acuity: 'high' }),
  supervisor('OfferAssignment', { manager: NOOR }, { ASSIGNMENT: 'AssignmentOffered' }),
  {
    at: '2026-10-13T09:10',
    by: NOOR,
    command: 'AcceptAssignment',
    body: { assignment: '$ASSIGNMENT' },
  },
  {
    at: '2026-10-13T09:20',
    by: NOOR,
    command: 'GrantConsent',
    body: { scope: 'case-management', by: RIVER },
    keep: { CONSENT: 'ConsentGranted' },
  },
  {
    at: '2026-10-13T09:25',
    by: NOOR,
    command: 'GrantConsent',
    body: { scope: 'sharing', by: RIVER, recipients: [THERAPIST, NEUROPSYCHOLOGIST, DOCTOR] },
  },
  { at: '2026-10-13T09:30', by: NOOR, command: 'OpenCase' },
]

/** Step 4 as far as duties show it: the review whether the stay is necessary is done. */
export const reviewed: readonly Act[] = [
  {
    at: '2026-10-13T09:45',
    by: NOOR,
    resource: {
      resourceType: 'DocumentReference',
      id: 'necessity-review-1',
      status: 'current',
      subject: { reference: RIVER },
      content: [{ attachment: { title: 'Necessity of the stay' } }],
    },
  },
  {
    at: '2026-10-13T09:50',
    by: NOOR,
    command: 'CompleteObligation',
    body: { obligation: '$NECESSITY', output: 'DocumentReference/necessity-review-1' },
  },
]

/** Step 5. */
export const modelChosen: readonly Act[] = [
  {
    at: '2026-10-13T10:00',
    by: NOOR,
    command: 'SelectModel',
    body: { model: 'clinical', reason: 'Therapies and mental health services have to be held together.' },
  },
]

/** Step 6. */
export const onTheWard: readonly Act[] = [toWard, newPhone]

/** Noor meets River: the first contact of the case, in time. */
export const met: readonly Act[] = [
  {
    at: '2026-10-14T14:00',
    by: NOOR,
    command: 'RecordContact',
    body: { kind: 'office', minutes: 40, with: RIVER, note: 'Met at the bedside.' },
  },
]
