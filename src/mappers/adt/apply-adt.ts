import type { Stay } from '../../care-plan/stay.ts'
import type { Json, Resource, ResourceKey } from '../../fhir/resource.ts'
import type { MappedEvent } from './adt-event.ts'
import type { Derived } from './derived.ts'
import { deceasedIn, derivePatient, deriveStay, deriveVisit, type Scope, type VisitScope } from './derive.ts'
import { joinDirectory } from './directory.ts'
import type { Fact } from './fact.ts'
import { contextOf, type MapContext, type MappingIssue } from './map-context.ts'
import { changedFrom, mergeElements } from './merge-elements.ts'
import { movementsOf, visitFact } from './movements.ts'
import { isSilent, registerOf, sameWords, tell, type Register } from './registers.ts'

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
  readonly deceased: { readonly at?: string } | undefined
  /** It is a cancel whose target has not come yet. */
  readonly waits: boolean
  readonly issues: readonly MappingIssue[]
}

/**
 * Takes a message in: facts and registers first, then every resource that is computed from them, as it was before and
 * as it is now, so that only what this message changes is written. Any order of messages ends in the same state.
 */
export function applyAdt(event: MappedEvent, before: Before): Applied {
  const { patient, visit, source, stamp } = event
  const issues = new Map<string, MappingIssue>()
  const contexts = contextsFor(event, issues)
  const newFacts = event.fact && !before.facts.some(({ id }) => id === event.fact?.id) ? [event.fact] : []
  const said = new Map([['', tell(registerOf(before.said.get('')), source, stamp, event.patientFields)]])
  if (visit) said.set(visit.id, tell(registerOf(before.said.get(visit.id)), source, stamp, event.visitFields))

  const person = { patientId: patient.id, shard: patient.shard, contexts }
  const now: State = { person, facts: [...before.facts, ...newFacts], said: new Map([...before.said, ...said]) }
  const was: State = { person, facts: before.facts, said: before.said }
  const changed = [...patientChanges(was, now), ...(visit ? visitChanges(was, now, visit.id) : [])].flatMap(
    ({ earlier, later }) => mergeElements(before.get(keyOf(later)), earlier, later, event.messageUri) ?? [],
  )
  return {
    facts: newFacts,
    said,
    resources: [...directoryChanges(event, before), ...changed],
    stays: visitIds(now).map(id => deriveStay(visitScope(now, id))),
    deceased: deceasedIn(patientScope(now)),
    waits: newFacts.some(fact => isWaiting(fact, now)),
    issues: [...issues.values()],
  }
}

/** All that messages said about a patient. */
interface State {
  readonly person: Omit<Scope, 'register'>
  readonly facts: readonly Fact[]
  readonly said: ReadonlyMap<string, Json>
}

interface Change {
  readonly earlier: Derived | undefined
  readonly later: Derived
}

const keyOf = ({ resourceType, id }: Derived): ResourceKey => ({ type: resourceType, id })

const patientScope = ({ person, said }: State): Scope => ({ ...person, register: registerOf(said.get('')) })

const visitScope = ({ person, said, facts }: State, visitId: string): VisitScope => ({
  ...person,
  visitId,
  register: registerOf(said.get(visitId)),
  facts: facts.filter(({ scope }) => scope === visitId).map(visitFact),
})

/** Visits in the order of their ids, which depends on no message. */
const visitIds = ({ facts, said }: State): readonly string[] =>
  [...new Set([...facts.map(({ scope }) => scope), ...said.keys()])].filter(id => id !== '').toSorted()

function patientChanges(was: State, now: State): readonly Change[] {
  const [earlier, later] = [patientScope(was), patientScope(now)]
  if (isSilent(earlier.register)) return paired([], derivePatient(later))
  return sameWords(earlier.register, later.register) ? [] : paired(derivePatient(earlier), derivePatient(later))
}

function visitChanges(was: State, now: State, visitId: string): readonly Change[] {
  const [earlier, later] = [visitScope(was, visitId), visitScope(now, visitId)]
  const isNew = isSilent(earlier.register) && earlier.facts.length === 0
  if (isNew) return paired([], deriveVisit(later))
  const isSame = earlier.facts.length === later.facts.length && sameWords(earlier.register, later.register)
  return isSame ? [] : paired(deriveVisit(earlier), deriveVisit(later))
}

function paired(earlier: readonly Derived[], later: readonly Derived[]): readonly Change[] {
  const byId = new Map(earlier.map(resource => [resource.id, resource]))
  return later.map(resource => ({ earlier: byId.get(resource.id), later: resource }))
}

const directoryChanges = ({ directory, messageUri }: MappedEvent, { get }: Before): readonly Derived[] =>
  directory.flatMap(resource => {
    const standing = get(keyOf(resource))
    return changedFrom(standing, joinDirectory(standing, resource), messageUri) ?? []
  })

function isWaiting(fact: Fact, now: State): boolean {
  if (fact.kind !== 'cancel') return false
  const { cancels } = movementsOf(visitScope(now, fact.scope).facts)
  return cancels.some(cancel => cancel.fact.id === fact.id && !cancel.target)
}

/** Contexts by source, made once; what can't be mapped is noted once a place. */
function contextsFor(event: MappedEvent, issues: Map<string, MappingIssue>): (source: string) => MapContext {
  const report = (issue: MappingIssue): void => {
    issues.set(`${issue.code} ${issue.expression}`, issue)
  }
  const known = new Map<string, MapContext>()
  return source => {
    const context = known.get(source) ?? contextOf(source, event.context.settings, report)
    known.set(source, context)
    return context
  }
}
