import { hash } from 'node:crypto'
import { patientOf } from '../compartment.ts'
import type { Resource } from '../resource.ts'
import { BEGINNING_MS, END_MS, type DateInterval } from './date-interval.ts'
import type { IndexDate, IndexEntry, IndexLookup } from './index-entry.ts'
import { intervalsOf, referencesOf, stringsOf, tokensOf, urisOf, type LookupValue } from './index-values.ts'
import { isRowParameter, searchableParametersOf, type SearchParameter } from './parameters.ts'
import { compilePath, type PathWalk } from './path.ts'
import { promotedColumn, type PromotedColumn } from './promoted.ts'

/**
 * What a resource is found by: every search parameter of its type that this server supports, taken from the R4
 * expressions. Equal search values give an equal hash, so the store can leave index rows alone that didn't change.
 * References below `base`, this server's own, are indexed as local ones.
 */
export function indexResource(resource: Resource, base?: string): IndexEntry {
  const found: Found = { lookups: [], dates: [] }
  const patient = patientOf(resource, base)
  for (const extractor of extractorsOf(resource.resourceType))
    extract(extractor, { resource, patient, base }, found)
  const { lookups, dates, status, owner, startMs, endMs } = found
  return {
    ...(patient !== undefined && { patient }),
    ...(status !== undefined && { status }),
    ...(owner !== undefined && { owner }),
    ...(startMs !== undefined && { startMs }),
    ...(endMs !== undefined && { endMs }),
    lookups,
    dates,
    hash: hash('sha1', JSON.stringify([lookups, dates]), 'buffer').readBigInt64BE(0),
  }
}

interface Extractor {
  readonly parameter: number
  readonly isDate: boolean
  readonly walk: PathWalk
  readonly values: (element: unknown, base?: string) => readonly LookupValue[]
  readonly column: PromotedColumn | undefined
}

/** Filled while one resource is walked. */
interface Found {
  readonly lookups: IndexLookup[]
  readonly dates: IndexDate[]
  status?: string
  owner?: string
  startMs?: number
  endMs?: number
}

const valuesByType: Readonly<Record<string, (element: unknown, base?: string) => readonly LookupValue[]>> = {
  token: tokensOf,
  string: stringsOf,
  uri: urisOf,
  reference: referencesOf,
}

const extractors = new Map<string, readonly Extractor[]>()

/** Compiled on first use of a type. */
function extractorsOf(type: string): readonly Extractor[] {
  const known = extractors.get(type)
  if (known) return known
  const made = searchableParametersOf(type).flatMap(parameter => extractorOf(type, parameter))
  extractors.set(type, made)
  return made
}

function extractorOf(type: string, parameter: SearchParameter): readonly Extractor[] {
  if (isRowParameter(parameter) || parameter.expression === undefined) return []
  const walk = compilePath(parameter.expression, type, parameter.type)
  if (!walk.ok) return []
  return [
    {
      parameter: parameter.number,
      isDate: parameter.type === 'date',
      walk: walk.value,
      values: valuesByType[parameter.type] ?? (() => []),
      column: promotedColumn(type, parameter.code),
    },
  ]
}

interface Indexed {
  readonly resource: Resource
  readonly patient: string | undefined
  readonly base: string | undefined
}

function extract(extractor: Extractor, { resource, patient, base }: Indexed, found: Found): void {
  const { parameter, column } = extractor
  extractor.walk(resource, element => {
    if (extractor.isDate) {
      for (const interval of intervalsOf(element)) {
        if (column === 'date') setMainDate(found, interval)
        else addDate(found, { parameter, ...interval })
      }
      return
    }
    for (const value of extractor.values(element, base)) {
      if (column === undefined) addLookup(found, { parameter, ...value })
      else if (!isInColumn(column, value.value, patient, found)) addLookup(found, { parameter, ...value })
    }
  })
}

/** A start is always there when there is a date at all, so that the column's index finds it; an open end is left out. */
function setMainDate(found: Found, { lowMs, highMs }: DateInterval): void {
  found.startMs = Math.max(lowMs, BEGINNING_MS)
  if (highMs < END_MS) found.endMs = highMs
}

/** Puts a value into its column. A subject that isn't the compartment's Patient (a Group, another server's) stays in the index. */
function isInColumn(
  column: PromotedColumn,
  value: string,
  patient: string | undefined,
  found: Found,
): boolean {
  if (column === 'patient') return patient !== undefined && value === `Patient/${patient}`
  if (column === 'status') found.status = value
  if (column === 'owner') found.owner = value
  return true
}

/** How far back a repeat is looked for: a repeat that slips through costs a row and changes no answer. */
const REPEATS_WITHIN = 32

function addLookup({ lookups }: Found, row: IndexLookup): void {
  const isRepeat = lookups
    .slice(-REPEATS_WITHIN)
    .some(
      ({ parameter, value, system }) =>
        parameter === row.parameter && value === row.value && system === row.system,
    )
  if (!isRepeat) lookups.push(row)
}

function addDate({ dates }: Found, row: IndexDate): void {
  const isRepeat = dates
    .slice(-REPEATS_WITHIN)
    .some(
      ({ parameter, lowMs, highMs }) =>
        parameter === row.parameter && lowMs === row.lowMs && highMs === row.highMs,
    )
  if (!isRepeat) dates.push(row)
}
