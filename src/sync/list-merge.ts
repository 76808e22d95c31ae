import { canonicalJson } from '../lib/json.ts'

/** A list as both sides agreed on it, each in its own words turned into ours, and as each side has it now. */
export interface ListSides {
  readonly agreedHere: readonly unknown[]
  readonly here: readonly unknown[]
  readonly agreedThere: readonly unknown[]
  readonly there: readonly unknown[]
}

export interface MergedList {
  readonly list: readonly unknown[]
  /** Both sides changed one item, or one changed what the other took away: ours stands. */
  readonly isClash: boolean
}

/**
 * Three-way merge of a list by what its items are about, never by their position: what either side added, changed or took
 * away since they agreed is so in the result. Items are taken whole.
 */
export function mergeLists(sides: ListSides): MergedList {
  const { agreedHere, agreedThere } = sides
  const key = keysOver(Object.values(sides) as readonly (readonly unknown[])[])
  // The same item may read otherwise there (a reference by identifier); where both agreed on as many, they are in one order.
  const alias = new Map(
    agreedHere.length === agreedThere.length
      ? agreedThere.map((item, i) => [key(item), key(agreedHere[i])] as const)
      : [],
  )
  const keyThere = (item: unknown): string => alias.get(key(item)) ?? key(item)
  const [baseHere, here] = [byKey(agreedHere, key), byKey(sides.here, key)]
  const [baseThere, there] = [byKey(agreedThere, keyThere), byKey(sides.there, keyThere)]
  let isClash = false
  const kept = [...here].flatMap(([name, ours]) => {
    const isOurs = !isSame(ours, baseHere.get(name))
    const isTheirs = !isSame(there.get(name), baseThere.get(name))
    if (!isTheirs) return [ours]
    if (!isOurs) return there.has(name) ? [there.get(name)] : []
    isClash ||= !isSame(ours, there.get(name))
    return [ours]
  })
  const added = [...there].flatMap(([name, theirs]) => {
    if (here.has(name)) return []
    if (!baseThere.has(name)) return [theirs]
    isClash ||= !isSame(theirs, baseThere.get(name))
    return []
  })
  return { list: [...kept, ...added], isClash }
}

const byKey = (items: readonly unknown[], key: (item: unknown) => string): ReadonlyMap<string, unknown> =>
  new Map(items.map(item => [key(item), item]))

const isSame = (a: unknown, b: unknown): boolean => textOf(a) === textOf(b)

const textOf = (value: unknown): string => canonicalJson(value ?? null)

/** What an item is about; its whole content where that doesn't tell the items of each list apart. */
function keysOver(lists: readonly (readonly unknown[])[]): (item: unknown) => string {
  const twice = new Set(
    lists.flatMap(items => {
      const keys = items.map(aboutOf)
      return keys.filter((one, i) => keys.indexOf(one) !== i)
    }),
  )
  return item => {
    const about = aboutOf(item)
    return twice.has(about) ? `${about} ${textOf(item)}` : about
  }
}

type Fields = Readonly<Record<string, unknown>>

/** Elements that name what an item of a list is about, the first that it has; with what tells several about the same apart. */
const NAMES = [
  ['url'],
  ['linkId'],
  ['system', 'value'],
  ['system', 'code'],
  ['member', 'role'],
  ['individual', 'type'],
  ['actor', 'type'],
  ['condition', 'role'],
  ['measure'],
  ['detail'],
  ['type'],
] as const

function aboutOf(item: unknown): string {
  if (typeof item !== 'object' || item === null) return textOf(item)
  const fields = item as Fields
  const { reference, id, coding, resourceType } = fields
  if (resourceType !== undefined) return `contained ${textOf(id)}`
  // An activity refers to what it is (CarePlan.activity.reference); a Reference names its target.
  if (typeof reference === 'object' && reference !== null) return aboutOf(reference)
  if (reference !== undefined) return `to ${textOf(reference)}`
  if (Array.isArray(coding)) return coding.map(aboutOf).join(' ')
  const names = NAMES.find(([first]) => fields[first] !== undefined)
  if (names) return names.map(name => `${name} ${whatOf(fields[name])}`).join(' ')
  return fields['identifier'] === undefined ? textOf(item) : `by ${whatOf(fields['identifier'])}`
}

/** An element as a name: a reference or a concept by what it is about, all else as it is. */
function whatOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(whatOf).join(' ')
  const fields = typeof value === 'object' && value !== null ? (value as Fields) : {}
  const isNamed = ['reference', 'coding', 'identifier', 'system', 'code'].some(
    name => fields[name] !== undefined,
  )
  if (!isNamed) return textOf(value)
  return fields['code'] !== undefined && typeof fields['code'] === 'object'
    ? whatOf(fields['code'])
    : aboutOf(value)
}
