import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { BundleEntry } from '../../fhir/bundle/read-entries.ts'
import type { InteractionName } from '../../fhir/interactions.ts'
import type { Access, Permission } from '../../fhir/smart/access.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'

/**
 * The permissions that an interaction asks for (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html):
 * reads of an instance and its history `r`, whatever goes over a type or the system `s`; undefined = it is decided
 * elsewhere (the entries of a Bundle) or everybody may (the statement). What depends on what stands needs to be allowed to
 * see that: a patch reads what it changes, a condition searches.
 */
const permissions: Readonly<Record<InteractionName, string>> = {
  capabilities: '',
  read: 'r',
  vread: 'r',
  'history-instance': 'r',
  'history-type': 's',
  'history-system': 's',
  create: 'c',
  update: 'u',
  patch: 'ru',
  delete: 'd',
  'conditional-update': 'us',
  'conditional-patch': 'rus',
  'conditional-delete': 'ds',
  'search-type': 's',
  'search-type-post': 's',
  // Over several types, or over what the address names last: each type is judged where it is searched.
  'search-system': '',
  'search-system-post': '',
  'compartment-search': '',
  'compartment-search-post': '',
  'compartment-search-all-post': '',
  transaction: '',
}

/**
 * Whether an access allows an interaction on a type, or on a part of it (each resource is looked at where it is read,
 * searched or written); no type = on every type. Failure: `access-denied`.
 */
export function mayInteract(
  access: Access | undefined,
  name: InteractionName,
  type: string | undefined,
): Result<void> {
  return permitted(access, type ?? '*', permissions[name])
}

/**
 * Writes of a Bundle that the access does not allow become failures; those that failed already stay as they are, and what
 * reads is judged when its address is called.
 */
export const permittedEntries = (
  access: Access | undefined,
  entries: readonly Result<BundleEntry>[],
): readonly Result<BundleEntry>[] =>
  entries.map(entry => {
    if (!entry.ok || entry.value.inner) return entry
    const allowed = permitted(access, entry.value.type, permissionOf(entry.value))
    return allowed.ok ? entry : allowed
  })

const ofMethod: Readonly<Record<string, string>> = { POST: 'c', PUT: 'u', PATCH: 'ru', DELETE: 'd' }

const permissionOf = ({ method, condition, ifNoneExist }: BundleEntry): string => {
  const isConditional = condition !== undefined || ifNoneExist !== undefined
  return `${ofMethod[method] ?? 'r'}${isConditional ? 's' : ''}`
}

function permitted(access: Access | undefined, type: string, wanted: string): Result<void> {
  const missing = (wanted.split('') as Permission[]).filter(each => mayDo(access, type, each) === 'none')
  return missing.length === 0 ? ok(undefined) : fail(denied)
}

const denied: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message: 'The scopes of the token do not allow this interaction on this type; ask the issuer for more.',
}
