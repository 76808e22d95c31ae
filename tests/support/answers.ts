import type { Instrument } from '../../src/care-plan/instruments/instrument.ts'
import type { Answered } from '../../src/care-plan/instruments/score-of.ts'

/** Answers to the instrument's questions in order, each by the points that it gives. */
export function answersWorth(instrument: Instrument, points: readonly number[]): readonly Answered[] {
  return points.map((score, i) => {
    const question = instrument.items[i]
    const option = question?.options?.find(one => one.score === score)
    if (!question || !option) throw new Error(`${instrument.id} has no answer worth ${score} at ${i}`)
    return { linkId: question.linkId, answer: option.code }
  })
}

/** So many points over the first questions, at most three each; the rest 0. */
export function answersInAll(instrument: Instrument, total: number, most: number): readonly Answered[] {
  const items = instrument.scorings[0]?.items ?? []
  return answersWorth(
    instrument,
    items.map((_, i) => Math.max(0, Math.min(most, total - i * most))),
  )
}
