import { commit } from '../measure.ts'

/** Named numbers of one run. */
export type Figures = Readonly<Record<string, number>>

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Three digits are enough; what is below a hundred keeps its decimals. */
const round = (value: number): number =>
  Number(value.toPrecision(Math.abs(value) < 100 ? 3 : 12).slice(0, 15))
const tidy = (value: number): number => (Math.abs(value) < 100 ? round(value) : Math.round(value))

/** Median, least and greatest of each figure over the runs. */
export function summaries(runs: readonly Figures[]): Readonly<Record<string, Summary>> {
  const names = Object.keys(runs[0] ?? {})
  return Object.fromEntries(
    names.map(name => {
      const sorted = runs.map(run => run[name] ?? 0).toSorted((a, b) => a - b)
      const at = (index: number): number => tidy(sorted[index] ?? 0)
      return [name, { median: at(Math.floor(sorted.length / 2)), min: at(0), max: at(sorted.length - 1) }]
    }),
  )
}

export type Results = Readonly<Record<string, Readonly<Record<string, Summary>>>>

/** A block of lines for each part, or one line of JSON. */
export function print(
  results: Results,
  about: { readonly says: string; readonly runs: number; readonly json: boolean },
): void {
  const { says, runs, json } = about
  if (json) {
    process.stdout.write(`${JSON.stringify({ commit: commit(), says, runs, results })}\n`)
    return
  }
  const lines = Object.entries(results).flatMap(([part, figures]) => [
    '',
    part,
    ...Object.entries(figures).map(
      ([name, { median, min, max }]) => `  ${name.padEnd(44)}${String(median).padStart(12)}  (${min}-${max})`,
    ),
  ])
  process.stdout.write(
    `${[`commit ${commit()}; ${says}`, `medians (min-max) of ${runs} runs`, ...lines].join('\n')}\n`,
  )
}

export const progress = (text: string): void => void process.stderr.write(`${text}\n`)
