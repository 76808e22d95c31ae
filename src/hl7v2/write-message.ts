import { standardDelimiters } from './delimiters.ts'
import { escapeText } from './escapes.ts'

/** A text to be escaped; null = `""`, delete; undefined or '' = no information. */
export type Leaf = string | null | undefined | Er7

/** A text that is ER7 already, as `er7Leaf` makes it. */
export interface Er7 {
  readonly er7: string
}

export type Component = Leaf | readonly Leaf[]
export type Repetition = readonly Component[]

/** A single text, or the repetitions of a field. */
export type FieldDraft = Leaf | readonly (Repetition | undefined)[]

/** A segment by field numbers; of MSH fields 1 and 2 are written by themselves. */
export interface SegmentDraft {
  readonly name: string
  readonly fields: Readonly<Record<number, FieldDraft>>
}

const { field, component, repetition, subcomponent } = standardDelimiters

/**
 * Writes a message as ER7 with the standard delimiters, segments ended by CR: the one form that every other shape of a
 * message is brought into before it is read. What is empty at the end of a level is left out.
 */
export const writeMessage = (segments: readonly SegmentDraft[]): string =>
  segments.map(segment => `${segmentText(segment)}\r`).join('')

function segmentText({ name, fields }: SegmentDraft): string {
  const isHeader = name === 'MSH'
  const last = Math.max(0, ...Object.keys(fields).map(Number))
  const texts: string[] = isHeader ? [name, '^~\\&'] : [name]
  for (let number = isHeader ? 3 : 1; number <= last; number += 1) texts.push(fieldText(fields[number]))
  return trimmed(texts).join(field)
}

function fieldText(draft: FieldDraft): string {
  if (!isList(draft)) return leafText(draft)
  return draft
    .map(parts => (parts ? trimmed(parts.map(componentText)).join(component) : ''))
    .filter(text => text !== '')
    .join(repetition)
}

const componentText = (draft: Component): string =>
  isList(draft) ? trimmed(draft.map(leafText)).join(subcomponent) : leafText(draft)

/** `Array.isArray` does not narrow readonly arrays. */
const isList = <T>(draft: Leaf | readonly T[]): draft is readonly T[] => Array.isArray(draft)

function leafText(leaf: Leaf): string {
  if (leaf === undefined) return ''
  if (leaf === null) return '""'
  return typeof leaf === 'string' ? escapeText(leaf.trim()) : leaf.er7
}

function trimmed(texts: readonly string[]): readonly string[] {
  let end = texts.length
  while (end > 0 && texts[end - 1] === '') end -= 1
  return texts.slice(0, end)
}

/**
 * A text of an encoding that separates without delimiters (XML, JSON) and may have left ER7's escape sequences in it:
 * they stay, the delimiters are escaped, and `""` means delete.
 */
export function er7Leaf(text: string): Leaf {
  const bare = text.trim()
  if (bare === '""') return null
  return { er7: bare.replace(SPECIAL, found => SEQUENCES.get(found) ?? found) }
}

const SPECIAL = /[|^~&\r\n]/g
const SEQUENCES = new Map([
  ['|', '\\F\\'],
  ['^', '\\S\\'],
  ['~', '\\R\\'],
  ['&', '\\T\\'],
  ['\r', '\\X0D\\'],
  ['\n', '\\X0A\\'],
])
