import { isRawNumber, parseJson } from '../lib/json.ts'
import summaries from './definitions/summaries.json' with { type: 'json' }
import type { Resource } from './resource.ts'
import { isResourceType } from './resource-types.ts'
import { lineageOf, typeRule, type Holds, type TypeRule } from './validation/type-rules.ts'

/** What `_summary` may ask of one resource; `count` is for searches alone. */
export type SummaryMode = 'true' | 'text' | 'data' | 'false'

/** Which part of a resource is wanted. */
export type Part =
  | { readonly kind: 'summary'; readonly mode: SummaryMode }
  | { readonly kind: 'elements'; readonly names: readonly string[] }

type Fields = Readonly<Record<string, unknown>>

/**
 * A resource as `_summary` asks for it (http://hl7.org/fhir/R4/search.html#summary): `true` = the elements that the
 * StructureDefinitions mark as summary, at every depth; `text` = id, meta, text and what is mandatory at the top; `data` =
 * all but text; `false` = itself. What is less than the whole carries the tag SUBSETTED. Whatever the mode, mandatory
 * elements, implicitRules, modifierExtension and the contained resources that something left refers to stay, so that a part
 * of a valid resource has a valid shape and is not misread (invariants between elements may ask for what was left out).
 */
export function summarize(resource: Resource, mode: SummaryMode): Resource {
  switch (mode) {
    case 'false':
      return resource
    case 'true':
      return subsetted(resource, summaryOf(typeRule(resource.resourceType), resource))
    case 'text':
      return subsetted(resource, pick(resource, textNames))
    case 'data': {
      const { text: _text, ...data } = resource
      return subsetted(resource, data)
    }
  }
}

/**
 * A resource with the named elements of its top (`name`, `value` or `value[x]` or `valueQuantity`) and what always stays
 * (http://hl7.org/fhir/R4/search.html#elements); tagged SUBSETTED.
 */
export const elementsOf = (resource: Resource, names: readonly string[]): Resource =>
  subsetted(resource, pick(resource, new Set(names.map(name => name.replace('[x]', '')))))

/** Whether `_elements` may name it. */
export function isElementOf(type: string, name: string): boolean {
  if (!isResourceType(type) || name.startsWith('_')) return false
  const { elements, choices } = typeRule(type)
  const bare = name.replace('[x]', '')
  return name === bare ? elements.has(name) || choices.includes(name) : choices.includes(bare)
}

/** The JSON text of a part of a resource that is JSON text; decimals keep their digits. */
export function partText(content: string, part: Part): string {
  if (part.kind === 'summary' && part.mode === 'false') return content
  const resource = parseJson(content) as Resource
  return JSON.stringify(
    part.kind === 'summary' ? summarize(resource, part.mode) : elementsOf(resource, part.names),
  )
}

const textNames: ReadonlySet<string> = new Set(['text'])

const always: ReadonlySet<string> = new Set([
  ...['resourceType', 'id', 'meta'],
  ...['implicitRules', 'modifierExtension'],
])

function pick(resource: Resource, names: ReadonlySet<string>): Resource {
  const rule = typeRule(resource.resourceType)
  const mandatory = mandatoryOf(rule)
  const isKept = (key: string): boolean => {
    const name = rule.elements.get(key)?.name ?? key
    return always.has(name) || names.has(name) || names.has(key.replace('_', '')) || mandatory.has(name)
  }
  return Object.fromEntries(Object.entries(resource).filter(([key]) => isKept(key))) as unknown as Resource
}

const mandatoryOf = (rule: TypeRule): ReadonlySet<string> => new Set(rule.required.map(({ name }) => name))

const marked = summaries as Readonly<Record<string, readonly string[]>>
const shownNames = new Map<string, ReadonlySet<string>>()

/** A memo: the names that a summary of this type shows. */
function shownOf(type: string): ReadonlySet<string> {
  const known = shownNames.get(type)
  if (known) return known
  const names = lineageOf(type).flatMap(name => marked[name] ?? [])
  const made = new Set([...names.map(name => name.replace('[x]', '')), ...mandatoryOf(typeRule(type))])
  shownNames.set(type, made)
  return made
}

function summaryOf(rule: TypeRule, value: Fields): Resource {
  const shown = shownOf(rule.name)
  const isResource = rule.elements.has('resourceType')
  const kept = Object.entries(value).flatMap(([key, item]) => {
    const element = rule.elements.get(key)
    const name = element?.name ?? key
    if (!shown.has(name) && !always.has(name) && !(name === 'extension' && !isResource)) return []
    return [[key, element ? summaryValue(element.holds, item) : item] as const]
  })
  return Object.fromEntries(kept) as unknown as Resource
}

/** Extensions of what is shown stay whole: they may say what a value means, or why there is none. */
function summaryValue(holds: Holds, value: unknown): unknown {
  if (Array.isArray(value)) return value.map(item => summaryValue(holds, item))
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (holds.kind === 'resource') {
    const type = (value as Fields)['resourceType']
    return typeof type === 'string' && isResourceType(type)
      ? summaryOf(typeRule(type), value as Fields)
      : value
  }
  if (holds.kind !== 'object' || holds.type === 'Meta' || holds.type === 'Extension') return value
  const part = summaryOf(typeRule(holds.type), value as Fields)
  // An object may not be empty (ele-1).
  return Object.keys(part).length > 0 ? part : value
}

/** Marks what is less than the whole (http://hl7.org/fhir/R4/search.html#elements). */
export const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
}

/** Whether it is marked as less than the whole. */
export const isSubsetted = ({ meta }: Resource): boolean =>
  (meta?.tag ?? []).some(({ system, code }) => system === SUBSETTED.system && code === SUBSETTED.code)

function subsetted(whole: Resource, { contained: _contained, ...part }: Resource): Resource {
  const { resourceType, id, meta, ...rest } = part
  const tags = meta?.tag ?? []
  const contained = referredContained(whole['contained'], rest)
  return {
    resourceType,
    ...(id !== undefined && { id }),
    meta: { ...meta, tag: isSubsetted(part) ? tags : [...tags, SUBSETTED] },
    ...(contained.length > 0 && { contained }),
    ...rest,
  }
}

/** The contained resources that are referred to from what is left, or from one of them. */
function referredContained(contained: unknown, rest: Fields): readonly Resource[] {
  if (!Array.isArray(contained)) return []
  const all = contained as readonly Resource[]
  const found = new Set<Resource>()
  let open: readonly unknown[] = [rest]
  while (open.length > 0) {
    const wanted = new Set(open.flatMap(fragmentsIn))
    const more = all.filter(item => !found.has(item) && item.id !== undefined && wanted.has(`#${item.id}`))
    for (const item of more) found.add(item)
    open = more
  }
  return all.filter(item => found.has(item))
}

/** Local references (`#id`), in elements of any type that holds a link. */
function fragmentsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.startsWith('#') ? [value] : []
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return []
  return Object.values(value).flatMap(fragmentsIn)
}
