import type { Instrument, InstrumentItem } from '../../../care-plan/instruments/instrument.ts'
import type { Answers } from '../../../care-plan/nouns/assessment.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { answerOf, answerText } from './answer-value.ts'

type Items = Answers['items']

/** Every answer with its linkId, in the order of the form: groups and what hangs under answers included. */
export function readItems(rows: unknown): Items {
  return listOf(rows)
    .filter(isObject)
    .flatMap(row => {
      const linkId = textOf(row['linkId']) ?? ''
      const answers = answersOf(row).flatMap(answer => {
        const text = answerText(answer)
        const own = text === undefined ? [] : [{ linkId, answer: text }]
        return [...own, ...readItems(answer['item'])]
      })
      return [...answers, ...readItems(row['item'])]
    })
}

const answersOf = (row: JsonObject): readonly JsonObject[] => listOf(row['answer']).filter(isObject)

export interface ItemForm {
  readonly instrument: Instrument | undefined
  readonly answerSystem: string
}

/**
 * The items with these answers: in place where the form is kept, with what else the rows say; a list that can't be brought
 * about in place (another order, a group that would need an answer) is written flat after the emptied form.
 */
export function writeItems(rows: unknown, wanted: Items, form: ItemForm): readonly unknown[] {
  const left = new Map(Map.groupBy(wanted, ({ linkId }) => linkId))
  const counts = new Map<string, number>()
  countNodes(listOf(rows), counts)
  const kept = listOf(rows).map(row => placed(row, { left, counts, form }))
  const fresh = [...left.values()].filter(list => list.length > 0).map(list => newItem(list, form))
  const inPlace = [...kept, ...fresh]
  if (sameValue(readItems(inPlace), wanted)) return inPlace
  return [...listOf(rows).map(emptied), ...consecutive(wanted).map(list => newItem(list, form))]
}

interface Placing {
  /** Answers that have found no row yet. */
  readonly left: Map<string, Items>
  /** Rows of a linkId that are still to come. */
  readonly counts: Map<string, number>
  readonly form: ItemForm
}

function countNodes(rows: readonly unknown[], counts: Map<string, number>): void {
  for (const row of rows.filter(isObject)) {
    const linkId = textOf(row['linkId']) ?? ''
    if (!('item' in row)) counts.set(linkId, (counts.get(linkId) ?? 0) + 1)
    countNodes(listOf(row['item']), counts)
    for (const answer of answersOf(row)) countNodes(listOf(answer['item']), counts)
  }
}

/** A row with its share of the answers: as many as it has, the last row of its linkId all that is left. */
function placed(row: unknown, placing: Placing): unknown {
  if (!isObject(row)) return row
  if ('item' in row) return { ...row, item: listOf(row['item']).map(child => placed(child, placing)) }
  const linkId = textOf(row['linkId']) ?? ''
  const former = answersOf(row)
  const wanted = placing.left.get(linkId) ?? []
  const still = (placing.counts.get(linkId) ?? 1) - 1
  placing.counts.set(linkId, still)
  const share = still > 0 ? wanted.slice(0, former.length) : wanted
  placing.left.set(linkId, wanted.slice(share.length))
  return withElement(row, 'answer', shared(share, { linkId, former, placing }))
}

function shared(
  share: Items,
  { linkId, former, placing }: { linkId: string; former: readonly JsonObject[]; placing: Placing },
): readonly unknown[] {
  const item = itemOf(placing.form, linkId)
  const speaking = former.filter(answer => answerText(answer) !== undefined)
  const silent = former.filter(answer => answerText(answer) === undefined)
  const written = share.map(({ answer }, i) => {
    const next = answerOf(answer, {
      item,
      former: speaking[i],
      answerSystem: placing.form.answerSystem,
    })
    return 'item' in next
      ? { ...next, item: listOf(next['item']).map(child => placed(child, placing)) }
      : next
  })
  return [...written, ...silent]
}

const itemOf = ({ instrument }: ItemForm, linkId: string): InstrumentItem | undefined =>
  instrument?.items.find(item => item.linkId === linkId)

function newItem(list: Items, form: ItemForm): JsonObject {
  const linkId = list[0]?.linkId ?? ''
  const item = itemOf(form, linkId)
  return {
    linkId,
    ...(item && { text: item.text }),
    answer: list.map(({ answer }) =>
      answerOf(answer, { item, former: undefined, answerSystem: form.answerSystem }),
    ),
  }
}

/** The row without what it answers. */
function emptied(row: unknown): unknown {
  if (!isObject(row)) return row
  const silent = answersOf(row).filter(answer => answerText(answer) === undefined && !('item' in answer))
  const rest = withElement(row, 'answer', silent)
  return 'item' in rest ? { ...rest, item: listOf(rest['item']).map(emptied) } : rest
}

/** Runs of answers to one question. */
function consecutive(items: Items): readonly Items[] {
  const runs: Items[number][][] = []
  for (const item of items) {
    const last = runs.at(-1)
    if (last?.[0]?.linkId === item.linkId) last.push(item)
    else runs.push([item])
  }
  return runs
}
