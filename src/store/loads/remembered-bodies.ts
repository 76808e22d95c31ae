import type { Json } from '../../fhir/resource.ts'

/** Characters of text; with what the mappers make of it, it takes some twenty times as many bytes. */
const CHARS_MAX = 8 * 2 ** 20

interface Body {
  readonly text: string
  readonly body: Json
}

let young = new Map<string, Body>()
let old = new Map<string, Body>()
let chars = 0

/**
 * What a register or a fact says, by its name and text: the same object for the same text, so that what the mappers made of
 * it need not be made again for the next message about the same patient. Of one name the last text is remembered. Two
 * generations, as parsed resources have.
 */
export function bodyOf(text: string, name = text): Json {
  const known = young.get(name)
  if (known?.text === text) return known.body
  const older = old.get(name)
  return keep(name, older?.text === text ? older : { text, body: JSON.parse(text) as Json })
}

/** The text of a body that is written: who reads it next finds this very object. */
export function textOfBody(body: Json, name?: string): string {
  const text = JSON.stringify(body)
  if (young.get(name ?? text)?.text !== text) keep(name ?? text, { text, body })
  return text
}

/** Of a register. */
export const saidName = ({ subject, scope }: { readonly subject: string; readonly scope: string }): string =>
  `${subject} ${scope}`

function keep(name: string, body: Body): Json {
  chars -= young.get(name)?.text.length ?? 0
  if (chars + body.text.length > CHARS_MAX / 2) {
    old = young
    young = new Map()
    chars = 0
  }
  chars += body.text.length
  young.set(name, body)
  return body.body
}
