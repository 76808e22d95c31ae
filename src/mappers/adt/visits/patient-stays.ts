import type { PayerSpan } from '../../../care-plan/case/intake.ts'
import type { IdentityReview } from '../../../care-plan/triggers/identity-triggers.ts'
import type { Stay } from '../../../care-plan/stays/stay.ts'
import type { ValueChange } from '../../../care-plan/duties/watched-values.ts'
import type { Json } from '../../../fhir/resource.ts'
import { deceasedIn, type Deceased } from '../resources/derive.ts'
import type { Fact } from '../events/fact.ts'
import { REPOINTED, type Repointed } from '../identity/repoint.ts'
import { mergedPersons, type MergedPersons } from '../../case/effects/persons.ts'
import { deriveCluster } from '../identity/derive-cluster.ts'
import { isIdentityFact } from '../identity/identity-fact.ts'
import { standingFacts } from '../identity/visit-claims.ts'
import { clusterOf, identityOf } from '../identity/identity.ts'
import { isVisitScope } from '../identity/visits-of-cluster.ts'
import { knownVisit, type KnownVisit } from './known-visits.ts'
import { contextOf, type MapContext } from '../map-context.ts'
import { deletedPerson } from '../registers/person-record.ts'
import { registerOf } from '../registers/registers.ts'
import { scopeOf, type Scope } from '../registers/scope.ts'
import type { SourceSettings } from '../source.ts'
import { thoughtDead } from '../resources/thought-dead.ts'
import { payersIn, watchedChanges } from '../registers/watched-changes.ts'

/** All that messages said about a patient. */
export interface SaidOfPatient {
  readonly person: Pick<Scope, 'patientId' | 'shard' | 'contexts'>
  readonly facts: readonly Fact[]
  /** Registers by scope: '' and Encounter ids. */
  readonly said: ReadonlyMap<string, Json>
}

export function scopeIn({ person, said }: SaidOfPatient, id: string): Scope {
  const { patientId, shard, contexts } = person
  const parts = { patientId, shard, contexts, register: registerOf(said.get(id)) }
  return scopeOf(id === '' ? parts : { ...parts, visitId: id })
}

export const factsIn = ({ facts }: Pick<SaidOfPatient, 'facts'>, id: string): readonly Fact[] =>
  facts.filter(({ scope }) => scope === id)

export const visitIn = (state: SaidOfPatient, id: string, before?: Scope): KnownVisit =>
  knownVisit(id, scopeIn(state, id), factsIn(state, id), before)

/** Visits in the order of their ids, which depends on no message. */
export const visitIds = ({ facts, said }: Pick<SaidOfPatient, 'facts' | 'said'>): readonly string[] =>
  [...new Set([...facts.map(({ scope }) => scope), ...said.keys()])].filter(isVisitScope).toSorted()

/** Watched values of a patient and of every visit that changed. */
export const changesIn = (
  state: Pick<SaidOfPatient, 'facts' | 'said'>,
  settings: Pick<SourceSettings, 'canonicalBase'>,
  visits = visitIds(state),
): readonly ValueChange[] =>
  watchedChanges(
    [
      { register: registerOf(state.said.get('')) },
      ...visits.map(encounter => ({ encounter, register: registerOf(state.said.get(encounter)) })),
    ],
    settings,
  )

/** What case management needs to know of a patient from messages. */
export interface PatientStays extends MergedPersons {
  /** Every visit, in the order of their ids. */
  readonly stays: readonly Stay[]
  /** Patient.deceased[x], when true. */
  readonly deceased?: Deceased
  /** When a death was last told that doesn't stand any more. */
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

/** What all messages so far said of another patient. */
export interface ToldOf {
  readonly facts: readonly Fact[]
  readonly said: ReadonlyMap<string, Json>
}

export interface StaysInput {
  readonly patient: string
  readonly shard: number
  readonly settings: SourceSettings
  readonly facts: readonly Fact[]
  readonly said: ReadonlyMap<string, Json>
  /** Of those who were ever merged, linked or moved together with the patient; nothing of one who is left out. */
  readonly others?: (subject: string) => ToldOf
}

/**
 * A patient's visits as all messages so far have them, without a new one: for commands, FHIR writes, timers and
 * recomputation. What can't be mapped was flagged when its message came.
 */
export function patientStays(input: StaysInput): PatientStays {
  const { patient, shard, settings, facts, said } = input
  const known = new Map<string, MapContext>()
  const contexts = (source: string): MapContext => {
    const context = known.get(source) ?? contextOf(source, settings, () => undefined)
    known.set(source, context)
    return context
  }
  if (facts.some(isIdentityFact)) return clusterStays(input, contexts)
  const state: SaidOfPatient = { person: { patientId: patient, shard, contexts }, facts, said }
  const { register, ...scope } = scopeIn(state, '')
  const deceased = deceasedIn({ ...scope, register })
  const doubted = thoughtDead(register, deceased)
  const deleted = deletedPerson(scope.winning)
  const changes = changesIn(state, settings)
  return {
    stays: visitIds(state).map(id => visitIn(state, id).stay),
    ...(deceased && { deceased }),
    ...(doubted && { thoughtDead: doubted }),
    ...(deleted && { deletedPerson: deleted }),
    ...(changes.length > 0 && { changes }),
    payers: () => payersIn([register]),
  }
}

/** The same of a patient who was merged with others, or whose visits were moved; one who was merged away has none. */
function clusterStays(
  { patient, settings, facts, said, others }: StaysInput,
  contexts: (source: string) => MapContext,
): PatientStays {
  const told = (subject: string): ToldOf =>
    subject === patient ? { facts, said } : (others?.(subject) ?? nothingTold)
  const subjects = clusterOf([patient], subject => told(subject).facts)
  const identity = identityOf(standingFacts(subjects, told))
  const { tenant, canonicalBase } = settings
  const derived = deriveCluster({ tenant, canonicalBase, subjects, told, identity, contexts })
  const found = derived.persons.find(person => person.patient === patient)
  if (!found) return { stays: [] }
  const homeOf = (caseId: string): string | undefined =>
    subjects.find(subject => {
      const turned = (told(subject).said.get(REPOINTED) ?? {}) as Repointed
      return turned[`EpisodeOfCare/${caseId}`] !== undefined
    })
  const {
    stays,
    deceased,
    thoughtDead: doubted,
    deletedPerson: deleted,
    changes,
    payers,
    identityReviews,
  } = found
  return {
    stays,
    ...mergedPersons(patient, {
      ...{ tenant, subjects, homeOf },
      side: { identity, holders: derived.holders },
    }),
    ...(deceased && { deceased }),
    ...(doubted && { thoughtDead: doubted }),
    ...(deleted && { deletedPerson: deleted }),
    ...(changes && { changes }),
    ...(payers && { payers }),
    ...(identityReviews && { identityReviews }),
  }
}

const nothingTold: ToldOf = { facts: [], said: new Map() }
