import { ok, type Result } from '../../lib/result.ts'
import type { Coding } from '../resource.ts'
import { badInput, textArgument, type Argument } from './operation-input.ts'

/** Primitive arguments by name; absent ones are left out. Failure: `operation-input`. */
export function textsOf<Name extends string>(
  given: readonly Argument[],
  names: readonly Name[],
): Result<Readonly<Partial<Record<Name, string>>>> {
  const texts: Partial<Record<Name, string>> = {}
  for (const name of names) {
    const text = textArgument(given, name)
    if (!text.ok) return text
    if (text.value !== undefined) texts[name] = text.value
  }
  return ok(texts)
}

/**
 * The codes that a call asks about: `coding`, those of `codeableConcept`, or `code` (with `system` and `display`); at least
 * one. Failure: `operation-input`.
 */
export function codingsOf(given: readonly Argument[]): Result<readonly Coding[]> {
  const texts = textsOf(given, ['code', 'system', 'display'])
  if (!texts.ok) return texts
  const { code } = texts.value
  const concept = objectNamed(given, 'codeableConcept')?.['coding']
  const codings = [
    ...[objectNamed(given, 'coding') ?? []].flat(),
    ...(Array.isArray(concept) ? (concept as readonly Coding[]) : []),
    ...(code === undefined ? [] : [{ ...texts.value, code }]),
  ].filter(coding => typeof coding.code === 'string')
  return codings.length > 0 ? ok(codings) : badInput('code, coding or codeableConcept must be there')
}

/** The value of a parameter that is an object, such as a Coding. */
export function objectNamed(given: readonly Argument[], name: string): Coding | undefined {
  const value = given.find(argument => argument.name === name)?.value
  return typeof value === 'object' && value !== null ? (value as Coding) : undefined
}
