import { fail, ok, type Result } from '../../lib/result.ts'
import { listOf } from '../../lib/list-of.ts'
import type { Resource } from '../resource.ts'
import { closureOf, type CodeSystem, type Concept } from './code-system.ts'

/** A code of an expansion. */
export interface ExpandedCode {
  readonly system: string
  readonly version?: string
  readonly code: string
  readonly display?: string
  /** Other names, as the code system, the compose or the expansion has them: `{ language, use, value }`. */
  readonly designations?: readonly unknown[]
  /** It may not be used any more, or stands there for the hierarchy alone, as its code system says. */
  readonly inactive?: true
  readonly abstract?: true
}

/** What a compose may refer to, at hand; undefined = not loaded. */
export interface Sources {
  readonly codeSystem: (url: string) => CodeSystem | undefined
  readonly valueSet: (url: string) => Resource | undefined
}

interface Include {
  readonly system?: string
  readonly version?: string
  readonly concept?: readonly {
    readonly code: string
    readonly display?: string
    readonly designation?: readonly unknown[]
  }[]
  readonly filter?: readonly { readonly property: string; readonly op: string; readonly value: string }[]
  readonly valueSet?: readonly string[]
}

/** Beyond it nobody can use an expansion, and a code system of another size is a terminology server's work. */
const CODES_MAX = 50_000

/** The urls of the value sets and code systems that a value set is made of directly. */
export function ingredientsOf(valueSet: Resource): {
  readonly valueSets: readonly string[]
  readonly codeSystems: readonly string[]
} {
  const parts = [...partsOf(valueSet, 'include'), ...partsOf(valueSet, 'exclude')]
  return {
    valueSets: [...new Set(parts.flatMap(part => part.valueSet ?? []))],
    codeSystems: [...new Set(parts.flatMap(part => part.system ?? []))],
  }
}

function partsOf(valueSet: Resource, name: 'include' | 'exclude'): readonly Include[] {
  const compose = valueSet['compose'] as Readonly<Record<string, readonly Include[] | undefined>> | undefined
  return compose?.[name] ?? []
}

/**
 * The codes of a value set (http://hl7.org/fhir/R4/valueset.html#compositions): what any include names, less what any exclude
 * names; within one include all of its value sets and its system must hold. A resource with an expansion and no compose is
 * what its expansion says. Failures: `code-system-not-loaded`, `value-set-not-loaded`, `value-set-not-expandable`.
 */
export function expandValueSet(valueSet: Resource, sources: Sources): Result<readonly ExpandedCode[]> {
  return expand(valueSet, sources, [])
}

type Codes = ReadonlyMap<string, ExpandedCode>

const keyOf = ({ system, code }: ExpandedCode): string => `${system} ${code}`

function expand(
  valueSet: Resource,
  sources: Sources,
  above: readonly Resource[],
): Result<readonly ExpandedCode[]> {
  if (above.includes(valueSet)) return notExpandable('a value set that includes itself')
  const included = partsOf(valueSet, 'include')
  if (included.length === 0) return ok(givenExpansion(valueSet))
  const path = [...above, valueSet]
  const codes = new Map<string, ExpandedCode>()
  for (const include of included) {
    const found = codesOf(include, sources, path)
    if (!found.ok) return found
    for (const [key, code] of found.value) if (!codes.has(key)) codes.set(key, code)
    if (codes.size > CODES_MAX) return notExpandable(`more than ${CODES_MAX} codes`)
  }
  for (const exclude of partsOf(valueSet, 'exclude')) {
    const found = codesOf(exclude, sources, path)
    if (!found.ok) return found
    for (const key of found.value.keys()) codes.delete(key)
  }
  const { inactive } = (valueSet['compose'] ?? {}) as { readonly inactive?: unknown }
  return ok([...codes.values()].filter(code => inactive !== false || code.inactive !== true))
}

function givenExpansion(valueSet: Resource): readonly ExpandedCode[] {
  const { contains } = (valueSet['expansion'] ?? {}) as { readonly contains?: unknown }
  const walk = (list: unknown): readonly ExpandedCode[] =>
    (Array.isArray(list)
      ? (list as readonly (ExpandedCode & { readonly contains?: unknown; readonly designation?: unknown })[])
      : []
    ).flatMap(({ system, code, display, inactive, abstract, designation, contains: below }) => [
      ...(typeof code === 'string'
        ? [
            {
              ...{ system: system ?? '', code, ...(display !== undefined && { display }) },
              ...namesIn(listOf(designation)),
              ...(inactive === true && { inactive }),
              ...(abstract === true && { abstract }),
            },
          ]
        : []),
      ...walk(below),
    ])
  return walk(contains)
}

function codesOf(include: Include, sources: Sources, path: readonly Resource[]): Result<Codes> {
  const lists: Codes[] = []
  for (const url of include.valueSet ?? []) {
    const valueSet = sources.valueSet(url)
    if (!valueSet) return notLoaded('value-set-not-loaded', 'value set', url)
    const found = expand(valueSet, sources, path)
    if (!found.ok) return found
    lists.push(new Map(found.value.map(code => [keyOf(code), code])))
  }
  if (include.system !== undefined) {
    const own = systemCodes(include, include.system, sources)
    if (!own.ok) return own
    lists.unshift(new Map(own.value.map(code => [keyOf(code), code])))
  }
  const [first = new Map<string, ExpandedCode>(), ...rest] = lists
  return ok(new Map([...first].filter(([key]) => rest.every(list => list.has(key)))))
}

