import { unescapeText } from './escapes.ts'
import type { Grammar } from './grammar.ts'

/**
 * One segment, split when first read. Texts are three-valued (HL7 v2.9, 2.5.3): `undefined` = absent or empty, no
 * information; `null` = `""`, delete; a string = the value, unescaped and without blanks at its ends. A `""` at a
 * higher level deletes all below it. Fields, components and subcomponents count from 1; MSH-1 is field 1.
 */
export interface Segment {
  readonly name: string
  readonly raw: string
  /** Position in the message, from 0. */
  readonly index: number
  /** Of the first repetition that says something; component and subcomponent default to the first, as the standard reads a wider field. */
  readonly text: (field: number, component?: number, subcomponent?: number) => string | null | undefined
  /** The repetitions that say something; a field that is `""` gives one whose text is null. */
  readonly repetitions: (field: number) => readonly Repetition[]
  readonly rawField: (field: number) => string
}

export interface Repetition {
  readonly raw: string
  readonly text: (component?: number, subcomponent?: number) => string | null | undefined
}

const DELETE = '""'
const HEADER = 'MSH'

export function readSegment(raw: string, index: number, grammar: Grammar): Segment {
  const name = raw.slice(0, 3)
  const { field: separator, repetition } = grammar.delimiters
  const isHeader = name === HEADER
  let fields: readonly string[] | undefined

  const rawField = (field: number): string => {
    if (isHeader && field === 1) return separator
    fields ??= raw.split(separator)
    return fields[isHeader ? field - 1 : field] ?? ''
  }
  const text = (field: number, component = 1, subcomponent = 1): string | null | undefined => {
    const value = rawField(field)
    if (value === '') return undefined
    if (isHeader && field <= 2) return component === 1 && subcomponent === 1 ? value : undefined
    let start = 0
    while (value[start] === repetition) start += 1
    return textOf(nth(value, repetition, 1, start), component, subcomponent, grammar)
  }
  const repetitions = (field: number): readonly Repetition[] => {
    const value = rawField(field)
    if (value === '') return []
    if (isHeader && field <= 2) return [literal(value)]
    if (!value.includes(repetition)) return [repetitionOf(value, grammar)]
    return value
      .split(repetition)
      .filter(part => part !== '')
      .map(part => repetitionOf(part, grammar))
  }
  return { name, raw, index, text, repetitions, rawField }
}

const repetitionOf = (raw: string, grammar: Grammar): Repetition => ({
  raw,
  text: (component = 1, subcomponent = 1) => textOf(raw, component, subcomponent, grammar),
})

const literal = (raw: string): Repetition => ({
  raw,
  text: (component = 1, subcomponent = 1) => (component === 1 && subcomponent === 1 ? raw : undefined),
})

function textOf(
  value: string,
  component: number,
  subcomponent: number,
  grammar: Grammar,
): string | null | undefined {
  if (value === DELETE) return null
  const part = nth(value, grammar.delimiters.component, component)
  if (part === '') return undefined
  if (part === DELETE) return null
  const leaf = nth(part, grammar.delimiters.subcomponent, subcomponent)
  if (leaf === DELETE) return null
  return meaning(leaf, grammar)
}

function meaning(leaf: string, grammar: Grammar): string | undefined {
  const { delimiters, charset, doubleEscaped } = grammar
  const once = unescapeText(leaf, delimiters, charset)
  const text = (doubleEscaped ? unescapeText(once, delimiters, charset) : once).trim()
  return text === '' ? undefined : text
}

/** The nth part (from 1) of a delimited text, read from `from` on, without splitting all of it; '' when there is none. */
function nth(text: string, delimiter: string, n: number, from = 0): string {
  let start = from
  for (let skipped = 1; skipped < n; skipped += 1) {
    const at = text.indexOf(delimiter, start)
    if (at < 0) return ''
    start = at + 1
  }
  const end = text.indexOf(delimiter, start)
  return end < 0 ? text.slice(start) : text.slice(start, end)
}
