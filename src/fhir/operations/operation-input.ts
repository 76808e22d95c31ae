import { listOf } from '../../lib/list-of.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { isRawNumber } from '../../lib/json.ts'
import type { Resource } from '../resource.ts'

/** One parameter of a call: of the query (a text), or of a Parameters resource. */
export interface Argument {
  readonly name: string
  readonly value?: unknown
  readonly resource?: Resource
}

/**
 * What an operation was called with (http://hl7.org/fhir/R4/operations.html#request): the query, then the parameters of a
 * Parameters resource; any other resource is the only parameter that is one.
 */
export function argumentsOf(
  pairs: readonly (readonly [name: string, value: string])[],
  body: Resource | undefined,
  bodyName: string,
): readonly Argument[] {
  const asked = pairs.map(([name, value]) => ({ name, value }))
  if (!body) return asked
  if (body.resourceType !== 'Parameters') return [...asked, { name: bodyName, resource: body }]
  return [...asked, ...listOf(body['parameter']).flatMap(argumentIn)]
}

function argumentIn(item: unknown): readonly Argument[] {
  if (typeof item !== 'object' || item === null || !('name' in item) || typeof item.name !== 'string')
    return []
  const { name, resource } = item as { readonly name: string; readonly resource?: Resource }
  const value = Object.entries(item).find(([key]) => /^value[A-Z]/.test(key))?.[1]
  return [{ name, ...(value !== undefined && { value }), ...(resource && { resource }) }]
}

/** The only value of a parameter as text. Failure: `operation-input` when it has several, or is no primitive. */
export function textArgument(given: readonly Argument[], name: string): Result<string | undefined> {
  const [first, ...more] = given.filter(argument => argument.name === name)
  if (!first) return ok(undefined)
  const { value } = first
  const text = isRawNumber(value) ? value.rawJSON : value
  const isText = typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean'
  if (more.length > 0 || !isText) return badInput(`${name} must be one primitive value`)
  return ok(String(text))
}

export const badInput = (text: string): Result<never> =>
  fail({
    kind: 'invalid',
    code: 'operation-input',
    message: `${text}; the OperationDefinition says how it is called.`,
  })

/** Primitive arguments as the pairs of a query. Failure: `operation-input`. */
export function pairsOf(given: readonly Argument[]): Result<readonly (readonly [string, string])[]> {
  const pairs: (readonly [string, string])[] = []
  for (const argument of given) {
    const text = textArgument([argument], argument.name)
    if (!text.ok) return text
    if (text.value !== undefined) pairs.push([argument.name, text.value])
  }
  return ok(pairs)
}

/** A Parameters resource as JSON text. */
export const parametersText = (parameter: readonly object[]): string =>
  JSON.stringify({ resourceType: 'Parameters', ...(parameter.length > 0 && { parameter }) })
