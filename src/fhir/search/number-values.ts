import { canonicalQuantity } from './canonical-quantity.ts'
import {
  compareDecimals,
  decimalText,
  impliedInterval,
  readDecimal,
  tenthAround,
  type Decimal,
} from './decimal.ts'
import type { Prefix, SearchValue } from './plan.ts'
import { splitUnescaped, unescaped } from './search-text.ts'

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s

/** `[prefix]number` with the interval that its digits imply; of `ap` the tenth around it too. */
export function numberValue(text: string): Extract<SearchValue, { readonly kind: 'number' }> | undefined {
  const [, prefix = 'eq', digits = ''] = PREFIXED.exec(text) ?? []
  const value = readDecimal(digits)
  const implied = impliedInterval(digits)
  if (!value || !implied) return undefined
  const { low, high } = prefix === 'ap' ? wider(implied, tenthAround(value)) : implied
  return {
    kind: 'number',
    prefix: prefix as Prefix,
    low: decimalText(low),
    high: decimalText(high),
    value: decimalText(value),
  }
}

interface Interval {
  readonly low: Decimal
  readonly high: Decimal
}

const wider = (a: Interval, b: Interval): Interval => ({
  low: compareDecimals(a.low, b.low) < 0 ? a.low : b.low,
  high: compareDecimals(a.high, b.high) > 0 ? a.high : b.high,
})

/** `[prefix]number|system|code`, `number||code`, `number` (http://hl7.org/fhir/R4/search.html#quantity). */
export function quantityValue(text: string): SearchValue | undefined {
  const [digits = '', system, code, ...more] = splitUnescaped(text, '|')
  const number = numberValue(unescaped(digits))
  if (!number || more.length > 0 || (system !== undefined && code === undefined)) return undefined
  const unit = {
    ...(system !== undefined && system !== '' && { system: unescaped(system) }),
    ...(code !== undefined && code !== '' && { code: unescaped(code) }),
  }
  return Object.keys(unit).length === 0 ? number : { ...number, unit }
}

/** What `near` takes for near when it isn't said. */
const METRES_DEFAULT = 10_000
/** Half the way round the earth: nothing is farther. */
const METRES_MAX = 20_100_000

/** `latitude|longitude|distance|units`, units of UCUM, kilometres when none are said (http://hl7.org/fhir/R4/location.html#positional). */
export function positionValue(text: string): SearchValue | undefined {
  const [latitude, longitude, distance = '', units = '', ...more] = splitUnescaped(text, '|').map(unescaped)
  const [north, east] = [degrees(latitude, 90), degrees(longitude, 180)]
  if (north === undefined || east === undefined || more.length > 0) return undefined
  const metres = distance === '' ? METRES_DEFAULT : metresOf(distance, units === '' ? 'km' : units)
  if (metres === undefined || (distance === '' && units !== '')) return undefined
  return { kind: 'position', latitude: north, longitude: east, metres: Math.min(metres, METRES_MAX) }
}

function degrees(text: string | undefined, most: number): number | undefined {
  if (text === undefined || !readDecimal(text)) return undefined
  const value = Number(text)
  return Math.abs(value) <= most ? value : undefined
}

function metresOf(distance: string, code: string): number | undefined {
  if (!readDecimal(distance) || Number(distance) < 0) return undefined
  const metres = canonicalQuantity({ low: distance, high: distance, code })
  return metres?.code === 'm' ? Number(metres.low) : undefined
}
