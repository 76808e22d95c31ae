/**
 * Every operation that this server has (http://hl7.org/fhir/R4/operations.html): routes are registered from this table and
 * the CapabilityStatement is written from it.
 */
export interface Operation {
  readonly name: OperationName
  /** As it stands in an address, without `$`, where another operation of another type has the name. */
  readonly address?: string
  /** Of its OperationDefinition; one that begins with / is our own, below `{cm}`. */
  readonly definition: string
  /** The resource types that have it; `all` = each one. */
  readonly types: 'all' | readonly string[]
  readonly levels: readonly OperationLevel[]
  /** What changes something is only done by POST. */
  readonly affectsState: boolean
  /** The names of its parameters; `search` = those of a search of the type, which it checks itself. */
  readonly parameters: readonly string[] | 'search'
  /** The one that a body is which is no Parameters; `resource` unless it says another. */
  readonly body?: string
}

export type OperationLevel = 'system' | 'type' | 'instance'

export type OperationName =
  | 'validate'
  | 'everything'
  | 'episode-everything'
  | 'meta'
  | 'meta-add'
  | 'meta-delete'
  | 'expand'
  | 'validate-code'
  | 'system-validate-code'
  | 'lookup'
  | 'subsumes'
  | 'translate'
  | 'lastn'
  | 'explain'
  | 'merge'
  | 'unmerge'

const R4 = 'http://hl7.org/fhir/OperationDefinition'
/** How a code is given. */
const coded = ['code', 'system', 'display', 'coding', 'codeableConcept'] as const
/** How a merge names two patients. */
const parties = [
  ...['source-patient', 'source-patient-identifier'],
  ...['target-patient', 'target-patient-identifier', 'preview'],
] as const
const paged = ['_since', '_type', '_count', '_page'] as const

export const operations: readonly Operation[] = [
  {
    name: 'explain',
    definition: '/OperationDefinition/Resource-explain',
    types: 'all',
    levels: ['instance'],
    affectsState: false,
    parameters: ['element'],
  },
  {
    name: 'validate',
    definition: `${R4}/Resource-validate`,
    types: 'all',
    levels: ['type', 'instance'],
    affectsState: false,
    parameters: ['resource', 'mode', 'profile'],
  },
  {
    name: 'everything',
    definition: `${R4}/Patient-everything`,
    types: ['Patient'],
    levels: ['type', 'instance'],
    affectsState: false,
    parameters: ['start', 'end', ...paged],
  },
  {
    name: 'episode-everything',
    address: 'everything',
    definition: '/OperationDefinition/EpisodeOfCare-everything',
    types: ['EpisodeOfCare'],
    levels: ['instance'],
    affectsState: false,
    parameters: paged,
  },
  {
    name: 'meta',
    definition: `${R4}/Resource-meta`,
    types: 'all',
    levels: ['system', 'type', 'instance'],
    affectsState: false,
    parameters: [],
  },
  {
    name: 'meta-add',
    definition: `${R4}/Resource-meta-add`,
    types: 'all',
    levels: ['instance'],
    affectsState: true,
    parameters: ['meta'],
  },
  {
    name: 'meta-delete',
    definition: `${R4}/Resource-meta-delete`,
    types: 'all',
    levels: ['instance'],
    affectsState: true,
    parameters: ['meta'],
  },
  {
    name: 'expand',
    definition: `${R4}/ValueSet-expand`,
    types: ['ValueSet'],
    levels: ['type', 'instance'],
    affectsState: false,
    parameters: [
      ...['url', 'valueSet', 'valueSetVersion', 'filter', 'offset', 'count'],
      ...['displayLanguage', 'includeDesignations', 'includeDefinition', 'activeOnly', 'excludeNested'],
    ],
    body: 'valueSet',
  },
  {
    name: 'validate-code',
    definition: `${R4}/ValueSet-validate-code`,
    types: ['ValueSet'],
    levels: ['type', 'instance'],
    affectsState: false,
    parameters: ['url', 'valueSet', 'valueSetVersion', 'displayLanguage', ...coded],
    body: 'valueSet',
  },
  {
    name: 'system-validate-code',
    address: 'validate-code',
    definition: `${R4}/CodeSystem-validate-code`,
    types: ['CodeSystem'],
    levels: ['type', 'instance'],
    affectsState: false,
    parameters: ['url', 'version', 'displayLanguage', ...coded],
  },
  {
    name: 'lookup',
    definition: `${R4}/CodeSystem-lookup`,
    types: ['CodeSystem'],
    levels: ['type'],
    affectsState: false,
    parameters: ['code', 'system', 'version', 'coding', 'property', 'displayLanguage'],
  },
  {
    name: 'subsumes',
    definition: `${R4}/CodeSystem-subsumes`,
    types: ['CodeSystem'],
    levels: ['type', 'instance'],
    affectsState: false,
    parameters: ['codeA', 'codeB', 'system', 'version', 'codingA', 'codingB'],
  },
  {
    name: 'translate',
    definition: `${R4}/ConceptMap-translate`,
    types: ['ConceptMap'],
    levels: ['type', 'instance'],
    affectsState: false,
    parameters: [
      ...['url', 'conceptMapVersion', 'source', 'target', 'targetsystem', 'reverse'],
      ...['code', 'system', 'coding', 'codeableConcept'],
    ],
  },
  {
    name: 'lastn',
    definition: `${R4}/Observation-lastn`,
    types: ['Observation'],
    levels: ['type'],
    affectsState: false,
    parameters: 'search',
  },
  {
    name: 'merge',
    // R4 has none yet; R5 and R6 call it so.
    definition: `${R4}/Patient-merge`,
    types: ['Patient'],
    levels: ['type'],
    affectsState: true,
    parameters: [...parties, 'result-patient'],
  },
  {
    name: 'unmerge',
    definition: '/OperationDefinition/Patient-unmerge',
    types: ['Patient'],
    levels: ['type'],
    affectsState: true,
    parameters: parties,
  },
]

