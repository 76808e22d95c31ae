import { hash } from 'node:crypto'
import { canonicalJson } from './json.ts'

const CHARS = 16

/** A short mark of a value's content: equal content, equal mark. No secret. */
export const digestOf = (value: unknown): string =>
  hash('sha256', canonicalJson(value), 'hex').slice(0, CHARS)
