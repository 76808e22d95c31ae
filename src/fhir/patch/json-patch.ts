import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { inapplicable } from './inapplicable.ts'
import { edited, isFields, sizeWithin, valueAt, withField, type Place } from './json-tree.ts'
import { sameJson } from './same-json.ts'

/** One operation of RFC 6902, checked; pointers are split and unescaped. */
export type JsonPatchOperation =
  | {
      readonly op: 'add' | 'replace' | 'test'
      readonly path: readonly string[]
      readonly value: unknown
    }
  | { readonly op: 'remove'; readonly path: readonly string[] }
  | { readonly op: 'move' | 'copy'; readonly path: readonly string[]; readonly from: readonly string[] }

const OPERATIONS_MAX = 1_000
/** Deeper than any resource: whoever walks the result may recurse. */
const DEPTH_MAX = 100
/** What `copy` may add in all, in values: a few dozen of them could make any amount. */
const COPIED_MAX = 100_000

/** The operations of a JSON Patch (https://www.rfc-editor.org/rfc/rfc6902). Failure: `patch-malformed`, every fault listed. */
export function readJsonPatch(value: unknown): Result<readonly JsonPatchOperation[]> {
  if (!Array.isArray(value) || value.length > OPERATIONS_MAX)
    return malformed([`A JSON Patch is a list of at most ${OPERATIONS_MAX} operations.`])
  const read = value.map(readOperation)
  const faults = read.flatMap((item, i) => (typeof item === 'string' ? [`operation ${i}: ${item}`] : []))
  if (faults.length > 0) return malformed(faults)
  return ok(read.flatMap(item => (typeof item === 'string' ? [] : [item])))
}

function malformed(faults: readonly string[]): Result<never> {
  const issues = faults.map(diagnostics => ({ severity: 'error', code: 'structure', diagnostics }) as const)
  return fail({ kind: 'invalid', code: 'patch-malformed', message: faults.join('; '), issues })
}

function readOperation(item: unknown): JsonPatchOperation | string {
  if (!isFields(item)) return 'must be an object'
  const path = pointer(item['path'])
  if (!path) return 'path must be a JSON Pointer: empty, or begin with /'
  const { op, value } = item
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      return value === undefined ? 'value is missing' : { op, path, value }
    case 'remove':
      return { op, path }
    case 'move':
    case 'copy': {
      const from = pointer(item['from'])
      return from ? { op, path, from } : 'from must be a JSON Pointer: empty, or begin with /'
    }
    default:
      return 'op must be add, remove, replace, move, copy or test'
  }
}

