import { isRawNumber } from '../../../lib/json.ts'
import { canonicalQuantity, UCUM } from '../canonical-quantity.ts'
import type { IndexNumber } from './index-entry.ts'
import { bounded } from './index-values.ts'

/** A row of ix_number without its parameter. */
export type NumberValue = Omit<IndexNumber, 'parameter'>

type Element = Readonly<Record<string, unknown>>
interface Interval {
  readonly low: string
  readonly high: string
}

const BELOW_ALL = '-Infinity'
const ABOVE_ALL = 'Infinity'

/** Numbers of an integer or a decimal. */
export function numbersOf(element: unknown): readonly NumberValue[] {
  const text = decimalText(element)
  return text === undefined ? [] : [{ low: text, high: text, canonical: false }]
}

/**
 * A Quantity (Age, Duration, Money and the like), a Range or the bounds of SampledData: as written and, in a unit of UCUM, in canonical
 * units beside it (http://hl7.org/fhir/R4/search.html#quantity). A comparator (`<5 mg`) makes it the interval that it names.
 */
export function quantitiesOf(element: unknown): readonly NumberValue[] {
  if (typeof element !== 'object' || element === null) return []
  const { low, high, origin, currency } = element as Element
  if (origin !== undefined) return sampledValues(element as Element)
  if (low !== undefined || high !== undefined) return rangeValues(low, high)
  const interval = quantityInterval(element as Element)
  if (!interval) return []
  return currency === undefined
    ? withCanonical(interval, element as Element)
    : [{ ...interval, ...money(currency), canonical: false }]
}

/** Latitude and longitude of a Location.position. */
export function positionOf(
  element: unknown,
): { readonly latitude: NumberValue; readonly longitude: NumberValue } | undefined {
  if (typeof element !== 'object' || element === null) return undefined
  const [latitude] = numbersOf((element as Element)['latitude'])
  const [longitude] = numbersOf((element as Element)['longitude'])
  return latitude && longitude && { latitude, longitude }
}

/** Digits that a double gives back as they were. */
const SAFE_DIGITS = 15
const PLAIN = /^-?\d{1,20}(?:\.\d{1,20})?$/

/** A number as one text whatever way it was written (5.40 is 5.4), short enough for an index row; long decimals keep their digits. */
function decimalText(value: unknown): string | undefined {
  if (typeof value === 'number') return numberText(value)
  if (!isRawNumber(value)) return undefined
  const text = value.rawJSON
  return PLAIN.test(text) && text.replaceAll(/\D/g, '').length > SAFE_DIGITS ? text : numberText(Number(text))
}

/** Beyond the range of a double is as good as infinite; both zeros are one. */
const numberText = (value: number): string =>
  Number.isFinite(value) ? String(value === 0 ? 0 : value) : value > 0 ? ABOVE_ALL : BELOW_ALL

function quantityInterval({ value, comparator }: Element): Interval | undefined {
  const text = decimalText(value)
  if (text === undefined) return undefined
  if (comparator === '<' || comparator === '<=') return { low: BELOW_ALL, high: text }
  if (comparator === '>' || comparator === '>=') return { low: text, high: ABOVE_ALL }
  return { low: text, high: text }
}

const ISO_4217 = 'urn:iso:std:iso:4217'

const money = (currency: unknown): Partial<NumberValue> =>
  typeof currency === 'string' ? { system: ISO_4217, code: bounded(currency) } : {}

function withCanonical(interval: Interval, { system, code, unit }: Element): readonly NumberValue[] {
  const written: NumberValue = {
    ...interval,
    ...(typeof system === 'string' && { system: bounded(system) }),
    ...(typeof code === 'string' && { code: bounded(code) }),
    ...(typeof unit === 'string' && { unit: bounded(unit) }),
    canonical: false,
  }
  const canonical =
    system === UCUM && typeof code === 'string' ? canonicalQuantity({ ...interval, code }) : undefined
  return canonical ? [written, { ...canonical, canonical: true }] : [written]
}

/** Both sides of a Range have one unit (invariant of the type); an absent side is open. */
function rangeValues(low: unknown, high: unknown): readonly NumberValue[] {
  const from = isElement(low) ? decimalText(low['value']) : undefined
  const to = isElement(high) ? decimalText(high['value']) : undefined
  if (from === undefined && to === undefined) return []
  const interval = { low: from ?? BELOW_ALL, high: to ?? ABOVE_ALL }
  return withCanonical(interval, isElement(low) && from !== undefined ? low : (high as Element))
}

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null

/** "Just search on the bounds of the values in sampled data": what was measured, else what could be (SearchParameter Observation-value-quantity). */
function sampledValues({ origin, factor, data, lowerLimit, upperLimit }: Element): readonly NumberValue[] {
  if (!isElement(origin)) return []
  const zero = numeric(origin['value']) ?? 0
  const scale = numeric(factor) ?? 1
  const points = typeof data === 'string' ? bounds(data, { zero, scale }) : undefined
  const low = points?.low ?? numeric(lowerLimit)
  const high = points?.high ?? numeric(upperLimit)
  if (low === undefined || high === undefined) return []
  return withCanonical({ low: numberText(low), high: numberText(high) }, origin)
}

const numeric = (value: unknown): number | undefined => {
  const text = decimalText(value)
  return text === undefined ? undefined : Number(text)
}

/** Of the decimals among the points; E, U and L (error, beyond a limit) are none. */
function bounds(
  data: string,
  { zero, scale }: { readonly zero: number; readonly scale: number },
): { readonly low: number; readonly high: number } | undefined {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const [point] of data.matchAll(/[^\s]+/g)) {
    const value = Number((zero + Number(point) * scale).toPrecision(SAFE_DIGITS))
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return low <= high ? { low, high } : undefined
}
