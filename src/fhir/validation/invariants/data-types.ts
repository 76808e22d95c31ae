import { needs } from './presence.ts'
import { isAfter } from './instants.ts'
import {
  areDistinct,
  each,
  eachAt,
  has,
  hasAny,
  hasChoice,
  isOneOf,
  numberOf,
  textOf,
  texts,
} from './values.ts'
import type { Check, Checks } from './values.ts'
import type { Node } from '../scope.ts'

const UCUM = 'http://unitsofmeasure.org'

const isUcum = (quantity: Node): boolean => !has(quantity, 'system') || quantity['system'] === UCUM
const codedValue = (quantity: Node): boolean => has(quantity, 'code') || !has(quantity, 'value')

const notBelowZero =
  (element: string): Check =>
  node =>
    (numberOf(node, element) ?? 0) >= 0

/** Low is not above high; different units can't be compared and pass. */
function isOrdered(low: Node | undefined, high: Node | undefined): boolean {
  const [least, most] = [numberOf(low, 'value'), numberOf(high, 'value')]
  const isSameUnit = low?.['code'] === high?.['code'] && low?.['system'] === high?.['system']
  return (
    least === undefined ||
    most === undefined ||
    !isSameUnit ||
    low?.['unit'] !== high?.['unit'] ||
    least <= most
  )
}

const containedMetas = (resource: Node): readonly Node[] =>
  resource['contained'] === undefined ? [] : eachAt(resource, 'contained', 'meta')

const SLICE_NAME = /^[a-zA-Z0-9/\-_[\]@]+$/
const ELEMENT_PATH =
  /^[^\s.,:;'"/|?!@#$%&*()[\]{}]{1,64}(\.[^\s.,:;'"/|?!@#$%&*()[\]{}]{1,64}(\[x\])?(:[^\s.]+)?)*$/

/** Invariants of the data types (http://hl7.org/fhir/R4/datatypes.html, metadatatypes.html, elementdefinition.html). */
export const dataTypeChecks: Checks = {
  Extension: { 'ext-1': extension => has(extension, 'extension') !== hasChoice(extension, 'value') },
  Age: {
    'age-1': age => codedValue(age) && isUcum(age) && (numberOf(age, 'value') ?? 1) > 0,
  },
  Attachment: { 'att-1': needs('data', 'contentType') },
  ContactPoint: { 'cpt-2': needs('value', 'system') },
  Count: {
    'cnt-3': count =>
      codedValue(count) &&
      isUcum(count) &&
      (!has(count, 'code') || count['code'] === '1') &&
      Number.isInteger(count['value'] ?? 0),
  },
  'DataRequirement.codeFilter': { 'drq-1': filter => has(filter, 'path') !== has(filter, 'searchParam') },
  'DataRequirement.dateFilter': { 'drq-2': filter => has(filter, 'path') !== has(filter, 'searchParam') },
  Distance: { 'dis-1': distance => codedValue(distance) && isUcum(distance) },
  Duration: {
    'drt-1': duration => !has(duration, 'code') || (duration['system'] === UCUM && has(duration, 'value')),
  },
  ElementDefinition: {
    'eld-2': ({ min, max }) =>
      typeof min !== 'number' || typeof max !== 'string' || max === '*' || min <= Number(max),
    'eld-3': ({ max }) => typeof max !== 'string' || max === '*' || /^\d+$/.test(max),
    'eld-5': element =>
      !has(element, 'contentReference') ||
      !(
        hasAny(element, 'type', 'example', 'maxLength', 'binding') ||
        ['defaultValue', 'fixed', 'pattern', 'minValue', 'maxValue'].some(name => hasChoice(element, name))
      ),
    'eld-6': element => !hasChoice(element, 'fixed') || each(element, 'type').length <= 1,
    'eld-7': element => !hasChoice(element, 'pattern') || each(element, 'type').length <= 1,
    'eld-8': element => !hasChoice(element, 'pattern') || !hasChoice(element, 'fixed'),
    'eld-13': element => areDistinct(each(element, 'type').flatMap(type => texts(type, 'code'))),
    'eld-14': element =>
      areDistinct(each(element, 'constraint').flatMap(constraint => texts(constraint, 'key'))),
    'eld-15': element => !hasChoice(element, 'defaultValue') || !has(element, 'meaningWhenMissing'),
    'eld-16': ({ sliceName }) => typeof sliceName !== 'string' || SLICE_NAME.test(sliceName),
    'eld-18': element => element['isModifier'] !== true || has(element, 'isModifierReason'),
    'eld-19': ({ path }) => typeof path !== 'string' || ELEMENT_PATH.test(path),
    'eld-22': needs('sliceIsConstraining', 'sliceName'),
  },
  'ElementDefinition.slicing': { 'eld-1': slicing => hasAny(slicing, 'discriminator', 'description') },
  'ElementDefinition.type': {
    'eld-4': type => !has(type, 'aggregation') || isOneOf(type, 'code', 'Reference', 'canonical'),
    'eld-17': type => !has(type, 'targetProfile') || isOneOf(type, 'code', 'Reference', 'canonical'),
  },
  'ElementDefinition.binding': {
    'eld-12': binding => texts(binding, 'valueSet').every(url => /^(?:http:|https|urn:)/.test(url)),
  },
  Expression: { 'exp-1': expression => hasAny(expression, 'expression', 'reference') },
  Period: {
    'per-1': ({ start, end }) => typeof start !== 'string' || typeof end !== 'string' || !isAfter(start, end),
  },
  Quantity: { 'qty-3': needs('code', 'system') },
  Range: { 'rng-2': range => isOrdered(each(range, 'low')[0], each(range, 'high')[0]) },
  Ratio: {
    'rat-1': ratio =>
      has(ratio, 'numerator') === has(ratio, 'denominator') && hasAny(ratio, 'numerator', 'extension'),
  },
  'Timing.repeat': {
    'tim-1': needs('duration', 'durationUnit'),
    'tim-2': needs('period', 'periodUnit'),
    'tim-4': notBelowZero('duration'),
    'tim-5': notBelowZero('period'),
    'tim-6': needs('periodMax', 'period'),
    'tim-7': needs('durationMax', 'duration'),
    'tim-8': needs('countMax', 'count'),
    'tim-9': repeat =>
      !has(repeat, 'offset') || (has(repeat, 'when') && !isOneOf(repeat, 'when', 'C', 'CM', 'CD', 'CV')),
    'tim-10': repeat => !has(repeat, 'timeOfDay') || !has(repeat, 'when'),
  },
  TriggerDefinition: {
    'trd-1': trigger => !has(trigger, 'data') || !hasChoice(trigger, 'timing'),
    'trd-2': needs('condition', 'data'),
    'trd-3': trigger =>
      (trigger['type'] !== 'named-event' || has(trigger, 'name')) &&
      (trigger['type'] !== 'periodic' || hasChoice(trigger, 'timing')) &&
      (!textOf(trigger, 'type')?.startsWith('data-') || has(trigger, 'data')),
  },
  SimpleQuantity: { 'sqty-1': quantity => !has(quantity, 'comparator') },
  DomainResource: {
    'dom-2': resource =>
      resource['contained'] === undefined ||
      each(resource, 'contained').every(item => !has(item, 'contained')),
    'dom-4': resource => containedMetas(resource).every(meta => !hasAny(meta, 'versionId', 'lastUpdated')),
    'dom-5': resource => containedMetas(resource).every(meta => !has(meta, 'security')),
  },
}
