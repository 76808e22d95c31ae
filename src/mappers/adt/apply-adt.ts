import type { PayerSpan } from '../../care-plan/case/intake.ts'
import type { Stay } from '../../care-plan/stays/stay.ts'
import type { ValueChange } from '../../care-plan/duties/watched-values.ts'
import type { Json, Resource, ResourceKey } from '../../fhir/resource.ts'
import type { MappedEvent } from './events/adt-event.ts'
import { appliedAgain, keepApplied } from './applied-again.ts'
import { diedInStay, withDeath } from './visits/death-in-stay.ts'
import type { Derived } from './resources/derived.ts'
import { deceasedIn, type Deceased } from './resources/derive.ts'
import type { Visit } from './resources/encounter.ts'
import type { Fact } from './events/fact.ts'
import { contextsFor, directoryChanges } from './events/event-parts.ts'
import { visitResources, type KnownVisit } from './visits/known-visits.ts'
import type { MappingIssue } from './map-context.ts'
import { mergeElements } from './resources/merge-elements.ts'
import { changesIn, factsIn, scopeIn, visitIds, visitIn, type SaidOfPatient } from './visits/patient-stays.ts'
import { keepSamePatient, patientResources } from './resources/patient-resources.ts'
import { deletedPerson } from './registers/person-record.ts'
import { sameWords } from './registers/register-index.ts'
import { isSilent, type Register } from './registers/registers.ts'
import type { Scope } from './registers/scope.ts'
import { takeIn, type TakenIn } from './registers/take-in.ts'
import { thoughtDead } from './resources/thought-dead.ts'
import { payersIn } from './registers/watched-changes.ts'

/** What stands about the patient before a message; `needs` says what must be in it. */
export interface Before {
  /** Registers of the patient by scope: '' and Encounter ids. */
  readonly said: ReadonlyMap<string, Json>
  readonly facts: readonly Fact[]
  readonly get: (key: ResourceKey) => Resource | undefined
}

/** What a message comes to. */
export interface Applied {
  /** Facts that were not known. */
  readonly facts: readonly Fact[]
  /** Registers as they are now, by scope; the patient's ('') is always among them. */
  readonly said: ReadonlyMap<string, Register>
  /** Resources that change, whole; those that don't are left out. */
  readonly resources: readonly Derived[]
  /** Every visit of the patient after this message. */
  readonly stays: readonly Stay[]
  readonly deceased: Deceased | undefined
  /** When a death was last told that doesn't stand any more. */
  readonly thoughtDead: { readonly at: string } | undefined
  /** When its source deleted the person (A29): open cases are for people to look at. */
  readonly deletedPerson: { readonly at: string } | undefined
  /** Watched values that changed. */
  readonly changes: readonly ValueChange[]
  /** The patient's insurances; asked for where a rule of intake does. */
  readonly payers: () => readonly PayerSpan[]
  /** It is a cancel whose target has not come yet. */
  readonly waits: boolean
  readonly issues: readonly MappingIssue[]
}

/**
 * Takes a message in: facts and registers first, then every resource that is computed from them, as it was before and
 * as it is now, so that only what this message changes is written. Any order of messages ends in the same state.
 */
export function applyAdt(event: MappedEvent, before: Before): Applied {
  const told = takeIn(event, before)
  const again = appliedAgain(event, before, told)
  if (again) return again
  const applied = appliedNews(event, before, told)
  const facts = [...before.facts, ...told.facts]
  keepApplied(event, { facts, said: new Map([...before.said, ...told.said]) }, applied)
  return applied
}

