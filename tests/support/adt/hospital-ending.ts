import type { Resource } from '../../../src/fhir/resource.ts'
import { canonicalJson } from '../../../src/lib/json.ts'
import type { SourceSettings } from '../../../src/mappers/adt/source.ts'
import { randomOf } from '../adt-workload.ts'
import { hospitalStore, type HospitalStore } from './hospital-store.ts'

/** How a day is delivered; the same numbers give the same interleaving. */
export interface Delivery {
  readonly seed: number
  /** Writers that go on side by side, each with its own batches. */
  readonly partitions: number
  /** Messages of a batch, at most. */
  readonly batch: number
  /** Of the service that takes it in; those of the tests of ADT when left out. */
  readonly settings?: SourceSettings
}

const START_MS = Date.parse('2026-12-01T12:00:00Z')

/** Every message in its order, one at a time. */
export const inOrder: Delivery = { seed: 1, partitions: 1, batch: 1 }

/** Puts texts on partitions, cuts those into batches, and lets a writer each take them in, side by side. */
export async function delivered(texts: readonly string[], how: Delivery): Promise<HospitalStore> {
  const random = randomOf(how.seed)
  let nowMs = START_MS
  const pause = async (): Promise<void> => {
    if (how.partitions > 1) for (let left = Math.floor(random() * 3); left > 0; left -= 1) await nextTurn()
  }
  const store = hospitalStore(pause, () => (nowMs += 1), how.settings)
  const queues = Array.from({ length: how.partitions }, (): string[] => [])
  for (const text of texts) queues[Math.floor(random() * how.partitions)]?.push(text)
  await Promise.all(
    queues.map(async (queue, lane) => {
      for (let at = 0; at < queue.length;) {
        const size = 1 + Math.floor(random() * how.batch)
        const records = queue.slice(at, at + size).map(text => ({ value: Buffer.from(text), origin: 'day' }))
        await store.ingest({ lane, door: 'kafka', records })
        at += size
      }
    }),
  )
  const [letter] = store.letters()
  if (letter)
    throw new Error(`a dead letter is left: ${letter.trigger} ${letter.messageId} ${letter.reason ?? ''}`)
  return store
}

const nextTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

const LEFT_OUT: ReadonlySet<string> = new Set(['Provenance', 'AuditEvent'])
/** What one message may call into being and another take back, with the status that it has then. */
const TAKEN_BACK: Readonly<Record<string, string>> = {
  Task: 'cancelled',
  EpisodeOfCare: 'entered-in-error',
  CarePlan: 'entered-in-error',
  CareTeam: 'entered-in-error',
  Flag: 'entered-in-error',
  RiskAssessment: 'entered-in-error',
}

/** What stands as adt.md 3.2.5 compares it: resource by resource, as canonical text. */
export function ending({ resources }: Pick<HospitalStore, 'resources'>): ReadonlyMap<string, string> {
  const all = resources()
  const gone = new Set([...all.filter(isTakenBack), ...formerIn(all)].map(keyOf))
  const isOfGone = (resource: Resource): boolean =>
    CASE_TYPES.has(resource.resourceType) &&
    [...gone].some(key => key.startsWith('EpisodeOfCare/') && JSON.stringify(resource).includes(key))
  const kept = all.filter(
    resource => !LEFT_OUT.has(resource.resourceType) && !gone.has(keyOf(resource)) && !isOfGone(resource),
  )
  return new Map(kept.map(resource => [keyOf(resource), comparable(resource)]))
}

/**
 * What of an ending still refers to something that it leaves out, or was replaced by nobody known: what one order of
 * messages leaves behind and another doesn't must be nobody's concern.
 */
export function strays(store: Pick<HospitalStore, 'resources'>): readonly string[] {
  const kept = ending(store)
  const all = store.resources()
  const keys = new Set(all.map(keyOf))
  const out = all.filter(one => !LEFT_OUT.has(one.resourceType) && !kept.has(keyOf(one)))
  const named = [...kept].flatMap(([key, text]) =>
    out.filter(one => text.includes(`"${keyOf(one)}"`)).map(one => `${key} refers to ${keyOf(one)}`),
  )
  const lost = out.filter(
    one =>
      one.resourceType === 'Encounter' &&
      !keys.has(/"replaced-by".*?"(Encounter\/[^"]+)"/.exec(JSON.stringify(one))?.[1] ?? ''),
  )
  return [...named, ...lost.map(one => `${keyOf(one)} went on as nothing`)]
}

