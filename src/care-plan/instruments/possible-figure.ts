import type { Failure } from '../../lib/result.ts'
import type { Score } from '../nouns/assessment.ts'
import type { Scoring } from './instrument.ts'

/**
 * The failure when a figure can't have come from the shipped table of its measure: outside its ranges, `yes` or `no` of
 * what is counted, or another total than its inputs make. A measure without a table, and inputs that are no numbers, pass.
 * Code `figure-impossible`.
 */
export function impossibleFigure(
  scoring: Scoring | undefined,
  { value, inputs }: Pick<Score, 'value' | 'inputs'>,
): Failure | undefined {
  if (!scoring) return undefined
  const figure = numberOf(value, scoring)
  const { measure, ranges } = scoring
  const [from, to] = [ranges[0]?.from ?? 0, ranges.at(-1)?.to ?? 0]
  if (!ranges.some(range => figure >= range.from && figure <= range.to))
    return refusal(`A figure of ${measure} is ${allowed(scoring)}: from ${from} to ${to}.`, 'value')
  const total = totalOf(scoring, inputs)
  return total === undefined || total === figure
    ? undefined
    : refusal(`The inputs of ${measure} make another figure than the one given.`, 'inputs')
}

const allowed = ({ kind }: Scoring): string => (kind === 'yes-no' ? '`yes` or `no`' : 'a whole number')

const numberOf = (value: string, { kind }: Scoring): number => {
  if (kind === 'yes-no' && (value === 'yes' || value === 'no')) return value === 'yes' ? 1 : 0
  return /^\d+$/.test(value) ? Number(value) : Number.NaN
}

/** What the table makes of the points of its own questions, or the sum of other numbers; undefined where it can't tell. */
function totalOf(scoring: Scoring, inputs: Score['inputs']): number | undefined {
  const points = new Map(inputs.map(({ name, value }) => [name, Number(value)]))
  const isWhole = scoring.items.every(item => Number.isFinite(points.get(item)))
  const isSum = scoring.kind === 'sum'
  const numbers = inputs.map(({ value }) => Number(value))
  if (!isWhole)
    return isSum && inputs.length > 0 && numbers.every(Number.isFinite)
      ? numbers.reduce((sum, number) => sum + number, 0)
      : undefined
  const sumOf = (items: readonly string[]): number =>
    items.reduce((sum, item) => sum + (points.get(item) ?? 0), 0)
  if (scoring.kind === 'sum') return sumOf(scoring.items)
  return scoring.groups.filter(({ items, atLeast }) => sumOf(items) >= atLeast).length
}

const refusal = (message: string, expression: string): Failure => ({
  kind: 'unprocessable',
  code: 'figure-impossible',
  message,
  expression,
})
