import { isRawNumber } from '../../lib/json.ts'

/** What is wrong with a value, said without the value; `undefined` when it is right. */
export type PrimitiveCheck = (value: unknown) => string | undefined

const STRING_LENGTH_MAX = 1_048_576
/** XML can't carry these, and PostgreSQL can't store U+0000. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/
const DATE = /^(?!0000)\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/
const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?$/
const ZONE = /^(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)$/
const ID = /^[A-Za-z0-9\-.]{1,64}$/
const CODE = /^\S+(?:\s\S+)*$/
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+$/
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

const text =
  (allowed: string, isRight: (value: string) => boolean): PrimitiveCheck =>
  value => {
    if (typeof value !== 'string') return 'must be a JSON string'
    if (value.length > STRING_LENGTH_MAX) return `must not be longer than ${STRING_LENGTH_MAX} characters`
    return isRight(value) ? undefined : `must be ${allowed}`
  }

const plain = text('text that is not empty or blank and has no control characters', value => {
  return value.trim() !== '' && !CONTROL.test(value)
})

const uri = text('a URI: not empty, without white space', value => value !== '' && !/\s/.test(value))

const whole =
  (least: number, allowed: string): PrimitiveCheck =>
  value =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 2_147_483_647
      ? undefined
      : `must be ${allowed}`

/** Checks by name of the FHIR primitive type (http://hl7.org/fhir/R4/datatypes.html#primitive), values as in JSON. */
export const primitives: Readonly<Record<string, PrimitiveCheck>> = {
  boolean: value => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  decimal: value => (typeof value === 'number' || isRawNumber(value) ? undefined : 'must be a JSON number'),
  integer: whole(-2_147_483_648, 'a whole JSON number of at most 32 bits'),
  unsignedInt: whole(0, 'a whole JSON number, 0 to 2147483647'),
  positiveInt: whole(1, 'a whole JSON number, 1 to 2147483647'),
  string: plain,
  markdown: plain,
  code: text('a code: not empty, single spaces between words only', value => CODE.test(value)),
  id: text('an id: 1 to 64 letters, digits, "-" and "."', value => ID.test(value)),
  uri,
  /** No type of FHIR's: a uri whose element asks for a scheme. */
  absoluteUri: text('an absolute URI, such as https://... or urn:...', value => ABSOLUTE_URI.test(value)),
  url: uri,
  canonical: uri,
  oid: text('an OID, urn:oid:...', value => OID.test(value)),
  uuid: text('a UUID, urn:uuid:... in lower case', value => UUID.test(value)),
  base64Binary: value =>
    typeof value === 'string' && isBase64(value) ? undefined : 'must be a JSON string of base64',
  date: text('a date that exists, YYYY, YYYY-MM or YYYY-MM-DD', isDate),
  dateTime: text(
    'a date that exists, or a date with time to the second and zone, as in 2026-03-14T09:30:00-05:00',
    isDateTime,
  ),
  instant: text(
    'a date that exists with time to the second and zone',
    value => value.includes('T') && isDateTime(value),
  ),
  time: text('a time of day, hh:mm:ss', value => TIME.test(value)),
}

/** True for YYYY, YYYY-MM and for a YYYY-MM-DD that is in the calendar. */
function isDate(value: string): boolean {
  if (!DATE.test(value)) return false
  return (
    value.length < 10 ||
    Number(value.slice(8)) <= daysIn(Number(value.slice(0, 4)), Number(value.slice(5, 7)))
  )
}

function isDateTime(value: string): boolean {
  if (value.length <= 10) return isDate(value)
  const zoneAt = value.endsWith('Z') ? value.length - 1 : value.length - 6
  return (
    value[10] === 'T' &&
    isDate(value.slice(0, 10)) &&
    TIME.test(value.slice(11, zoneAt)) &&
    ZONE.test(value.slice(zoneAt))
  )
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function isBase64(value: string): boolean {
  const packed = /\s/.test(value) ? value.replaceAll(/\s+/g, '') : value
  return packed !== '' && packed.length % 4 === 0 && BASE64.test(packed)
}
