import { hash } from 'node:crypto'
import { rememberedBy } from '../../lib/remembered-lists.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../../care-plan/case/case-file.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { keyTextOf, type Resource } from '../../fhir/resource.ts'
import { isCase } from '../../mappers/case/lenses/episode-lens.ts'
import { caseOwners, readCaseFile } from '../../mappers/case/nouns/case-files.ts'
import { nounLenses, type NounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
import type { Loaded, LoadRequest, Stored } from '../ports/store.ts'
import { loadedRows, type StandingList } from '../work/work-rows.ts'
import type { CaseDeps } from './case-deps.ts'

/** Everything that a case is made of (domain.md 4.4), and what says who the patient is. */
export const caseFileTypes: readonly string[] = [
  'Patient',
  'EpisodeOfCare',
  'CareTeam',
  'CarePlan',
  'Goal',
  'Task',
  'Flag',
  'Encounter',
  'Communication',
  // No noun of the case, but a contact that is to be made (I9).
  'CommunicationRequest',
  'Appointment',
  'ServiceRequest',
  'Condition',
  'Observation',
  'ClinicalImpression',
  'QuestionnaireResponse',
  'RiskAssessment',
  'Consent',
  // Who may speak for the patient.
  'RelatedPerson',
]

/** A patient's compartment as far as cases look at it. */
export type Compartment = StandingList

export const compartmentOf = (rows: readonly Stored[]): Compartment =>
  loadedRows(rows, parseRemembered).standing()

/** One case of a compartment; undefined when it has no such case. */
export const caseIn = (id: string, { resources }: Compartment, lenses: NounLenses): CaseFile | undefined =>
  readCaseFile(id, resources, lenses)

/** Entity tag of a case without its quotes: changes whenever anything of the case does, by whatever door. */
export function caseVersion(id: string, compartment: Compartment, lenses: NounLenses): string {
  const known = versionsOf(compartment.resources)
  const version = known.get(id) ?? versionIn(id, compartment, lenses)
  known.set(id, version)
  return version
}

/** Of the cases in a list that is asked about again, as long as it lives. */
const versionsOf = rememberedBy((_resources: readonly Resource[]) => new Map<string, string>())

function versionIn(id: string, { resources, versions }: Compartment, lenses: NounLenses): string {
  const owners = caseOwners(resources, lenses)
  let [high, middle, low] = [0, 0, 0]
  for (const [index, resource] of resources.entries()) {
    if (owners.get(resource) !== id) continue
    const own = versionHash(resource, versions[index] ?? 0)
    high ^= own.high
    middle ^= own.middle
    low ^= own.low
  }
  return [high, middle, low].map(word => (word >>> 0).toString(16).padStart(WORD_CHARS, '0')).join('')
}

const WORD_CHARS = 8

/** Three words: numbers, because a case of hundreds of resources puts together as many. */
interface VersionHash {
  readonly version: number
  readonly high: number
  readonly middle: number
  readonly low: number
}

/** Of what stands: most of a case is asked about again as it was. */
const hashes = new WeakMap<Resource, VersionHash>()

/** Short hash of (type, id, version); that of a case is the exclusive or of all, for its resources have no order. */
function versionHash(resource: Resource, version: number): VersionHash {
  const known = hashes.get(resource)
  if (known?.version === version) return known
  const bytes = hash('sha256', `${keyTextOf(resource)}/${version}`, 'buffer')
  const [high, middle, low] = [bytes.readInt32BE(0), bytes.readInt32BE(4), bytes.readInt32BE(8)]
  const made = { version, high, middle, low }
  hashes.set(resource, made)
  return made
}

/** What loads all that a case may be made of, by the case's id alone. */
export const caseRecord = (id: string): Required<Pick<LoadRequest, 'recordOf'>> => ({
  recordOf: { key: { type: 'EpisodeOfCare', id }, types: caseFileTypes },
})

/** The patient whose record was loaded; undefined when there is no such case. */
export function patientIn(
  { resources }: Pick<Loaded, 'resources'>,
  target: { readonly caseId: string } | { readonly patient: string },
  { base, canonicalBase }: Pick<CaseDeps, 'base' | 'canonicalBase'>,
): string | undefined {
  if ('patient' in target) return target.patient
  const stored = resources.find(({ type, id }) => type === 'EpisodeOfCare' && id === target.caseId)
  return stored && patientOfEpisode(stored, base, canonicalBase)
}

function patientOfEpisode(stored: Stored, base: string, canonicalBase: string): string | undefined {
  if (stored.deleted) return undefined
  const episode = parseRemembered(stored)
  return isCase(episode, nounLenses(canonicalBase).names) ? patientOf(episode, base) : undefined
}

/** The Patient of a case, by the case's id, as far as it was known at an instant. Failure: `case-unknown`. */
export async function patientOfCase(
  { store, tenant, base, canonicalBase }: Pick<CaseDeps, 'store' | 'tenant' | 'base' | 'canonicalBase'>,
  id: string,
  at?: string,
): Promise<Result<string>> {
  const key = { type: 'EpisodeOfCare', id }
  const stored = await (at === undefined ? store.read(tenant, key) : store.readAt(tenant, key, at))
  const patient = stored && patientOfEpisode(stored, base, canonicalBase)
  return patient === undefined ? caseUnknown : ok(patient)
}

export const caseUnknown = fail({
  kind: 'not-found',
  code: 'case-unknown',
  message: 'There is no case with this id, or there was none yet at the time asked for.',
})
