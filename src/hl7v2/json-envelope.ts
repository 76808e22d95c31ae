import { at } from '../lib/json-view.ts'

/** Where envelopes seen in the wild keep the message, as JSON pointers (RFC 6901); CloudEvents at the end. */
const builtInPointers: readonly string[] = [
  '/data',
  '/message',
  '/payload',
  '/hl7',
  '/raw',
  '/body',
  '/InputDataString',
  '/data_base64',
]

/** Of a message in Google's API: its ER7 in base64 is beside what was parsed of it. */
export interface Enveloped {
  /** Texts and objects at the pointers that are there, in their order; only own properties count. */
  readonly contents: readonly unknown[]
  /** It says that a row was deleted: there is nothing to read, and nothing wrong. */
  readonly isDeletion: boolean
}

/**
 * What an envelope holds: at the pointers given, then at the built-in ones; of a change event in Debezium's form
 * (`before`, `after`, `op`, with or without `schema`) the same of the row as it is after the change.
 */
export function enveloped(envelope: unknown, pointers: readonly string[]): Enveloped {
  const change = changeEvent(envelope)
  if (change?.op === 'd') return { contents: [], isDeletion: true }
  const inside = change?.after ?? envelope
  const places = [
    ...pointers.map(pointer => [envelope, pointer]),
    ...[...pointers, ...builtInPointers].map(pointer => [inside, pointer]),
  ] as const
  const contents = places
    .map(([value, pointer]) => at(value, ...tokens(pointer as string)))
    .filter(found => (typeof found === 'string' && found.trim() !== '') || isObject(found))
  return { contents: [...new Set(contents)], isDeletion: false }
}

interface ChangeEvent {
  readonly op: string
  readonly after: unknown
}

/** Source: https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events */
function changeEvent(envelope: unknown): ChangeEvent | undefined {
  for (const event of [envelope, at(envelope, 'payload')]) {
    const op = at(event, 'op')
    if (
      typeof op === 'string' &&
      isObject(event) &&
      (Object.hasOwn(event, 'before') || Object.hasOwn(event, 'after'))
    )
      return { op, after: at(event, 'after') }
  }
  return undefined
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

const tokens = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
