import type { MapContext } from './map-context.ts'
import type { Repetition, Segment } from '../../hl7v2/segment.ts'

/** The type found at a FHIR path such as `location[1].status`, or `never`. `individual(Practitioner)` is `individual`. */
export type At<T, P extends string> = P extends `${infer Head}.${infer Rest}` ? At<Step<T, Head>, Rest> : Step<T, P>
type Step<T, S extends string> = S extends `${infer Name}[${number}]`
  ? Step<T, Name>
  : S extends `${infer Name}(${string}`
    ? Step<T, Name>
    : S extends keyof T
      ? ElementOf<NonNullable<T[S]>>
      : never
type ElementOf<T> = T extends readonly (infer U)[] ? U : T

/** Where a row's field stands. */
export interface Scene {
  readonly segment: Segment
  /** Of the source that said this very field. */
  readonly context: MapContext
  /** `SEG-field`, for what has to be reported. */
  readonly at: string
}

/** One row of a segment map of the HL7 v2-to-FHIR guide: which v2 field, to which FHIR element, by which conversion. */
export interface Row {
  /** v2 identifier as the guide writes it, e.g. `PV1-2`. */
  readonly v2: string
  /** FHIR attribute as the guide writes it, e.g. `participant[1].individual(Practitioner)`. */
  readonly to: string
  /** The guide's data type map, vocabulary map or, in quotes, constant. */
  readonly via: string
  /** The guide's spelling of the attribute where `to` can't be it. */
  readonly ig?: string
  /** Why this row is here although the guide has no such row. */
  readonly ours?: string
  readonly when?: (scene: Scene) => boolean
  readonly value: (field: Repetition, scene: Scene) => unknown
}

interface TypedRow<T, P extends string> extends Row {
  readonly to: At<T, P> extends never ? never : P
  readonly value: (field: Repetition, scene: Scene) => At<T, P> | undefined
}

/** Types the rows of a map: each value must have the type of the element that it is written to. */
export const rowsFor =
  <T>() =>
  <const P extends string>(row: TypedRow<T, P>): Row =>
    row

/** A segment map in the guide's order. */
export interface SegmentMap {
  /** The guide's name, e.g. `PV1[Encounter]`. */
  readonly name: string
  readonly rows: readonly Row[]
  /** Rows by field, values before constants. */
  readonly plan: ReadonlyMap<number, readonly PlannedRow[]>
}

interface PlannedRow extends Row {
  readonly steps: readonly PathStep[]
  readonly isConstant: boolean
  readonly repeats: boolean
  /** Path to the first list item on the way: a constant needs it to be there. */
  readonly begins: string | undefined
}

interface PathStep {
  readonly name: string
  /** Key of a list item: `participant[1]`; undefined for a plain element. */
  readonly slot: string | undefined
}

/** Makes a map from its rows. `lists` are the elements on the rows' paths that FHIR repeats, as dotted names. */
export function segmentMap(name: string, lists: readonly string[], rows: readonly Row[]): SegmentMap {
  const planned = rows.map(row => plan(row, new Set(lists)))
  const inOrder = [...planned.filter(row => !row.isConstant), ...planned.filter(row => row.isConstant)]
  return { name, rows, plan: Map.groupBy(inOrder, row => Number(row.v2.split('-')[1])) }
}

function plan(row: Row, lists: ReadonlySet<string>): PlannedRow {
  const names: string[] = []
  const steps = row.to.split('.').map((step): PathStep => {
    const [, name = step] = /^(\w+)/.exec(step) ?? []
    names.push(name)
    const isList = lists.has(names.join('.')) || name === 'coding' || name === 'extension'
    return { name, slot: isList ? step : undefined }
  })
  const first = steps.findIndex(step => step.slot !== undefined)
  const begins = first < 0 ? undefined : steps.slice(0, first + 1).map(({ name, slot }) => slot ?? name).join('.')
  return { ...row, steps, isConstant: row.via.startsWith('"'), repeats: first >= 0, begins }
}

/**
 * Runs a map over a segment. A row whose path has a list runs for every repetition of its field; the rows of one slot
 * and repetition fill one item; a constant only completes an item that some value began.
 */
export function applyRows(
  map: SegmentMap,
  segment: Segment,
  contextOf: (v2: string) => MapContext,
): Record<string, unknown> {
  const target: Record<string, unknown> = {}
  const items = new Map<string, Record<string, unknown>>()
  for (const [field, rows] of map.plan) {
    if (segment.rawField(field) === '') continue
    const repetitions = segment.repetitions(field)
    const at = rows[0]?.v2 ?? ''
    const scene: Scene = { segment, context: contextOf(at), at }
    for (const row of rows) {
      if (row.when && !row.when(scene)) continue
      const count = row.repeats ? repetitions.length : Math.min(repetitions.length, 1)
      for (let index = 0; index < count; index += 1) {
        const value = row.value(repetitions[index] as Repetition, scene)
        if (value !== undefined) place(row, value, { target, items, index })
      }
    }
  }
  return target
}

interface Placing {
  readonly target: Record<string, unknown>
  readonly items: Map<string, Record<string, unknown>>
  readonly index: number
}

function place(row: PlannedRow, value: unknown, { target, items, index }: Placing): void {
  if (row.isConstant && row.begins !== undefined && !items.has(`${index}.${row.begins}`)) return
  let node = target
  let key = String(index)
  for (const [depth, { name, slot }] of row.steps.entries()) {
    const isLast = depth === row.steps.length - 1
    key += `.${slot ?? name}`
    if (slot === undefined) {
      if (isLast) node[name] ??= value
      else node = (node[name] ??= {}) as Record<string, unknown>
      continue
    }
    const known = items.get(key)
    if (known !== undefined && !isLast) {
      node = known
      continue
    }
    const item = (isLast ? value : {}) as Record<string, unknown>
    const list = (node[name] ??= []) as unknown[]
    list.push(item)
    if (typeof item === 'object') items.set(key, item)
    node = item
  }
}
