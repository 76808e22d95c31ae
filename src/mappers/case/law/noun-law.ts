import { fail, ok, type Failure, type Result } from '../../../lib/result.ts'
import type { CaseFile, NounName } from '../../../care-plan/case/case-file.ts'
import { firstBroken, type InvariantContext } from '../../../care-plan/invariants/invariant.ts'
import { invariants } from '../../../care-plan/invariants/invariants.ts'
import type { Machine } from '../../../care-plan/machines/machine.ts'
import { machines } from '../../../care-plan/machines/machines.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { patientOf } from '../../../fhir/compartment.ts'
import { keyTextOf, type Resource } from '../../../fhir/resource.ts'
import { lawfulAgreements } from './agreement-law.ts'
import { atFault, suspectOf } from './at-fault.ts'
import { datedActivity } from './activity-dates.ts'
import { prohibitedMessage } from './message-law.ts'
import { isLegalStep, isOnward, legalNatives, legalStatesOf, stateOf, statusElement } from './native-moves.ts'
import { droppedPlanCategory } from './plan-category.ts'
import { unreplacedPlan, type SwitchChange } from './switch-law.ts'
import { lawfulTaskMove } from './task-move-law.ts'
import { caseOwners, readCaseFiles } from '../nouns/case-files.ts'
import { statedCase } from '../nouns/case-link.ts'
import type { NounLens } from '../nouns/noun-lens.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'
import { extensionAt } from '../lenses/slots.ts'

/** What is to be written, as far as the law of its own type lets it, and what stood before. */
export interface NounCourt {
  readonly lenses: NounLenses
  readonly stood: ReadonlyMap<string, Resource>
  readonly written: readonly Resource[]
  readonly context: InvariantContext
  /** A peer wrote it: what it says has happened. */
  readonly isPeer?: boolean
}

/** What breaks the law: one resource, or all that was written of a case whose rule they break together. */
export interface Refusal {
  readonly failure: Failure
  readonly caseId: string
  readonly resources: readonly Resource[]
}

interface World {
  readonly owners: ReadonlyMap<Resource, string>
  readonly files: ReadonlyMap<string, CaseFile>
}

function worldOf(resources: readonly Resource[], lenses: NounLenses): World {
  const files = readCaseFiles(resources, lenses).map(file => [file.case.id, file] as const)
  return { owners: caseOwners(resources, lenses), files: new Map(files) }
}

/**
 * The law over every noun of a case, whatever its resource: states move by their machine, Tasks by who may move them
 * (I14, I15), nothing leaves the case it says it belongs to, and no rule of domain.md 4.3 is broken anew. Gives what to
 * write, with a state extension that the write made stale set right.
 */
export function lawfulNouns(court: NounCourt): Result<readonly Resource[], Refusal> {
  const { lenses, stood } = court
  const before = worldOf([...stood.values()], lenses)
  const written = [...stood, ...court.written.map(resource => [keyTextOf(resource), resource] as const)]
  const after = worldOf([...new Map(written).values()], lenses)
  const lawful: Resource[] = []
  for (const resource of court.written) {
    const write = { was: stood.get(keyTextOf(resource)), resource, before, after }
    const judged = judge(write, court)
    if (!judged.ok)
      return refuse({
        failure: atFault(judged.failure, resource),
        resources: [resource],
        caseId: ownersOf(write)[0] ?? '',
      })
    lawful.push(judged.value)
  }
  const touched = Map.groupBy(
    court.written.flatMap(resource =>
      ownersOf({ was: stood.get(keyTextOf(resource)), resource, before, after }).map(caseId => ({
        caseId,
        resource,
      })),
    ),
    ({ caseId }) => caseId,
  )
  const states = [...stood, ...lawful.map(resource => [keyTextOf(resource), resource] as const)]
  const will = worldOf([...new Map(states).values()], lenses)
  for (const [caseId, rows] of touched) {
    const file = will.files.get(caseId)
    const change = file && { before: before.files.get(caseId), after: file }
    const resources = rows.map(({ resource }) => resource)
    const failure = change && caseBroken(change, resources, court)
    if (failure) return refuse({ failure, caseId, resources })
  }
  return ok(lawful)
}

