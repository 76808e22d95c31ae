import { fail, ok, type Result } from '../../lib/result.ts'

/** A FHIRPath expression, parsed: what a patch may say to name an element (http://hl7.org/fhirpath/N1). */
export type PathExpression =
  | { readonly kind: 'focus' | 'resource' | 'index' | 'nothing' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean }
  /** `of` absent: from where evaluation stands. */
  | { readonly kind: 'member'; readonly of?: PathExpression; readonly name: string }
  | {
      readonly kind: 'call'
      readonly of?: PathExpression
      readonly name: string
      readonly parameters: readonly PathExpression[]
    }
  | { readonly kind: 'item'; readonly of: PathExpression; readonly at: PathExpression }
  | {
      readonly kind: 'binary'
      readonly operator: string
      readonly left: PathExpression
      readonly right: PathExpression
    }

const LENGTH_MAX = 2_000
const DEPTH_MAX = 30

const TOKEN =
  /\s*(?:(?<text>'(?:[^'\\]|\\.)*')|(?<number>\d+(?:\.\d+)?)|(?<date>@[\dT:.Z+-]+)|(?<name>[A-Za-z_]\w*|`[^`]+`)|(?<symbol>!=|!~|<=|>=|\$this|\$index|%resource|%context|%rootResource|[.()[\]{},=~<>]))/y

interface Token {
  readonly kind: 'text' | 'number' | 'name' | 'symbol' | 'end'
  readonly text: string
}

/** Failure: `patch-malformed`. */
export function parsePath(text: string): Result<PathExpression> {
  if (text.length > LENGTH_MAX) return malformed(`must have at most ${LENGTH_MAX} characters`)
  const tokens = tokensOf(text)
  if (!tokens) return malformed('has a character that FHIRPath does not know')
  const reader: Reader = { tokens, at: 0, depth: 0, fault: undefined }
  const expression = readBinary(reader, 0)
  if (peek(reader).kind !== 'end') fault(reader, 'goes on where it should end')
  return reader.fault === undefined ? ok(expression) : malformed(reader.fault)
}

const malformed = (what: string): Result<never> =>
  fail({ kind: 'invalid', code: 'patch-malformed', message: `The path ${what}.`, expression: 'path' })

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = []
  const pattern = new RegExp(TOKEN)
  const end = text.trimEnd().length
  while (pattern.lastIndex < end) {
    const groups = pattern.exec(text)?.groups
    if (!groups) return undefined
    tokens.push(tokenOf(groups))
  }
  return [...tokens, { kind: 'end', text: '' }]
}

function tokenOf({ text, number, date, name, symbol }: Record<string, string | undefined>): Token {
  if (text !== undefined) return { kind: 'text', text: unescaped(text.slice(1, -1)) }
  if (number !== undefined) return { kind: 'number', text: number }
  if (date !== undefined) return { kind: 'text', text: date.slice(1).replace(/^T/, '') }
  if (name !== undefined) return { kind: 'name', text: name.replaceAll('`', '') }
  return { kind: 'symbol', text: symbol ?? '' }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f' }

const unescaped = (text: string): string =>
  text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, code: string | undefined, char: string) =>
    code === undefined ? (escapes[char] ?? char) : String.fromCharCode(Number.parseInt(code, 16)),
  )

interface Reader {
  readonly tokens: readonly Token[]
  at: number
  depth: number
  /** The first one; the descent runs out at once. */
  fault: string | undefined
}

const NOTHING: PathExpression = { kind: 'nothing' }

function fault(reader: Reader, what: string): PathExpression {
  reader.fault ??= what
  reader.at = reader.tokens.length
  return NOTHING
}

const END: Token = { kind: 'end', text: '' }
const peek = ({ tokens, at }: Reader): Token => tokens[at] ?? END

function next(reader: Reader): Token {
  const token = peek(reader)
  reader.at += 1
  return token
}

function takes(reader: Reader, symbol: string): boolean {
  const { kind, text } = peek(reader)
  if (kind !== 'symbol' || text !== symbol) return false
  reader.at += 1
  return true
}

function expects(reader: Reader, symbol: string): void {
  if (!takes(reader, symbol)) fault(reader, `lacks a ${symbol}`)
}

/** From loose to tight. */
const levels: readonly ReadonlySet<string>[] = [
  new Set(['implies']),
  new Set(['or', 'xor']),
  new Set(['and']),
  new Set(['in', 'contains']),
  new Set(['=', '~', '!=', '!~']),
  new Set(['<', '>', '<=', '>=']),
  new Set(['is', 'as']),
]

function readBinary(reader: Reader, level: number): PathExpression {
  const operators = levels[level]
  if (!operators) return readTerm(reader)
  let left = readBinary(reader, level + 1)
  while (isOperator(peek(reader), operators)) {
    const operator = next(reader).text
    left = { kind: 'binary', operator, left, right: readBinary(reader, level + 1) }
  }
  return left
}

const isOperator = ({ kind, text }: Token, operators: ReadonlySet<string>): boolean =>
  (kind === 'symbol' || kind === 'name') && operators.has(text)

function readTerm(reader: Reader): PathExpression {
  let expression = readFirst(reader)
  for (;;) {
    if (takes(reader, '.')) expression = readInvocation(reader, expression)
    else if (takes(reader, '[')) {
      expression = { kind: 'item', of: expression, at: nested(reader) }
      expects(reader, ']')
    } else return expression
  }
}

function nested(reader: Reader): PathExpression {
  reader.depth += 1
  if (reader.depth > DEPTH_MAX) return fault(reader, 'nests too deep')
  const expression = readBinary(reader, 0)
  reader.depth -= 1
  return expression
}

const roots: Readonly<Record<string, 'focus' | 'resource' | 'index'>> = {
  $this: 'focus',
  $index: 'index',
  '%resource': 'resource',
  '%context': 'resource',
  '%rootResource': 'resource',
}

function readFirst(reader: Reader): PathExpression {
  const { kind, text } = peek(reader)
  if (kind === 'name') {
    if (text !== 'true' && text !== 'false') return readInvocation(reader)
    reader.at += 1
    return { kind: 'literal', value: text === 'true' }
  }
  reader.at += 1
  if (kind === 'text') return { kind: 'literal', value: text }
  if (kind === 'number') return { kind: 'literal', value: Number(text) }
  const root = Object.hasOwn(roots, text) ? roots[text] : undefined
  if (root) return { kind: root }
  if (text === '(') {
    const inner = nested(reader)
    expects(reader, ')')
    return inner
  }
  if (text !== '{') return fault(reader, 'lacks an element')
  expects(reader, '}')
  return NOTHING
}

function readInvocation(reader: Reader, of?: PathExpression): PathExpression {
  const { kind, text: name } = next(reader)
  if (kind !== 'name') return fault(reader, 'lacks a name after a dot')
  const base = of && { of }
  if (!takes(reader, '(')) return { kind: 'member', ...base, name }
  const parameters: PathExpression[] = []
  if (!takes(reader, ')')) {
    do parameters.push(nested(reader))
    while (takes(reader, ','))
    expects(reader, ')')
  }
  return { kind: 'call', ...base, name, parameters }
}
