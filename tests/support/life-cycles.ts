import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resource } from '../../src/fhir/resource.ts'
import { PATIENT } from './case-world.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/reference/life-cycles.md'), 'utf8')

type Table = Readonly<Record<string, readonly string[]>>

const words = (cell: string): readonly string[] => cell.split(/[,\s]+/).filter(Boolean)

function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find(text => text.startsWith(`${heading}\n`)) ?? ''
  const [table = ''] = /^\|(?:.*\n\|)*.*/m.exec(section) ?? []
  return table
    .split('\n')
    .slice(2)
    .map(row =>
      row
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
}

/** The table that docs/reference/life-cycles.md prints for a type. */
export const printed = (type: string): Table =>
  Object.fromEntries(rowsUnder(type).map(([from = '', to = '']) => [from, words(to)]))

export interface Difference {
  readonly type: string
  readonly from: string
  readonly to: readonly string[]
  readonly sign: string
  readonly why: string
}

export const printedDifferences: readonly Difference[] = rowsUnder(
  'Where the case decides otherwise than its peers',
).map(([type = '', from = '', to = '', sign = '', why = '']) => ({ type, from, to: words(to), sign, why }))

const table = (text: string): Table =>
  Object.fromEntries(
    text
      .split(';')
      .map(row => words(row))
      .map(([from = '', ...to]) => [from, to]),
  )

/** The tables of the peers, without entered-in-error, which every status may become. */
export const peerTables: Readonly<Record<string, Table>> = {
  Task: table(
    'draft requested ready cancelled; requested received accepted rejected cancelled; received accepted rejected cancelled; accepted in-progress rejected cancelled; ready in-progress completed failed cancelled; in-progress completed failed on-hold cancelled; on-hold in-progress cancelled failed; rejected; cancelled; failed; completed',
  ),
  CarePlan: table(
    'draft active revoked; active on-hold completed revoked; on-hold active completed revoked; completed; revoked',
  ),
  ServiceRequest: table(
    'draft active revoked; active on-hold completed revoked; on-hold active completed revoked; completed; revoked',
  ),
  EpisodeOfCare: table(
    'planned waitlist active cancelled; waitlist active cancelled; active onhold finished cancelled; onhold active finished cancelled; finished active; cancelled',
  ),
  CareTeam: table('proposed active inactive; active suspended inactive; suspended active inactive; inactive'),
  Goal: table(
    'proposed planned accepted rejected cancelled; planned accepted active; accepted active; active on-hold completed cancelled; on-hold active completed cancelled; rejected; completed; cancelled',
  ),
  Encounter: table(
    'planned arrived cancelled; arrived triaged cancelled; triaged in-progress cancelled; in-progress onleave finished; onleave in-progress finished; finished; cancelled',
  ),
}

/** R4's codes of each type (required bindings). */
export const r4Statuses: Readonly<Record<string, readonly string[]>> = {
  Task: words(
    'draft requested received accepted rejected ready cancelled in-progress on-hold failed completed entered-in-error',
  ),
  CarePlan: words('draft active on-hold revoked completed entered-in-error unknown'),
  CareTeam: words('proposed active suspended inactive entered-in-error'),
  EpisodeOfCare: words('planned waitlist active onhold finished cancelled entered-in-error'),
  Goal: words('proposed planned accepted active on-hold completed cancelled entered-in-error rejected'),
  ServiceRequest: words('draft active on-hold revoked completed entered-in-error unknown'),
  Encounter: words('planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown'),
  Appointment: words(
    'proposed pending booked arrived fulfilled cancelled noshow entered-in-error checked-in waitlist',
  ),
}

export const statusName = (type: string): string => (type === 'Goal' ? 'lifecycleStatus' : 'status')

const patient = { reference: `Patient/${PATIENT}` }
const noor = { reference: 'Practitioner/noor' }

/** What a resource needs beside its status so that no other rule speaks. */
const bodies: Readonly<Record<string, object>> = {
  Task: {
    intent: 'order',
    for: patient,
    owner: noor,
    requester: noor,
    code: { text: 'Call' },
    statusReason: { text: 'told by the patient' },
    output: [{ type: { text: 'Result' }, valueString: 'done' }],
  },
  CarePlan: { intent: 'plan', subject: patient },
  CareTeam: { subject: patient, participant: [{ member: noor }] },
  Goal: { subject: patient, description: { text: 'Walk' } },
  ServiceRequest: { intent: 'order', subject: patient, code: { text: 'Physiotherapy' } },
  Encounter: {
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VR' },
    subject: patient,
  },
  Appointment: {
    participant: [{ actor: patient, status: 'accepted' }],
    start: '2026-10-07T10:00:00-04:00',
    end: '2026-10-07T11:00:00-04:00',
  },
  EpisodeOfCare: { patient },
}

/** A valid resource of a type in a status, that no case owns. */
export const plainResource = (type: string, id: string, status: string): Resource => ({
  resourceType: type,
  id,
  ...bodies[type],
  [statusName(type)]: status,
})

/** The same of a patient who has no case. */
export const strangers = (type: string, id: string, status: string): Resource =>
  JSON.parse(JSON.stringify(plainResource(type, id, status)).replaceAll(PATIENT, 'stranger')) as Resource
