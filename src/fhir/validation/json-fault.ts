const SPACE = /[ \t\n\r]*/y
const STRING_BREAK = /["\\\u0000-\u001f]/g
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y

/** Line and column, both from 1, of a character of a text. */
export interface Place {
  readonly line: number
  readonly column: number
}

/**
 * Where a text stops being JSON. V8's own messages quote the text around the fault, and that text may be a patient's;
 * some of them don't say where it is.
 */
export function jsonFaultPlace(text: string): Place {
  const offset = faultOffset(text)
  const before = text.slice(0, offset)
  const line = before.split('\n').length
  return { line, column: offset - before.lastIndexOf('\n') }
}

type Expected = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'comma-or-end'

/** One pass with a stack of its own, so that depth costs no call stack. */
function faultOffset(text: string): number {
  const open: string[] = []
  let expected: Expected = 'value'
  for (let at = after(SPACE, text, 0) ?? 0; at < text.length; at = after(SPACE, text, at) ?? at) {
    const char = text[at] ?? ''
    if (isEnd(char, open.at(-1), expected)) {
      open.pop()
      expected = 'comma-or-end'
      at += 1
    } else if (expected === 'comma-or-end') {
      if (char !== ',' || open.length === 0) return at
      expected = open.at(-1) === '{' ? 'key' : 'value'
      at += 1
    } else if (expected === 'key' || expected === 'key-or-end') {
      const end = afterString(text, at)
      const colon = end === undefined ? undefined : after(SPACE, text, end)
      if (colon === undefined) return at
      if (text[colon] !== ':') return colon
      expected = 'value'
      at = colon + 1
    } else if (char === '{' || char === '[') {
      open.push(char)
      expected = char === '{' ? 'key-or-end' : 'value-or-end'
      at += 1
    } else {
      const end = char === '"' ? afterString(text, at) : after(SCALAR, text, at)
      if (end === undefined) return at
      expected = 'comma-or-end'
      at = end
    }
  }
  return text.length
}

const isEnd = (char: string, opened: string | undefined, expected: Expected): boolean =>
  (char === '}' && opened === '{' && (expected === 'comma-or-end' || expected === 'key-or-end')) ||
  (char === ']' && opened === '[' && (expected === 'comma-or-end' || expected === 'value-or-end'))

function after(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

/** NOTE: a loop, as one pattern for a whole string runs out of stack on strings of 30 MB. */
function afterString(text: string, start: number): number | undefined {
  if (text[start] !== '"') return undefined
  let at: number | undefined = start + 1
  while (at !== undefined) {
    const end = after(STRING_BREAK, text, at)
    if (end === undefined) return undefined
    if (text[end - 1] === '"') return end
    at = text[end - 1] === '\\' ? after(ESCAPE, text, end - 1) : undefined
  }
  return undefined
}
