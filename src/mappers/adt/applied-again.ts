import type { Json } from '../../fhir/resource.ts'
import { memoryIn } from '../../lib/memory-in.ts'
import type { MappedEvent } from './events/adt-event.ts'
import type { Applied, Before } from './apply-adt.ts'
import type { Fact } from './events/fact.ts'
import { directoryChanges } from './events/event-parts.ts'
import { keepSame } from './visits/known-visits.ts'
import type { MappingIssue } from './map-context.ts'
import { changesIn, factsIn } from './visits/patient-stays.ts'
import { isSilent, registerOf, type Register } from './registers/registers.ts'
import { keepSamePatient } from './resources/patient-resources.ts'
import type { SourceSettings } from './source.ts'
import type { TakenIn } from './registers/take-in.ts'
import { isToldAgain, movedIn } from './registers/told-again.ts'
import { payersIn } from './registers/watched-changes.ts'

/** All that was told of a patient, and what it came to. */
interface Known {
  readonly facts: readonly Fact[]
  readonly said: ReadonlyMap<string, Json>
  readonly settings: SourceSettings
  readonly stays: Applied['stays']
  readonly changes: Applied['changes']
  /** What a message about `visit` that says nothing new can't map. */
  readonly issues: readonly MappingIssue[]
  readonly visit: string | undefined
}

/** By what was said of the patient as such: registers never change, and what is loaded again is the same one (store). */
const known = memoryIn<Register, Known>()

/**
 * What a message comes to that says only what its one source had last said already: most of a real feed do. Undefined where
 * that isn't certain, or what stands isn't remembered.
 */
export function appliedAgain(event: MappedEvent, before: Before, told: TakenIn): Applied | undefined {
  const { visit, context } = event
  const remembered = known.get(registerOf(before.said.get('')))
  if (!remembered || told.facts.length > 0 || !isOf(remembered, before, context.settings)) return undefined
  const { issues, stays } = remembered
  if (issues.length > 0 && remembered.visit !== visit?.id) return undefined
  for (const [scope, after] of told.said)
    if (!isToldAgain(event, registerOf(before.said.get(scope)), after, movedIn(factsIn(before, scope))))
      return undefined
  const said = new Map([...before.said, ...told.said])
  const changes = remembered.changes.some(({ replacedAt }) => replacedAt !== undefined)
    ? changesIn({ facts: before.facts, said }, context.settings)
    : remembered.changes
  const patient = registerOf(told.said.get(''))
  if (!isSilent(patient)) known.set(patient, { ...remembered, said, changes })
  keepSamePatient(registerOf(before.said.get('')), patient)
  if (visit) keepSame(visit.id, registerOf(before.said.get(visit.id)), registerOf(told.said.get(visit.id)))
  return {
    ...{ facts: told.facts, said: told.said, stays, changes, issues },
    ...{ deceased: undefined, thoughtDead: undefined, deletedPerson: undefined },
    resources: directoryChanges(event, before),
    payers: () => payersIn([patient]),
    waits: false,
  }
}

/**
 * Remembers what a message came to, with what was said before and by it. Not of the dead nor of who was deleted, of whom
 * it counts when that was last said; and not what couldn't be mapped of something new: it isn't told of again.
 */
export function keepApplied(
  { visit, context }: MappedEvent,
  { facts, said }: Pick<Known, 'facts' | 'said'>,
  { stays, changes, issues, resources, deceased, thoughtDead, deletedPerson }: Applied,
): void {
  const patient = registerOf(said.get(''))
  if (isSilent(patient) || deceased || thoughtDead || deletedPerson) return
  if (issues.length > 0 && resources.length > 0) return
  known.set(patient, {
    ...{ facts, said, settings: context.settings, stays, changes, issues, visit: visit?.id },
  })
}

const isOf = (
  { facts, said, settings }: Known,
  before: Pick<Before, 'facts' | 'said'>,
  own: SourceSettings,
): boolean =>
  settings === own &&
  facts.length === before.facts.length &&
  said.size === before.said.size &&
  facts.every(({ id }, at) => id === before.facts[at]?.id) &&
  [...said].every(([scope, body]) => before.said.get(scope) === body)