/** What a case breaks when all is written, and which of the resources it is about. */
function caseBroken(
  change: SwitchChange,
  resources: readonly Resource[],
  { context, isPeer }: NounCourt,
): Failure | undefined {
  const unreplaced = isPeer === true ? undefined : unreplacedPlan(change)
  if (unreplaced) return atFault(unreplaced, suspectOf({ failure: unreplaced, resources, clue: '' }))
  const broken = firstBroken(invariants, change, context)
  if (!broken) return undefined
  const { failure, violation } = broken
  return atFault(failure, suspectOf({ failure, resources, clue: violation.key }))
}

/** The case that a resource leaves and the one that it is in then, each once. */
const ownersOf = ({ was, resource, before, after }: Judged): readonly string[] => [
  ...new Set([was && before.owners.get(was), after.owners.get(resource)].flatMap(owner => owner ?? [])),
]

const refuse = (failure: Refusal): { readonly ok: false; readonly failure: Refusal } => ({
  ok: false,
  failure,
})

interface Judged {
  readonly was: Resource | undefined
  readonly resource: Resource
  readonly before: World
  readonly after: World
}

function judge(write: Judged, court: NounCourt): Result<Resource> {
  const { lenses, context } = court
  const { was, resource, before, after } = write
  const [left, owner] = [was && before.owners.get(was), after.owners.get(resource)]
  if (was && left !== undefined && isMoved({ was, is: resource }, { left, owner, lenses }))
    return fail(notMovable(resource.resourceType))
  const dropped = owner === undefined ? undefined : droppedPlanCategory(was, resource, lenses)
  if (dropped) return fail(dropped)
  const lens = owner === undefined ? undefined : lenses.fitting(resource)
  if (owner === undefined) return ok(resource)
  if (resource.resourceType === 'Task') {
    const broken = lawfulTaskMove(was, resource, { context, file: before.files.get(owner) })
    if (broken) return fail(broken)
  }
  const unwanted =
    lens?.noun === 'contact' ? undefined : prohibitedMessage(was, resource, after.files.get(owner)?.case)
  if (unwanted) return fail(unwanted)
  if (!lens || lens.noun === 'case' || lens.noun === 'obligation') return ok(resource)
  const machine = machines[lens.noun]
  if (!machine || stateOf(lens.read(resource)) === undefined) return ok(resource)
  const isSame = was && left === owner && lenses.fitting(was)?.noun === lens.noun
  const moved = isSame ? asMeant({ was, is: resource }, { lens, machine, lenses }) : ok(resource)
  if (!moved.ok) return moved
  const meant = lens.noun === 'plan' ? agreed({ ...write, resource: moved.value }, owner, court) : moved
  if (!meant.ok) return meant
  const broken = isSame ? illegalStep({ was, is: meant.value }, { lens, machine, lenses }) : undefined
  if (broken) return fail(broken)
  const stated = withExactStateOf(meant.value, lenses)
  if (lens.noun !== 'activity') return ok(stated)
  return ok(datedActivity({ was: isSame ? was : undefined, is: stated }, lenses.of('activity'), context))
}

/** The plan with its new agreements as who writes may record them; what a peer says was agreed is its to know. */
function agreed(
  { was, resource, before, after }: Judged,
  owner: string,
  { lenses, context, isPeer }: NounCourt,
): Result<Resource> {
  const root = after.files.get(owner)?.case
  if (isPeer === true || !root) return ok(resource)
  const lens = lenses.of('plan')
  const is = lens.read(resource)
  const known = was && lenses.fitting(was)?.noun === 'plan' ? lens.read(was) : undefined
  const { actor, relatives } = context
  const file = before.files.get(owner)
  const lawful = lawfulAgreements({ was: known, is, file }, { root, relatives, actor })
  if (!lawful.ok) return lawful
  if (sameValue(lawful.value, is.agreements)) return ok(resource)
  return ok(lens.write(resource, { ...is, agreements: lawful.value }))
}

