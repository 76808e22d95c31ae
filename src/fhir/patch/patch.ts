import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { rewriteLinks, type ResolveLink } from '../bundle/links.ts'
import { isResource } from '../read-json.ts'
import type { Resource } from '../resource.ts'
import { readFhirPatch, type FhirPatchOperation, type PatchValue } from './fhir-patch-operations.ts'
import { applyFhirPatch } from './fhir-patch.ts'
import { applyJsonPatch, readJsonPatch, type JsonPatchOperation } from './json-patch.ts'
import type { PathExpression } from './path-grammar.ts'

/** What a PATCH asks for, checked as far as it can be without the resource (http://hl7.org/fhir/R4/http.html#patch). */
export type Patch =
  | { readonly kind: 'json'; readonly operations: readonly JsonPatchOperation[] }
  | { readonly kind: 'fhirpath'; readonly operations: readonly FhirPatchOperation[] }

/** A parsed JSON Patch document. Failure: `patch-malformed`. */
export function jsonPatch(document: unknown): Result<Patch> {
  const read = readJsonPatch(document)
  return read.ok ? ok({ kind: 'json', operations: read.value }) : read
}

/** A Parameters resource. Failures: `patch-malformed`, and `resource-type-mismatch` for any other resource. */
export function fhirPatch(resource: Resource): Result<Patch> {
  if (resource.resourceType !== 'Parameters') return fail(noPatch)
  const read = readFhirPatch(resource)
  return read.ok ? ok({ kind: 'fhirpath', operations: read.value }) : read
}

const noPatch: Failure = {
  kind: 'invalid',
  code: 'resource-type-mismatch',
  message:
    'A patch is a Parameters resource (FHIRPath Patch), or a JSON Patch sent as application/json-patch+json.',
  expression: 'resourceType',
}

/**
 * A resource as a patch makes it; type and id stay. Failures: those of `applyJsonPatch` and `applyFhirPatch`,
 * `patch-immutable`.
 */
export function applyPatch(resource: Resource, patch: Patch): Result<Resource> {
  const result =
    patch.kind === 'json'
      ? applyJsonPatch(resource, patch.operations)
      : applyFhirPatch(resource, patch.operations)
  if (!result.ok) return result
  const { value } = result
  if (!isResource(value) || value.resourceType !== resource.resourceType || value.id !== resource.id)
    return fail(immutable(resource.resourceType))
  return ok(value)
}

function immutable(type: string): Failure {
  const message = 'A patch can not change resourceType and id; create another resource instead.'
  const issues = [
    { severity: 'error', code: 'business-rule', diagnostics: message, expression: `${type}.id` },
  ] as const
  return { kind: 'unprocessable', code: 'patch-immutable', message, issues }
}

/** A patch whose values lead to what the entries of its Bundle become. */
export function withPatchLinks(patch: Patch, resolve: ResolveLink): Patch {
  if (patch.kind === 'json') {
    const operations = patch.operations.map(operation =>
      'value' in operation
        ? { ...operation, value: linkedAs(lastName(operation.path), operation.value, resolve) }
        : operation,
    )
    return { ...patch, operations }
  }
  return { ...patch, operations: patch.operations.map(operation => linkedOperation(operation, resolve)) }
}

const linkedAs = (name: string, value: unknown, resolve: ResolveLink): unknown =>
  rewriteLinks<Readonly<Record<string, unknown>>>({ [name]: value }, resolve)[name]

/** Positions in lists say nothing of what stands there. */
const lastName = (path: readonly string[]): string => path.findLast(name => !/^(?:\d+|-)$/.test(name)) ?? ''

function linkedOperation(operation: FhirPatchOperation, resolve: ResolveLink): FhirPatchOperation {
  const { change, path } = operation
  if (!('value' in change)) return operation
  const name = change.type === 'add' ? change.name : nameAtEnd(path)
  return { ...operation, change: { ...change, value: linkedValue(change.value, name, resolve) } }
}

function nameAtEnd(path: PathExpression): string {
  if (path.kind === 'member') return path.name
  if (path.kind === 'item') return nameAtEnd(path.of)
  return path.kind === 'call' && path.of ? nameAtEnd(path.of) : ''
}

function linkedValue(value: PatchValue, name: string, resolve: ResolveLink): PatchValue {
  switch (value.kind) {
    case 'typed': {
      const typed = linkedAs(`value${value.suffix}`, value.value, resolve)
      return { ...value, value: linkedAs(name, typed, resolve) }
    }
    case 'resource':
      return { ...value, resource: rewriteLinks(value.resource, resolve) }
    case 'parts':
      return {
        ...value,
        parts: value.parts.map(part => ({ ...part, value: linkedValue(part.value, part.name, resolve) })),
      }
  }
}
