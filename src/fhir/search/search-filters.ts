import { ofTypeValue } from './indexing/derived-numbers.ts'
import { isTargetOf, type SearchParameter } from './parameters.ts'
import type { SearchModifier, SearchValue } from './plan.ts'
import {
  badValue,
  part,
  tooCostly,
  unknown,
  unsupported,
  type FilterText,
  type Read,
  type SearchRequest,
} from './search-parts.ts'
import { alternatives, splitUnescaped, unescaped } from './search-text.ts'
import { readValue, stringValue, tokenValue } from './search-values.ts'
import { readTerminology } from './terminology-filters.ts'
import { pathsAbove } from './uri-paths.ts'

type ModifierReader = (text: FilterText, request: SearchRequest) => Read

const plain =
  (modifier?: SearchModifier): ModifierReader =>
  (text, request) =>
    readPlain(text, request, { ...(modifier && { modifier }) })

/** The modifiers of R4 by type of parameter (http://hl7.org/fhir/R4/search.html#modifiers); `:missing` and `:[type]` beside. */
const modifiers: Readonly<Record<string, Readonly<Record<string, ModifierReader>>>> = {
  token: {
    not: plain('not'),
    text: readText,
    'of-type': readOfType,
    in: readTerminology,
    'not-in': readTerminology,
    above: readTerminology,
    below: readTerminology,
  },
  string: { exact: plain('exact'), contains: readContains },
  reference: { identifier: readIdentifier },
  uri: { below: readUriPath, above: readUriPath },
}

/** All modifiers of R4, so that one is refused as not supported for a type of parameter and not as unknown. */
const known: ReadonlySet<string> = new Set([
  ...['missing', 'exact', 'contains', 'text', 'not', 'in', 'not-in'],
  ...['above', 'below', 'of-type', 'identifier'],
])

/** A parameter of the resource type with its modifier and values. */
export function readFilter(text: FilterText, request: SearchRequest): Read {
  const { name, parameter, modifier, value } = text
  if (modifier === undefined) return plain()(text, request)
  if (modifier === 'missing') return readMissing(name, parameter, value)
  const ofType = modifiers[parameter.type]
  const reader =
    ofType && Object.hasOwn(ofType, modifier) && parameter.code !== '_id' ? ofType[modifier] : undefined
  if (reader) return reader(text, request)
  if (parameter.code === '_id' && modifier === 'not') return plain('not')(text, request)
  if (isTargetOf(parameter, modifier)) return readPlain(text, request, { targetType: modifier })
  return known.has(modifier)
    ? unsupported(name, request, `this modifier is not supported for parameters of type ${parameter.type}`)
    : unknown(name, request, 'unknown modifier')
}

interface PlainOptions {
  readonly modifier?: SearchModifier
  readonly targetType?: string
}

function readPlain(
  { name, parameter, value }: FilterText,
  request: SearchRequest,
  options: PlainOptions,
): Read {
  const { modifier, targetType } = options
  const context = {
    base: request.base,
    nowMs: request.nowMs,
    ...(targetType !== undefined && { targetType }),
  }
  return readAll({ name, parameter, value }, modifier, text => readValue(parameter, text, context))
}

/** Every alternative by one reader; what one of them can't be read as is said of all. */
function readAll(
  { name, parameter, value }: Omit<FilterText, 'modifier'>,
  modifier: SearchModifier | undefined,
  read: (text: string) => SearchValue | undefined,
): Read {
  const texts = alternatives(value)
  const values = texts.map(read).filter(item => item !== undefined)
  if (values.length < texts.length) return badValue(name, wanted(parameter))
  return part({
    kind: 'criterion',
    name,
    criterion: { kind: 'filter', filter: { parameter, ...(modifier && { modifier }), values } },
  })
}

const shapes: Readonly<Partial<Record<SearchParameter['type'], string>>> = {
  composite: 'not a composite value: one value for each component, with $ between them',
  quantity: 'not a quantity value: [prefix]number, [prefix]number|system|code or [prefix]number||code',
  date: 'not a date value: a date such as 2026-10-05, or a time with its offset such as 2026-10-05T18:30:00Z; in a URL + is written %2B',
  special: 'not a place: latitude|longitude|distance|units, the distance in a UCUM unit of length',
}

const wanted = ({ type }: SearchParameter): string => shapes[type] ?? `not a ${type} value`

function readMissing(name: string, parameter: SearchParameter, value: string): Read {
  if (value !== 'true' && value !== 'false') return badValue(name, 'must be true or false')
  const values = [{ kind: 'missing', missing: value === 'true' }] as const
  return part({
    kind: 'criterion',
    name,
    criterion: { kind: 'filter', filter: { parameter, modifier: 'missing', values } },
  })
}

/** The words that go with a code or an identifier, as a string. */
function readText(text: FilterText): Read {
  return readAll(text, 'text', stringValue)
}

function readIdentifier(text: FilterText): Read {
  return readAll(text, 'identifier', tokenValue)
}

/** `system|code|value`: an identifier of that type with that value. */
function readOfType(text: FilterText): Read {
  return readAll(text, 'of-type', alternative => {
    const [system, code, value, ...more] = splitUnescaped(alternative, '|').map(unescaped)
    if (!system || !code || !value || more.length > 0 || alternative.includes('\0')) return undefined
    return { kind: 'token', code: ofTypeValue(system, code, value) }
  })
}

/** Fewer letters are in nearly every text, and every text would have to be looked at for them. */
export const CONTAINED_LENGTH_MIN = 3

function readContains(text: FilterText, request: SearchRequest): Read {
  const short = alternatives(text.value).some(value => unescaped(value).trim().length < CONTAINED_LENGTH_MIN)
  if (short && !text.value.includes('\0')) {
    return tooCostly(
      text.name,
      `give at least ${CONTAINED_LENGTH_MIN} characters, or search by the beginning without :contains`,
    )
  }
  return readPlain(text, request, { modifier: 'contains' })
}

/** `:below` is what lies under a url as a path, `:above` what it lies under; not for urns (http://hl7.org/fhir/R4/search.html#uri). */
function readUriPath(text: FilterText): Read {
  const { name, value, modifier } = text
  const texts = alternatives(value).map(unescaped)
  if (!texts.every(uri => /^[a-z][a-z0-9+.-]*:\/\/[^/\0]/i.test(uri))) {
    return badValue(name, `:${modifier ?? ''} is for urls with a path only`)
  }
  if (modifier === 'below') return readAll(text, 'below', uri => ({ kind: 'uri', text: unescaped(uri) }))
  const values = texts.flatMap(pathsAbove).map(uri => ({ kind: 'uri', text: uri }) as const)
  return part({
    kind: 'criterion',
    name,
    criterion: { kind: 'filter', filter: { parameter: text.parameter, values } },
  })
}
