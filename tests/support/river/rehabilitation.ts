import { admissionThere, toRehabilitation } from './messages.ts'
import { NOOR, RIVER, SAM } from './people.ts'
import { local, type Act, type Deed } from './acts.ts'

/** Step 10: Valley General discharges River to inpatient rehabilitation, which admits River the same day. */
export const moved: readonly Act[] = [toRehabilitation]

/** The hand-over, and the admission there. */
export const handedOver: readonly Act[] = [
  admissionThere,
  {
    at: '2026-10-21T14:30',
    by: NOOR,
    resource: {
      resourceType: 'Communication',
      id: 'handover-north',
      status: 'completed',
      subject: { reference: RIVER },
      sent: local('2026-10-21T14:30'),
      payload: [{ contentString: 'Handed over by phone; North has acknowledged.' }],
    },
  },
  { at: '2026-10-21T15:00', by: NOOR, command: 'AcceptObligation', body: { obligation: '$HANDOVER' } },
  {
    at: '2026-10-21T15:30',
    by: NOOR,
    command: 'CompleteObligation',
    body: { obligation: '$HANDOVER', output: 'Communication/handover-north' },
  },
]

const visit = (day: string): Deed => ({
  at: `${day}T10:00`,
  by: NOOR,
  command: 'RecordContact',
  body: { kind: 'phone', minutes: 15, with: SAM, note: 'How the week went.' },
})

/** Step 11: a contact each week of the stay, and the plan reviewed after thirty days (v2). */
export const inRehabilitation: readonly Act[] = [
  visit('2026-10-22'),
  visit('2026-10-28'),
  visit('2026-11-04'),
  visit('2026-11-10'),
  {
    at: '2026-11-13T10:00',
    by: NOOR,
    command: 'RevisePlan',
    body: { plan: '$PLAN', changes: { title: 'Recovery, at North' }, reason: 'Reviewed after a month.' },
  },
  visit('2026-11-17'),
  visit('2026-11-24'),
]
