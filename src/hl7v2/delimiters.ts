import { fail, ok, type Result } from '../lib/result.ts'

/** MSH-1 and MSH-2 (HL7 v2.9, 2.5.4). `truncation` exists since 2.7 and only when MSH-2 has five characters. */
export interface Delimiters {
  readonly field: string
  readonly component: string
  readonly repetition: string
  readonly escape: string
  readonly subcomponent: string
  readonly truncation?: string
}

export const standardDelimiters: Delimiters = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
}

const STANDARD = '|^~\\&'
/** As nearly every message begins. */
const STANDARD_HEAD = `MSH${STANDARD}|`
const STANDARD_READ = ok(standardDelimiters)

/** Letters, digits, the quote of `""`, blanks and surrogates can't delimit: the text would be ambiguous. */
const UNFIT = /[\p{L}\p{N}\p{Cs}"\s]/u

/** Reads the delimiters of a text that starts with `MSH`. Fails with `msh-missing`, `delimiters-invalid`. */
export function readDelimiters(text: string): Result<Delimiters> {
  if (!text.startsWith('MSH')) return refuse('msh-missing', 'The text does not start with an MSH segment')
  if (text.startsWith(STANDARD_HEAD)) return STANDARD_READ
  const [field, ...rest] = text.slice(3, 10)
  const end = rest.findIndex(character => character === field || character === '\r' || character === '\n')
  const encoding = end < 0 ? rest : rest.slice(0, end)
  const [component, repetition, escape, subcomponent, truncation] = encoding
  if (!field || !component || !repetition || !escape || !subcomponent || encoding.length > 5) {
    return refuse('delimiters-invalid', 'MSH-2 must hold four or five encoding characters')
  }
  const used = [field, component, repetition, escape, subcomponent]
  if (new Set(used).size < used.length || used.some(character => UNFIT.test(character))) {
    return refuse(
      'delimiters-invalid',
      'MSH-1 and MSH-2 must hold distinct characters, neither letters, digits nor blanks',
    )
  }
  const read = { field, component, repetition, escape, subcomponent }
  const base = used.join('') === STANDARD ? standardDelimiters : read
  return ok(isFit(truncation, used) ? { ...base, truncation } : base)
}

/** It may stand at the end of a text and is read as one: no FHIR text can hold a control character. */
const isFit = (truncation: string | undefined, used: readonly string[]): truncation is string =>
  truncation !== undefined && !used.includes(truncation) && !/\p{Cc}/u.test(truncation)

const refuse = (code: string, message: string): Result<Delimiters> =>
  fail({ kind: 'invalid', code, message, expression: code === 'msh-missing' ? 'MSH' : 'MSH-2' })
