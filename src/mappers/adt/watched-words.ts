import { hash } from 'node:crypto'
import type { WatchedValue } from '../../care-plan/watched-values.ts'
import type { Repetition, Segment } from '../../hl7v2/segment.ts'
import { rememberedByText } from '../../lib/remembered-texts.ts'
import { readText } from './field-text.ts'
import { isPrimaryCare, SEPARATOR } from './groups.ts'
import { FIRST, type Fields, type Register } from './registers.ts'

/** The values that fields of a message, or of a register, say. */
type SaidValues = readonly (readonly [value: WatchedValue, key: string])[]

/** What is watched in the fields of a message or in those of a register that hold. */
export function watchedIn(fields: Fields): SaidValues {
  const found: (readonly [WatchedValue, string])[] = []
  for (const [field, text] of Object.entries(fields)) {
    const slash = field.indexOf('/')
    const said = slash < 0 ? plainValues(field, text) : itemValues(field.slice(0, slash), text)
    for (const [value, ...parts] of said) {
      const key = keyOf(parts)
      if (key !== undefined) found.push([value, key])
    }
  }
  return found
}

type Parts = readonly [value: WatchedValue, ...parts: (string | null | undefined)[]]

function plainValues(field: string, text: string): readonly Parts[] {
  const read = plain[field]
  return read === undefined || text === '""' ? NOTHING : readText(`WV |${text}`).repetitions(1).map(read)
}

const NOTHING: readonly Parts[] = []

const plain: Readonly<Record<string, (said: Repetition) => Parts>> = {
  'PID-11': xad =>
    xad.text(7)?.toUpperCase() === 'BA'
      ? ['address']
      : ['address', xad.text(1), xad.text(2), xad.text(3), xad.text(4), xad.text(5), xad.text(6)],
  'PID-13': xtn => ['phone', (xtn.text(1) ?? xtn.text(12) ?? xtn.text(7))?.replaceAll(/\D/g, '')],
  'PD1-4': xcn => ['pcp', ...personIn(xcn)],
}

/** By number, where there is one. */
const personIn = (xcn: Repetition): readonly (string | null | undefined)[] =>
  xcn.text(1) ? [xcn.text(1)] : [xcn.text(2), xcn.text(3)]

function itemValues(group: string, text: string): readonly Parts[] {
  const read = items[group]
  return read === undefined ? NOTHING : [read(readText(text.split(SEPARATOR, 1)[0] ?? ''))]
}

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
  return said.every(part => part === '') ? undefined : digestOf(said.join('\n')).digest
}

/** Remembered: a patient's insurances and diagnoses are told with every message. */
const digestOf = rememberedByText(2 ** 19, text => ({
  digest: hash('sha256', text, 'hex').slice(0, KEY_DIGITS),
}))

const KEY_DIGITS = 16

/**
 * What a message says, with an entry for each watched value that is in it (`FIRST/payer/<digest>`: the event), of which the
 * register keeps the first.
 */
export function withFirstWords(fields: Fields, event: string): Fields {
  const said = watchedIn(fields)
  return said.length === 0
    ? fields
    : { ...fields, ...Object.fromEntries(said.map(([value, key]) => [`${FIRST}${value}/${key}`, event])) }
}

/** When a source first said a value. */
export interface FirstWord {
  readonly value: WatchedValue
  readonly key: string
  readonly source: string
  readonly stamp: string
  /** The event that said it. */
  readonly event: string
}

const known = new WeakMap<Register, readonly FirstWord[]>()

/** All first words of a register; remembered, for every visit of a patient is asked with each message. */
export function firstWordsIn(register: Register): readonly FirstWord[] {
  const remembered = known.get(register)
  if (remembered) return remembered
  const found: FirstWord[] = []
  for (const [source, stamps] of Object.entries(register)) {
    for (const [stamp, fields] of Object.entries(stamps)) {
      for (const field of Object.keys(fields)) {
        if (!field.startsWith(FIRST)) continue
        const [value = '', key = ''] = field.slice(FIRST.length).split('/')
        found.push({ value: value as WatchedValue, key, source, stamp, event: fields[field] ?? '' })
      }
    }
  }
  known.set(register, found)
  return found
}
