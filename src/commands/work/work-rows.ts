import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'
import { madeOf, rememberedReading } from '../../lib/remembered-lists.ts'
import type { ParseStored } from './parsed-resources.ts'
import type { Stored } from '../ports/store.ts'

/** A resource in a unit of work, as it was loaded and with the versions that are staged. */
export interface Row {
  readonly key: ResourceKey
  readonly stored: Stored | undefined
  /** Of the loaded row; 0 when there is none. */
  readonly version: number
  readonly shard: number
  readonly clientAssigned: boolean
  /** Its place among the rows, so that what is written comes in the order of what was loaded. */
  readonly order: number
  /** What was loaded, parsed when first asked for. */
  readonly before: () => Resource | undefined
  readonly versions: readonly {
    readonly step: number
    readonly resource: Resource | undefined
    readonly origin: string | undefined
  }[]
}

/** What stands, deleted ones left out, with the version that each has or will have. */
export interface StandingList {
  readonly resources: readonly Resource[]
  /** In the same order. */
  readonly versions: readonly number[]
}

/** What was loaded, as a unit of work begins with it. */
export interface LoadedRows {
  readonly rows: ReadonlyMap<string, Row>
  readonly standing: () => StandingList
  /** What stands with these rows in place of those of the same key. */
  readonly standingWith: (changed: readonly Row[]) => StandingList
}

export const current = ({ versions, before }: Row): Resource | undefined =>
  versions.length > 0 ? versions.at(-1)?.resource : before()

export const versionOf = ({ version, versions }: Row): number => version + versions.length

type Readings = (loaded: readonly Stored[]) => LoadedRows

const readings = new WeakMap<ParseStored, Readings>()

/** Rows of what was loaded; of a list that is known, or made of one that is, hardly anything is done anew. */
export function loadedRows(loaded: readonly Stored[], parse: ParseStored): LoadedRows {
  const known = readings.get(parse) ?? readingsBy(parse)
  readings.set(parse, known)
  return known(loaded)
}

function readingsBy(parse: ParseStored): Readings {
  const rowsOf = rememberedReading<Stored, ReadonlyMap<string, Row>>({
    whole: list => {
      const rows = new Map<string, Row>()
      for (const stored of list) {
        const text = keyText(stored)
        rows.set(text, rowOf(stored, rows.get(text)?.order ?? rows.size, parse))
      }
      return rows
    },
    patched: (was, { replaced, added }, { list }) => {
      if (was.size + added.length !== list.length) return undefined
      const rows = new Map(was)
      for (const { index, is } of replaced) rows.set(keyText(is), rowOf(is, index, parse))
      for (const stored of added) rows.set(keyText(stored), rowOf(stored, rows.size, parse))
      return rows.size === list.length ? rows : undefined
    },
  })
  const standingOf = rememberedReading<Stored, PlacedList>({
    whole: list => placed([...rowsOf(list).values()]),
    patched: (was, { replaced, added }, { list }) => {
      if (replaced.some(one => one.was.deleted || one.is.deleted)) return undefined
      const rows = rowsOf(list)
      return withRows(
        was,
        [...replaced.map(({ is }) => is), ...added].flatMap(row => rows.get(keyText(row)) ?? []),
      )
    },
  })
  return loaded => ({
    rows: rowsOf(loaded),
    standing: () => standingOf(loaded),
    standingWith: changed => withRows(standingOf(loaded), changed),
  })
}

function rowOf(stored: Stored, order: number, parse: ParseStored): Row {
  const { type, id, shard, version } = stored
  let parsed: Resource | undefined
  const before = (): Resource | undefined => {
    if (!stored.deleted) parsed ??= parse(stored)
    return parsed
  }
  return { key: { type, id }, stored, version, shard, clientAssigned: false, order, before, versions: [] }
}

/** With the place in the list of each row, by its order; undefined = it doesn't stand. */
interface PlacedList extends StandingList {
  readonly places: readonly (number | undefined)[]
}

function placed(rows: readonly Row[]): PlacedList {
  const standing = rows.filter(row => current(row))
  const places: (number | undefined)[] = []
  standing.forEach(({ order }, place) => {
    places[order] = place
  })
  return {
    resources: standing.flatMap(row => current(row) ?? []),
    versions: standing.map(versionOf),
    places,
  }
}

/** The same with some rows changed or new; what is new comes last. */
function withRows(list: PlacedList, changed: readonly Row[]): PlacedList {
  if (changed.length === 0) return list
  const resources: (Resource | undefined)[] = [...list.resources]
  const [versions, places] = [[...list.versions], [...list.places]]
  let gone = 0
  for (const row of changed) {
    const [place, resource] = [places[row.order], current(row)]
    if (!resource && place === undefined) continue
    if (!resource) gone += 1
    const at = place ?? resources.length
    resources[at] = resource
    versions[at] = versionOf(row)
    places[row.order] = at
  }
  if (gone > 0) return placedIn(resources, versions)
  return { resources: madeOf(resources as Resource[], list.resources), versions, places }
}

const placedIn = (resources: readonly (Resource | undefined)[], versions: readonly number[]): PlacedList => ({
  resources: resources.flatMap(resource => resource ?? []),
  versions: versions.filter((_version, place) => resources[place] !== undefined),
  places: [],
})
