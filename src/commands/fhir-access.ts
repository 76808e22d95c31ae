import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import type { BundleEntry } from '../fhir/bundle/read-entries.ts'
import type { InteractionName } from '../fhir/interactions.ts'
import type { Access, Permission } from '../fhir/smart/access.ts'
import { mayDo } from '../fhir/smart/may-do.ts'

/**
 * The permission that an interaction asks for (https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html):
 * reads of an instance and its history `r`, whatever goes over a type or the system `s`; undefined = it is decided
 * elsewhere (the entries of a Bundle) or everybody may (the statement).
 */
const permissions: Readonly<Record<InteractionName, Permission | undefined>> = {
  capabilities: undefined,
  read: 'r',
  vread: 'r',
  'history-instance': 'r',
  'history-type': 's',
  'history-system': 's',
  create: 'c',
  update: 'u',
  patch: 'u',
  delete: 'd',
  'conditional-update': 'u',
  'conditional-patch': 'u',
  'conditional-delete': 'd',
  'search-type': 's',
  'search-type-post': 's',
  'search-system': 's',
  'search-system-post': 's',
  'compartment-search': 's',
  transaction: undefined,
}

/** Whether an access allows an interaction on a type; no type = on every type. Failure: `access-denied`. */
export function mayInteract(
  access: Access | undefined,
  name: InteractionName,
  type: string | undefined,
): Result<void> {
  const permission = permissions[name]
  return permission === undefined ? ok(undefined) : permitted(access, type ?? '*', permission)
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

const ofMethod: Readonly<Record<string, Permission>> = { POST: 'c', PUT: 'u', PATCH: 'u', DELETE: 'd' }

const permissionOf = ({ method }: BundleEntry): Permission => ofMethod[method] ?? 'r'

function permitted(access: Access | undefined, type: string, permission: Permission): Result<void> {
  const reach = mayDo(access, type, permission)
  return reach === 'all' ? ok(undefined) : fail(reach === 'none' ? denied : narrowed)
}

const denied: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message: 'The scopes of the token do not allow this interaction on this type; ask the issuer for more.',
}

/** What would let a part of a type through has to be looked at one resource at a time. */
const narrowed: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message:
    'The token reaches only a part of this type (a patient/ scope, or one with a query), which this interaction does not support.',
}
