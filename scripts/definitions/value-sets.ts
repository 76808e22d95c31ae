import { ISO_4217, currencies } from './currencies.ts'
import { definitionsIn } from './source.ts'
import type { Definition } from './source.ts'

interface Concept {
  readonly code: string
  readonly concept?: readonly Concept[]
  readonly property?: readonly {
    readonly code: string
    readonly valueCode?: string
    readonly valueBoolean?: boolean
  }[]
}

interface CodeSystem extends Definition {
  readonly concept?: readonly Concept[]
  readonly content?: string
}

interface Filter {
  readonly property: string
  readonly op: string
  readonly value: string
}

interface Include {
  readonly system?: string
  readonly concept?: readonly { readonly code: string }[]
  readonly filter?: readonly Filter[]
  readonly valueSet?: readonly string[]
}

interface ValueSet extends Definition {
  readonly compose?: { readonly include: readonly Include[]; readonly exclude?: readonly Include[] }
}

/** Code system -> codes. */
export type Codes = Readonly<Record<string, readonly string[]>>

const FILES = ['valuesets', 'v3-codesystems', 'v2-tables']

/** Expands value sets offline; `undefined` for those that need a terminology server (mime types, UCUM, LOINC). */
export function valueSetExpander(): (url: string) => Codes | undefined {
  const systems = index<CodeSystem>('CodeSystem')
  const valueSets = index<ValueSet>('ValueSet')
  const expand = (url: string): Codes | undefined => {
    const compose = valueSets.get(bare(url))?.compose
    if (!compose) return undefined
    const included = compose.include.map(include => codesOf(include, systems, expand))
    const excluded = (compose.exclude ?? []).map(exclude => codesOf(exclude, systems, expand))
    if ([...included, ...excluded].includes(undefined)) return undefined
    const out = new Set(excluded.flatMap(pairs => pairs ?? []))
    return grouped(included.flatMap(pairs => pairs ?? []).filter(pair => !out.has(pair)))
  }
  return expand
}

const index = <T extends Definition>(type: string): ReadonlyMap<string, T> =>
  new Map(FILES.flatMap(file => definitionsIn(file, type)).map(item => [item.url, item as T]))

const bare = (url: string): string => url.split('|')[0] ?? url

type Pair = `${string} ${string}`

function codesOf(
  { system, concept, filter, valueSet }: Include,
  systems: ReadonlyMap<string, CodeSystem>,
  expand: (url: string) => Codes | undefined,
): readonly Pair[] | undefined {
  const sets = (valueSet ?? []).map(url => pairsOf(expand(url)))
  if (sets.includes(undefined)) return undefined
  const own = system === undefined ? undefined : ownCodes(system, concept, filter, systems)
  if (system !== undefined && own === undefined) return undefined
  const lists = [...sets, ...(own ? [own] : [])] as readonly (readonly Pair[])[]
  return lists.reduce((kept, list) => kept.filter(pair => list.includes(pair)))
}

function ownCodes(
  system: string,
  concept: Include['concept'],
  filter: Include['filter'],
  systems: ReadonlyMap<string, CodeSystem>,
): readonly Pair[] | undefined {
  if (concept) return concept.map(({ code }): Pair => `${system} ${code}`)
  if (system === ISO_4217) return currencies.map((code): Pair => `${system} ${code}`)
  const defined = systems.get(system)
  if (!defined?.concept || defined.content === 'example' || defined.content === 'fragment') return undefined
  const parents = parentsOf(defined.concept)
  const isKept = (code: string): boolean => (filter ?? []).every(condition => holds(condition, code, parents))
  return [...parents.keys()].filter(isKept).map((code): Pair => `${system} ${code}`)
}

/** Code -> its parents: by nesting, and by the `subsumedBy` property that v3 code systems use. */
function parentsOf(concepts: readonly Concept[], parent?: string): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, readonly string[]>()
  for (const { code, concept, property } of concepts) {
    const named = (property ?? []).flatMap(({ code: name, valueCode }) =>
      name === 'subsumedBy' && valueCode ? [valueCode] : [],
    )
    table.set(code, [...(parent === undefined ? [] : [parent]), ...named])
    for (const [child, parents] of parentsOf(concept ?? [], code)) table.set(child, parents)
  }
  return table
}

function holds(
  { property, op, value }: Filter,
  code: string,
  parents: ReadonlyMap<string, readonly string[]>,
): boolean {
  if (property !== 'concept' || (op !== 'is-a' && op !== 'descendent-of')) {
    throw new Error(`Filter ${property} ${op} is not known to the generator`)
  }
  const below = (parents.get(code) ?? []).some(
    parent => parent === value || holds({ property, op, value }, parent, parents),
  )
  return below || (op === 'is-a' && code === value)
}

const pairsOf = (codes: Codes | undefined): readonly Pair[] | undefined =>
  codes && Object.entries(codes).flatMap(([system, list]) => list.map((code): Pair => `${system} ${code}`))

function grouped(pairs: readonly Pair[]): Codes {
  const codes: Record<string, string[]> = {}
  for (const pair of new Set(pairs)) {
    const space = pair.indexOf(' ')
    ;(codes[pair.slice(0, space)] ??= []).push(pair.slice(space + 1))
  }
  return codes
}
