import { fail, ok, type Result } from '../../../lib/result.ts'

/** A `_filter` as written, before its names mean anything (http://hl7.org/fhir/R4/search_filter.html). */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly of: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly of: FilterNode }
  | FilterTest

export interface FilterTest {
  readonly kind: 'test'
  readonly path: readonly FilterStep[]
  readonly operator: string
  readonly value: string
}

/** `name` or, within a path, `name[filter]`. */
export interface FilterStep {
  readonly name: string
  readonly filter?: FilterNode
}

const LENGTH_MAX = 4_000
const NESTING_MAX = 20

/**
 * Reads a `_filter`. `and` and `or` have no precedence and go from left to right; values are JSON strings or run to the next
 * space, `)` or `]`. Failure: `search-invalid`, its message says at which character what was wanted.
 */
export function parseFilterText(text: string): Result<FilterNode> {
  if (text.length > LENGTH_MAX) return malformed(`is longer than ${LENGTH_MAX} characters`)
  const cursor: Cursor = { text, at: 0, nesting: 0 }
  const node = readLogical(cursor)
  if (typeof node === 'string') return malformed(`${node} wanted at character ${cursor.at + 1}`)
  skipSpace(cursor)
  return cursor.at === text.length
    ? ok(node)
    : malformed(`"and", "or" or the end wanted at character ${cursor.at + 1}`)
}

/** Every test of a filter, those within paths too. */
export function testsIn(node: FilterNode): readonly FilterTest[] {
  switch (node.kind) {
    case 'not':
      return testsIn(node.of)
    case 'and':
    case 'or':
      return node.of.flatMap(testsIn)
    case 'test':
      return [node, ...node.path.flatMap(({ filter }) => (filter ? testsIn(filter) : []))]
  }
}

const malformed = (message: string): Result<never> =>
  fail({ kind: 'invalid', code: 'search-invalid', message })

/** Where reading stands. Readers give what they read or, as a string, what they wanted instead. */
interface Cursor {
  readonly text: string
  at: number
  nesting: number
}

type Readable<T> = T | string

function readLogical(cursor: Cursor): Readable<FilterNode> {
  cursor.nesting += 1
  if (cursor.nesting > NESTING_MAX) return `at most ${NESTING_MAX} levels`
  let left = readOne(cursor)
  while (typeof left !== 'string') {
    const word = take(cursor, /\s+(and|or)(?=[\s(])/y)?.[1]
    if (word !== 'and' && word !== 'or') break
    const right = readOne(cursor)
    if (typeof right === 'string') return right
    left = left.kind === word ? { kind: word, of: [...left.of, right] } : { kind: word, of: [left, right] }
  }
  cursor.nesting -= 1
  return left
}

function readOne(cursor: Cursor): Readable<FilterNode> {
  skipSpace(cursor)
  if (take(cursor, /not\s*\(/y)) {
    const of = readClosed(cursor, /\s*\)/y, '")"')
    return typeof of === 'string' ? of : { kind: 'not', of }
  }
  return take(cursor, /\(/y) ? readClosed(cursor, /\s*\)/y, '")"') : readTest(cursor)
}

function readClosed(cursor: Cursor, close: RegExp, wanted: string): Readable<FilterNode> {
  const node = readLogical(cursor)
  if (typeof node === 'string') return node
  return take(cursor, close) ? node : wanted
}

function readTest(cursor: Cursor): Readable<FilterNode> {
  const path = readPath(cursor)
  if (typeof path === 'string') return path
  const operator = take(cursor, /\s+([a-z]{2})(?=\s)/y)?.[1]
  if (operator === undefined) return 'an operator between spaces'
  const value = readValueText(cursor)
  return value === undefined ? 'a value' : { kind: 'test', path, operator, value }
}

function readPath(cursor: Cursor): Readable<readonly FilterStep[]> {
  const steps: FilterStep[] = []
  for (;;) {
    const name = take(cursor, /[A-Za-z_][A-Za-z0-9_-]*/y)?.[0]
    if (name === undefined) return 'the name of a search parameter'
    if (!take(cursor, /\[/y)) {
      steps.push({ name })
      if (!take(cursor, /\./y)) return steps
      continue
    }
    const filter = readClosed(cursor, /\s*\]/y, '"]"')
    if (typeof filter === 'string') return filter
    steps.push({ name, filter })
    if (!take(cursor, /\./y)) return '"." and the name of a search parameter'
  }
}

function readValueText(cursor: Cursor): string | undefined {
  skipSpace(cursor)
  const quoted = take(cursor, /"(?:[^"\\]|\\.)*"/sy)?.[0]
  if (quoted !== undefined) return jsonText(quoted)
  return take(cursor, /[^\s)\]"][^\s)\]]*/y)?.[0]
}

function jsonText(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted)
    return typeof value === 'string' ? value : undefined
  } catch {
    return undefined
  }
}

const skipSpace = (cursor: Cursor): void => {
  take(cursor, /\s*/y)
}

/** What a sticky pattern finds where the cursor stands; the cursor goes behind it. */
function take(cursor: Cursor, pattern: RegExp): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at
  const found = pattern.exec(cursor.text)
  if (!found) return undefined
  cursor.at += found[0].length
  return found
}
