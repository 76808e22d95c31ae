import { listNames, listOfNoun, type CaseFile, type ListedNoun } from '../case/case-file.ts'

/** One element that differs: `goals[g1].text`, `plans[p1].goals[g1]`, `activities[a1].days[mon]`. */
export interface ElementChange {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Absent when it was added. */
  readonly before?: unknown
  /** Absent when it was removed. */
  readonly after?: unknown
}

/** What differs between two states of a case, element by element; undefined before = it was not known yet. */
export const diffFiles = (before: CaseFile | undefined, after: CaseFile): readonly ElementChange[] => [
  ...diffValues('case', before?.case, after.case),
  ...(Object.keys(listNames) as ListedNoun[]).flatMap(noun =>
    diffValues(listNames[noun], before ? listOfNoun(before, noun) : [], listOfNoun(after, noun)),
  ),
]

/**
 * What differs between two versions of the plan (ids of two plans of one file), without what always differs: its id,
 * state, version and when it held.
 */
export function diffPlans(file: CaseFile, from: string, to: string): readonly ElementChange[] {
  const [before, after] = [from, to].map(id => file.plans.find(plan => plan.id === id))
  return diffValues('plan', before, after).filter(({ path }) => !ALWAYS.has(path))
}

const ALWAYS: ReadonlySet<string> = new Set(
  ['id', 'state', 'major', 'minor', 'created', 'author', 'start', 'end', 'replaces', 'reason'].map(
    name => `plan.${name}`,
  ),
)

type Fields = Readonly<Record<string, unknown>>

/** Lists are compared by what names their rows (an id, or the text itself), other lists by place. */
function diffValues(path: string, before: unknown, after: unknown): readonly ElementChange[] {
  if (before === undefined && after === undefined) return []
  if (Array.isArray(before) || Array.isArray(after))
    return diffFields(rowsOf(path, before), rowsOf(path, after), key => `${path}[${key}]`)
  if (isFields(before) && isFields(after)) return diffFields(before, after, key => `${path}.${key}`)
  if (before === undefined) return [{ path, change: 'added', after }]
  if (after === undefined) return [{ path, change: 'removed', before }]
  return before === after ? [] : [{ path, change: 'changed', before, after }]
}

const diffFields = (
  before: Fields,
  after: Fields,
  pathOf: (key: string) => string,
): readonly ElementChange[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap(key =>
    diffValues(pathOf(key), before[key], after[key]),
  )

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An id, a code or a reference; free text names nothing. */
const NAME = /^[A-Za-z0-9.|/-]{1,128}$/

/** A list whose places mean something: the levels of a scale. */
const PLACES = /\.scale$/

/** The rows of a list by their names; by their places where names are missing, or the same. */
function rowsOf(path: string, list: unknown): Fields {
  const rows = (Array.isArray(list) ? list : []) as readonly unknown[]
  const names = PLACES.test(path) ? [] : rows.flatMap(row => nameOf(row) ?? [])
  const isNamed = names.length === rows.length && new Set(names).size === names.length
  return Object.fromEntries(rows.map((row, i) => [isNamed ? (names[i] ?? '') : String(i), row]))
}

function nameOf(row: unknown): string | undefined {
  const name = isFields(row) ? row['id'] : row
  return typeof name === 'string' && NAME.test(name) ? name : undefined
}
