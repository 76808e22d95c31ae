import { fail, ok, type Result } from '../../lib/result.ts'
import { compartmentCriterion, itself } from '../search/compartment-search.ts'
import { parseSearch } from '../search/parse-search.ts'
import { resourceTypes } from '../resource-types.ts'
import type { Criterion, SearchInclude, SearchPlan } from '../search/plan.ts'
import type { Access, AccessRule, Permission } from './access.ts'

/** What is needed to read the conditions of granular scopes. */
export interface AccessContext {
  /** Own base URL without a slash at the end. */
  readonly base: string
  readonly nowMs: number
}

const EVERYTHING: Criterion = { kind: 'all', of: [] }
const NOTHING: Criterion = { kind: 'any', of: [] }

/**
 * Types that tell nothing of a patient and are in no compartment: `patient/Practitioner.rs` means all of them. Every other
 * type outside the Patient compartment (Binary, Bundle, Contract...) may hold a patient's data and is closed to `patient/` scopes.
 */
const sharedTypes: ReadonlySet<string> = new Set([
  'ActivityDefinition',
  'CapabilityStatement',
  'ChargeItemDefinition',
  'CodeSystem',
  'CompartmentDefinition',
  'ConceptMap',
  'DeviceDefinition',
  'Endpoint',
  'EventDefinition',
  'GraphDefinition',
  'HealthcareService',
  'ImplementationGuide',
  'InsurancePlan',
  'Library',
  'Location',
  'Measure',
  'Medication',
  'MedicationKnowledge',
  'MessageDefinition',
  'NamingSystem',
  'ObservationDefinition',
  'OperationDefinition',
  'Organization',
  'OrganizationAffiliation',
  'PlanDefinition',
  'Practitioner',
  'PractitionerRole',
  'Questionnaire',
  'ResearchStudy',
  'SearchParameter',
  'SpecimenDefinition',
  'StructureDefinition',
  'StructureMap',
  'Substance',
  'TerminologyCapabilities',
  'ValueSet',
])

/** True when nothing but a patient's own records has to be kept from a `patient/` scope on that type. */
const isSharedType = (type: string): boolean => sharedTypes.has(type)

/**
 * What a resource of a type must fulfil for a caller to have one of the permissions on it: any of the rules. `all of []` is
 * everything, `any of []` nothing. Pure; a read asks the matcher (search/match.ts), a search gets it as one more criterion.
 */
export function accessCriterion(
  type: string,
  access: Access,
  permissions: readonly Permission[],
  context: AccessContext,
): Criterion {
  const rules = access.rules.filter(
    rule =>
      (rule.type === '*' || rule.type === type) &&
      permissions.some(permission => rule.permissions.has(permission)),
  )
  const allowed = rules.map(rule => ruleCriterion(type, rule, context))
  if (allowed.some(isEverything)) return EVERYTHING
  const some = allowed.filter(criterion => !isNothing(criterion))
  const [only] = some
  return some.length === 1 && only ? only : { kind: 'any', of: some }
}

export const isEverything = (criterion: Criterion): boolean =>
  criterion.kind === 'all' && criterion.of.length === 0

export const isNothing = (criterion: Criterion): boolean =>
  criterion.kind === 'any' && criterion.of.length === 0

function ruleCriterion(type: string, rule: AccessRule, context: AccessContext): Criterion {
  const parts = [...compartmentOf(type, rule), ...queryOf(type, rule, context)].filter(
    part => !isEverything(part),
  )
  if (parts.some(isNothing)) return NOTHING
  const [only] = parts
  return parts.length === 1 && only ? only : { kind: 'all', of: parts }
}

function compartmentOf(type: string, { patient }: AccessRule): readonly Criterion[] {
  if (patient === undefined || isSharedType(type)) return []
  // R4's compartment has those too whose `link` names the patient, by which a message or an app may only guess who they are.
  if (type === 'Patient') return itself(type, patient)
  return [compartmentCriterion('Patient', patient, type) ?? NOTHING]
}

/** A condition that can't be read for this type grants nothing: what a scope means must never be guessed wider. */
function queryOf(type: string, { query }: AccessRule, context: AccessContext): readonly Criterion[] {
  if (query === undefined || query.length === 0) return []
  const parsed = parseSearch({ type, pairs: query, lenient: false, ...context })
  if (!parsed.ok || parsed.value.plan.where.length === 0) return [NOTHING]
  return parsed.value.plan.where
}

/**
 * A search as far as a caller's access reaches: its matches, what each chain and `_has` looks into and what is included
 * are limited to what the caller may search. A chain into something hidden finds nothing whatever that holds, so that its negation
 * doesn't tell either. Failure: `search-forbidden` when the caller may not search the type at all.
 */
export function limitTo(plan: SearchPlan, access: Access, context: AccessContext): Result<SearchPlan> {
  const allowed = accessCriterion(plan.type, access, ['s'], context)
  if (isNothing(allowed)) return fail(forbidden)
  const limit = (type: string): Criterion => accessCriterion(type, access, ['s'], context)
  const where = plan.where.map(criterion => limitCriterion(criterion, limit))
  return ok({
    ...plan,
    where: isEverything(allowed) ? where : [...where, allowed],
    ...(plan.includes.length + plan.revIncludes.length > 0 && { visible: visibleOf(plan, access, context) }),
  })
}

const forbidden = {
  kind: 'forbidden',
  code: 'search-forbidden',
  message: 'Your token does not allow this search; ask for a scope with the permission s on this type.',
} as const

/** The same criterion, blind for what `limit` hides at every level. */
export function limitCriterion(criterion: Criterion, limit: (type: string) => Criterion): Criterion {
  switch (criterion.kind) {
    case 'filter':
      return criterion
    case 'all':
    case 'any':
      return { kind: criterion.kind, of: criterion.of.map(part => limitCriterion(part, limit)) }
    case 'not':
      return { kind: 'not', of: limitCriterion(criterion.of, limit) }
    case 'chain':
      return { ...criterion, where: both(limitCriterion(criterion.where, limit), limit(criterion.target)) }
    case 'has':
      return { ...criterion, where: both(limitCriterion(criterion.where, limit), limit(criterion.source)) }
  }
}

function both(where: Criterion, allowed: Criterion): Criterion {
  if (isEverything(allowed)) return where
  return isNothing(allowed) ? NOTHING : { kind: 'all', of: [where, allowed] }
}

/** What may come along of each type that an include can reach; a type that isn't there may not. */
function visibleOf(
  plan: SearchPlan,
  access: Access,
  context: AccessContext,
): Readonly<Record<string, Criterion>> {
  const types = new Set([
    ...plan.includes.flatMap(include => [include.source, ...targetsOf(include)]),
    ...plan.revIncludes.map(include => include.source),
  ])
  return Object.fromEntries(
    [...types].flatMap(type => {
      const allowed = accessCriterion(type, access, ['r', 's'], context)
      return isNothing(allowed) ? [] : [[type, allowed]]
    }),
  )
}

const allTypes = Object.keys(resourceTypes)

function targetsOf({ parameter, target }: SearchInclude): readonly string[] {
  if (target !== undefined) return [target]
  return parameter.target === undefined || parameter.target.includes('Resource') ? allTypes : parameter.target
}