export const addressName = ({ name, address = name }: Operation): string => address

export interface OperationRoute {
  readonly operation: Operation
  readonly level: OperationLevel
  readonly method: 'GET' | 'POST'
  /** Below the base: `/:type/:id/$meta`, `/Patient/$everything`. */
  readonly path: string
  /** The type that the path names; undefined = it is a parameter, or there is none. */
  readonly type?: string
}

/** Every address of every operation. */
export const operationRoutes: readonly OperationRoute[] = operations.flatMap(operation =>
  (operation.types === 'all' ? [undefined] : operation.types).flatMap(type =>
    operation.levels.flatMap(level =>
      (operation.affectsState ? (['POST'] as const) : (['GET', 'POST'] as const)).map(method => ({
        ...{ operation, level, method, path: pathOf(operation, level, type) },
        ...(type !== undefined && level !== 'system' && { type }),
      })),
    ),
  ),
)

function pathOf(operation: Operation, level: OperationLevel, type = ':type'): string {
  const root = { system: '', type: `/${type}`, instance: `/${type}/:id` }[level]
  return `${root}/$${addressName(operation)}`
}

/** Those of the system as CapabilityStatement.rest.operation. */
export const systemOperations = (canonicalBase: string): readonly object[] =>
  operations
    .filter(({ levels }) => levels.includes('system'))
    .map(operation => described(operation, canonicalBase))

/** The operations of a type as CapabilityStatement.rest.resource.operation. */
export const operationsOf = (type: string, canonicalBase: string): readonly object[] =>
  operations
    .filter(({ types }) => types === 'all' || types.includes(type))
    .map(operation => described(operation, canonicalBase))

const described = (operation: Operation, canonicalBase: string): object => ({
  name: addressName(operation),
  definition: operation.definition.startsWith('/')
    ? `${canonicalBase}${operation.definition}`
    : operation.definition,
})