/**
 * What had come to be under a number before it was said that this was another's new one, and stays behind in error: an
 * Encounter or a Patient that none says it replaces, and an Account to which nothing refers. It can't be where that was
 * said first. Likewise what was of a visit and is in error: it may be what another patient's visit had while the two were
 * thought one.
 */
function formerIn(all: readonly Resource[]): readonly Resource[] {
  const texts = all.filter(({ resourceType }) => resourceType === 'Encounter').map(one => JSON.stringify(one))
  const isReplaced = (key: string): boolean =>
    texts.some(text =>
      text.includes(
        `{"url":"type","valueCode":"replaces"},{"url":"encounter","valueReference":{"reference":"${key}"}`,
      ),
    )
  const goneOn = all.filter(
    one =>
      one.resourceType === 'Encounter' &&
      one['status'] === 'entered-in-error' &&
      JSON.stringify(one).includes('"replaced-by"'),
  )
  const former = goneOn.filter(one => !isReplaced(keyOf(one)))
  const isWrong = (one: Resource): boolean =>
    one['status'] === 'entered-in-error' ||
    JSON.stringify(one['verificationStatus'] ?? '').includes('entered-in-error')
  const ofVisits = all.filter(one => one['encounter'] !== undefined && isWrong(one))
  const gone = [...former, ...ofVisits, ...onlyNumbers(all)]
  const left = all.filter(one => !LEFT_OUT.has(one.resourceType) && !gone.includes(one))
  const standing = left.map(one => JSON.stringify(one))
  const accounts = left.filter(
    one =>
      one.resourceType === 'Account' &&
      one['status'] === 'entered-in-error' &&
      !standing.some(text => text.includes(`"reference":"${keyOf(one)}"`)),
  )
  return [...gone, ...accounts]
}

/** Patients whose number turned out to be another's new one: inactive, and none says that it replaces them. */
function onlyNumbers(all: readonly Resource[]): readonly Resource[] {
  const links = (one: Resource, type: string): readonly string[] =>
    ((one['link'] ?? []) as readonly PatientLink[])
      .filter(link => link.type === type)
      .map(({ other }) => other.reference)
  const patients = all.filter(({ resourceType }) => resourceType === 'Patient')
  const replaced = new Set(patients.flatMap(one => links(one, 'replaces')))
  return patients.filter(one => links(one, 'replaced-by').length > 0 && !replaced.has(keyOf(one)))
}

interface PatientLink {
  readonly type: string
  readonly other: { readonly reference: string }
}

const CASE_TYPES: ReadonlySet<string> = new Set(Object.keys(TAKEN_BACK))
const keyOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id ?? ''}`
const isTakenBack = ({ resourceType, status }: Resource): boolean =>
  status !== undefined && TAKEN_BACK[resourceType] === status

function comparable({ meta, lastModified, ...rest }: Resource): string {
  const { source: _source, versionId: _version, lastUpdated: _updated, ...own } = meta ?? {}
  return canonicalJson({ ...rest, ...(rest.resourceType !== 'Task' && { lastModified }), meta: own })
}

/** What two endings differ in: `key: this <> that`. */
export function differences(one: HospitalStore, other: HospitalStore): readonly string[] {
  const [a, b] = [ending(one), ending(other)]
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter(key => a.get(key) !== b.get(key))
    .map(key => `${key}:\n  ${a.get(key) ?? 'nothing'}\n  ${b.get(key) ?? 'nothing'}`)
}

/** The same texts in another order, some of them twice or more. */
export function shuffledWithRepeats(texts: readonly string[], seed: number): readonly string[] {
  const random = randomOf(seed)
  return [...texts, ...texts.filter(() => random() < 0.2)]
    .map(text => ({ text, key: random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ text }) => text)
}
