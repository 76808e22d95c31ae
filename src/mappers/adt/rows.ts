import type { Repetition, Segment } from '../../hl7v2/segment.ts'
import { memoryIn } from '../../lib/memory-in.ts'
import { unchanging } from '../../lib/unchanging.ts'
import type { MapContext, MappingIssue } from './map-context.ts'

/** The type found at a FHIR path such as `location[1].status`, or `never`. `individual(Practitioner)` is `individual`. */
export type At<T, P extends string> = P extends `${infer Head}.${infer Rest}`
  ? At<Step<T, Head>, Rest>
  : Step<T, P>
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
  /** Why the guide's row, which `ig` names, is another one here. */
  readonly differs?: string
  /** All repetitions of the field are one value, read from `scene`; without it each of them is one. */
  readonly whole?: true
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
  /** The same as a list, with the first row's v2 identifier. */
  readonly fields: readonly PlannedField[]
}

interface PlannedField {
  readonly field: number
  readonly at: string
  readonly rows: readonly PlannedRow[]
}

interface PlannedRow extends Row {
  readonly steps: readonly PathStep[]
  readonly isConstant: boolean
  readonly repeats: boolean
  /** Slot of the first list item on the way, which a constant needs to be there; -1 when there is none. */
  readonly begins: number
}

interface PathStep {
  readonly name: string
  /** Number of the list item in its map: `participant[1]` is one; -1 for a plain element. */
  readonly slot: number
}

/** Makes a map from its rows. `lists` are the elements on the rows' paths that FHIR repeats, as dotted names. */
export function segmentMap(name: string, lists: readonly string[], rows: readonly Row[]): SegmentMap {
  const slots = new Map<string, number>()
  const planned = rows.map(row => plan(row, new Set(lists), slots))
  const inOrder = [...planned.filter(row => !row.isConstant), ...planned.filter(row => row.isConstant)]
  const byField = Map.groupBy(inOrder, row => Number(row.v2.split('-')[1]))
  const fields = [...byField].map(([field, own]) => ({ field, at: own[0]?.v2 ?? '', rows: own }))
  return { name, rows, plan: byField, fields }
}

function plan(row: Row, lists: ReadonlySet<string>, slots: Map<string, number>): PlannedRow {
  const [names, path]: [string[], string[]] = [[], []]
  const steps = row.to.split('.').map((step): PathStep => {
    const [, name = step] = /^(\w+)/.exec(step) ?? []
    names.push(name)
    path.push(step)
    const isList = lists.has(names.join('.')) || name === 'coding' || name === 'extension'
    return { name, slot: isList ? numberOf(path.join('.'), slots) : -1 }
  })
  const begins = steps.find(({ slot }) => slot >= 0)?.slot ?? -1
  return { ...row, steps, isConstant: row.via.startsWith('"'), repeats: begins >= 0 && !row.whole, begins }
}

function numberOf(path: string, slots: Map<string, number>): number {
  const slot = slots.get(path) ?? slots.size
  slots.set(path, slot)
  return slot
}

/**
 * Runs a map over a segment. A row whose path has a list runs for every repetition of its field; the rows of one slot
 * and repetition fill one item; a constant only completes an item that some value began.
 */
export function applyRows(
  map: SegmentMap,
  segment: Segment,
  by: ContextBy,
): Readonly<Record<string, unknown>> {
  if (segment.raw.length <= NAME_LENGTH) return NOTHING
  const memory = results.get(segment)
  const seen = memory?.get(map)
  if (memory === undefined || seen === undefined) {
    memory?.set(map, NEVER)
    return placed(map, segment, contextOfEach(by))
  }
  const known = seen.find(result => isOf(result, by))
  if (known === undefined) return kept(memory, map, segment, contextOfEach(by))
  for (const { issue, at } of known.issues) contextOfEach(by)(at).report(issue)
  return known.value
}

/** The context of all fields of a segment, or of each where several sources said them. */
export type ContextBy = MapContext | ((v2: string) => MapContext)

const contextOfEach = (by: ContextBy): ((v2: string) => MapContext) =>
  typeof by === 'function' ? by : () => by

/** What a map made of a segment, and for whom: the contexts of the fields that were there, and what could not be mapped. */
interface RowsResult {
  readonly value: Readonly<Record<string, unknown>>
  readonly contexts: readonly (readonly [at: string, context: MapContext])[]
  /** The one of them all; undefined where they differ. */
  readonly only: MapContext | undefined
  readonly issues: readonly { readonly issue: MappingIssue; readonly at: string }[]
}