interface Change {
  readonly was: Resource
  readonly is: Resource
}

interface Belonging {
  readonly left: string
  readonly owner: string | undefined
  readonly lenses: NounLenses
}

/** Said to be of another patient, or of no case any more; what a plan merely ceases to refer to is not moved. */
const isMoved = ({ was, is }: Change, { left, owner, lenses }: Belonging): boolean =>
  patientOf(was) !== patientOf(is) || (statedCase(was, lenses.names) === left && owner !== left)

interface Life {
  readonly lens: NounLens<NounName>
  readonly machine: Machine
  readonly lenses: NounLenses
}

/** Who changes the state extension alone means that state, and the native status follows; both have to agree. */
function asMeant({ was, is }: Change, { lens, machine, lenses }: Life): Result<Resource> {
  const exact = extensionAt(lenses.names.state, 'valueCode')
  const [before, said] = [exact.get(was), exact.get(is)]
  const noun = lens.read(is)
  if (said === undefined || said === before || stateOf(noun) === said) return ok(is)
  const from = stateOf(lens.read(was)) ?? ''
  const isAlone = stateOf(lens.read(exact.set(is, before))) === from
  if (isAlone && machine.states.includes(said)) return ok(lens.write(is, { ...noun, state: said } as never))
  return fail(noStep({ lens, machine, lenses }, { was, to: said, isStated: true }))
}

interface Step {
  readonly was: Resource
  readonly is: Resource
}

/** The step that a write makes, by its exact state or by its native status, and what would have been legal. */
function illegalStep({ was, is }: Step, life: Life): Failure | undefined {
  const { lens, machine, lenses } = life
  const exact = extensionAt(lenses.names.state, 'valueCode')
  const [from, to] = [stateOf(lens.read(was)) ?? '', stateOf(lens.read(is)) ?? '']
  const isStated = exact.get(is) === to && exact.get(was) !== to
  if (!isLegalStep(machine, from, to)) return noStep(life, { was, to, isStated })
  return isOnward({ was, is }, isStated) ? undefined : noWay(life, was)
}

interface Wanted {
  readonly was: Resource
  readonly to: string
  /** The state extension asks for it. */
  readonly isStated: boolean
}

/** Names the state wanted only where it is one: anything else is what somebody sent. */
function noStep({ lens, machine }: Life, { was, to, isStated }: Wanted): Failure {
  const from = stateOf(lens.read(was)) ?? ''
  return {
    ...stuck(was),
    message: machine.states.includes(to)
      ? `The ${machine.noun} is ${from}; no command leads from there to ${to}, or the native status says another state.`
      : `The ${machine.noun} is ${from}; the state extension names none of its states.`,
    legal: isStated || isConcept(was) ? legalStatesOf(machine, from) : legalNatives(was, { lens, machine }),
  }
}

/** Condition.clinicalStatus is a concept beside another one: there the states say it. */
const isConcept = ({ resourceType }: Resource): boolean => resourceType === 'Condition'

const noWay = ({ lens, machine }: Life, was: Resource): Failure => ({
  ...stuck(was),
  message: `The status of the ${machine.noun} doesn't go back, and what was begun isn't called off: it is finished or was an error.`,
  legal: legalNatives(was, { lens, machine }),
})

const stuck = ({ resourceType }: Resource) =>
  ({
    kind: 'illegal-transition',
    code: 'illegal-transition',
    expression: `${resourceType}.${statusElement(resourceType)}`,
  }) as const

/** Where only the native status was changed, the extension follows; where there is none, none is added. */
export function withExactStateOf(resource: Resource, lenses: NounLenses): Resource {
  const exact = extensionAt(lenses.names.state, 'valueCode')
  const said = exact.get(resource)
  const lens = said === undefined ? undefined : lenses.fitting(resource)
  const state = lens && machines[lens.noun] ? stateOf(lens.read(resource)) : undefined
  return state === undefined || said === state ? resource : exact.set(resource, state)
}

const notMovable = (type: string): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message: `A ${type} doesn't leave the case it belongs to: withdraw it by its status and write a new one.`,
  expression: type,
})
