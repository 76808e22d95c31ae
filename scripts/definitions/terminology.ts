import { ISO_4217, currencies } from './currencies.ts'
import { byText, definitionsIn } from './source.ts'
import type { Definition } from './source.ts'

interface Concept {
  readonly code: string
  readonly display?: string
  readonly concept?: readonly Concept[]
  readonly property?: readonly { readonly code: string; readonly valueCode?: string }[]
}

interface Group {
  readonly source?: string
  readonly target?: string
  readonly element?: readonly {
    readonly code?: string
    readonly target?: readonly {
      readonly code?: string
      readonly equivalence?: string
      readonly comment?: string
    }[]
  }[]
}

const FILES = ['valuesets', 'v3-codesystems', 'v2-tables', 'conceptmaps'] as const

/**
 * The code systems, value sets and concept maps of R4, v3 and v2 as minimal resources: what expansion, look-up and
 * translation need of them, without prose. Sorted by type and url.
 */
export function terminologyResources(): readonly object[] {
  const kinds = { CodeSystem: codeSystem, ValueSet: valueSet, ConceptMap: conceptMap }
  const found = Object.entries(kinds).flatMap(([type, minimal]) => {
    const byUrl = new Map<string, Definition>()
    for (const resource of FILES.flatMap(file => definitionsIn(file, type))) {
      const known = byUrl.get(resource.url)
      if (!known || size(resource) > size(known)) byUrl.set(resource.url, resource)
    }
    return [...byUrl.values()].toSorted((a, b) => byText(a.url, b.url)).map(minimal)
  })
  const money = currencies.map(code => ({ code }))
  const iso = {
    resourceType: 'CodeSystem',
    url: ISO_4217,
    name: 'ISO4217',
    content: 'complete',
    concept: money,
  }
  return [...found, iso]
}

const size = (resource: Definition): number => JSON.stringify(resource).length

const head = ({ resourceType, url, version, name, title }: Definition): object => ({
  ...{ resourceType, url, version, name, title },
})

const codeSystem = (resource: Definition): object => ({
  ...head(resource),
  caseSensitive: resource['caseSensitive'],
  content: resource['content'],
  concept: (resource['concept'] as readonly Concept[] | undefined)?.map(concept),
})

const concept = ({ code, display, concept: below, property }: Concept): object => {
  const parents = property?.filter(({ code: name }) => name === 'subsumedBy')
  return {
    code,
    ...(display !== undefined && { display }),
    ...(parents?.length && { property: parents.map(({ valueCode }) => ({ code: 'subsumedBy', valueCode })) }),
    ...(below?.length && { concept: below.map(concept) }),
  }
}

const valueSet = (resource: Definition): object => ({
  ...head(resource),
  compose: withoutExtensions(resource['compose']),
})

const conceptMap = (resource: Definition): object => ({
  ...head(resource),
  sourceUri: resource['sourceUri'] ?? resource['sourceCanonical'],
  targetUri: resource['targetUri'] ?? resource['targetCanonical'],
  group: (resource['group'] as readonly Group[] | undefined)?.map(({ source, target, element }) => ({
    ...{ source, target },
    element: element?.map(({ code, target: targets }) => ({
      code,
      target: targets?.map(({ code: to, equivalence, comment }) => ({ code: to, equivalence, comment })),
    })),
  })),
})

function withoutExtensions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtensions)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'extension' && name !== 'designation' && !name.startsWith('_'))
      .map(([name, item]) => [name, withoutExtensions(item)]),
  )
}
