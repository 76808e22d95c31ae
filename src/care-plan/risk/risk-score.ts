import { bandAt, type RiskBand } from './risk-tables.ts'

/** A computed risk with what it was computed from, and what was missing. */
export interface RiskScore {
  readonly method: string
  readonly tableVersion: string
  /** Absent while anything is missing. */
  readonly value?: number
  /** What is certain already: the points of the inputs that are known. */
  readonly atLeast: number
  /** Of the value, else of what is certain. */
  readonly band: RiskBand
  readonly inputs: readonly { readonly name: string; readonly value: string }[]
  readonly missing: readonly string[]
}

/** One line of a table: what went in and the points for it; undefined in either = missing. */
export interface RiskLine {
  readonly name: string
  readonly input: string | undefined
  readonly points: number | undefined
}

type Bands = Parameters<typeof bandAt>[0]

export function sumOf(
  { method, version, bands }: { readonly method: string; readonly version: string; readonly bands: Bands },
  lines: readonly RiskLine[],
): RiskScore {
  const missing = lines.filter(({ points }) => points === undefined).map(({ name }) => name)
  const atLeast = lines.reduce((sum, { points = 0 }) => sum + points, 0)
  return {
    method,
    tableVersion: version,
    ...(missing.length === 0 && { value: atLeast }),
    atLeast,
    band: bandAt(bands, atLeast),
    inputs: lines.flatMap(({ name, input, points }) =>
      input === undefined || points === undefined
        ? []
        : [
            { name, value: input },
            { name: `${name}-points`, value: String(points) },
          ],
    ),
    missing,
  }
}

export const yesNo = (value: boolean | undefined): string | undefined =>
  value === undefined ? undefined : value ? 'yes' : 'no'

export const digits = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value)
