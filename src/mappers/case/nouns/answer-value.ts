import type { InstrumentItem } from '../../../care-plan/instruments/instrument.ts'
import { objectOf, textOf, type JsonObject } from '../lenses/json-edit.ts'
import { loinc } from './measure-codes.ts'
import { numberOf, numberText } from './observation-value.ts'

const textKinds = ['valueString', 'valueDate', 'valueDateTime', 'valueTime', 'valueUri']

/** One answer of a QuestionnaireResponse as text; undefined when it is of a type that has none (Attachment). */
export function answerText(answer: JsonObject): string | undefined {
  const flag = answer['valueBoolean']
  if (typeof flag === 'boolean') return String(flag)
  const coding = objectOf(answer['valueCoding'])
  return (
    textOf(coding['code']) ??
    textOf(coding['display']) ??
    numberText(answer['valueInteger']) ??
    numberText(answer['valueDecimal']) ??
    numberText(objectOf(answer['valueQuantity'])['value']) ??
    textKinds.map(kind => textOf(answer[kind])).find(Boolean) ??
    textOf(objectOf(answer['valueReference'])['reference'])
  )
}

/** Where an answer is written: what the instrument says of the question, and the answer that stands there. */
export interface AnswerPlace {
  readonly item: InstrumentItem | undefined
  readonly former: JsonObject | undefined
  /** Code system of the options that are no LOINC answers. */
  readonly answerSystem: string
}

/** An answer of the type that the instrument asks for, else of the type that stood there, else a string. */
export function answerOf(text: string, { item, former, answerSystem }: AnswerPlace): JsonObject {
  if (former && answerText(former) === text) return former
  const option = item?.options?.find(({ code }) => code === text)
  if (option) return { valueCoding: optionCoding(option, answerSystem) }
  const kind = item?.type ?? kindOf(former)
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return { valueBoolean: text === 'true' }
  if (kind === 'integer' && INTEGER.test(text)) return { valueInteger: Number(text) }
  const number = kind === 'decimal' ? numberOf(text) : undefined
  if (number !== undefined) return { valueDecimal: number }
  return { valueString: text }
}

const INTEGER = /^(?:0|-?[1-9]\d{0,8})$/

const kindOf = (former: JsonObject | undefined): string | undefined =>
  ['boolean', 'integer', 'decimal'].find(
    kind => former && `value${kind[0]?.toUpperCase() ?? ''}${kind.slice(1)}` in former,
  )

/** The coding of an option: LOINC answers begin with LA. */
export const optionCoding = (
  { code, display }: { readonly code: string; readonly display: string },
  answerSystem: string,
): JsonObject => ({ system: /^LA\d+-\d$/.test(code) ? loinc : answerSystem, code, display })