function appliedNews(event: MappedEvent, before: Before, { facts: newFacts, said }: TakenIn): Applied {
  const { patient, visit } = event
  const issues = new Map<string, MappingIssue>()
  const contexts = contextsFor(event, issues)

  const person = { patientId: patient.id, shard: patient.shard, contexts }
  const was: SaidOfPatient = { person, facts: before.facts, said: before.said }
  const now: SaidOfPatient = {
    person,
    facts: [...before.facts, ...newFacts],
    said: new Map([...before.said, ...said]),
  }
  const known = scopeIn(now, '')
  const ofVisit = visit ? visitNow(was, now, visit.id) : unchanged
  const ids = visitIds(now)
  const visits = ids.map(id => (id === visit?.id ? ofVisit.later : undefined) ?? visitIn(now, id))
  const stays = visits.map(({ stay }) => stay)
  const current = visits.find(({ visit: { visitId } }) => visitId === visit?.id)?.visit
  const others = stays.filter(({ encounter }) => encounter !== ofVisit.visitId)
  const deaths = {
    was: diedInStay(ofVisit.earlier ? [...others, ofVisit.earlier.stay] : others),
    now: diedInStay(stays),
  }
  const deceased = deceasedIn(known)
  const changes = [...patientChanges(scopeIn(was, ''), known, deaths), ...ofVisit.changes]
  return {
    facts: newFacts,
    said,
    resources: [
      ...directoryChanges(event, before),
      ...changes.flatMap(
        ({ earlier, later }) =>
          mergeElements(before.get(keyOf(later)), earlier, later, event.messageUri) ?? [],
      ),
    ],
    stays,
    deceased,
    thoughtDead: thoughtDead(known.register, deceased),
    deletedPerson: deletedPerson(known.winning),
    changes: changesIn(now, event.context.settings, ids),
    payers: () => payersIn([known.register]),
    waits: newFacts.some(fact => fact.kind === 'cancel' && isWaiting(fact, current)),
    issues: [...issues.values()],
  }
}

interface Change {
  readonly earlier: Derived | undefined
  readonly later: Derived
}

const keyOf = ({ resourceType, id }: Derived): ResourceKey => ({ type: resourceType, id })

function patientChanges(
  was: Scope,
  now: Scope,
  deaths: { readonly was: string | undefined; readonly now: string | undefined },
): readonly Change[] {
  const isKnown = !isSilent(was.register)
  if (isKnown && sameWords(was, now)) {
    keepSamePatient(was.register, now.register)
    if (deaths.was === deaths.now) return []
  }
  const told = (scope: Scope, death: string | undefined): readonly Derived[] =>
    patientResources(scope).map(resource => withDeath(resource, death))
  return paired(isKnown ? told(was, deaths.was) : [], told(now, deaths.now))
}

interface VisitChanges {
  readonly changes: readonly Change[]
  /** The visit that the message is about, when it may look different now, and how it looked. */
  readonly visitId?: string
  readonly earlier?: KnownVisit
  /** How it looks now. */
  readonly later?: KnownVisit
}

const unchanged: VisitChanges = { changes: [] }

/** How the visit looks of which a message says something, and how that changes what is derived of it. */
function visitNow(was: SaidOfPatient, now: SaidOfPatient, visitId: string): VisitChanges {
  const [before, facts] = [scopeIn(was, visitId), factsIn(was, visitId)]
  const isNew = isSilent(before.register) && facts.length === 0
  const earlier = isNew ? undefined : visitIn(was, visitId)
  const later = visitIn(now, visitId, before)
  if (!earlier) return { changes: paired([], visitResources(later)), visitId, later }
  if (later.stay === earlier.stay) return { changes: [], later }
  const changes = paired(visitResources(earlier), visitResources(later))
  return { changes, visitId, earlier, later }
}

function paired(earlier: readonly Derived[], later: readonly Derived[]): readonly Change[] {
  if (earlier.length === 0) return later.map(resource => ({ earlier: undefined, later: resource }))
  const byId = new Map(earlier.map(resource => [resource.id, resource]))
  return later.map(resource => ({ earlier: byId.get(resource.id), later: resource }))
}

const isWaiting = ({ id }: Fact, visit: Visit | undefined): boolean =>
  visit?.state.movements.cancels.some(cancel => cancel.fact.id === id && !cancel.target) ?? false
