import type { NounName } from '../../src/care-plan/case/case-file.ts'
import { machines } from '../../src/care-plan/machines/machines.ts'
import { quotedIn, type Field, type TypeSource } from './type-source.ts'

export type Schema = Readonly<Record<string, unknown>>

/** Interface of each noun, as `Nouns` of care-plan/case/case-file.ts says. */
const nounInterfaces = (source: TypeSource): ReadonlyMap<string, string> =>
  new Map((source.fieldsOf('Nouns') ?? []).map(({ name, type }) => [name, type]))

/** The fields of a noun that an event may carry, each of its type or null (taken out). */
export function changesSchema(noun: NounName, source: TypeSource): Schema {
  const fields = source.fieldsOf(nounInterfaces(source).get(noun) ?? '') ?? []
  const states = machines[noun]?.states
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      fields.map(field => [
        field.name,
        field.name === 'state' && states ? stateSchema(field, states) : nullable(field, source),
      ]),
    ),
  }
}

const stateSchema = ({ says }: Field, states: readonly string[]): Schema => ({
  ...(says !== undefined && { description: says }),
  enum: [...states, null],
})

function nullable({ type, says }: Field, source: TypeSource): Schema {
  return {
    ...(says !== undefined && { description: says }),
    anyOf: [typeSchema(type, source), { type: 'null' }],
  }
}

const plain: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
}

/** Texts that the program knows are examples: what came by FHIR may say others. */
const texts = (examples: readonly string[]): Schema =>
  examples.length > 0 ? { type: 'string', examples } : { type: 'string' }

/** A type of TypeScript as far as nouns use it. */
function typeSchema(written: string, source: TypeSource): Schema {
  const type = written
    .replace(/^\| /, '')
    .replace(/ \| undefined$/, '')
    .trim()
  const known = plain[type]
  if (known) return known
  if (type.startsWith('readonly [')) return { type: 'array' }
  if (type.startsWith('readonly ') && type.endsWith('[]'))
    return {
      type: 'array',
      items: typeSchema(type.slice('readonly '.length, -2).replace(/^\((.*)\)$/, '$1'), source),
    }
  if (type.startsWith('{')) return objectSchema(inlineFields(type), source)
  const list = /^\(typeof (\w+)(?:\.\w+)?\)\[number\]$/.exec(type)
  if (list) return texts(source.listOf(list[1] ?? '') ?? [])
  if (type.startsWith("'")) return texts(quotedIn(type))
  const fields = source.fieldsOf(type)
  if (fields) return objectSchema(fields, source)
  const alias = source.aliasOf(type)
  if (alias === undefined) throw new Error(`no schema for the type ${type}`)
  return alias.startsWith('`') ? { type: 'string' } : typeSchema(alias, source)
}

const objectSchema = (fields: readonly Field[], source: TypeSource): Schema => ({
  type: 'object',
  properties: Object.fromEntries(fields.map(({ name, type }) => [name, typeSchema(type, source)])),
})

const inlineFields = (type: string): readonly Field[] =>
  [...type.matchAll(/readonly (\w+)(\??): (.+?)(?=;? readonly |;? \}$)/g)].map(
    ([, name = '', question, inner = '']) => ({ name, isOptional: question === '?', type: inner.trim() }),
  )