/** https://www.rfc-editor.org/rfc/rfc6901: `~1` is read before `~0`, so that `~01` is `~1`. */
function pointer(text: unknown): readonly string[] | undefined {
  if (typeof text !== 'string' || /~(?![01])/.test(text)) return undefined
  const [before, ...names] = text.split('/')
  if (before !== '' || names.length > DEPTH_MAX) return undefined
  return names.map(name => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/**
 * A document with all operations done, or a failure and nothing done; the document itself is never altered. Failures:
 * `patch-not-applicable`, `patch-test-failed`, `patch-too-large`.
 */
export function applyJsonPatch(
  document: unknown,
  operations: readonly JsonPatchOperation[],
): Result<unknown> {
  let value = document
  let budget = COPIED_MAX
  for (const [i, operation] of operations.entries()) {
    if (operation.op === 'copy') {
      const copied = sizeWithin(valueAt(value, placeOf(value, operation.from) ?? []), budget, DEPTH_MAX)
      if (copied === undefined) return fail(tooLarge)
      budget -= copied
    }
    const done = applied(value, operation)
    if (!done.ok) return fail(saidOf(i, operation.op, done.failure))
    value = done.value
  }
  return ok(value)
}

const saidOf = (i: number, op: string, failure: Failure): Failure => {
  const message = `operation ${i} (${op}): ${failure.message}`
  return { ...failure, message, issues: [{ severity: 'error', code: 'processing', diagnostics: message }] }
}

const tooLarge: Failure = {
  kind: 'unprocessable',
  code: 'patch-too-large',
  message: 'The patch copies too much; send what it should make with PUT.',
}

function applied(document: unknown, operation: JsonPatchOperation): Result<unknown> {
  const { op, path } = operation
  switch (op) {
    case 'add':
      return added(document, path, operation.value)
    case 'remove':
      return removed(document, path)
    case 'replace': {
      const place = placeOf(document, path)
      if (!place) return nothingAt('path')
      if (isTooDeep(path, operation.value)) return tooDeep
      return ok(edited(document, place, () => operation.value))
    }
    case 'test': {
      const place = placeOf(document, path)
      if (place && sameJson(valueAt(document, place), operation.value)) return ok(document)
      const message = 'what stands there is another value; read the resource again.'
      return fail({ kind: 'unprocessable', code: 'patch-test-failed', message })
    }
    case 'copy': {
      const from = placeOf(document, operation.from)
      return from ? added(document, path, valueAt(document, from)) : nothingAt('from')
    }
    case 'move': {
      const from = placeOf(document, operation.from)
      if (!from) return nothingAt('from')
      if (path.length > operation.from.length && operation.from.every((name, i) => name === path[i]))
        return inapplicable('a value can not be moved into itself.')
      const without = removed(document, operation.from)
      return without.ok ? added(without.value, path, valueAt(document, from)) : without
    }
  }
}

const nothingAt = (name: 'path' | 'from'): Result<never> =>
  inapplicable(`${name} leads to nothing; read the resource again, or add what is missing first.`)

const tooDeep = inapplicable(`the result would nest deeper than ${DEPTH_MAX} levels.`)

const isTooDeep = (path: readonly string[], value: unknown): boolean =>
  sizeWithin(value, Number.MAX_SAFE_INTEGER, DEPTH_MAX - path.length) === undefined

function added(document: unknown, path: readonly string[], value: unknown): Result<unknown> {
  if (isTooDeep(path, value)) return tooDeep
  const name = path.at(-1)
  if (name === undefined) return ok(value)
  const place = placeOf(document, path.slice(0, -1))
  const parent = place && valueAt(document, place)
  if (!place || typeof parent !== 'object' || parent === null)
    return inapplicable('what should hold it does not exist; add that first.')
  if (Array.isArray(parent)) {
    const at = name === '-' ? parent.length : indexOf(name)
    if (at === undefined || at > parent.length)
      return inapplicable('a list takes an index up to its length, or -.')
    return ok(edited(document, place, list => (list as readonly unknown[]).toSpliced(at, 0, value)))
  }
  if (!isFields(parent) || name === '__proto__') return inapplicable('nothing can be added there.')
  return ok(edited(document, place, fields => withField(isFields(fields) ? fields : {}, name, value)))
}

function removed(document: unknown, path: readonly string[]): Result<unknown> {
  const place = placeOf(document, path)
  if (!place) return nothingAt('path')
  if (place.length === 0) return inapplicable('the resource itself can not be removed; send DELETE.')
  return ok(edited(document, place, () => undefined))
}

/** Where a pointer leads; undefined when nothing is there. */
function placeOf(document: unknown, path: readonly string[]): Place | undefined {
  const place: (string | number)[] = []
  let value = document
  for (const name of path) {
    const step = Array.isArray(value) ? indexOf(name) : name
    if (step === undefined || !holds(value, step)) return undefined
    value = valueAt(value, [step])
    place.push(step)
  }
  return place
}

const holds = (value: unknown, step: string | number): boolean =>
  Array.isArray(value) ? Number(step) < value.length : isFields(value) && Object.hasOwn(value, step)

const indexOf = (name: string): number | undefined =>
  /^(?:0|[1-9]\d{0,8})$/.test(name) ? Number(name) : undefined