function systemCodes(
  include: Include,
  system: string,
  { codeSystem }: Sources,
): Result<readonly ExpandedCode[]> {
  const loaded = codeSystem(system)
  const version = include.version ?? loaded?.version
  const expanded = ({
    code,
    display,
    designations,
    properties = [],
  }: Pick<Concept, 'code' | 'display' | 'designations'> & Partial<Concept>): ExpandedCode => ({
    system,
    ...(version !== undefined && { version }),
    code,
    ...(display !== undefined && { display }),
    ...namesIn(designations),
    ...flagsIn(properties),
  })
  if (include.concept) {
    return ok(
      include.concept.map(({ code, display, designation = [] }) => {
        const known = loaded?.concepts.get(code)
        const shown = display ?? known?.display
        const designations = [...designation, ...(known?.designations ?? [])]
        const properties = known?.properties ?? []
        return expanded({ code, designations, properties, ...(shown !== undefined && { display: shown }) })
      }),
    )
  }
  if (!loaded || loaded.isPartial) return notLoaded('code-system-not-loaded', 'code system', system)
  let concepts: readonly Concept[] = [...loaded.concepts.values()]
  for (const filter of include.filter ?? []) {
    const test = filterTest(loaded, filter)
    if (!test) return notExpandable(`a filter ${shown(filter.property)} ${shown(filter.op)}`)
    concepts = concepts.filter(test)
  }
  return ok(concepts.map(expanded))
}

const namesIn = (designations: readonly unknown[]): Pick<ExpandedCode, 'designations'> =>
  designations.length > 0 ? { designations } : {}

/** By the properties that R4 defines for any code system (http://hl7.org/fhir/R4/codesystem.html#defined-props). */
function flagsIn(properties: Concept['properties']): Pick<ExpandedCode, 'inactive' | 'abstract'> {
  const has = (name: string, value: unknown): boolean =>
    properties.some(
      ({ code, valueBoolean, valueCode }) => code === name && (valueBoolean ?? valueCode) === value,
    )
  return {
    ...((has('inactive', true) || has('status', 'retired')) && { inactive: true }),
    ...(has('notSelectable', true) && { abstract: true }),
  }
}

type Filter = NonNullable<Include['filter']>[number]

/** The test of a filter (http://hl7.org/fhir/R4/valueset-filter-operator.html), or undefined when it can't be told. */
function filterTest(
  system: CodeSystem,
  { property, op, value }: Filter,
): ((concept: Concept) => boolean) | undefined {
  if (property === 'concept' || property === 'code') {
    const below = (): ReadonlySet<string> => new Set(closureOf(system, value, 'below'))
    if (op === 'is-a') return within(below(), true)
    if (op === 'is-not-a') return within(below(), false)
    if (op === 'descendent-of') return inOrder(within(below(), true), ({ code }) => code !== value)
    if (op === 'generalizes') return within(new Set(closureOf(system, value, 'above')), true)
  }
  const values = (concept: Concept): readonly string[] => valuesOf(concept, property)
  const listed = new Set(value.split(',').map(item => item.trim()))
  if (op === '=') return concept => values(concept).includes(value)
  if (op === 'in') return concept => values(concept).some(each => listed.has(each))
  if (op === 'not-in') return concept => !values(concept).some(each => listed.has(each))
  if (op === 'exists') return concept => values(concept).length > 0 === (value === 'true')
  return undefined
}

const within =
  (codes: ReadonlySet<string>, wanted: boolean) =>
  ({ code }: Concept): boolean =>
    codes.has(code) === wanted

const inOrder =
  (...tests: readonly ((concept: Concept) => boolean)[]) =>
  (concept: Concept): boolean =>
    tests.every(test => test(concept))

function valuesOf(concept: Concept, property: string): readonly string[] {
  if (property === 'concept' || property === 'code') return [concept.code]
  if (property === 'display') return concept.display === undefined ? [] : [concept.display]
  if (property === 'parent') return concept.parents
  if (property === 'child') return concept.children
  return concept.properties
    .filter(({ code }) => code === property)
    .flatMap(each =>
      Object.entries(each).flatMap(([name, value]) => (name.startsWith('value') ? [plain(value)] : [])),
    )
}

const plain = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'code' in value ? String(value.code) : String(value)

const shown = (text: string): string => text.replaceAll(/[^\w:/.|-]/g, '?').slice(0, 200)

const notLoaded = (code: string, what: string, url: string): Result<never> =>
  fail({
    kind: 'unprocessable',
    code,
    message: `The ${what} ${shown(url)} is not loaded here as a whole: send it as a resource, or ask a terminology server.`,
  })

const notExpandable = (what: string): Result<never> =>
  fail({
    kind: 'unprocessable',
    code: 'value-set-not-expandable',
    message: `The value set has ${what}, which is not expanded here: ask a terminology server.`,
  })
