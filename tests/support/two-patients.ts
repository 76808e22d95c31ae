import type { Call, Reply } from './case-server.ts'
import type { GuardedServer } from './guarded-server.ts'

/**
 * Two patients with like records. Whatever is of the second has one of the marks in its id or content, so that a scan of an
 * answer finds it; ids of one kind are equally long, so that answers that only echo them are, too. What went from one record
 * to the other has an id that tells nothing: a Provenance of the time before names it in the record where it was.
 */
export const PATIENT_MARK = /zbzpat/i
export const RECORD_MARK = /zbzres/i

export const ids = {
  own: { patient: 'ownpat-01', observation: 'ownres-o1', deleted: 'ownres-d1', moved: 'movein-01' },
  other: { patient: 'zbzpat-01', observation: 'zbzres-o1', deleted: 'zbzres-d1', moved: 'moveout-1' },
  never: { patient: 'nvrpat-01', observation: 'nvrres-o1' },
  /** Of the second patient, and named in a resource of the first: the id itself tells nothing. */
  named: 'neutral-1',
} as const

const SYSTEM = 'https://ids.example'
const CATEGORIES = 'http://terminology.hl7.org/CodeSystem/condition-category'
const OBSERVED = 'http://terminology.hl7.org/CodeSystem/observation-category'

const codeable = (system: string, code: string) => [{ coding: [{ system, code }] }]

export const patientOf = (id: string, mark: string) => ({
  ...{ resourceType: 'Patient', id, identifier: [{ system: SYSTEM, value: `${mark}-mrn` }] },
  ...{ name: [{ family: `${mark}-family` }], birthDate: '1950-01-01' },
})

export const observationOf = (id: string, patient: string, mark: string, focus?: string) => ({
  ...{
    resourceType: 'Observation',
    id,
    status: 'final',
    meta: { tag: [{ system: SYSTEM, code: `${mark}-tag` }] },
    identifier: [{ system: SYSTEM, value: `${mark}-obs` }],
  },
  code: { coding: [{ system: SYSTEM, code: `${mark}-code` }], text: `${mark} text` },
  category: codeable(OBSERVED, 'vital-signs'),
  subject: { reference: `Patient/${patient}` },
  ...(focus !== undefined && { focus: [{ reference: focus }] }),
  valueQuantity: {
    value: mark === 'zbzres' ? 171 : 5,
    unit: 'mm[Hg]',
    system: 'http://unitsofmeasure.org',
    code: 'mm[Hg]',
  },
  effectiveDateTime: mark === 'zbzres' ? '2026-07-07' : '2026-01-01',
  note: [{ text: `${mark} note` }],
})

const conditionOf = (id: string, patient: string, mark: string) => ({
  ...{ resourceType: 'Condition', id, code: { text: `${mark} condition` } },
  category: codeable(CATEGORIES, 'encounter-diagnosis'),
  clinicalStatus: codeable('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active')[0],
  subject: { reference: `Patient/${patient}` },
})

const listOf = (id: string, patient: string, item: string, mark: string) => ({
  ...{ resourceType: 'List', id, status: 'current', mode: 'working', title: `${mark} list` },
  ...{ subject: { reference: `Patient/${patient}` }, entry: [{ item: { reference: item } }] },
})

const provenanceOf = (id: string, ...targets: readonly string[]) => ({
  ...{ resourceType: 'Provenance', id, recorded: '2026-01-01T00:00:00Z' },
  target: targets.map(reference => ({ reference })),
  agent: [{ who: { reference: 'Practitioner/ines' } }],
})

const CM = 'https://casewire.example/fhir'
/** A place where both have been: what is said of it may tell of neither. */
const LOCATION = 'ward-1'

const encounterOf = (id: string, patient: string, mark: string) => ({
  ...{ resourceType: 'Encounter', id, status: 'in-progress', class: { code: 'IMP' } },
  identifier: [{ system: SYSTEM, value: `${mark}-visit` }],
  subject: { reference: `Patient/${patient}` },
  location: [{ location: { reference: `Location/${LOCATION}` } }],
})

const goalOf = (id: string, patient: string, mark: string) => ({
  ...{ resourceType: 'Goal', id, lifecycleStatus: 'active', description: { text: `${mark} goal` } },
  subject: { reference: `Patient/${patient}` },
})

const caseOf = (id: string, patient: string) => ({
  ...{ resourceType: 'EpisodeOfCare', id, status: 'planned' },
  type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'chronic' }] }],
  patient: { reference: `Patient/${patient}` },
})

