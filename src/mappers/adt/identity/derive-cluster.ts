import { everyStamp } from './every-stamp.ts'
import type { Encounter, Extension, Identifier, Patient } from '@medplum/fhirtypes'
import type { PayerSpan } from '../../../care-plan/case/intake.ts'
import type { IdentityReview } from '../../../care-plan/triggers/identity-triggers.ts'
import type { Stay } from '../../../care-plan/stays/stay.ts'
import type { ValueChange } from '../../../care-plan/duties/watched-values.ts'
import { shardInId, shardOfKey } from '../../../lib/ids.ts'
import { diedInStay, withDeath } from '../visits/death-in-stay.ts'
import { deceasedIn, derivePatient, type Deceased } from '../resources/derive.ts'
import type { Derived } from '../resources/derived.ts'
import { accountNumberOf, type Visit } from '../resources/encounter.ts'
import { readFieldText } from '../registers/field-text.ts'
import { knownVisit, visitResources } from '../visits/known-visits.ts'
import type { MapContext } from '../map-context.ts'
import { deletedPerson } from '../registers/person-record.ts'
import { everySource, isSilent, registerOf, tell, wordOf, type Register } from '../registers/registers.ts'
import { scopeOf, type Scope } from '../registers/scope.ts'
import type { Told } from '../registers/take-in.ts'
import { thoughtDead } from '../resources/thought-dead.ts'
import { payersIn, watchedChanges, type WatchedRegister } from '../registers/watched-changes.ts'
import { cxToIdentifier, identifierKey } from '../types/cx-identifier.ts'
import { accountsOfCluster, type ClusterAccounts } from './accounts-of-cluster.ts'
import { holdersFirst, ownerOf, seenAlso, wordOwner, type Identity } from './identity.ts'
import { identityReviewsOf, type MovedVisit } from './identity-reviews.ts'
import { identifiersOfPatient } from './patient-identifiers.ts'
import { renumbered } from './renumbered.ts'
import { strictestLabels } from './strictest-labels.ts'
import { visitsOf, type ClusterVisit } from './visits-of-cluster.ts'

/** What is known of patients whom identity facts tie together. */
export interface Cluster {
  readonly tenant: number
  readonly canonicalBase: string
  readonly subjects: readonly string[]
  readonly told: (subject: string) => Told
  readonly identity: Identity
  readonly contexts: (source: string) => MapContext
}

/** One patient of a cluster who goes on, as case management sees them. */
export interface Person {
  readonly patient: string
  readonly shard: number
  readonly stays: readonly Stay[]
  readonly deceased?: Deceased
  readonly thoughtDead?: { readonly at: string }
  /** When its source deleted the person (A29): open cases are for people to look at. */
  readonly deletedPerson?: { readonly at: string }
  /** What was said of who is who, as far as people have to look. */
  readonly identityReviews?: readonly IdentityReview[]
  /** Watched values that changed. */
  readonly changes?: readonly ValueChange[]
  /** The patient's insurances; asked for where a rule of intake does. */
  readonly payers?: () => readonly PayerSpan[]
}

export interface DerivedCluster {
  /** The patient under whom each visit stands, before merges, by Encounter id. */
  readonly holders: ReadonlyMap<string, string>
  /** What was said of each visit, by Encounter id. */
  readonly scopes: ReadonlyMap<string, Scope>
  /** Everything that messages lead to, by `Type/id`. */
  readonly resources: ReadonlyMap<string, Derived>
  readonly persons: readonly Person[]
}

export const shardOfPatient = (tenant: number, id: string): number =>
  shardInId(id) ?? shardOfKey(tenant, `Patient/${id}`)

/**
 * Computes all that messages lead to for every patient of a cluster, each thing under the owner that it has now. What comes
 * to the same as it `was` before a message is the very same.
 */
