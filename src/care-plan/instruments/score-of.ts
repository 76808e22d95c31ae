import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { Group, Instrument, InstrumentItem, Scoring } from './instrument.ts'

export interface Answered {
  readonly linkId: string
  readonly answer: string
}

/** What a table makes of answers (I22: with its version and its inputs). */
export interface Figure {
  readonly measure: string
  readonly tableVersion: string
  /** Total as text, `yes`/`no` of a screen; absent while answers are missing. */
  readonly value?: string
  readonly interpretation?: string
  /** Question -> points. */
  readonly inputs: readonly { readonly name: string; readonly value: string }[]
  /** Questions without an answer that counts: no total then. */
  readonly missing: readonly string[]
}

/**
 * The total of an instrument. Without a value when an answer is missing (which says `missing`), and when the instrument has no
 * table. Failure: `answer-invalid`, an answer that the instrument does not have.
 */
export function scoreOf(
  instrument: Instrument,
  items: readonly Answered[],
): Result<Pick<Figure, 'value' | 'interpretation' | 'inputs' | 'missing'>> {
  const figures = figuresOf(instrument, items)
  return figures.ok ? ok(figures.value[0] ?? { inputs: [], missing: [] }) : figures
}

/** Every figure that the instrument's tables make of answers. */
export function figuresOf(instrument: Instrument, items: readonly Answered[]): Result<readonly Figure[]> {
  const invalid = invalidAnswer(instrument, items)
  if (invalid) return fail(invalid)
  return ok(instrument.scorings.map(scoring => figureOf(scoring, pointsOf(instrument, items), items)))
}

/** The answers under the instrument's own linkIds: a question may also be named by its LOINC code. */
export const underLinkIds = (
  { items: questions }: Instrument,
  items: readonly Answered[],
): readonly Answered[] =>
  items.map(({ linkId, answer }) => ({
    linkId: questions.find(question => question.loinc === linkId)?.linkId ?? linkId,
    answer,
  }))

/** Questions that have to be answered and were not. */
export function unanswered(instrument: Instrument, items: readonly Answered[]): readonly string[] {
  const given = new Set(items.map(({ linkId }) => linkId))
  const skipped = new Set(instrument.scorings.flatMap(scoring => skippedBy(scoring, items)))
  return instrument.items
    .filter(({ linkId, optional }) => optional !== true && !given.has(linkId) && !skipped.has(linkId))
    .map(({ linkId }) => linkId)
}

function invalidAnswer(instrument: Instrument, items: readonly Answered[]): Failure | undefined {
  const seen = new Set<string>()
  for (const { linkId, answer } of items) {
    const question = instrument.items.find(item => item.linkId === linkId)
    if (!question) return refusal(`The instrument ${instrument.id} has no question ${linkId}.`)
    if (seen.has(linkId) && question.repeats !== true)
      return refusal(`Question ${linkId} takes one answer only.`)
    if (!takes(question, answer)) return refusal(`Question ${linkId} takes ${allowed(question)}.`)
    seen.add(linkId)
  }
  return undefined
}

const refusal = (message: string): Failure => ({
  kind: 'unprocessable',
  code: 'answer-invalid',
  message,
})

function takes({ type, options }: InstrumentItem, answer: string): boolean {
  switch (type) {
    case 'choice':
      return options?.some(({ code }) => code === answer) ?? false
    case 'boolean':
      return answer === 'true' || answer === 'false'
    case 'integer':
      return /^(?:0|-?[1-9]\d{0,8})$/.test(answer)
    case 'string':
      return answer.trim() !== ''
  }
}

const allowed = ({ type, options = [] }: InstrumentItem): string =>
  type === 'choice' ? `one of ${options.map(({ code }) => code).join(', ')}` : `a ${type}`

export type Points = ReadonlyMap<string, number>

/** Points of each question: of several answers the most. Answers that can't be counted have none. */
export function pointsOf({ items: questions }: Instrument, items: readonly Answered[]): Points {
  const points = new Map<string, number>()
  for (const { linkId, answer } of items) {
    const options = questions.find(question => question.linkId === linkId)?.options ?? []
    const score = options.find(({ code }) => code === answer)?.score
    if (score !== undefined) points.set(linkId, Math.max(score, points.get(linkId) ?? score))
  }
  return points
}

const skippedBy = ({ skip }: Scoring, items: readonly Answered[]): readonly string[] =>
  skip && items.some(({ linkId, answer }) => linkId === skip.linkId && answer === skip.answer)
    ? skip.zero
    : []

function figureOf(scoring: Scoring, points: Points, items: readonly Answered[]): Figure {
  const skipped = new Set(skippedBy(scoring, items))
  const counted = scoring.items.map(linkId => ({
    linkId,
    score: points.get(linkId) ?? (skipped.has(linkId) ? 0 : undefined),
  }))
  const base = {
    measure: scoring.measure,
    tableVersion: scoring.version,
    inputs: counted.flatMap(({ linkId, score }) =>
      score === undefined ? [] : [{ name: linkId, value: String(score) }],
    ),
    missing: counted.filter(({ score }) => score === undefined).map(({ linkId }) => linkId),
  }
  if (base.missing.length > 0) return base
  const total = totalOf(scoring, new Map(counted.map(({ linkId, score = 0 }) => [linkId, score])))
  const interpretation = interpretationOf(scoring, total)
  return {
    ...base,
    value: scoring.kind === 'yes-no' ? (total > 0 ? 'yes' : 'no') : String(total),
    ...(interpretation !== undefined && { interpretation }),
  }
}

const sumOf = (linkIds: readonly string[], points: Points): number =>
  linkIds.reduce((total, linkId) => total + (points.get(linkId) ?? 0), 0)

const totalOf = (scoring: Scoring, points: Points): number =>
  scoring.kind === 'sum'
    ? sumOf(scoring.items, points)
    : scoring.groups.filter((group: Group) => sumOf(group.items, points) >= group.atLeast).length

/** The word for the range that a total is in; undefined outside all of them. */
export const interpretationOf = ({ ranges }: Scoring, total: number): string | undefined =>
  ranges.find(({ from, to }) => from <= total && total <= to)?.interpretation
