import { ofTypeValue } from './derived-numbers.ts'
import { bounded, folded, stringsOf, tokensOf, type LookupValue } from './index-values.ts'

type Element = Readonly<Record<string, unknown>>

/** `:text` of a token: CodeableConcept.text, Coding.display, Identifier.type.text (http://hl7.org/fhir/R4/search.html#modifiers). */
export function textsOf(element: unknown): readonly LookupValue[] {
  if (!isElement(element)) return NONE
  const found: LookupValue[] = []
  addText(element['text'], found)
  addText(element['display'], found)
  const { coding, type } = element
  if (Array.isArray(coding)) {
    for (const item of coding) if (isElement(item)) addText(item['display'], found)
  }
  if (isElement(type)) addText(type['text'], found)
  return found
}

const NONE: readonly LookupValue[] = []

function addText(text: unknown, found: LookupValue[]): void {
  if (typeof text === 'string') found.push(...stringsOf(text))
}

/** `:of-type` of an Identifier: each coding of its type, with its value. */
export function ofTypesOf(element: unknown): readonly LookupValue[] {
  if (!isElement(element)) return NONE
  const { type, value } = element
  if (!isElement(type) || typeof value !== 'string' || !Array.isArray(type['coding'])) return NONE
  return type['coding'].flatMap((coding: unknown) => {
    const { system, code } = isElement(coding) ? coding : {}
    return typeof system === 'string' && typeof code === 'string'
      ? [{ value: bounded(ofTypeValue(system, code, value)) }]
      : []
  })
}

/** `:identifier` of a reference. */
export const identifiersOf = (element: unknown): readonly LookupValue[] =>
  isElement(element) && isElement(element['identifier']) ? tokensOf(element['identifier']) : NONE

const isElement = (value: unknown): value is Element => typeof value === 'object' && value !== null

/** What a text index takes of one resource; a longer narrative is found by its beginning. */
const NARRATIVE_LENGTH_MAX = 100_000

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** The words of the narrative of a resource as `_text` compares them; undefined when it has none. */
export function narrativeOf(resource: Element): string | undefined {
  const { text } = resource
  if (!isElement(text) || typeof text['div'] !== 'string') return undefined
  const plain = text['div']
    .slice(0, NARRATIVE_LENGTH_MAX)
    .replaceAll(/<[^>]*>?/g, ' ')
    .replaceAll(/&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6})|[a-zA-Z]+);/g, readEntity)
    .replaceAll('\0', ' ')
  const words = folded(plain.toWellFormed())
  return words === '' ? undefined : words
}

function readEntity(_: string, name?: string, decimal?: string, hexadecimal?: string): string {
  if (name !== undefined) return entities[name] ?? ' '
  const point =
    decimal === undefined ? Number.parseInt(hexadecimal ?? '20', 16) : Number.parseInt(decimal, 10)
  return point <= 0x10_ff_ff ? String.fromCodePoint(point) : ' '
}
