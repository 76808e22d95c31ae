import { parseFilterText, type FilterNode, type FilterStep, type FilterTest } from './filter-grammar.ts'
import { readFilterTest } from './filter-tests.ts'
import { searchParameterOf, whyNotSearchable } from '../parameters.ts'
import type { Criterion } from '../plan.ts'
import { CHAIN_DEPTH_MAX, chained, whyNotChained } from '../chains.ts'
import {
  badValue,
  part,
  tooCostly,
  unknown,
  unsupported,
  type Read,
  type SearchRequest,
} from '../search-parts.ts'
import { targetTypes } from '../search-values.ts'

/** A `_filter`, or a part of one, as seen from one type. */
interface Expression {
  readonly name: string
  readonly depth: number
  readonly type: string
  readonly request: SearchRequest
}

/** `_filter` as a criterion (http://hl7.org/fhir/R4/search_filter.html). */
export function readFilterExpression(
  { text, name, depth }: { readonly text: string; readonly name: string; readonly depth: number },
  type: string,
  request: SearchRequest,
): Read {
  if (text.includes('\0')) return badValue(name, 'not a filter')
  const parsed = parseFilterText(text)
  if (!parsed.ok) return badValue(name, parsed.failure.message)
  return readNode(parsed.value, { name, depth, type, request })
}

function readNode(node: FilterNode, expression: Expression): Read {
  switch (node.kind) {
    case 'test':
      return readTest(node, node.path, expression)
    case 'not':
      return readAll([node.of], expression, ([of]) => ({ kind: 'not', of: of ?? nothing }))
    case 'and':
      return readAll(node.of, expression, of => ({ kind: 'all', of }))
    case 'or':
      return readAll(node.of, expression, of => ({ kind: 'any', of }))
  }
}

const nothing: Criterion = { kind: 'any', of: [] }

/** A filter is taken whole or not at all: without one of its parts it would mean something else. */
function readAll(
  nodes: readonly FilterNode[],
  expression: Expression,
  join: (of: readonly Criterion[]) => Criterion,
): Read {
  const of: Criterion[] = []
  for (const node of nodes) {
    const read = readNode(node, expression)
    if (read.kind !== 'part' || read.part.kind !== 'criterion') return read
    of.push(read.part.criterion)
  }
  return part({ kind: 'criterion', name: expression.name, criterion: join(of) })
}

/** The last name of a path is compared; those before it are followed, each to what fulfils the filter in its brackets. */
function readTest(test: FilterTest, path: readonly FilterStep[], expression: Expression): Read {
  const [step, ...rest] = path
  const { name, type, request, depth } = expression
  if (!step) return badValue(name, 'not a filter')
  const parameter = searchParameterOf(type, step.name)
  const shown = `${name} (${step.name.slice(0, 60)})`
  if (!parameter) return unknown(shown, request, `unknown for ${type}`)
  if (rest.length === 0) {
    const why = whyNotSearchable(type, parameter)
    return why === undefined
      ? readFilterTest({ ...test, name: shown, parameter }, request)
      : unsupported(shown, request, why)
  }
  const why = whyNotChained(type, parameter, undefined)
  if (why !== undefined) return unsupported(shown, request, why)
  if (depth >= CHAIN_DEPTH_MAX) {
    return tooCostly(shown, `follows more than ${CHAIN_DEPTH_MAX} references; search in two steps`)
  }
  const { filter } = step
  const reads = targetTypes(parameter).map(target => {
    const inner = { ...expression, type: target, depth: depth + 1 }
    return { target, read: both(filter && readNode(filter, inner), readTest(test, rest, inner), name) }
  })
  return chained(reads, name, parameter)
}

function both(filter: Read | undefined, test: Read, name: string): Read {
  if (!filter) return test
  if (filter.kind !== 'part' || filter.part.kind !== 'criterion') return filter
  if (test.kind !== 'part' || test.part.kind !== 'criterion') return test
  return part({
    kind: 'criterion',
    name,
    criterion: { kind: 'all', of: [filter.part.criterion, test.part.criterion] },
  })
}