export function deriveCluster(cluster: Cluster, was?: DerivedCluster): DerivedCluster {
  const { subjects, identity, told } = cluster
  const numbers = (register: Register): ReadonlySet<string> => accountsIn(register, cluster)
  const visits = visitsOf({ subjects, told, accounts: numbers }, identity)
  const words = routedWords(cluster)
  const accounts = accountsOfCluster(
    subjects.toSorted().map(subject => personScope(subject, { cluster, words })),
    {
      ...{ identity, shardOf: patient => shardOfPatient(cluster.tenant, patient) },
      takenBack: new Map(visits.flatMap(({ takenBack }) => [...takenBack])),
    },
  )
  const stays = new Map<string, Stay[]>()
  const holders = new Map(visits.map(({ visitId, holder }) => [visitId, holder]))
  const moved: MovedVisit[] = []
  const scopes = new Map<string, Scope>()
  const ofVisits = visits.flatMap(visit => {
    const { resources, stay, scope } = derivedVisit(visit, cluster, { holders, accounts, was })
    scopes.set(visit.visitId, scope)
    for (const statement of visit.moves) moved.push({ statement, holder: visit.holder, stay })
    const owner = ownerOf(identity, visit.holder)
    stays.set(owner, [...(stays.get(owner) ?? []), stay])
    return resources
  })
  const known = subjects.filter(subject => isKnown(subject, cluster))
  const spoken = { own: ownRegisters(known, cluster), visits: visitRegisters(visits) }
  const people = known.map(subject => derivedPerson(subject, { cluster, words, stays, spoken, moved }))
  const all = [...people.flatMap(({ resources }) => resources), ...accounts.resources, ...ofVisits]
  return {
    ...{ holders, scopes },
    resources: new Map(all.map(resource => [`${resource.resourceType}/${resource.id}`, resource])),
    persons: people.flatMap(({ person }) => person ?? []),
  }
}

/** A patient of whom something was said; a new number that nobody used as another patient is none. */
function isKnown(subject: string, { told, identity: { statements } }: Cluster): boolean {
  const { said, facts } = told(subject)
  const isNamed = statements.some(
    ({ kind, from, to, isLesser }) =>
      (to === subject && ['merge', 'rename', 'move'].includes(kind)) ||
      (kind === 'merge' && from === subject && !isLesser),
  )
  return isNamed || !isSilent(registerOf(said.get(''))) || facts.some(({ scope }) => scope !== '')
}

/** What was said of each patient, words on a merged number counted where they belong. */
function routedWords({ subjects, told, identity }: Cluster): ReadonlyMap<string, Register> {
  const words = new Map(
    subjects.map(subject => [subject, withPriorWords(registerOf(told(subject).said.get('')))]),
  )
  for (const subject of subjects) {
    for (const { source, stamp, fields } of everyStamp(registerOf(told(subject).said.get('')))) {
      const owner = wordOwner(identity, subject, stamp)
      if (owner === subject) continue
      const isRenamed = identity.parents.get(subject)?.statement.kind === 'rename'
      const taken = Object.entries(fields).filter(([field]) => isOfPerson(field, isRenamed))
      words.set(owner, tell(words.get(owner) ?? {}, source, stamp, Object.fromEntries(taken)))
    }
  }
  return words
}

/**
 * Lists stay with the number they were sent under; so do identifiers, unless it is the same patient's new number. That a number
 * was deleted (A29) or added says nothing of the patient who goes on.
 */
const isOfPerson = (field: string, isRenamed: boolean): boolean =>
  !field.startsWith('MRG') &&
  field !== 'EVN-1' &&
  (field[3] === '-' ? isRenamed || !IDENTIFIERS.has(field) : /^(?:DIED|LIVES)/.test(field))

const IDENTIFIERS: ReadonlySet<string> = new Set(['PID-2', 'PID-3', 'PID-4', 'PID-18'])

/** Of a patient who was only ever named in MRG, that is what is known. */
function withPriorWords(register: Register): Register {
  const said = new Set(everyStamp(register).flatMap(({ fields }) => Object.keys(fields)))
  const missing = Object.entries(PRIOR).filter(([mrg, pid]) => said.has(mrg) && !said.has(pid))
  return everyStamp(register).reduce((all, { source, stamp, fields }) => {
    const added = missing.flatMap(([mrg, pid]) =>
      fields[mrg] === undefined ? [] : [[pid, fields[mrg]] as const],
    )
    return added.length === 0 ? all : tell(all, source, stamp, Object.fromEntries(added))
  }, register)
}

const PRIOR: Readonly<Record<string, string>> = { 'MRG-1': 'PID-3', 'MRG-7': 'PID-5' }

/** What was said of each person as such and of their visits, with whom it was said of. */
interface Spoken {
  readonly own: readonly WatchedOf[]
  readonly visits: readonly WatchedOf[]
}

type WatchedOf = WatchedRegister & { readonly person: string }

const ownRegisters = (known: readonly string[], { told }: Cluster): readonly WatchedOf[] =>
  known.map(person => ({ person, register: registerOf(told(person).said.get('')) }))

