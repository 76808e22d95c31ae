import { isResourceType } from '../resource-types.ts'
import { readCanonical } from './canonical-filter.ts'
import { CHAIN_DEPTH_MAX, chained, whyNotChained } from './chains.ts'
import { readFilterExpression } from './filter/filter-expression.ts'
import { isTargetOf, searchParameterOf, whyNotSearchable } from './parameters.ts'
import type { Criterion } from './plan.ts'
import { readFilter } from './search-filters.ts'
import { badValue, part, unknown, unsupported, type Read, type SearchRequest } from './search-parts.ts'
import { alternatives, shownName } from './search-text.ts'
import { targetTypes } from './search-values.ts'
import { readWords } from './word-query.ts'

/** A name of the query as seen from one type: at the top the type that is searched, further in what a chain leads to. */
interface Named {
  /** The rest of the name that is still to be read. */
  readonly name: string
  readonly value: string
  /** The whole name, for messages. */
  readonly whole: string
  readonly depth: number
}

/** Chains, `_has`, and parameters of the type itself (http://hl7.org/fhir/R4/search.html#chaining, #has). */
export const readCriterion = ([name, value]: readonly [string, string], request: SearchRequest): Read =>
  readNamed({ name, value, whole: shownName(name), depth: 0 }, request.type, request)

function readNamed(named: Named, type: string, request: SearchRequest): Read {
  const { name, value, whole, depth } = named
  if (depth > CHAIN_DEPTH_MAX) {
    return tooDeep(whole)
  }
  if (name.startsWith('_has:')) return readHas(named, type, request)
  const dot = name.indexOf('.')
  if (dot >= 0) return readChain(named, dot, { type, request })
  const [code = '', modifier, ...more] = name.split(':')
  const special = Object.hasOwn(specials, code) ? specials[code] : undefined
  if (special) {
    return modifier === undefined
      ? special(named, type, request)
      : unsupported(whole, request, 'this modifier is not supported')
  }
  const parameter = searchParameterOf(type, code)
  if (!parameter || more.length > 0) return unknown(whole, request, `unknown for ${type}`)
  const why = whyNotSearchable(type, parameter)
  if (why !== undefined) return unsupported(whole, request, why)
  const canonical = code === 'url' && modifier === undefined ? readCanonical(whole, value, type) : undefined
  return canonical ?? readFilter({ name: whole, parameter, modifier, value }, request)
}

const tooDeep = (whole: string): Read => ({
  kind: 'fault',
  issue: {
    severity: 'error',
    code: 'too-costly',
    diagnostics: `search parameter ${whole}: follows more than ${CHAIN_DEPTH_MAX} references; search in two steps`,
  },
})

/** `_has:Observation:patient:code`: what is left of the name is read for the type that refers. */
function readHas(named: Named, type: string, request: SearchRequest): Read {
  const { name, whole, depth } = named
  const [, source = '', code = '', rest = ''] = /^_has:([^:.]*):([^:.]*):(.+)$/s.exec(name) ?? []
  if (!isResourceType(source) || rest === '') {
    return unknown(whole, request, 'must be _has:Type:reference:parameter')
  }
  const parameter = searchParameterOf(source, code)
  if (!parameter || !isTargetOf(parameter, type)) {
    return unknown(whole, request, `no reference parameter of ${source} that leads to ${type}`)
  }
  const why = whyNotSearchable(source, parameter)
  if (why !== undefined) return unsupported(whole, request, why)
  const inner = readNamed({ ...named, name: rest, depth: depth + 1 }, source, request)
  return wrapped(inner, whole, where => ({ kind: 'has', source, parameter, where }))
}

interface Place {
  readonly type: string
  readonly request: SearchRequest
}

/** `subject:Patient.name`; without the type, of every type that has such a parameter. */
function readChain(named: Named, dot: number, { type, request }: Place): Read {
  const { name, whole, depth } = named
  const [code = '', stated, ...more] = name.slice(0, dot).split(':')
  const parameter = searchParameterOf(type, code)
  if (!parameter || more.length > 0) return unknown(whole, request, `unknown for ${type}`)
  const why = whyNotChained(type, parameter, stated)
  if (why !== undefined) return unsupported(whole, request, why)
  const targets = stated === undefined ? targetTypes(parameter) : [stated]
  const inner = { ...named, name: name.slice(dot + 1), depth: depth + 1 }
  const reads = targets.map(target => ({ target, read: readNamed(inner, target, request) }))
  return chained(reads, whole, parameter)
}

function wrapped(read: Read, name: string, wrap: (where: Criterion) => Criterion): Read {
  if (read.kind !== 'part' || read.part.kind !== 'criterion') return read
  return part({ kind: 'criterion', name, criterion: wrap(read.part.criterion) })
}

type SpecialReader = (named: Named, type: string, request: SearchRequest) => Read

/** Parameters that aren't about one element (http://hl7.org/fhir/R4/search.html#all), by name. */
const specials: Readonly<Record<string, SpecialReader>> = {
  _filter: ({ value, whole, depth }, type, request) =>
    readFilterExpression({ text: value, name: whole, depth }, type, request),
  _list: readList,
  _text: ({ value, whole }, type, request) => readWords({ name: whole, value }, type, request),
  _content: ({ value, whole }, type, request) => readWords({ name: whole, value }, type, request, '_content'),
  _query: refused('named queries are not offered'),
  _has: (named, _type, request) => unknown(named.whole, request, 'must be _has:Type:reference:parameter'),
}

function refused(why: string): SpecialReader {
  return ({ whole }, _type, request) => unsupported(whole, request, why)
}

/** What the entries of a List refer to; functional lists (`$current-problems`) are refused. */
function readList({ whole, value }: Named, type: string, request: SearchRequest): Read {
  const ids = alternatives(value)
  if (ids.some(id => id.startsWith('$'))) {
    return unsupported(whole, request, 'functional lists are not offered; give the id of a List')
  }
  if (!ids.every(id => /^[A-Za-z0-9\-.]{1,64}$/.test(id))) return badValue(whole, 'must be the id of a List')
  const item = searchParameterOf('List', 'item')
  const id = searchParameterOf('List', '_id')
  if (!item || !id || !isTargetOf(item, type)) return unsupported(whole, request, 'not supported')
  const values = ids.map(code => ({ kind: 'token', code }) as const)
  const where: Criterion = { kind: 'filter', filter: { parameter: id, values } }
  return part({
    kind: 'criterion',
    name: whole,
    criterion: { kind: 'has', source: 'List', parameter: item, where },
  })
}
