import { folded } from './indexing/index-values.ts'
import { searchParameterOf } from './parameters.ts'
import type { WordQuery } from './plan.ts'
import { badValue, part, unsupported, type Read, type SearchRequest } from './search-parts.ts'

const WORDS_MAX = 20

/**
 * `_text`: words of the narrative, `_content`: of the whole resource; all of them unless joined by `or`, with `not` and parentheses
 * (http://hl7.org/fhir/R4/search.html#content). Case and accents don't count.
 */
export function readWords(
  { name, value }: { readonly name: string; readonly value: string },
  type: string,
  request: SearchRequest,
  code: '_text' | '_content' = '_text',
): Read {
  const parameter = searchParameterOf(type, code)
  if (!parameter) return unsupported(name, request, `${type} has no narrative`)
  const query = wordQuery(value)
  if (query === undefined) {
    return badValue(name, `must be at most ${WORDS_MAX} words, with "and", "or", "not" and parentheses`)
  }
  return part({
    kind: 'criterion',
    name,
    criterion: { kind: 'filter', filter: { parameter, values: [{ kind: 'words', query }] } },
  })
}

/** Undefined when the text isn't one: no words, too many, or parentheses that don't close. */
function wordQuery(value: string): WordQuery | undefined {
  if (value.includes('\0') || value.length > 1_000) return undefined
  const tokens = folded(value.toWellFormed()).match(/[()]|[^\s()]+/g) ?? []
  if (tokens.length === 0 || tokens.length > 3 * WORDS_MAX) return undefined
  const reader = { tokens, at: 0 }
  const query = readAlternatives(reader)
  return query !== undefined && reader.at === tokens.length ? query : undefined
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

function readAlternatives(reader: Reader): WordQuery | undefined {
  const of = [readTogether(reader)]
  while (reader.tokens[reader.at] === 'or') {
    reader.at += 1
    of.push(readTogether(reader))
  }
  return joined('or', of)
}

function readTogether(reader: Reader): WordQuery | undefined {
  const of = [readOne(reader)]
  for (;;) {
    const token = reader.tokens[reader.at]
    if (token === undefined || token === ')' || token === 'or' || of.at(-1) === undefined) break
    if (token === 'and') reader.at += 1
    of.push(readOne(reader))
  }
  return joined('and', of)
}

function joined(kind: 'and' | 'or', of: readonly (WordQuery | undefined)[]): WordQuery | undefined {
  const known = of.filter(query => query !== undefined)
  if (known.length < of.length) return undefined
  return known.length === 1 ? known[0] : { kind, of: known }
}

function readOne(reader: Reader): WordQuery | undefined {
  const token = reader.tokens[reader.at]
  reader.at += 1
  if (token === undefined || token === ')' || token === 'and' || token === 'or') return undefined
  if (token === 'not') {
    const of = readOne(reader)
    return of && { kind: 'not', of }
  }
  if (token !== '(') return { kind: 'word', text: token }
  const inner = readAlternatives(reader)
  if (reader.tokens[reader.at] !== ')') return undefined
  reader.at += 1
  return inner
}