const visitRegisters = (visits: readonly ClusterVisit[]): readonly WatchedOf[] =>
  visits
    .filter(({ mergedInto }) => !mergedInto)
    .map(({ visitId, holder, register }) => ({ person: holder, encounter: visitId, register }))

interface People {
  readonly cluster: Cluster
  readonly words: ReadonlyMap<string, Register>
  readonly stays: ReadonlyMap<string, readonly Stay[]>
  readonly spoken: Spoken
  readonly moved: readonly MovedVisit[]
}

const personScope = (patientId: string, { cluster, words }: Pick<People, 'cluster' | 'words'>): Scope =>
  scopeOf({
    ...{ patientId, ownerId: ownerOf(cluster.identity, patientId), contexts: cluster.contexts },
    ...{ shard: shardOfPatient(cluster.tenant, patientId), register: words.get(patientId) ?? {} },
  })

function derivedPerson(
  subject: string,
  { cluster, words, stays, spoken, moved }: People,
): { readonly resources: readonly Derived[]; readonly person?: Person } {
  const { identity, tenant } = cluster
  const shard = shardOfPatient(tenant, subject)
  const scope = personScope(subject, { cluster, words })
  const { register } = scope
  const isGone = ownerOf(identity, subject) !== subject
  const own = isGone ? undefined : (stays.get(subject) ?? [])
  const died = own && diedInStay(own)
  const resources = derivePatient(scope, () => []).map(resource =>
    resource.resourceType === 'Patient'
      ? withDeath(linked(resource, scope, { cluster, words }), died)
      : resource,
  )
  if (!own) return { resources }
  const deceased = deceasedIn(scope)
  const doubted = thoughtDead(register, deceased)
  const deleted = deletedPerson(scope.winning)
  const changes = changesOf(subject, spoken, cluster)
  const identityReviews = identityReviewsOf(subject, {
    ...{ identity, moved, subjects: cluster.subjects.toSorted() },
    facts: cluster.subjects.flatMap(one => cluster.told(one).facts),
  })
  return {
    resources,
    person: {
      patient: subject,
      shard,
      stays: own,
      ...(deceased && { deceased }),
      ...(doubted && { thoughtDead: doubted }),
      ...(deleted && { deletedPerson: deleted }),
      ...(changes.length > 0 && { changes }),
      payers: () => payersIn(ofPerson(subject, spoken.own, cluster).map(({ register: said }) => said)),
      ...(identityReviews.length > 0 && { identityReviews }),
    },
  }
}

/** Changes of watched values of everyone who is this patient now. */
function changesOf(patient: string, { own, visits }: Spoken, cluster: Cluster): readonly ValueChange[] {
  return watchedChanges(ofPerson(patient, [...own, ...visits], cluster), cluster)
}

const ofPerson = (
  patient: string,
  registers: readonly WatchedOf[],
  { identity }: Pick<Cluster, 'identity'>,
): readonly WatchedOf[] => registers.filter(({ person }) => ownerOf(identity, person) === patient)

/** The Patient with its identifiers and its links to whoever it is or may be. */
function linked(
  resource: Derived,
  scope: Scope,
  { cluster, words }: Pick<People, 'cluster' | 'words'>,
): Derived {
  const { identity, subjects } = cluster
  const { patientId, ownerId = patientId } = scope
  const patient = resource as unknown as Patient
  const isGone = ownerId !== patientId
  // In an order that doesn't show who was found first.
  const losers = subjects
    .toSorted()
    .filter(
      other =>
        other !== patientId &&
        ownerOf(identity, other) === patientId &&
        isPerson(other, cluster) &&
        isKnown(other, cluster),
    )
  const identifier = identifiersOfPatient(patientId, patient.identifier ?? [], {
    ...{ identity, losers },
    identifiersOf: other => identifiersIn(words.get(other) ?? {}, cluster),
  })
  const link = [
    ...(isGone ? [linkTo(ownerId, 'replaced-by')] : []),
    ...losers.map(other => linkTo(other, 'replaces')),
    ...seenAlso(patientId, identity).map(other => linkTo(other, 'seealso')),
  ]
  const { meta } = resource
  const security = strictestLabels(losers, {
    ...{ own: meta?.security ?? [], statements: identity.statements },
    scopeOf: other => personScope(other, { cluster, words }),
  })
  return {
    ...resource,
    ...(security.length > 0 && { meta: { ...meta, security } }),
    ...(isGone && { active: false }),
    ...(identifier.length > 0 && { identifier }),
    ...(link.length > 0 && { link }),
  }
}

