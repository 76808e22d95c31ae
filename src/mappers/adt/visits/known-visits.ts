import type { Stay } from '../../../care-plan/stays/stay.ts'
import { memoryIn } from '../../../lib/memory-in.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { deriveStay, deriveVisit } from '../resources/derive.ts'
import type { Derived } from '../resources/derived.ts'
import { visitOf, type Visit } from '../resources/encounter.ts'
import type { Fact } from '../events/fact.ts'
import type { Expected, VisitState } from './ledger.ts'
import { visitFact } from './movements.ts'
import { noting, type NotedIssue } from '../events/noted-issues.ts'
import { sameWords } from '../registers/register-index.ts'
import { isSilent, type Register } from '../registers/registers.ts'
import { isOnlySaidAgain } from '../registers/said-again.ts'
import type { Scope } from '../registers/scope.ts'
import type { SourceSettings } from '../source.ts'

/** A visit, and the same as case management sees it. */
export interface KnownVisit {
  readonly visit: Visit
  readonly stay: Stay
}

/** What follows of a register and facts, with what could not be mapped on the way. */
interface Known {
  readonly facts: readonly Fact[]
  readonly settings: SourceSettings
  readonly made: KnownVisit
  readonly issues: readonly NotedIssue[]
}

/** By register, then by Encounter id: registers never change, and what is loaded again is the same one (store). */
const known = memoryIn<Register, Map<string, Known>>()

/**
 * A visit by what was said of it, remembered as long as its register lives: each message about a patient looks at every
 * visit of that patient, and changes one at most. Where it comes to the same as it
 * did `before` a message, it is the very same Stay.
 */
export function knownVisit(
  visitId: string,
  scope: Scope,
  facts: readonly Fact[],
  before?: Scope,
): KnownVisit {
  const remembered = known.get(scope.register)?.get(visitId)
  const found =
    remembered && isOf(remembered, scope, facts) ? remembered : make(visitId, scope, facts, before)
  const { visit, stay } = found.made
  for (const [source, issue] of found.issues) scope.contexts(source).report(issue)
  const context = scope.contexts(visit.context.source)
  return { visit: { ...scope, visitId, facts: visit.facts, state: visit.state, context }, stay }
}

function make(visitId: string, scope: Scope, facts: readonly Fact[], before: Scope | undefined): Known {
  const alike = before && known.get(before.register)?.get(visitId)
  if (alike && isOf(alike, scope, facts) && isOnlySaidAgain(before, scope, facts)) {
    keep(scope.register, visitId, alike)
    return alike
  }
  const issues: NotedIssue[] = []
  const visit = visitOf(visitId, { ...scope, contexts: noting(scope, issues) }, facts.map(visitFact))
  const isAlike =
    before !== undefined &&
    alike !== undefined &&
    isOf(alike, scope, facts) &&
    comesToTheSame(alike.made.visit, visit, before, scope)
  const made = isAlike ? alike.made : { visit: bare(visit), stay: deriveStay(visit) }
  const found = { facts, issues, made, settings: visit.context.settings }
  keep(scope.register, visitId, found)
  return found
}

/** Words, lists, who spoke last, and the course of the visit; of what is planned only who planned it when differs. */
const comesToTheSame = (was: Visit, is: Visit, before: Scope, scope: Scope): boolean =>
  was.context.source === is.context.source && sameWords(before, scope) && sameCourse(was.state, is.state)

/** NOTE: movements are those of the facts, which are the same. */
function sameCourse(was: VisitState, is: VisitState): boolean {
  const { movements: _was, expectedStart, expectedEnd, expectedReturn, ...course } = was
  const { movements: _is, ...other } = is
  return (
    samePlan(expectedStart, other.expectedStart) &&
    samePlan(expectedEnd, other.expectedEnd) &&
    samePlan(expectedReturn, other.expectedReturn) &&
    Object.entries(course).every(([name, value]) => sameValue(value, other[name as keyof typeof other]))
  )
}

const samePlan = (a: Expected | undefined, b: Expected | undefined): boolean =>
  a?.text === b?.text && a?.source === b?.source

/**
 * Without what belongs to the message that was looked at: a memory must not keep that alive. No function is made here: it
 * would hold the visit, and with it the message, by its closure.
 */
function bare(visit: Visit): Visit {
  const context = { ...visit.context, report: unheard }
  return { ...visit, contexts: always(context), context }
}

const unheard = (): void => undefined

const always =
  <T>(value: T) =>
  (): T =>
    value

/** Remembers a visit of which nothing new was said under its register as it is now. */
export function keepSame(visitId: string, before: Register, after: Register): void {
  const visit = known.get(before)?.get(visitId)
  if (visit) keep(after, visitId, visit)
}

/** NOTE: of nobody's word there is one register for all, which would gather visits for ever. */
function keep(register: Register, visitId: string, visit: Known): void {
  if (isSilent(register)) return
  const visits = known.get(register) ?? new Map<string, Known>()
  known.set(register, visits.set(visitId, visit))
}

const isOf = ({ facts, settings, made }: Known, { contexts }: Scope, others: readonly Fact[]): boolean =>
  contexts(made.visit.context.source).settings === settings &&
  facts.length === others.length &&
  facts.every(({ id }, at) => id === others[at]?.id)

/** What was derived of a visit, of whomever it was then. */
interface KnownResources {
  readonly patientId: string
  readonly ownerId: string | undefined
  readonly resources: readonly Derived[]
  readonly issues: Known['issues']
}

const derived = memoryIn<Stay, KnownResources>()

/** Encounter and what was told of it, remembered as long as the visit comes to the same. */
export function visitResources({ visit, stay }: KnownVisit): readonly Derived[] {
  const { patientId, ownerId, contexts, context } = visit
  const remembered = derived.get(stay)
  if (remembered && remembered.patientId === patientId && remembered.ownerId === ownerId) {
    for (const [source, issue] of remembered.issues) contexts(source).report(issue)
    return remembered.resources
  }
  const issues: NotedIssue[] = []
  const noted = noting(visit, issues)
  const resources = deriveVisit({ ...visit, contexts: noted, context: noted(context.source) })
  derived.set(stay, { ...{ patientId, ownerId }, resources, issues })
  return resources
}
