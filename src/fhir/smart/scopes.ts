import { isResourceType } from '../resource-types.ts'
import { parseSearch } from '../search/parse-search.ts'
import type { AccessRule, Permission } from './access.ts'

/** On whose behalf a scope gives access: the patient in context, the user who is signed in, the client itself. */
export type ScopeLevel = 'patient' | 'user' | 'system'

/** A scope that is about resources. */
export interface ResourceScope {
  readonly level: ScopeLevel
  /** A resource type, or `*`. */
  readonly type: string
  readonly permissions: ReadonlySet<Permission>
  /** Of a granular scope. */
  readonly query?: readonly (readonly [name: string, value: string])[]
}

const SCOPE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]+)\.([a-z*]+)(?:\?(.+))?$/
const V2 = /^c?r?u?d?s?$/
/** SMART v1 (http://hl7.org/fhir/smart-app-launch/1.0.0/scopes-and-launch-context/): what v2 says they mean. */
const v1: ReadonlyMap<string, string> = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
])

/**
 * The resource scopes among those of a token, SMART v1 and v2
 * (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html#fhir-resource-scope-syntax). Others, and those
 * that are malformed or name what R4 or this server does not have, give nothing: they are left out.
 */
export const resourceScopes = (scopes: readonly string[]): readonly ResourceScope[] =>
  scopes.flatMap(scope => resourceScope(scope) ?? [])

function resourceScope(text: string): ResourceScope | undefined {
  const [, level, type = '', letters = '', query] = SCOPE.exec(text) ?? []
  const meaning = v1.get(letters) ?? (V2.test(letters) ? letters : '')
  if (level === undefined || meaning === '' || (type !== '*' && !isResourceType(type))) return undefined
  const scope = { level: level as ScopeLevel, type, permissions: new Set(meaning.split('') as Permission[]) }
  if (query === undefined) return text.includes('?') ? undefined : scope
  const pairs = v1.has(letters) ? undefined : narrowing(type, query)
  return pairs && { ...scope, query: pairs }
}

/** The search parameters of a granular scope; undefined unless each of them narrows, as far as this server understands it. */
function narrowing(type: string, query: string): ResourceScope['query'] {
  const pairs = [...new URLSearchParams(query)]
  if (type === '*' && !pairs.every(([name]) => onEveryType.has(name))) return undefined
  const parsed = parseSearch({
    type: type === '*' ? 'Basic' : type,
    pairs,
    lenient: false,
    base: '',
    nowMs: 0,
  })
  if (!parsed.ok || pairs.length === 0 || parsed.value.plan.where.length !== pairs.length) return undefined
  return pairs
}

const onEveryType: ReadonlySet<string> = new Set([
  ...['_id', '_lastUpdated', '_profile', '_security', '_source', '_tag'],
])

/** Whose token it is, as far as rules depend on it. */
export interface ScopeContext {
  /** Id of the Patient in context; without one `patient/` scopes give nothing. */
  readonly patient?: string
  /** What `fhirUser` says, without the own base: `Patient/1`; of another server the whole address. Undefined = it is not there. */
  readonly user?: string
}

/** Those who work here, and what works for them, wherever they are known. */
const STAFF =
  /^(?:https?:\/\/\S+\/)?(?:Practitioner|PractitionerRole|Organization|Device)\/[A-Za-z0-9\-.]{1,64}$/
const OWN_PATIENT = /^Patient\/([A-Za-z0-9\-.]{1,64})$/

/**
 * What the scopes allow, as rules. `user/` scopes are what the user may see: all for staff, devices and organisations, the
 * own record for a Patient, nothing for a RelatedPerson (whose `patient/` scopes count), a Person, a Patient of another server
 * and whoever can't be told. Of a token that names no user the issuer is taken at its word.
 */
export const rulesOf = (scopes: readonly ResourceScope[], context: ScopeContext): readonly AccessRule[] =>
  scopes.flatMap(({ level, ...rule }) => {
    if (level === 'system') return [rule]
    if (level === 'patient')
      return context.patient === undefined ? [] : [{ ...rule, patient: context.patient }]
    if (context.user === undefined || STAFF.test(context.user)) return [rule]
    const patient = OWN_PATIENT.exec(context.user)?.[1]
    return patient === undefined ? [] : [{ ...rule, patient }]
  })
