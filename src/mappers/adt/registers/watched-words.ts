import { hash } from 'node:crypto'
import type { WatchedValue } from '../../../care-plan/duties/watched-values.ts'
import type { Repetition, Segment } from '../../../hl7v2/segment.ts'
import { rememberedByText } from '../../../lib/remembered-texts.ts'
import { readText } from './field-text.ts'
import { isPrimaryCare, SEPARATOR } from './groups.ts'
import { FIRST, type Fields } from './registers.ts'
import { daysField, dayTime } from './value-days.ts'

/** The values that fields of a message, or of a register, say. */
type SaidValues = readonly SaidValue[]
type SaidValue = readonly [value: WatchedValue, key: string, first: FirstField, days: DaysField]

/** Entries of a register by which a value is known: made once, for names are many times slower to make than to ask for. */
type FirstField = string
type DaysField = string

/** What is watched in the fields of a message or in those of a register that hold. */
export function watchedIn(fields: Fields): SaidValues {
  const found: SaidValue[] = []
  for (const field of Object.keys(fields)) {
    const isItem = field[GROUP_LENGTH] === '/'
    const read = readers.get(isItem ? field.slice(0, GROUP_LENGTH) : field)
    if (!read) continue
    const text = fields[field] as string
    for (const said of read(isItem ? headOf(text) : text)) found.push(said)
  }
  return found
}

/** Segments have names of three letters. */
const GROUP_LENGTH = 3

/** The segment that an item is; those that belong to it come behind. */
export function headOf(item: string): string {
  const end = item.indexOf(SEPARATOR)
  return end < 0 ? item : item.slice(0, end)
}

/** What the text of a field, or of an item of a group, says. */
export const valuesOf = (name: string, text: string): SaidValues => readers.get(name)?.(text) ?? NO_VALUES
const NO_VALUES: SaidValues = []

/** Characters of text that are remembered of a field or group. */
const CHARS = 2 ** 16

/** Remembered: a patient's insurances are told with every message. */
const reader = (read: (text: string) => readonly Parts[]): ((text: string) => SaidValues) =>
  rememberedByText(CHARS, text =>
    read(text).flatMap(([value, ...parts]) => {
      const key = keyOf(parts)
      return key === undefined
        ? []
        : [[value, key, `${FIRST}${value}/${key}`, daysField(value, [key])] as const]
    }),
  )

type Parts = readonly [value: WatchedValue, ...parts: (string | null | undefined)[]]

const plain: Readonly<Record<string, (said: Repetition) => Parts>> = {
  'PID-11': xad =>
    NO_ADDRESSES.has(xad.text(7)?.toUpperCase() ?? '')
      ? ['address']
      : ['address', xad.text(1), xad.text(2), xad.text(3), xad.text(4), xad.text(5), xad.text(6)],
  'PID-13': xtn => ['phone', (xtn.text(1) ?? xtn.text(12) ?? xtn.text(7))?.replaceAll(/\D/g, '')],
  'PD1-4': xcn => ['pcp', ...personIn(xcn)],
}

/** HL7 table 0190: known to be wrong, or where somebody was born. */
const NO_ADDRESSES: ReadonlySet<string> = new Set(['BA', 'BDL', 'N'])

/** By number, where there is one. */
const personIn = (xcn: Repetition): readonly (string | null | undefined)[] =>
  xcn.text(1) ? [xcn.text(1)] : [xcn.text(2), xcn.text(3)]

const items: Readonly<Record<string, (segment: Segment) => Parts>> = {
  IN1: in1 => [
    'payer',
    in1.text(3) ?? in1.text(4),
    in1.text(2) ?? in1.text(2, 2),
    in1.text(36) ?? in1.text(49),
  ],
  DG1: dg1 =>
    isDeletion(dg1, 21) ? ['diagnosis'] : ['diagnosis', dg1.text(3) ?? dg1.text(3, 2) ?? dg1.text(4)],
  AL1: al1 => ['allergy', al1.text(3) ?? al1.text(3, 2)],
  IAM: iam => (isDeletion(iam, 6) ? ['allergy'] : ['allergy', iam.text(3) ?? iam.text(3, 2)]),
  ROL: rol => primaryCarer(rol, 3, 4),
  PRT: prt => primaryCarer(prt, 4, 5),
}

const NOTHING: readonly Parts[] = []

/** By the plain fields and groups that are looked at. */
const readers: ReadonlyMap<string, (text: string) => SaidValues> = new Map([
  ...Object.entries(plain).map(
    ([field, read]) =>
      [
        field,
        reader(text => (text === '""' ? NOTHING : readText(`WV |${text}`).repetitions(1).map(read))),
      ] as const,
  ),
  ...Object.entries(items).map(([group, read]) => [group, reader(text => [read(readText(text))])] as const),
])

/** HL7 tables 0206, 0287. */
const isDeletion = (segment: Segment, action: number): boolean => segment.text(action)?.toUpperCase() === 'D'

function primaryCarer(role: Segment, code: number, person: number): Parts {
  const [xcn] = role.repetitions(person)
  const isUnlinked = ['DE', 'UN'].includes(role.text(2)?.toUpperCase() ?? '')
  return xcn && !isUnlinked && isPrimaryCare(role.text(code)) ? ['pcp', ...personIn(xcn)] : ['pcp']
}

/** Case, blanks and punctuation make no other value. */
function keyOf(parts: readonly (string | null | undefined)[]): string | undefined {
  const said = parts.map(part => part?.toUpperCase().replaceAll(/[\p{P}\p{Z}]+/gu, '') ?? '')
  return said.every(part => part === '')
    ? undefined
    : hash('sha256', said.join('\n'), 'hex').slice(0, KEY_DIGITS)
}

const KEY_DIGITS = 16

/**
 * Adds to what a message says an entry for each watched value that is in it (`FIRST/payer/<digest>`: the event), of which
 * the register keeps the first.
 */
export function addFirstWords(fields: Record<string, string>, event: string): void {
  for (const [, , first] of watchedIn(fields)) fields[first] = event
}

/** Adds to what a message says of a patient the day and time at which it says each value that holds until another is said. */
export function addValueDays(fields: Record<string, string>, stamp: string): void {
  const time = dayTime(stamp.slice(0, INSTANT_LENGTH))
  for (const field of SINGLE) {
    const text = fields[field]
    if (text === undefined) continue
    const said = valuesOf(field, text)
    const [first] = said
    if (first) fields[said.length === 1 ? first[3] : daysField(first[0], said.map(keyIn))] = time
  }
  if (fields['IN1'] === undefined) return
  const keys: string[] = []
  for (const field of Object.keys(fields))
    if (field.startsWith('IN1/'))
      for (const [, key] of valuesOf('IN1', headOf(fields[field] ?? ''))) keys.push(key)
  fields[daysField('payer', keys)] = time
}

const SINGLE = ['PID-11', 'PID-13', 'PD1-4'] as const

const keyIn = ([, key]: SaidValues[number]): string => key

/** `2026-10-05T18:30:00.000Z` at the head of a stamp. */
const INSTANT_LENGTH = 24