/** The plan of a case, in force and agreed to, with one goal. */
export const planOf = (caseId: string, patient: string, goal: string) => ({
  ...{ resourceType: 'CarePlan', status: 'active', intent: 'plan' },
  meta: { tag: [{ system: `${CM}/sid/case`, code: caseId }] },
  category: codeable(`${CM}/CodeSystem/plan-category`, 'case-plan'),
  subject: { reference: `Patient/${patient}` },
  goal: [{ reference: `Goal/${goal}` }],
  extension: [
    {
      url: `${CM}/StructureDefinition/agreement`,
      extension: [
        { url: 'party', valueCode: 'patient' },
        { url: 'by', valueReference: { reference: `Patient/${patient}` } },
        { url: 'at', valueDateTime: '2026-01-01T00:00:00Z' },
        { url: 'decision', valueCode: 'agreed' },
      ],
    },
  ],
})

const binary = { resourceType: 'Binary', id: 'zbzres-b1', contentType: 'text/plain', data: 'enJlcw==' }

const put = (resource: { readonly resourceType: string; readonly id: string }) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
})

/** Both records come in one transaction, as a migration would bring them; then some of it moves, changes and goes. */
export async function seedTwoPatients(server: GuardedServer): Promise<void> {
  const token = await server.oauth.sign({ scope: 'system/*.cruds' })
  const { own, other, named } = ids
  const first = [
    patientOf(own.patient, 'ownpat'),
    observationOf(own.observation, own.patient, 'ownres', `Observation/${named}`),
    observationOf(own.deleted, own.patient, 'ownres'),
    observationOf(own.moved, other.patient, 'zbzres'),
    conditionOf('ownres-c1', own.patient, 'ownres'),
    listOf('ownres-l1', own.patient, `Observation/${own.observation}`, 'ownres'),
    patientOf(other.patient, 'zbzpat'),
    observationOf(other.observation, other.patient, 'zbzres', `Observation/${own.observation}`),
    observationOf(other.deleted, other.patient, 'zbzres'),
    observationOf(other.moved, own.patient, 'ownres'),
    observationOf(named, other.patient, 'zbzres'),
    conditionOf('zbzres-c1', other.patient, 'zbzres'),
    listOf('zbzres-l1', other.patient, `Observation/${own.observation}`, 'zbzres'),
    provenanceOf('ownres-p1', `Patient/${own.patient}`, `Observation/${own.observation}`),
    provenanceOf('zbzres-p1', `Patient/${other.patient}`, `Observation/${other.observation}`),
    provenanceOf('nobody-p1', `Observation/${own.observation}`, `Observation/${other.observation}`),
    binary,
    { resourceType: 'Location', id: LOCATION, name: 'Ward' },
    encounterOf('ownres-n1', own.patient, 'ownres'),
    encounterOf('zbzres-n1', other.patient, 'zbzres'),
    goalOf('ownres-g1', own.patient, 'ownres'),
    goalOf('zbzres-g1', other.patient, 'zbzres'),
    caseOf('ownres-e1', own.patient),
    caseOf('zbzres-e1', other.patient),
  ]
  const bundle = { resourceType: 'Bundle', type: 'transaction', entry: first.map(put) }
  await write(server, token, { method: 'POST', path: '/fhir', body: bundle })
  // R4 has a Patient in the compartment of one that it names, though nobody has found out yet whether they are one.
  const hint = { other: { reference: `Patient/${own.patient}` }, type: 'seealso' }
  const changes = [
    observationOf(own.moved, own.patient, 'ownres'),
    observationOf(other.moved, other.patient, 'zbzres'),
    { ...observationOf(other.observation, other.patient, 'zbzres'), status: 'amended' },
    { ...patientOf(other.patient, 'zbzpat'), gender: 'female', link: [hint] },
  ]
  for (const change of changes) {
    const path = `/fhir/${change.resourceType}/${change.id}`
    await write(server, token, { method: 'PUT', path, body: change })
  }
  for (const id of [own.deleted, other.deleted])
    await write(server, token, { method: 'DELETE', path: `/fhir/Observation/${id}` })
  await openCase(server, 'ownres-e1', own.patient)
  await openCase(server, 'zbzres-e1', other.patient)
}

/** Screened, assigned, consented to and opened. */
async function openCase(server: GuardedServer, id: string, patient: string): Promise<void> {
  const manager = 'Practitioner/ines'
  const token = await server.oauth.sign({ scope: 'user/*.cruds', fhirUser: manager })
  const run = (name: string, body: object = {}) =>
    write(server, token, { method: 'POST', path: `/cases/${id}/commands/${name}`, body })
  await run('ScreenCase', { acuity: 'high' })
  const { json } = await run('OfferAssignment', { manager })
  const { nounId } = json.events.find(({ type }: { readonly type: string }) => type === 'AssignmentOffered')
  await run('AcceptAssignment', { assignment: nounId })
  await run('GrantConsent', { scope: 'case-management', by: `Patient/${patient}` })
  await run('OpenCase')
}

async function write(server: GuardedServer, token: string, call: Call): Promise<Reply> {
  const reply = await server.as(token, call)
  if (reply.status >= 300) throw new Error(`${call.method} ${call.path}: ${reply.status} ${reply.text}`)
  return reply
}
