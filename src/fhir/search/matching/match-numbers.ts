import { canonicalQuantity, UCUM } from '../canonical-quantity.ts'
import { longitudeNumber } from '../indexing/derived-numbers.ts'
import type { IndexComposite, IndexEntry, IndexNumber } from '../indexing/index-entry.ts'
import { bounded } from '../indexing/index-values.ts'
import { intervalFits, numberFits, stringFits, tokenFits } from './match-values.ts'
import type { SearchParameter } from '../parameters.ts'
import type { SearchValue } from '../plan.ts'
import { rowNumbersOf } from '../shared-values.ts'

interface Indexed {
  readonly type: string
  readonly entry: IndexEntry
}

type NumberValue = Extract<SearchValue, { readonly kind: 'number' }>

/** A number or a quantity in its unit; a UCUM unit is compared in base units, so that 5 g is 5000 mg. */
export function quantityFits(
  { type, entry }: Indexed,
  parameter: SearchParameter,
  value: NumberValue,
): boolean {
  const own = rowNumbersOf(type, parameter)
  const rows = (entry.numbers ?? []).filter(row => own.includes(row.parameter))
  const canonical = canonicalNumber(value)
  if (canonical) {
    return rows.some(row => row.canonical && row.code === canonical.unit.code && numberFits(row, canonical))
  }
  return rows.some(row => !row.canonical && unitFits(row, value) && numberFits(row, value))
}

/** The same in base units; undefined when its unit can't be converted. */
export function canonicalNumber(
  value: NumberValue,
): (NumberValue & { readonly unit: { readonly code: string } }) | undefined {
  const { unit, low, high } = value
  if (unit?.system !== UCUM || unit.code === undefined) return undefined
  const range = canonicalQuantity({ low, high, code: unit.code })
  const point = canonicalQuantity({ low: value.value, high: value.value, code: unit.code })
  if (!range || !point) return undefined
  return { ...value, low: range.low, high: range.high, value: point.low, unit: { code: range.code } }
}

/** A unit without a system is looked for among the codes and among the units as people read them. */
function unitFits(
  row: Pick<IndexNumber, 'system' | 'code' | 'unit'>,
  { unit }: Pick<NumberValue, 'unit'>,
): boolean {
  if (!unit) return true
  const { system, code } = unit
  if (system === undefined || system === null) {
    return code === undefined || row.code === bounded(code) || row.unit === bounded(code)
  }
  return row.system === bounded(system) && (code === undefined || row.code === bounded(code))
}

/** All components in one element (http://hl7.org/fhir/R4/search.html#composite). */
export function compositeFits(
  { type, entry }: Indexed,
  parameter: SearchParameter,
  parts: readonly SearchValue[],
): boolean {
  const [first, second, third] = parts
  const own = rowNumbersOf(type, parameter)
  const rows = (entry.composites ?? []).filter(row => own.includes(row.parameter))
  return rows.some(
    row =>
      first?.kind === 'token' &&
      tokenFits(row, first) &&
      (second === undefined || secondFits(row, second)) &&
      (third === undefined || thirdFits(row, third)),
  )
}

function secondFits(row: IndexComposite, value: SearchValue): boolean {
  if (value.kind === 'number') return compositeNumberFits(row, value)
  if (row.canonical) return false
  if (value.kind === 'date') {
    const { lowMs, highMs } = row
    return lowMs !== undefined && highMs !== undefined && intervalFits({ lowMs, highMs }, value)
  }
  if (row.value2 === undefined) return false
  const held = { value: row.value2, system: row.system2 }
  if (value.kind === 'token') return tokenFits(held, value)
  if (value.kind === 'string') return stringFits(held, value.text, undefined)
  if (value.kind === 'uri') return held.value === bounded(value.text)
  return value.kind === 'reference' && value.references.some(text => bounded(text) === held.value)
}

function compositeNumberFits(row: IndexComposite, value: NumberValue): boolean {
  const { low, high } = row
  if (low === undefined || high === undefined) return false
  const canonical = canonicalNumber(value)
  if (canonical)
    return row.canonical && row.value2 === canonical.unit.code && numberFits({ low, high }, canonical)
  const unit = {
    ...(row.system2 !== undefined && { system: row.system2 }),
    ...(row.value2 !== undefined && { code: row.value2 }),
    ...(row.unit !== undefined && { unit: row.unit }),
  }
  return !row.canonical && unitFits(unit, value) && numberFits({ low, high }, value)
}

function thirdFits({ low2, high2 }: IndexComposite, value: SearchValue): boolean {
  if (value.kind !== 'number' || low2 === undefined || high2 === undefined) return false
  return numberFits({ low: low2, high: high2 }, value)
}

/** Metres from one place to another over a sphere of the size of the earth. */
function metresBetween(
  from: { readonly latitude: number; readonly longitude: number },
  to: { readonly latitude: number; readonly longitude: number },
): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180
  const half =
    Math.sin(radians(to.latitude - from.latitude) / 2) ** 2 +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      Math.sin(radians(to.longitude - from.longitude) / 2) ** 2
  return 2 * EARTH_METRES * Math.asin(Math.sqrt(Math.min(1, half)))
}

/** Mean radius of the earth. */
export const EARTH_METRES = 6_371_008.8

export function isNear(
  { numbers = [] }: IndexEntry,
  parameter: SearchParameter,
  place: Extract<SearchValue, { readonly kind: 'position' }>,
): boolean {
  const latitude = numbers.find(row => row.parameter === parameter.number)
  const longitude = numbers.find(row => row.parameter === longitudeNumber(parameter))
  if (!latitude || !longitude) return false
  const held = { latitude: Number(latitude.low), longitude: Number(longitude.low) }
  return metresBetween(held, place) <= place.metres
}
