import type { Instrument, Suggestion, Trigger } from './instrument.ts'
import { pointsOf, type Answered, type Figure, type Points } from './score-of.ts'

/** What answers and figures speak for; the words of an answer where the suggestion has none of its own. */
export type Proposal = Suggestion & { readonly text: string }

export function proposalsOf(
  instrument: Instrument,
  items: readonly Answered[],
  figures: readonly Figure[],
): readonly Proposal[] {
  const points = pointsOf(instrument, items)
  return instrument.suggestions.flatMap(suggestion => {
    const { when } = suggestion
    if (!isMet(when, { items, figures, points })) return []
    const text = suggestion.text ?? wordsFor(when, items)
    return text === undefined ? [] : [{ ...suggestion, text }]
  })
}

interface Reading {
  readonly items: readonly Answered[]
  readonly figures: readonly Figure[]
  readonly points: Points
}

function isMet(when: Trigger, { items, figures, points }: Reading): boolean {
  if ('measure' in when)
    return figures.some(({ measure, value }) => measure === when.measure && numberOf(value) >= when.atLeast)
  if ('scoring' in when)
    return when.items.filter(linkId => (points.get(linkId) ?? 0) >= when.scoring).length >= when.atLeast
  return items.some(
    ({ linkId, answer }) => linkId === when.linkId && (when.answers?.includes(answer) ?? true),
  )
}

const numberOf = (value: string | undefined): number =>
  value === undefined ? Number.NaN : value === 'yes' ? 1 : value === 'no' ? 0 : Number(value)

const wordsFor = (when: Trigger, items: readonly Answered[]): string | undefined =>
  'linkId' in when ? items.find(({ linkId }) => linkId === when.linkId)?.answer.trim() : undefined