/** A new number of the same patient is no patient of its own. */
const isPerson = (subject: string, { identity }: Cluster): boolean =>
  identity.parents.get(subject)?.statement.kind === 'merge'

const linkTo = (id: string, type: string) => ({ other: { reference: `Patient/${id}` }, type })

const identifiersIn = (register: Register, cluster: Cluster): readonly Identifier[] =>
  everySource(register, 'PID-3').flatMap(said => identifiersSaid(wordOf(said), said.source, cluster))

function identifiersSaid(
  text: string | undefined,
  source: string,
  { contexts }: Pick<Cluster, 'contexts'>,
  field = 'PID-3',
): readonly Identifier[] {
  return (text ?? '').split('~').flatMap(part => {
    const cx = readFieldText(part)
    return (cx && cxToIdentifier(cx, contexts(source), field)) ?? []
  })
}

function accountsIn(register: Register, cluster: Cluster): ReadonlySet<string> {
  const said = everySource(register, 'PID-18')
  return new Set(
    said.flatMap(one => identifiersSaid(wordOf(one), one.source, cluster, 'PID-18').map(identifierKey)),
  )
}

/** Under whom visits stand, and which accounts there are. */
interface Standing {
  readonly holders: ReadonlyMap<string, string>
  readonly accounts: ClusterAccounts
  readonly was: DerivedCluster | undefined
}

interface VisitAndStay {
  readonly resources: readonly Derived[]
  readonly stay: Stay
  readonly scope: Scope
}

function derivedVisit(
  visit: ClusterVisit,
  cluster: Cluster,
  { holders: known, accounts, was }: Standing,
): VisitAndStay {
  const { visitId, home, register, facts, holder } = visit
  const { identity, tenant, contexts } = cluster
  const scope = scopeOf({
    ...{ patientId: home, ownerId: ownerOf(identity, holder), visitId, register, contexts },
    shard: shardOfPatient(tenant, home),
  })
  const made = knownVisit(visitId, scope, facts, was?.scopes.get(visitId))
  const { stay } = made
  const resources = visitResources(made).map(resource =>
    resource.resourceType === 'Encounter'
      ? withAccount(numbered(resource, visit, { ...cluster, known }), made.visit, {
          ...{ accounts, cluster, holder },
        })
      : resource,
  )
  return { resources, scope, stay: visit.mergedInto ? { ...stay, status: 'entered-in-error' } : stay }
}

/** The Encounter with the Account that goes on, under whichever patient its number was said. */
function withAccount(
  resource: Derived,
  visit: Visit,
  {
    accounts,
    cluster,
    holder,
  }: Pick<Standing, 'accounts'> & Pick<ClusterVisit, 'holder'> & { readonly cluster: Cluster },
): Derived {
  const said = accountNumberOf(visit)
  if (!said) return resource
  const id = accounts.idOf(
    said.identifier,
    said.context,
    holdersFirst(holder, cluster.identity, of => cluster.told(of).facts),
  )
  return id === undefined ? resource : { ...resource, account: [{ reference: `Account/${id}` }] }
}

/** The Encounter with its numbers, old and new, and what it was a double of, as far as anything was said of that. */
function numbered(
  resource: Derived,
  visit: ClusterVisit,
  { canonicalBase, known }: Pick<Cluster, 'canonicalBase'> & { readonly known: ReadonlyMap<string, string> },
): Derived {
  const { mergedInto, doubles, renames } = visit
  if (!mergedInto && doubles.length + renames.length === 0) return resource
  const encounter = resource as unknown as Encounter
  const identifier = renumbered(encounter.identifier ?? [], [...renames, ...doubles])
  const linkage = (id: string, type: string): Extension => ({
    url: `${canonicalBase}/StructureDefinition/record-linkage`,
    extension: [
      { url: 'type', valueCode: type },
      { url: 'encounter', valueReference: { reference: `Encounter/${id}` } },
    ],
  })
  const extension = [
    ...(encounter.extension ?? []),
    ...(mergedInto && known.has(mergedInto.to) ? [linkage(mergedInto.to, 'replaced-by')] : []),
    ...doubles.filter(({ from }) => known.has(from)).map(({ from }) => linkage(from, 'replaces')),
  ]
  return {
    ...resource,
    ...(mergedInto && { status: 'entered-in-error' }),
    ...(identifier.length > 0 && { identifier }),
    ...(extension.length > 0 && { extension }),
  }
}
