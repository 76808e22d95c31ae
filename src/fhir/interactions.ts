/**
 * Every RESTful interaction of R4 (http://hl7.org/fhir/R4/http.html), built or not: routes are registered from this
 * table and the CapabilityStatement is written from it. What isn't built is refused by name.
 */
export interface Interaction {
  readonly name: InteractionName
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the base; `:type` and `:id` are parameters. */
  readonly path: string
  readonly built: boolean
  /** Its code in CapabilityStatement.rest.resource.interaction, or rest.interaction for the system. */
  readonly capability?: { readonly level: 'type' | 'system'; readonly code: string }
}

export type InteractionName =
  | 'capabilities'
  | 'read'
  | 'vread'
  | 'history-instance'
  | 'create'
  | 'update'
  | 'delete'
  | 'search-type'
  | 'search-type-post'
  | 'transaction'
  | 'patch'
  | 'history-type'
  | 'history-system'
  | 'search-system'
  | 'search-system-post'
  | 'conditional-update'
  | 'conditional-patch'
  | 'conditional-delete'
  | 'compartment-search'
  | 'compartment-search-post'
  | 'compartment-search-all-post'

const onType = (code: string) => ({ level: 'type', code }) as const

export const interactions: readonly Interaction[] = [
  { name: 'capabilities', method: 'GET', path: '/metadata', built: true },
  { name: 'read', method: 'GET', path: '/:type/:id', built: true, capability: onType('read') },
  {
    name: 'vread',
    method: 'GET',
    path: '/:type/:id/_history/:vid',
    built: true,
    capability: onType('vread'),
  },
  {
    name: 'history-instance',
    method: 'GET',
    path: '/:type/:id/_history',
    built: true,
    capability: onType('history-instance'),
  },
  { name: 'update', method: 'PUT', path: '/:type/:id', built: true, capability: onType('update') },
  { name: 'delete', method: 'DELETE', path: '/:type/:id', built: true, capability: onType('delete') },
  { name: 'create', method: 'POST', path: '/:type', built: true, capability: onType('create') },
  { name: 'search-type', method: 'GET', path: '/:type', built: true, capability: onType('search-type') },
  { name: 'search-type-post', method: 'POST', path: '/:type/_search', built: true },
  {
    name: 'transaction',
    method: 'POST',
    path: '/',
    built: true,
    capability: { level: 'system', code: 'transaction' },
  },
  { name: 'patch', method: 'PATCH', path: '/:type/:id', built: true, capability: onType('patch') },
  {
    name: 'history-type',
    method: 'GET',
    path: '/:type/_history',
    built: true,
    capability: onType('history-type'),
  },
  {
    name: 'history-system',
    method: 'GET',
    path: '/_history',
    built: true,
    capability: { level: 'system', code: 'history-system' },
  },
  {
    name: 'search-system',
    method: 'GET',
    path: '/',
    built: true,
    capability: { level: 'system', code: 'search-system' },
  },
  { name: 'search-system-post', method: 'POST', path: '/_search', built: true },
  { name: 'conditional-update', method: 'PUT', path: '/:type', built: true },
  { name: 'conditional-patch', method: 'PATCH', path: '/:type', built: true },
  { name: 'conditional-delete', method: 'DELETE', path: '/:type', built: true },
  { name: 'compartment-search', method: 'GET', path: '/:type/:id/:other', built: true },
  { name: 'compartment-search-post', method: 'POST', path: '/:type/:id/:other/_search', built: true },
  { name: 'compartment-search-all-post', method: 'POST', path: '/:type/:id/_search', built: true },
]
