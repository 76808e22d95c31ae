import { isRawNumber } from '../../lib/json.ts'
import { isFields } from './json-tree.ts'

/** Equal as RFC 6902 4.6 has it: numbers by what they amount to, lists in order, properties in any order. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (isNumber(a) || isNumber(b)) return isNumber(a) && isNumber(b) && amountOf(a) === amountOf(b)
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
  if (!isFields(a) || !isFields(b)) return a === b
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every(name => Object.hasOwn(b, name) && sameJson(a[name], b[name]))
  )
}

const isNumber = (value: unknown): boolean => typeof value === 'number' || isRawNumber(value)

/** `1.50`, `1.5` and `15e-1` are one: sign, digits without zeros around them, and the power of ten. */
function amountOf(value: unknown): string {
  const text = isRawNumber(value) ? value.rawJSON : String(value)
  const [, sign = '', whole = '', part = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = `${whole}${part}`.replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  if (kept === '') return '0'
  return `${sign}${kept}e${Number(power) - part.length + digits.length - kept.length}`
}
