import type { Resource } from '../resource.ts'
import { expandValueSet, type Sources } from './value-set.ts'

/** A code as data has it; without a system where only a `code` stands. */
export interface GivenCode {
  readonly system?: string
  readonly code: string
}

interface Include {
  readonly system?: string
  readonly concept?: readonly { readonly code: string }[]
  readonly filter?: readonly unknown[]
  readonly valueSet?: readonly string[]
}

/** Value sets within value sets, at most. */
const DEPTH_MAX = 20

/**
 * Whether a code is in a value set (http://hl7.org/fhir/R4/valueset.html#compositions), undefined when what is loaded can't
 * tell: the value set goes by filters over, or is all of, a code system that isn't here. The set isn't expanded for it, so
 * `all of LOINC` is answered for every code of another system.
 */
export function isMember(
  valueSet: Resource,
  code: GivenCode,
  sources: Sources,
  depth = 0,
): boolean | undefined {
  if (depth > DEPTH_MAX) return undefined
  const compose = valueSet['compose'] as
    | { readonly include?: readonly Include[]; readonly exclude?: readonly Include[] }
    | undefined
  const included = compose?.include ?? []
  if (included.length === 0) return inExpansion(valueSet, code, sources)
  const some = anyOf(included.map(include => isIn(include, code, sources, depth)))
  if (some === false) return false
  const without = anyOf((compose?.exclude ?? []).map(exclude => isIn(exclude, code, sources, depth)))
  if (without === true) return false
  return without === undefined ? undefined : some
}

/** True when one is, undefined when one might be. */
const anyOf = (answers: readonly (boolean | undefined)[]): boolean | undefined =>
  answers.includes(true) ? true : answers.includes(undefined) ? undefined : false

function inExpansion(valueSet: Resource, code: GivenCode, sources: Sources): boolean | undefined {
  if (valueSet['expansion'] === undefined) return undefined
  const codes = expandValueSet(valueSet, sources)
  if (!codes.ok) return undefined
  return codes.value.some(
    each => each.code === code.code && (code.system === undefined || each.system === code.system),
  )
}

function isIn(include: Include, code: GivenCode, sources: Sources, depth: number): boolean | undefined {
  const answers: (boolean | undefined)[] = []
  if (include.system !== undefined) answers.push(inSystem(include, include.system, code, sources))
  for (const url of include.valueSet ?? []) {
    const found = sources.valueSet(url)
    answers.push(found && isMember(found, code, sources, depth + 1))
  }
  if (answers.length === 0 || answers.includes(false)) return false
  return answers.includes(undefined) ? undefined : true
}

function inSystem(
  include: Include,
  system: string,
  { system: own, code }: GivenCode,
  sources: Sources,
): boolean | undefined {
  if (own !== undefined && own !== system) return false
  const listed = listOf(include, system, sources)
  if (listed === 'all') return own === undefined ? undefined : true
  return listed?.has(code)
}

/** `all` where any code of a system that isn't loaded will do; undefined when it can't be told. */
type Listed = ReadonlySet<string> | 'all' | undefined

const lists = new WeakMap<Sources, Map<Include, Listed>>()

/** Codes of an include with a system, made once. */
function listOf(include: Include, system: string, sources: Sources): Listed {
  const known = lists.get(sources) ?? new Map<Include, Listed>()
  lists.set(sources, known)
  if (known.has(include)) return known.get(include)
  const made = makeList(include, system, sources)
  known.set(include, made)
  return made
}

function makeList(include: Include, system: string, sources: Sources): Listed {
  if (include.concept) return new Set(include.concept.map(({ code }) => code))
  const loaded = sources.codeSystem(system)
  if (!include.filter) {
    return loaded && !loaded.isPartial ? new Set(loaded.concepts.keys()) : 'all'
  }
  const { valueSet: _others, ...own } = include
  const codes = expandValueSet({ resourceType: 'ValueSet', compose: { include: [own] } }, sources)
  return codes.ok ? new Set(codes.value.map(({ code }) => code)) : undefined
}
