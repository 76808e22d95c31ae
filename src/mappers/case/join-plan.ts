import { endedStates } from '../../care-plan/case/case.ts'
import type { CaseFile } from '../../care-plan/case/case-file.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { keyTextOf, type Resource } from '../../fhir/resource.ts'
import { isDerived } from './case-record.ts'
import { listOf } from '../../lib/list-of.ts'
import { objectOf, textOf } from './lenses/json-edit.ts'
import { planReferences, readCaseFiles } from './nouns/case-files.ts'
import { statedCase, withCaseLink } from './nouns/case-link.ts'
import type { NounLenses } from './nouns/noun-lenses.ts'

export interface JoinInput {
  readonly changed: readonly Resource[]
  readonly compartment: readonly Resource[]
  readonly lenses: NounLenses
}

export interface Joined {
  /** `changed`, with plain plans, and Tasks of plans, linked to the case that they join; the same list when none does. */
  readonly changed: readonly Resource[]
  /** Plans that joined. */
  readonly plans: readonly Candidate[]
  /** Plans that could join more than one case: people are asked. */
  readonly unsure: readonly Candidate[]
}

/** A plan and the cases that it could belong to; the first of them is asked. */
export interface Candidate {
  readonly plan: Resource
  readonly caseId: string
  readonly cases: readonly string[]
}

/** Statuses of a plan that says what is to be done; an ended or withdrawn one joins nothing. */
const LIVE: ReadonlySet<string> = new Set(['draft', 'active', 'on-hold'])

/**
 * Plain CarePlans of a FHIR app join the patient's only open case; goals, needs and services come along because the plan
 * refers to them, Tasks get the number of the case, also those that are written later for a plan of the case. With
 * several open cases people are asked, with none nothing happens.
 */
export function joinPlans({ changed: sent, compartment, lenses }: JoinInput): Joined {
  const completed = waitingPlans(sent, compartment, lenses)
  const changed = completed.length === 0 ? sent : [...sent, ...completed]
  const joined = joinOf({ changed, compartment, lenses })
  return joined.changed === changed ? { ...joined, changed: sent } : joined
}

/** Plans that were not joined when they came, and of which a part comes now: they may fit by it. */
function waitingPlans(
  sent: readonly Resource[],
  compartment: readonly Resource[],
  lenses: NounLenses,
): readonly Resource[] {
  const keys = new Set(sent.map(keyTextOf))
  return compartment.filter(
    one =>
      !keys.has(keyTextOf(one)) && isPlain(one, lenses) && planReferences(one).some(part => keys.has(part)),
  )
}

function joinOf({ changed, compartment, lenses }: JoinInput): Joined {
  const plain = changed.filter(resource => isPlain(resource, lenses))
  const tasks = changed.filter(resource => isLooseTask(resource, lenses))
  if (plain.length === 0 && tasks.length === 0) return { changed, plans: [], unsure: [] }
  const keys = new Set(changed.map(keyTextOf))
  const standing = [...compartment.filter(resource => !keys.has(keyTextOf(resource))), ...changed]
  const open = readCaseFiles(standing, lenses).filter(file => !endedStates.has(file.case.state))
  const fates = plain.map(plan => ({
    plan,
    cases: open
      .filter(file => file.case.patient === patientOf(plan))
      .map(file => file.case.id)
      .toSorted(),
  }))
  const candidates = fates.flatMap(({ plan, cases }) =>
    cases[0] === undefined ? [] : [{ plan, cases, caseId: cases[0] }],
  )
  const plans = candidates.filter(({ cases }) => cases.length === 1)
  const unsure = candidates.filter(({ cases }) => cases.length > 1)
  const owners = new Map<string, string>()
  for (const { plan, caseId } of [...plansOf(open, standing, lenses), ...plans]) {
    owners.set(keyTextOf(plan), caseId)
    for (const reference of planReferences(plan))
      if (reference.startsWith('Task/')) owners.set(reference, caseId)
  }
  if (owners.size === 0) return { changed, plans, unsure }
  const linked = changed.map(resource => {
    const owner = owners.get(keyTextOf(resource)) ?? taskOwner(resource, owners)
    return owner === undefined || statedCase(resource, lenses.names) !== undefined
      ? resource
      : withCaseLink(resource, owner, lenses.names)
  })
  const isLinked = linked.some((resource, i) => resource !== changed[i])
  return { changed: isLinked ? linked : changed, plans, unsure }
}

function isPlain(resource: Resource, lenses: NounLenses): boolean {
  return (
    resource.resourceType === 'CarePlan' &&
    LIVE.has(textOf(resource['status']) ?? '') &&
    statedCase(resource, lenses.names) === undefined &&
    !isDerived(resource, lenses.names) &&
    lenses.fitting(resource)?.noun === 'plan'
  )
}

/** CarePlans that say themselves which open case is theirs; the tasks of derived ones are derived too. */
const plansOf = (
  open: readonly CaseFile[],
  standing: readonly Resource[],
  { names }: NounLenses,
): readonly Pick<Candidate, 'plan' | 'caseId'>[] => {
  const cases = new Set(open.map(file => file.case.id))
  return standing
    .filter(({ resourceType }) => resourceType === 'CarePlan')
    .filter(plan => !isDerived(plan, names))
    .flatMap(plan => {
      const caseId = statedCase(plan, names)
      return caseId !== undefined && cases.has(caseId) ? [{ plan, caseId }] : []
    })
}

/** A Task of people that says nothing of a case. */
const isLooseTask = (resource: Resource, { names }: NounLenses): boolean =>
  resource.resourceType === 'Task' && statedCase(resource, names) === undefined && !isDerived(resource, names)

/** A Task that says itself which plan it is based on. */
function taskOwner(resource: Resource, owners: ReadonlyMap<string, string>): string | undefined {
  if (resource.resourceType !== 'Task') return undefined
  return listOf(resource['basedOn'])
    .map(row => owners.get(textOf(objectOf(row)['reference']) ?? ''))
    .find(owner => owner !== undefined)
}
