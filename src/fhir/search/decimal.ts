/** A decimal number without loss: `units` times ten to the power of minus `scale`. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

/** As many digits as a FHIR decimal has, and then some; more would only be a way to make the service count. */
const DECIMAL = /^([+-]?)(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/

/** Reads `5.40`, `-1`, `1e-3`; undefined for anything else. */
export function readDecimal(text: string): Decimal | undefined {
  const parts = DECIMAL.exec(text)
  if (!parts) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts
  const units = BigInt(`${whole}${fraction}`)
  return { units: sign === '-' ? -units : units, scale: fraction.length - Number(exponent) }
}

/** Negative, zero or positive, as for a sort. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale)
  const difference = scaled(a, scale) - scaled(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Plain digits without an exponent: what the database reads as numeric. */
export function decimalText({ units, scale }: Decimal): string {
  if (scale <= 0) return String(units * 10n ** BigInt(-scale))
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/**
 * What a number as it is written stands for, [low, high): half a unit of its last digit to both sides, so that `100` is
 * [99.5, 100.5) and `100.00` is [99.995, 100.005). `1e2` is [95, 105), as R4 has it: an exponent after a whole number counts
 * as if one more digit were written (http://hl7.org/fhir/R4/search.html#number).
 */
export function impliedInterval(text: string): { readonly low: Decimal; readonly high: Decimal } | undefined {
  const value = readDecimal(text)
  if (!value) return undefined
  const scale = value.scale + (/^[+-]?\d+[eE]/.test(text) ? 2 : 1)
  const middle = scaled(value, scale)
  return { low: { units: middle - 5n, scale }, high: { units: middle + 5n, scale } }
}

/** A tenth of the value to both sides: what `ap` takes for near (http://hl7.org/fhir/R4/search.html#prefix). */
export function tenthAround(value: Decimal): { readonly low: Decimal; readonly high: Decimal } {
  const scale = value.scale + 1
  const middle = scaled(value, scale)
  const tenth = value.units < 0n ? -value.units : value.units
  return { low: { units: middle - tenth, scale }, high: { units: middle + tenth, scale } }
}

const scaled = ({ units, scale }: Decimal, to: number): bigint => units * 10n ** BigInt(to - scale)
