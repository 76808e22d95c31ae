import { fail, ok, type Result } from '../../lib/result.ts'
import type { Coding, Resource } from '../../fhir/resource.ts'
import { isResourceType } from '../../fhir/resource-types.ts'
import { parseFilterText, testsIn } from '../../fhir/search/filter/filter-grammar.ts'
import type { Terminology } from '../../fhir/search/terminology.ts'
import {
  closureOf,
  conceptOf,
  subsumption,
  type CodeSystem,
  type Concept,
} from '../../fhir/terminology/code-system.ts'
import {
  otherMapsFor,
  translate,
  type Translation,
  type TranslationRequest,
} from '../../fhir/terminology/concept-map.ts'
import { expandValueSet, type ExpandedCode } from '../../fhir/terminology/value-set.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import {
  allConceptMaps,
  findCodeSystem,
  findTerminology,
  sourcesOf,
  type TerminologyType,
} from './terminology-sources.ts'

/** The codes of a value set given by url, `ValueSet/id` or itself. Failures: `terminology-unknown`, those of `expandValueSet`. */
export async function expansionOf(
  deps: FhirDeps,
  named: string | Resource,
): Promise<Result<{ readonly valueSet: Resource; readonly codes: readonly ExpandedCode[] }>> {
  const valueSet = typeof named === 'string' ? await findTerminology(deps, 'ValueSet', named) : named
  if (!valueSet) return unknownTerminology('ValueSet')
  const codes = expandValueSet(valueSet, await sourcesOf(deps, [valueSet]))
  return codes.ok ? ok({ valueSet, codes: codes.value }) : codes
}

/** A code system by url or `CodeSystem/id`. Failure: `terminology-unknown`. */
export async function systemOf(deps: FhirDeps, url: string): Promise<Result<CodeSystem>> {
  const system = await findCodeSystem(deps, url)
  return system ? ok(system) : unknownTerminology('CodeSystem')
}

/** A concept with its system. Failures: `terminology-unknown`, `code-unknown`. */
export async function lookUp(
  deps: FhirDeps,
  { system = '', code = '' }: Coding,
): Promise<Result<{ readonly system: CodeSystem; readonly concept: Concept }>> {
  const found = await systemOf(deps, system)
  if (!found.ok) return found
  const concept = conceptOf(found.value, code)
  return concept ? ok({ system: found.value, concept }) : codeUnknown
}

/** How two codes of one system stand to each other. Failures: those of `lookUp`. */
export async function subsumptionOf(
  deps: FhirDeps,
  { system, codeA, codeB }: { readonly system: string; readonly codeA: string; readonly codeB: string },
): Promise<Result<string>> {
  const one = await lookUp(deps, { system, code: codeA })
  if (!one.ok) return one
  const other = conceptOf(one.value.system, codeB)
  return other ? ok(subsumption(one.value.system, one.value.concept.code, other.code)) : codeUnknown
}

export interface TranslationAsked extends TranslationRequest {
  readonly url?: string
}

/** What concept maps say of a code: the one that is named, else all. Failure: `terminology-unknown`. */
export async function translationsOf(
  deps: FhirDeps,
  { url, ...request }: TranslationAsked,
): Promise<Result<readonly Translation[]>> {
  if (url === undefined) return ok((await allConceptMaps(deps)).flatMap(map => translate(map, request)))
  const map = await findTerminology(deps, 'ConceptMap', url)
  return map ? ok(await saidBy(deps, map, request)) : unknownTerminology('ConceptMap')
}

/** What a map says, and those that it leaves a code to; in a circle each is asked once. */
async function saidBy(
  deps: FhirDeps,
  map: Resource,
  request: TranslationRequest,
): Promise<readonly Translation[]> {
  const said: Translation[] = []
  const maps = new Map([[map['url'], map]])
  for (const each of maps.values()) {
    said.push(...translate(each, request))
    for (const url of otherMapsFor(each, request)) {
      const other = await findTerminology(deps, 'ConceptMap', url)
      if (other && !maps.has(other['url'])) maps.set(other['url'], other)
    }
  }
  return said
}

const unknownTerminology = (type: TerminologyType): Result<never> =>
  fail({
    kind: 'not-found',
    code: 'terminology-unknown',
    message: `There is no such ${type} here, neither stored nor of R4, v3 or v2: store it first, or ask a terminology server.`,
  })

const codeUnknown = fail({
  kind: 'not-found',
  code: 'code-unknown',
  message: 'The code system has no such code; mind its case.',
})

type Pairs = readonly (readonly [name: string, value: string])[]

/**
 * The terminology that the modifiers `:in`, `:not-in`, `:above` and `:below` of a search (`in`, `ni`, `sb`, `ss` of a `_filter`) ask for,
 * fetched before the search is parsed (which is pure); undefined when it asks for none.
 */
export async function terminologyFor(deps: FhirDeps, pairs: Pairs): Promise<Terminology | undefined> {
  const asked = pairs.flatMap(asModifiers).filter(([name]) => /:(?:in|not-in|above|below)(?:\.|$)/.test(name))
  if (asked.length === 0) return undefined
  const sets = new Map<string, readonly ExpandedCode[]>()
  const systems = new Map<string, CodeSystem>()
  for (const [name, value] of asked) {
    const isSet = /:(?:not-)?in(?:\.|$)/.test(name)
    for (const text of value.split(',')) {
      if (isSet) await keep(sets, text, () => codesIn(deps, text))
      else await keep(systems, systemIn(text), () => findCodeSystem(deps, systemIn(text)))
    }
  }
  return {
    expand: valueSet => sets.get(valueSet),
    subsumed: (system, code, direction) => {
      const found = systems.get(system)
      return found?.concepts.has(code) ? closureOf(found, code, direction) : undefined
    },
  }
}

/** A `_filter` as the modifiers that its operators mean; one that can't be read is refused where the search is parsed. */
function asModifiers([name, value]: Pairs[number]): Pairs {
  if (!/(?:^|[.:])_filter$/.test(name)) return [[name, value]]
  const parsed = parseFilterText(value)
  if (!parsed.ok) return []
  return testsIn(parsed.value).flatMap(({ operator, value: text }): Pairs => {
    if (operator === 'in' || operator === 'ni') return [[':in', text]]
    return operator === 'ss' || operator === 'sb' ? [[':below', text]] : []
  })
}

const systemIn = (token: string): string => token.split('|')[0] ?? ''

async function codesIn(deps: FhirDeps, valueSet: string): Promise<readonly ExpandedCode[] | undefined> {
  const [type = ''] = valueSet.split('/')
  if (isResourceType(type) && type !== 'ValueSet') return undefined
  const found = await expansionOf(deps, valueSet)
  return found.ok ? found.value.codes : undefined
}

async function keep<T>(
  into: Map<string, T>,
  key: string,
  fetched: () => Promise<T | undefined>,
): Promise<void> {
  const value = into.has(key) ? undefined : await fetched()
  if (value !== undefined) into.set(key, value)
}
