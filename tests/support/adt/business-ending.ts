import { hash } from 'node:crypto'
import { canonicalJson, parseJson } from '../../../src/lib/json.ts'

/**
 * What two endings differ in when ids don't count: a visit that is sent under two patients has its id of the one under whom
 * it came first (adt.md 3.2.5). Resources are told apart by what they say and by what those say to which they refer; the
 * order in lists doesn't count, since it may be that of ids.
 */
export function businessDifferences(one: Ending, other: Ending): readonly string[] {
  const [left, right] = [named(one), named(other)]
  return [...missing(left, right, 'only the first'), ...missing(right, left, 'only the second')]
}

/** `Type/id` -> canonical text. */
type Ending = ReadonlyMap<string, string>

interface Named {
  readonly name: string
  readonly key: string
  readonly text: string
}

const ROUNDS = 4
/** In the identifier of a Task: of the ids that it came from. */
const HASH = /\b[\da-f]{32}\b/g
const UUID = /[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g

/** Names that say as much of what a resource refers to, round by round. */
function named(resources: Ending): readonly Named[] {
  const texts = [...resources].map(([key, text]) => ({ key, text, id: key.split('/')[1] ?? '' }))
  let names = new Map<string, string>()
  const said = (id: string, text: string): string => {
    const plain = text.replaceAll(UUID, found => (found === id ? 'own' : (names.get(found) ?? 'id')))
    return canonicalJson(unordered(parseJson(plain.replaceAll(HASH, 'hash'))))
  }
  for (let round = 0; round < ROUNDS; round += 1)
    names = new Map(texts.map(({ id, text }) => [id, hash('sha256', said(id, text)).slice(0, 12)]))
  return texts.map(({ key, text, id }) => ({ key, text: said(id, text), name: names.get(id) ?? '' }))
}

function unordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => canonicalJson(unordered(item))).toSorted()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unordered(item)]))
}

function missing(from: readonly Named[], others: readonly Named[], where: string): readonly string[] {
  const left = Map.groupBy(others, ({ name }) => name)
  return from.flatMap(({ name, key, text }) =>
    left.get(name)?.pop() === undefined ? [`${where}: ${key}: ${text}`] : [],
  )
}
