import { createRequire } from 'node:module'

/** What a UCUM unit becomes in base units, or undefined when nothing can be compared with it but itself. */
type Canonical = { readonly code: string; readonly convert: (value: number) => number } | undefined

export interface CanonicalQuantity {
  readonly low: string
  readonly high: string
  readonly code: string
}

/** The system of units that are converted. */
export const UCUM = 'http://unitsofmeasure.org'

/**
 * A quantity in the base units of its dimension (metre, second, gram, radian, kelvin, coulomb, candela), so that 5 g and 5000 mg are
 * one value. Decimal texts in and out, `-Infinity` and `Infinity` too; rounded to 12 digits, for the factors are binary fractions.
 * Undefined for a code that isn't UCUM's or has an arbitrary unit (`[iU]`), which can't be converted. Source: https://ucum.org/ucum
 */
export function canonicalQuantity(quantity: {
  readonly low: string
  readonly high: string
  readonly code: string
}): CanonicalQuantity | undefined {
  const unit = canonicalUnit(quantity.code)
  if (!unit) return undefined
  const low = converted(quantity.low, unit.convert)
  const high = converted(quantity.high, unit.convert)
  return low === undefined || high === undefined ? undefined : { low, high, code: unit.code }
}

const DIGITS = 12

function converted(text: string, convert: (value: number) => number): string | undefined {
  const value = Number(text)
  if (!Number.isFinite(value)) return text
  const result = convert(value)
  return Number.isFinite(result) ? String(Number(result.toPrecision(DIGITS))) : undefined
}

/** Units are few and repeat; texts of clients are many and don't. */
const KNOWN_MAX = 2_000
const CODE_LENGTH_MAX = 64
const known = new Map<string, Canonical>()

function canonicalUnit(code: string): Canonical {
  if (code.length > CODE_LENGTH_MAX) return undefined
  if (known.has(code)) return known.get(code)
  const made = readUnit(code)
  if (known.size >= KNOWN_MAX) known.clear()
  known.set(code, made)
  return made
}

/** The part of the library that is used here. */
interface Ucum {
  readonly convertToBaseUnits: (
    code: string,
    value: number,
  ) => {
    readonly status: string
    readonly magnitude?: number
    /** Base unit -> exponent. */
    readonly unitToExp?: Readonly<Record<string, number>>
    /** Its scale isn't a factor: degrees Celsius, decibel. */
    readonly fromUnitIsSpecial?: boolean
  }
}

/** Parses a code: throws, or gives no unit first, when it isn't one. */
interface Parser {
  readonly parseString: (code: string, mode: 'validate', suggest: boolean) => readonly unknown[]
}

let ucum: { readonly units: Ucum; readonly parser: Parser } | undefined

/** Loaded with the first unit that is asked for: 0.1 s and 16 MB that a service without quantities never pays. */
function library(): { readonly units: Ucum; readonly parser: Parser } {
  if (ucum) return ucum
  const require = createRequire(import.meta.url)
  const { UcumLhcUtils } = require('@lhncbc/ucum-lhc') as {
    readonly UcumLhcUtils: { readonly getInstance: () => Ucum }
  }
  const { UnitString } = require('@lhncbc/ucum-lhc/source-cjs/unitString.js') as {
    readonly UnitString: { readonly getInstance: () => Parser }
  }
  ucum = { units: UcumLhcUtils.getInstance(), parser: UnitString.getInstance() }
  return ucum
}

/** Asked first: the conversion prints a code that its parser throws at, and what a resource says must not reach an output. */
function isUnit(code: string): boolean {
  try {
    return library().parser.parseString(code, 'validate', false)[0] != null
  } catch {
    return false
  }
}

/** The one scale that falls where its base unit rises, so that an interval would be turned round. */
const FALLING = '[pH]'

function readUnit(code: string): Canonical {
  if (code.includes(FALLING) || !isUnit(code)) return undefined
  const { units } = library()
  const one = units.convertToBaseUnits(code, 1)
  const { status, magnitude, unitToExp = {}, fromUnitIsSpecial } = one
  if (status !== 'succeeded' || magnitude === undefined) return undefined
  const powers = Object.entries(unitToExp).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const name = powers.map(([base, power]) => (power === 1 ? base : `${base}${power}`)).join('.') || '1'
  return fromUnitIsSpecial
    ? { code: name, convert: value => units.convertToBaseUnits(code, value).magnitude ?? Number.NaN }
    : { code: name, convert: value => value * magnitude }
}
