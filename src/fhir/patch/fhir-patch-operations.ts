import { listOf } from '../../lib/list-of.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { isFields, type JsonFields } from './json-tree.ts'
import { parsePath, type PathExpression } from './path-grammar.ts'

/** One operation of a FHIRPath Patch, checked (http://hl7.org/fhir/R4/fhirpatch.html). */
export interface FhirPatchOperation {
  /** `Parameters.parameter[2]`, for diagnostics. */
  readonly place: string
  readonly path: PathExpression
  readonly change: FhirPatchChange
}

export type FhirPatchChange =
  | { readonly type: 'add'; readonly name: string; readonly value: PatchValue }
  | { readonly type: 'insert'; readonly value: PatchValue; readonly index: number }
  | { readonly type: 'delete' }
  | { readonly type: 'replace'; readonly value: PatchValue }
  | { readonly type: 'move'; readonly source: number; readonly destination: number }

/** What is to be put somewhere: the property that it takes there follows from the place. */
export type PatchValue =
  /** `valueHumanName`: suffix HumanName; `beside` are id and extensions of a primitive. */
  | { readonly kind: 'typed'; readonly suffix: string; readonly value: unknown; readonly beside?: unknown }
  /** An element without a name of its own (`Patient.contact`), child by child. */
  | { readonly kind: 'parts'; readonly parts: readonly PatchPart[] }
  | { readonly kind: 'resource'; readonly resource: unknown }

export interface PatchPart {
  readonly name: string
  readonly value: PatchValue
}

const OPERATIONS_MAX = 1_000

/** The operations of a FHIRPath Patch, a Parameters resource. Failure: `patch-malformed`, every fault listed. */
export function readFhirPatch(parameters: JsonFields): Result<readonly FhirPatchOperation[]> {
  const given = parameters['parameter']
  const list: readonly unknown[] = Array.isArray(given) ? given : []
  if (parameters['resourceType'] !== 'Parameters' || list.length === 0 || list.length > OPERATIONS_MAX) {
    const said = `A FHIRPath Patch is a Parameters resource with 1 to ${OPERATIONS_MAX} parameters named operation.`
    return malformed([{ place: 'Parameters.parameter', said }])
  }
  const read = list.map((item, i) => readOperation(item, `Parameters.parameter[${i}]`))
  const faults = read.flatMap(item => ('faults' in item ? item.faults : []))
  if (faults.length > 0) return malformed(faults)
  return ok(read.flatMap(item => ('faults' in item ? [] : [item])))
}

interface Fault {
  readonly place: string
  readonly said: string
}

interface Faulty {
  readonly faults: readonly Fault[]
}

function malformed(faults: readonly Fault[]): Result<never> {
  const issues = faults.map(
    ({ place, said }) =>
      ({
        severity: 'error',
        code: 'structure',
        diagnostics: `${place}: ${said}`,
        expression: place,
      }) as const,
  )
  const message = issues.map(issue => issue.diagnostics).join('; ')
  return fail({ kind: 'invalid', code: 'patch-malformed', message, issues })
}

/** What each type needs beside type and path. */
const needs = {
  add: ['name', 'value'],
  insert: ['value', 'index'],
  delete: [],
  replace: ['value'],
  move: ['source', 'destination'],
} as const

const isType = (type: unknown): type is keyof typeof needs =>
  typeof type === 'string' && Object.hasOwn(needs, type)

function readOperation(item: unknown, place: string): FhirPatchOperation | Faulty {
  const fields = isFields(item) ? item : {}
  const parts = partsIn(fields)
  const type = plainOf(parts.get('type'))
  if (fields['name'] !== 'operation' || !isType(type)) {
    const said = 'must be named operation and have a part type: add, insert, delete, replace or move'
    return { faults: [{ place, said }] }
  }
  const path = pathOf(parts.get('path'))
  const missing = needs[type].filter(name => !isSound(name, parts.get(name)))
  const faults = [
    ...(path.ok ? [] : [{ place, said: path.failure.message }]),
    ...missing.map(name => ({ place, said: `a ${type} needs a part ${name}${kinds[name]}` })),
  ]
  if (faults.length > 0 || !path.ok) return { faults }
  return { place, path: path.value, change: changeOf(type, parts) }
}

const kinds: Readonly<Record<string, string>> = {
  name: ', a valueString with the name of an element',
  value: ' with a value, parts or a resource',
  index: ', a valueInteger from 0',
  source: ', a valueInteger from 0',
  destination: ', a valueInteger from 0',
}

function isSound(name: string, part: JsonFields | undefined): boolean {
  if (name === 'value') return part !== undefined && valueOf(part) !== undefined
  const value = plainOf(part)
  return name === 'name' ? isName(value) : Number.isInteger(value) && Number(value) >= 0
}

const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z][A-Za-z0-9]*$/.test(value)

const partsIn = (fields: JsonFields): ReadonlyMap<unknown, JsonFields> =>
  new Map(
    listOf(fields['part'])
      .filter(isFields)
      .map(part => [part['name'], part]),
  )

function pathOf(part: JsonFields | undefined): Result<PathExpression> {
  const text = plainOf(part)
  if (typeof text === 'string') return parsePath(text)
  return fail({ kind: 'invalid', code: 'patch-malformed', message: 'needs a part path, a valueString' })
}

/** The value of a part, whatever its type. */
function plainOf(part: JsonFields | undefined): unknown {
  const value = part && valueOf(part)
  return value?.kind === 'typed' ? value.value : undefined
}

function valueOf(part: JsonFields): PatchValue | undefined {
  if (isFields(part['resource'])) return { kind: 'resource', resource: part['resource'] }
  const inner = listOf(part['part'])
  if (inner.length > 0) {
    const parts = inner.map(item => (isFields(item) ? partOf(item) : undefined))
    const sound = parts.filter(item => item !== undefined)
    return sound.length === parts.length ? { kind: 'parts', parts: sound } : undefined
  }
  const [, suffix = ''] =
    /^_?value(\w+)$/.exec(Object.keys(part).find(name => /^_?value/.test(name)) ?? '') ?? []
  if (suffix === '') return undefined
  const beside = part[`_value${suffix}`]
  return {
    kind: 'typed',
    suffix,
    value: part[`value${suffix}`],
    ...(beside !== undefined && { beside }),
  }
}

function partOf(item: JsonFields): PatchPart | undefined {
  const { name } = item
  const value = valueOf(item)
  return isName(name) && value ? { name, value } : undefined
}

function changeOf(type: keyof typeof needs, parts: ReadonlyMap<unknown, JsonFields>): FhirPatchChange {
  const number = (name: string) => Number(plainOf(parts.get(name)))
  const part = parts.get('value')
  const value: PatchValue = (part && valueOf(part)) ?? { kind: 'parts', parts: [] }
  switch (type) {
    case 'add':
      return { type, name: String(plainOf(parts.get('name'))), value }
    case 'insert':
      return { type, value, index: number('index') }
    case 'replace':
      return { type, value }
    case 'move':
      return { type, source: number('source'), destination: number('destination') }
    case 'delete':
      return { type }
  }
}
