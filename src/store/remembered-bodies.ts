import type { Json } from '../fhir/resource.ts'

/** Characters of text; with what the mappers make of it, it takes some twenty times as many bytes. */
const CHARS_MAX = 4 * 2 ** 20

let young = new Map<string, Json>()
let old = new Map<string, Json>()
let chars = 0

/**
 * What a register or a fact says, by its text: the same object for the same text, so that what the mappers made of it need
 * not be made again for the next message about the same patient. Two generations, as parsed resources have.
 */
export function bodyOf(text: string): Json {
  const known = young.get(text)
  return known === undefined ? keep(text, old.get(text) ?? (JSON.parse(text) as Json)) : known
}

/** The text of a body that is written: who reads it next finds this very object. */
export function textOfBody(body: Json): string {
  const text = JSON.stringify(body)
  if (!young.has(text)) keep(text, body)
  return text
}

function keep(text: string, body: Json): Json {
  if (chars + text.length > CHARS_MAX / 2) {
    old = young
    young = new Map()
    chars = 0
  }
  chars += text.length
  young.set(text, body)
  return body
}
