import { hash } from 'node:crypto'
import { ok, type Failure, type Result } from '../../lib/result.ts'
import { patientOf } from '../../fhir/compartment.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { AccessRule, Permission } from '../../fhir/smart/access.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'
import { maySee } from '../../fhir/smart/may-see.ts'
import { SUBSETTED } from '../../fhir/summary.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { at } from './fhir-intent.ts'
import type { PlacedIntent } from './fhir-placing.ts'
import { accessContext, isReadable } from './fhir-visibility.ts'
import { parseStored } from '../work/parsed-resources.ts'
import type { Stored } from '../ports/store.ts'
import type { UnitOfWork } from '../work/unit-of-work.ts'

type LimitDeps = Pick<FhirDeps, 'access' | 'base' | 'clock'>

/** What stands at an address, as far as who writes may know it. */
export interface Known {
  readonly standing: Resource | undefined
  /** 0 when nothing ever was, or may be known. */
  readonly version: number
}

const NOTHING: Known = { standing: undefined, version: 0 }

/**
 * What stands where an intent leads. Whoever reaches only a part of the type doesn't learn of the rest: what is outside is not
 * there, and neither is what was deleted, so that every answer is that for an id that was never used.
 */
export function knownTo(
  deps: LimitDeps,
  work: Pick<UnitOfWork, 'get' | 'loadedVersion'>,
  { intent, key }: Pick<PlacedIntent, 'intent' | 'key'>,
): Known {
  const standing = work.get(key)
  const needed = permissionsOf[intent.method].filter(each => mayDo(deps.access, key.type, each) !== 'all')
  if (needed.length === 0) return { standing, version: work.loadedVersion(key) }
  const context = accessContext(deps)
  const isWithin = standing && needed.every(each => maySee(deps.access, standing, each, context))
  return isWithin ? { standing, version: work.loadedVersion(key) } : NOTHING
}

/** A patch shows what it finds: who patches must be allowed to read. */
const permissionsOf: Readonly<Record<'POST' | 'PUT' | 'PATCH' | 'DELETE', readonly Permission[]>> = {
  POST: ['c'],
  PUT: ['u'],
  PATCH: ['r', 'u'],
  DELETE: ['d'],
}

/**
 * Whether what an intent makes may be written by who asks: within the access before and after, and about no other patient.
 * Failures: `resource-unknown` for a PUT to what isn't known, by who reaches a part of the type only (creating there would tell
 * taken ids from free ones); `access-denied`; `outside-access`.
 */
export function withinAccess(
  deps: LimitDeps,
  { intent, key, hit }: Pick<PlacedIntent, 'intent' | 'key' | 'hit'>,
  { standing, resource }: { readonly standing: Resource | undefined; readonly resource: Resource },
): Result<void> {
  const { access } = deps
  if (!access) return ok(undefined)
  const isNew = standing === undefined
  const isNamed = intent.method === 'PUT' && (intent.id !== undefined || hit !== undefined)
  if (isNew && isNamed && mayDo(access, key.type, 'u') === 'some') return at(intent, unknown)
  const permission = isNew ? 'c' : 'u'
  const reach = mayDo(access, key.type, permission)
  if (reach === 'all') return ok(undefined)
  if (reach === 'none') return at(intent, denied)
  const written = { ...resource, id: key.id }
  const about = patientOf(written, deps.base)
  const context = accessContext(deps)
  // R4 puts into a compartment what its patient wrote, too: in another's record a patient/ scope writes nothing.
  const allows = (rule: AccessRule): boolean =>
    (rule.patient === undefined || about === undefined || about === rule.patient) &&
    maySee({ ...access, rules: [rule] }, written, permission, context)
  return access.rules.some(allows) ? ok(undefined) : at(intent, outside)
}

const unknown: Failure = {
  kind: 'not-found',
  code: 'resource-unknown',
  message: 'There is no such resource to update within the reach of the token; create it by POST.',
}

const denied: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message: 'The token allows no create of this type: an update of what is not there needs the permission c.',
}

const outside: Failure = {
  kind: 'forbidden',
  code: 'outside-access',
  message:
    'What would then stand is outside what the token reaches: it must be about its patient, and be what its scopes select.',
}

/** A row as its writer may see it: bare of all content for who may write it and not read it. */
export function shownTo(deps: LimitDeps, stored: Stored): Stored {
  const reach = mayDo(deps.access, stored.type, 'r')
  if (reach === 'all' || stored.deleted) return stored
  if (reach === 'some' && isReadable(deps, parseStored(stored))) return stored
  return { ...stored, content: bareText(stored) }
}

/** http://hl7.org/fhir/R4/search.html#elements: what is left out is marked. */
const bareText = ({ type, id, version, updated }: Stored): string =>
  JSON.stringify({
    ...{ resourceType: type, id },
    meta: { versionId: String(version), lastUpdated: updated, tag: [SUBSETTED] },
  })

/**
 * What tells the conditional creates of callers apart who find different things by the same condition: the ids that they take
 * must not tell what others took. Empty for who may search all.
 */
export function limitText({ access }: Pick<FhirDeps, 'access'>, type: string): string {
  if (!access || mayDo(access, type, 's') === 'all') return ''
  const rules = access.rules.map(({ permissions, ...rule }) => [rule, [...permissions].toSorted()])
  return hash('sha256', JSON.stringify(rules))
}
