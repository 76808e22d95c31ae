import type { Annotation, Extension } from '@medplum/fhirtypes'
import { knownId } from '../../../lib/ids.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import { readText } from '../registers/field-text.ts'
import { CONFIRMED, SEPARATOR, type Group } from '../registers/groups.ts'
import type { MapContext } from '../map-context.ts'
import { nteAnnotation } from '../maps/nte-annotation.ts'
import { groupItems, type GroupItem } from '../registers/register-index.ts'
import { applyRows } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'

/** One segment of a list, read back, with those that belong to it and the id of what it leads to. */
export interface Item {
  readonly item: GroupItem
  readonly segment: Segment
  readonly followers: readonly Segment[]
  readonly context: MapContext
  readonly id: string
}

/**
 * The items of a list. Ids carry the source: what one source takes back must not touch what another one said (adt.md
 * 3.2.9). `family` is the group in the ids where two groups tell of the same things.
 */
export function itemsOf(scope: Scope, group: Group, type: string, family: string = group): readonly Item[] {
  const items = groupItems(scope.register, group)
  if (items.length === 0) return NO_ITEMS
  return items
    .filter((item, _index, all) => !isConfirmed(item) || !all.some(other => isSameItem(other, item)))
    .map(item => {
      const context = scope.contexts(item.source)
      const [first = '', ...more] = item.text.split(SEPARATOR)
      const key = isConfirmed(item) ? item.key.slice(0, -1) : item.key
      return {
        item,
        segment: readText(first),
        followers: more.length === 0 ? NO_SEGMENTS : more.map(readText),
        context,
        id: itemId(scope, { source: item.source, group: family, key, type }),
      }
    })
}

const NO_ITEMS: readonly Item[] = []
const NO_SEGMENTS: readonly Segment[] = []

/** X: said to be unchanged; it counts only where nothing else was ever said of the item. */
const isConfirmed = ({ key }: GroupItem): boolean => key.endsWith(CONFIRMED)

const isSameItem = (other: GroupItem, { source, key }: GroupItem): boolean =>
  other.source === source && other.key === key.slice(0, -1)

interface ItemName {
  readonly source: string
  readonly group: string
  readonly key: string
  readonly type: string
}

/** The id of what an item leads to. */
function itemId(scope: Scope, { source, group, key, type }: ItemName): string {
  const { tenant } = scope.contexts(source).settings
  const name = `${scope.patientId}|${scope.visitId ?? ''}|${source}|${group}|${key}`
  return knownId(scope.shard, tenant, type, name)
}

/** Comments that follow an item, or stand for themselves. */
export function notesOf(segments: readonly Segment[], context: MapContext): Annotation[] | undefined {
  const notes = segments
    .filter(({ name }) => name === 'NTE')
    .map(nte => applyRows(nteAnnotation, nte, context) as Partial<Annotation>)
    .filter((note): note is Annotation => note.text !== undefined)
  return notes.length > 0 ? notes : undefined
}

/** Comments on a resource that has no element for them. */
export function noteExtensions(segments: readonly Segment[], context: MapContext): Extension[] | undefined {
  const url = `${context.settings.canonicalBase}/StructureDefinition/note`
  return notesOf(segments, context)?.map(note => ({ url, valueAnnotation: note }))
}

/** The day on which an item was said. */
export const saidOn = ({ stamp }: GroupItem): string => stamp.slice(0, DATE_LENGTH)

/** `YYYY-MM-DD` */
const DATE_LENGTH = 10

export const conceptOf = (
  system: string,
  code: string,
  display?: string,
): { coding: { system: string; code: string; display?: string }[] } => ({
  coding: [{ system, code, ...(display !== undefined && { display }) }],
})

/** Lists of FHIR have one item at least. */
export const listed = <T>(items: readonly T[]): T[] | undefined => (items.length > 0 ? [...items] : undefined)
