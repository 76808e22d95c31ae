import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../../care-plan/case-file.ts'
import { brokenRule, ruleBroken, type InvariantContext } from '../../care-plan/invariant.ts'
import { invariants } from '../../care-plan/invariants.ts'
import { requestersOf } from '../../care-plan/invariants/obligation-invariants.ts'
import { legalIn, movesBetween, type Machine } from '../../care-plan/machine.ts'
import { machines } from '../../care-plan/machines.ts'
import { taskMove, type TaskFace } from '../../care-plan/task-roles.ts'
import type { Resource } from '../../fhir/resource.ts'
import { listOf, objectOf, textOf } from './json-edit.ts'
import { caseOwners, readCaseFiles } from './nouns/case-files.ts'
import { statedCase } from './nouns/case-link.ts'
import type { NounLenses } from './nouns/noun-lenses.ts'
import { extensionAt } from './slots.ts'

/** What is to be written, as far as the law of its own type lets it, and what stood before. */
export interface NounCourt {
  readonly lenses: NounLenses
  readonly stood: ReadonlyMap<string, Resource>
  readonly written: readonly Resource[]
  readonly context: InvariantContext
}

/** A resource that the law refuses, or the case whose rule the whole of the write breaks. */
export interface Refusal {
  readonly failure: Failure
  readonly resource?: Resource
  readonly caseId?: string
}

interface World {
  readonly owners: ReadonlyMap<Resource, string>
  readonly files: ReadonlyMap<string, CaseFile>
}

const keyOf = (resource: Resource): string => `${resource.resourceType}/${resource.id ?? ''}`

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
  const will = new Map([...stood, ...court.written.map(resource => [keyOf(resource), resource] as const)])
  const after = worldOf([...will.values()], lenses)
  const lawful: Resource[] = []
  for (const resource of court.written) {
    const judged = judge({ was: stood.get(keyOf(resource)), resource, before, after }, court)
    if (!judged.ok) return refuse({ failure: judged.failure, resource })
    lawful.push(judged.value)
  }
  const touched = court.written.flatMap(resource => {
    const was = stood.get(keyOf(resource))
    return [was && before.owners.get(was), after.owners.get(resource)].flatMap(owner => owner ?? [])
  })
  for (const caseId of new Set(touched)) {
    const file = after.files.get(caseId)
    const failure =
      file && brokenRule(invariants, { before: before.files.get(caseId), after: file }, court.context)
    if (failure) return refuse({ failure, caseId })
  }
  return ok(lawful)
}

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

function judge(write: Judged, { lenses, context }: NounCourt): Result<Resource> {
  const { was, resource, before, after } = write
  const [left, owner] = [was && before.owners.get(was), after.owners.get(resource)]
  if (was && left !== undefined && statedCase(was, lenses.names) === left && owner !== left)
    return fail(notMovable(resource.resourceType))
  const lens = owner === undefined ? undefined : lenses.fitting(resource)
  if (owner === undefined) return ok(resource)
  if (resource.resourceType === 'Task' && was) {
    const broken = lawfulTaskMove(was, resource, { context, file: before.files.get(owner) })
    if (broken) return fail(broken)
  }
  if (!lens || lens.noun === 'case' || lens.noun === 'obligation') return ok(resource)
  const machine = machines[lens.noun]
  const state = stateOf(lens.read(resource))
  if (!machine || state === undefined) return ok(resource)
  const from = was && left === owner && lenses.fitting(was)?.noun === lens.noun ? lens.read(was) : undefined
  const stuck =
    from && illegalStep(machine, { from: stateOf(from) ?? '', to: state, type: resource.resourceType })
  return stuck ? fail(stuck) : ok(stated(resource, state, lenses))
}

const stateOf = (noun: object): string | undefined => textOf((noun as { readonly state?: unknown }).state)

interface Step {
  readonly from: string
  readonly to: string
  readonly type: string
}

/** Withdrawing as an error is legal from everywhere; any other step needs a command that leads there. */
function illegalStep(machine: Machine, { from, to, type }: Step): Failure | undefined {
  if (from === to || to === 'entered-in-error' || movesBetween(machine, from, to).length > 0) return undefined
  return {
    kind: 'illegal-transition',
    code: 'illegal-transition',
    message: `The ${machine.noun} is ${from}; no command leads from there to ${to}.`,
    expression: `${type}.status`,
    legal: legalIn(machine, from),
  }
}

/** Where only the native status was changed, the extension follows; where there is none, none is added. */
function stated(resource: Resource, state: string, { names }: NounLenses): Resource {
  const exact = extensionAt(names.state, 'valueCode')
  const said = exact.get(resource)
  return said === undefined || said === state ? resource : exact.set(resource, state)
}

const needsReason: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'on-hold', 'failed'])

interface TaskHearing {
  readonly context: InvariantContext
  readonly file: CaseFile | undefined
}

/** Who may move a Task of people, and what a move must say (I14, I15); duties are judged by their own rules. */
function lawfulTaskMove(was: Resource, is: Resource, { context, file }: TaskHearing): Failure | undefined {
  const requesters = file ? requestersOf(file) : []
  const broken = taskMove(faceOf(was), faceOf(is), { actor: context.actor, requesters })
  if (broken) return ruleBroken('I14', broken)
  const status = textOf(is['status']) ?? ''
  if (status === textOf(was['status'])) return undefined
  if (status === 'completed' && listOf(is['output']).length === 0)
    return ruleBroken('I15', {
      message: 'A completed Task names in its output what shows it.',
      expression: 'Task.output',
    })
  return needsReason.has(status) && textOf(objectOf(is['statusReason'])['text']) === undefined
    ? ruleBroken('I15', {
        message: `A Task that is ${status} says why.`,
        expression: 'Task.statusReason.text',
      })
    : undefined
}

const referenceIn = (element: unknown): string | undefined => textOf(objectOf(element)['reference'])

const faceOf = (task: Resource): TaskFace => ({
  status: textOf(task['status']) ?? '',
  owner: referenceIn(task['owner']),
  requester: referenceIn(task['requester']),
  basedOn: listOf(task['basedOn']).flatMap(row => referenceIn(row) ?? []),
  for: referenceIn(task['for']),
  partOf: listOf(task['partOf']).flatMap(row => referenceIn(row) ?? []),
})

const notMovable = (type: string): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message: `A ${type} doesn't leave the case it belongs to: withdraw it by its status and write a new one.`,
  expression: type,
})
