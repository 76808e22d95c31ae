import { interactions } from './interactions.ts'
import { operationsOf, systemOperations } from './operations/operations.ts'
import type { Resource } from './resource.ts'
import { resourceTypes } from './resource-types.ts'
import { compartmentDefinitions } from './search/compartment-definitions.ts'
import { searchableParametersOf } from './search/parameters.ts'
import type { Packages } from './validation/profiles/packages.ts'

export interface CapabilityOptions {
  readonly base: string
  /** `{cm}`. */
  readonly canonicalBase: string
  readonly version: string
  /** When this description came to be: the start of the process. */
  readonly date: string
  /** What resources are checked against beside R4; undefined = nothing. */
  readonly packages?: Pick<Packages, 'guides' | 'profilesOf'>
}

/**
 * What this server can do (http://hl7.org/fhir/R4/capabilitystatement.html), written from the tables that drive the
 * routes and the search.
 */
export function capabilityStatement(options: CapabilityOptions): Resource {
  const { base, canonicalBase, version, date, packages } = options
  const guides = packages?.guides ?? []
  return {
    resourceType: 'CapabilityStatement',
    url: `${base}/metadata`,
    version,
    name: 'Casewire',
    title: 'Casewire FHIR R4 service for healthcare case management',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'Casewire', version },
    implementation: { description: 'Casewire', url: base },
    ...(guides.length > 0 && { implementationGuide: guides }),
    fhirVersion: '4.0.1',
    format: ['application/fhir+json', 'json'],
    patchFormat: ['application/json-patch+json', 'application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation:
          'Strict by default: an unknown or unsupported search parameter is refused unless Prefer: handling=lenient. A read takes _at=INSTANT: the version that stood then.',
        resource: resourceCapabilities(options),
        interaction: systemInteractions,
        searchParam: systemParameters,
        operation: systemOperations(canonicalBase),
        compartment: Object.keys(compartmentDefinitions).map(
          name => `http://hl7.org/fhir/CompartmentDefinition/${name.toLowerCase()}`,
        ),
      },
    ],
  }
}

const typeInteractions = interactions.flatMap(({ built, capability }) =>
  built && capability?.level === 'type' ? [{ code: capability.code }] : [],
)

/** A batch comes by the same address as a transaction. */
const systemInteractions = interactions.flatMap(({ built, capability }) => {
  if (!built || capability?.level !== 'system') return []
  const { code } = capability
  return code === 'transaction' ? [{ code }, { code: 'batch' }] : [{ code }]
})

/** Parameters that every search takes: those about no one element, then those that shape its result. */
const systemParameters = [
  {
    name: '_text',
    type: 'string',
    documentation: 'Words of the narrative, with and, or, not and parentheses.',
  },
  { name: '_content', type: 'string', documentation: 'Words of the whole resource, the same way.' },
  { name: '_filter', type: 'special', documentation: 'http://hl7.org/fhir/R4/search_filter.html' },
  { name: '_list', type: 'special', documentation: 'The ids of Lists; no functional ones.' },
  { name: '_has', type: 'special', documentation: 'Type:reference:parameter, nested too.' },
  { name: '_count', type: 'number', documentation: 'At most 1000; 50 when absent.' },
  {
    name: '_sort',
    type: 'string',
    documentation: 'Up to four parameters of the type, each with - for descending.',
  },
  {
    name: '_include',
    type: 'string',
    documentation: 'Type:parameter[:Target], Type:* or *; with :iterate from what was included too.',
  },
  {
    name: '_revinclude',
    type: 'string',
    documentation: 'Type:parameter[:Target] or Type:*; with :iterate from what was included too.',
  },
  { name: '_summary', type: 'string', documentation: 'true, text, data, count or false.' },
  { name: '_elements', type: 'string', documentation: 'Elements of the type itself, of matches.' },
  { name: '_total', type: 'string', documentation: 'none, estimate or accurate.' },
  {
    name: '_type',
    type: 'string',
    documentation: 'The types of a search of the system, or of a whole compartment.',
  },
]

function resourceCapabilities({ canonicalBase, packages }: CapabilityOptions): readonly object[] {
  const revIncludes = revIncludesByTarget()
  return Object.keys(resourceTypes).map(type => ({
    ...resourceCapability(type, revIncludes.get(type) ?? []),
    ...supported(packages?.profilesOf(type) ?? []),
    operation: operationsOf(type, canonicalBase),
  }))
}

const supported = (profiles: readonly string[]): object =>
  profiles.length > 0 ? { supportedProfile: profiles } : {}

function resourceCapability(type: string, revIncludes: readonly string[]): object {
  const parameters = searchableParametersOf(type)
  const references = parameters.filter(parameter => parameter.type === 'reference')
  return {
    type,
    interaction: typeInteractions,
    versioning: 'versioned-update',
    readHistory: true,
    updateCreate: true,
    conditionalCreate: true,
    conditionalRead: 'full-support',
    conditionalUpdate: true,
    conditionalDelete: 'single',
    referencePolicy: ['literal', 'logical'],
    ...(references.length > 0 && {
      searchInclude: ['*', `${type}:*`, ...references.map(({ code }) => `${type}:${code}`)],
    }),
    ...(revIncludes.length > 0 && { searchRevInclude: revIncludes }),
    searchParam: parameters.map(({ code, url, type: kind }) => ({ name: code, definition: url, type: kind })),
  }
}

/** Type -> `Source:parameter` of the reference parameters that may lead to it, and `Source:*` for all of a type. */
function revIncludesByTarget(): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, Set<string>>()
  for (const source of Object.keys(resourceTypes)) {
    for (const { code, type, target } of searchableParametersOf(source)) {
      if (type !== 'reference') continue
      const isAny = target === undefined || target.includes('Resource')
      for (const name of isAny ? Object.keys(resourceTypes) : target) {
        const listed = map.get(name) ?? new Set()
        map.set(name, listed.add(`${source}:*`).add(`${source}:${code}`))
      }
    }
  }
  return new Map([...map].map(([name, listed]) => [name, [...listed]]))
}
