import { isRawNumber, parseJson } from '../../../lib/json.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import { codingsOf, conceptText } from './concept-slots.ts'
import { without } from './element-slots.ts'
import { loinc, valueOfAnswer } from './measure-codes.ts'

const kinds = [
  'Quantity',
  'CodeableConcept',
  'String',
  'Boolean',
  'Integer',
  'Range',
  'Ratio',
  'SampledData',
  'Time',
  'DateTime',
  'Period',
]

const elements = kinds.flatMap(kind => [`value${kind}`, `_value${kind}`])

/** The resource without a value of any type, the reason for its absence included. */
export const withoutValue = (resource: Resource): Resource =>
  without(resource, [...elements, 'dataAbsentReason'])

const plainText = ['valueString', 'valueDateTime', 'valueTime']

/** Observation.value[x] as text: digits as they came, `yes`/`no` of a boolean, the code of a coded value. */
export function valueText(resource: Resource): string | undefined {
  const number =
    numberText(resource['valueInteger']) ?? numberText(objectOf(resource['valueQuantity'])['value'])
  if (number !== undefined) return number
  const flag = resource['valueBoolean']
  if (typeof flag === 'boolean') return flag ? 'yes' : 'no'
  return (
    codedText(resource['valueCodeableConcept']) ?? plainText.map(name => textOf(resource[name])).find(Boolean)
  )
}

function codedText(concept: unknown): string | undefined {
  const codings = codingsOf(concept)
  const known = codings
    .filter(coding => coding['system'] === loinc)
    .map(coding => valueOfAnswer.get(textOf(coding['code']) ?? ''))
    .find(value => value !== undefined)
  return known ?? codings.map(coding => textOf(coding['code'])).find(Boolean) ?? conceptText(concept)
}

/** The digits of a JSON number, as they were sent. */
export const numberText = (value: unknown): string | undefined =>
  isRawNumber(value) ? value.rawJSON : typeof value === 'number' ? String(value) : undefined

const INTEGER = /^(?:0|-?[1-9]\d{0,8})$/
const DECIMAL = /^(?!-0$)-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/

/** A JSON number that prints these digits; undefined when the text is no plain number. */
export const numberOf = (text: string): unknown =>
  DECIMAL.test(text) ? (parseJson(`[${text}]`) as readonly unknown[])[0] : undefined

/** Puts a value in: an integer, else a decimal as Quantity of scores, yes/no as boolean, anything else as string. */
export function withValueText(resource: Resource, text: string): Resource {
  const bare = withoutValue(resource)
  const number = numberOf(text)
  if (number !== undefined) {
    const quantity = objectOf(resource['valueQuantity'])
    const unit = { unit: '{score}', system: 'http://unitsofmeasure.org', code: '{score}' }
    if ('value' in quantity) {
      const { comparator: _comparator, ...rest } = quantity
      return withElement(bare, 'valueQuantity', { ...rest, value: number })
    }
    return INTEGER.test(text)
      ? withElement(bare, 'valueInteger', number)
      : withElement(bare, 'valueQuantity', { value: number, ...unit })
  }
  if (text === 'yes' || text === 'no') return withElement(bare, 'valueBoolean', text === 'yes')
  return text === '' ? bare : withElement(bare, 'valueString', text)
}
