/**
 * JSON that keeps the digits of decimals. FHIR says that precision is significant (1.50 is not 1.5,
 * http://hl7.org/fhir/R4/datatypes.html#decimal), and a JavaScript number can't hold it: such a number is kept as a
 * `JSON.rawJSON` object, which `JSON.stringify` prints digit for digit.
 */
export interface RawNumber {
  readonly rawJSON: string
}

const native = JSON as typeof JSON & {
  readonly rawJSON: (text: string) => RawNumber
  readonly isRawJSON: (value: unknown) => value is RawNumber
}

/**
 * A number whose text a double would not give back: trailing zeros, an exponent, or over 15 digits. An OID (`urn:oid:1.2.840.10008`)
 * isn't taken for one.
 */
const RISKY = /[:[,]\s*-?(?:\d+\.\d*0[\s,}\]]|\d+(?:\.\d+)?[eE]|(?=[\d.]{16})\d+(?:\.\d+)?[\s,}\]])/

/** Parses JSON; throws SyntaxError as JSON.parse does. The slow, digit-keeping way is taken only where a probe finds need. */
export function parseJson(text: string): unknown {
  return RISKY.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
}

/** The value of a JSON text, its numbers as JavaScript has them; undefined when it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function keepDigits(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  return String(value) === context.source ? value : native.rawJSON(context.source)
}

export const isRawNumber = (value: unknown): value is RawNumber => native.isRawJSON(value)

/** JSON with keys in code-point order at every depth: equal content gives equal text, for hashing and comparing. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value))
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}