const results = memoryIn<Segment, Map<SegmentMap, readonly RowsResult[]>>()

/** Of a segment that was seen once: most texts of a message with new numbers are never seen again. */
const NEVER: readonly RowsResult[] = []

/**
 * Has what maps make of a segment be remembered as long as it lives, from the second time that it is asked for; nothing of it
 * can be changed then.
 */
export const rememberRows = (segment: Segment): void => results.set(segment, new Map())

/** A segment means the same for every source whose settings, facility and zone are the same. */
const isOf = ({ contexts, only }: RowsResult, by: ContextBy): boolean =>
  typeof by === 'function'
    ? contexts.every(([at, context]) => isSame(context, by(at)))
    : contexts.length === 0 || (only !== undefined && isSame(only, by))

const isSame = ({ settings, source, zone }: MapContext, other: MapContext): boolean =>
  other.settings === settings &&
  other.source === source &&
  other.zone.timeZone === zone.timeZone &&
  other.zone.messageOffset === zone.messageOffset

/** Sources that say the very same text: more of them are a hostile feed, or nobody's. */
const RESULTS_MAX = 8

function kept(
  memory: Map<SegmentMap, readonly RowsResult[]>,
  map: SegmentMap,
  segment: Segment,
  contextOf: (v2: string) => MapContext,
): RowsResult['value'] {
  const contexts: [string, MapContext][] = []
  const issues: { issue: MappingIssue; at: string }[] = []
  let [last, lasting, noted]: (MapContext | undefined)[] = []
  const noting = (at: string): MapContext => {
    const context = contextOf(at)
    if (context !== last || !lasting || !noted) {
      last = context
      lasting = { ...context, report: ignore }
      noted = {
        ...context,
        report: issue => {
          issues.push({ issue, at })
          context.report(issue)
        },
      }
    }
    contexts.push([at, lasting])
    return noted
  }
  const value = unchanging(placed(map, segment, noting))
  const others = memory.get(map) ?? []
  const first = contexts[0]?.[1]
  const only = first && contexts.every(([, context]) => isSame(first, context)) ? first : undefined
  memory.set(map, [...(others.length < RESULTS_MAX ? others : []), { value, contexts, only, issues }])
  return value
}

const ignore = (_issue: MappingIssue): void => undefined

function placed(
  map: SegmentMap,
  segment: Segment,
  contextOf: (v2: string) => MapContext,
): Record<string, unknown> {
  const placing: Placing = { target: {}, items: [], index: 0 }
  for (const { field, at, rows } of map.fields) {
    if (segment.rawField(field) === '') continue
    const repetitions = segment.repetitions(field)
    const scene: Scene = { segment, context: contextOf(at), at }
    for (const row of rows) {
      if (row.when && !row.when(scene)) continue
      const count = row.repeats ? repetitions.length : Math.min(repetitions.length, 1)
      for (placing.index = 0; placing.index < count; placing.index += 1) {
        const value = row.value(repetitions[placing.index] as Repetition, scene)
        if (value !== undefined) place(row, value, placing)
      }
    }
  }
  return placing.target
}

/** A segment with nothing but its name, as of fields that nobody said. */
const NAME_LENGTH = 3
const NOTHING: Readonly<Record<string, unknown>> = {}

type Element = Record<string, unknown>

interface Placing {
  readonly target: Element
  /** List items by slot, then by repetition. */
  readonly items: Element[][]
  index: number
}

function place(
  { steps, isConstant, begins }: PlannedRow,
  value: unknown,
  { target, items, index }: Placing,
): void {
  if (isConstant && begins >= 0 && items[begins]?.[index] === undefined) return
  const last = steps.length - 1
  let node = target
  for (let depth = 0; depth <= last; depth += 1) {
    const { name, slot } = steps[depth] as PathStep
    if (slot < 0) {
      if (depth === last) node[name] ??= value
      else node = (node[name] ??= {}) as Element
      continue
    }
    const slotItems = (items[slot] ??= [])
    const known = slotItems[index]
    if (known !== undefined && depth < last) {
      node = known
      continue
    }
    const item = (depth === last ? value : {}) as Element
    const list = (node[name] ??= []) as unknown[]
    list.push(item)
    if (typeof item === 'object') slotItems[index] = item
    node = item
  }
}
