import type { Resource } from '../../src/fhir/resource.ts'
import type { GoldenState } from './golden-path.ts'

/** Whose changes are judged by their effect, not resource by resource. */
const CASE_TYPES: ReadonlySet<string> = new Set(['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task', 'Flag'])
/** A CareTeam that messages told of belongs to no case. */
const isHospitals = ({ resourceType, extension }: Resource): boolean =>
  resourceType === 'CareTeam' && extension === undefined
const LEFT_OUT: ReadonlySet<string> = new Set(['Provenance', 'AuditEvent'])

/**
 * A state for people to read and to compare: ids are numbered by type in the order of their first writing (`Task/2`),
 * `meta.source` is the control id of the message, every element stands on a line of its own.
 */
export function readable({ verdicts, resources, stays }: GoldenState): string {
  const names = aliases(resources)
  const kept = resources.filter(({ resourceType }) => !LEFT_OUT.has(resourceType))
  const clinical = kept.filter(resource => !CASE_TYPES.has(resource.resourceType) || isHospitals(resource))
  const parts = {
    verdicts,
    resources: Object.fromEntries(clinical.map(resource => [names.get(keyOf(resource)), shown(resource)])),
    stays,
    cases: kept.filter(({ resourceType }) => resourceType === 'EpisodeOfCare').map(caseLine),
    tasks: kept.filter(({ resourceType }) => resourceType === 'Task').map(taskLine),
    flags: kept.filter(({ resourceType }) => resourceType === 'Flag').map(flagLine),
  }
  return `${renamed(pretty(parts, 0, DEPTH), names)}\n`
}

/** Sections, resources, elements: what lies deeper stands on the line of its element. */
const DEPTH = 3

const keyOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id ?? ''}`

function aliases(resources: readonly Resource[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  return new Map(
    resources.map(resource => {
      const count = (counts.get(resource.resourceType) ?? 0) + 1
      counts.set(resource.resourceType, count)
      return [keyOf(resource), `${resource.resourceType}/${count}`]
    }),
  )
}

function shown({ resourceType: _type, id: _id, meta, ...elements }: Resource): object {
  const { source, versionId: _version, lastUpdated: _updated, ...rest } = meta ?? {}
  const message = /\/([^/]+)#[0-9a-f]+$/.exec(String(source))?.[1]
  return { meta: { ...rest, source: message && decodeURIComponent(message) }, ...sorted(elements) }
}

const sorted = (elements: object): object =>
  Object.fromEntries(Object.entries(elements).toSorted(([a], [b]) => (a < b ? -1 : 1)))

interface Coded {
  readonly coding?: readonly { readonly code?: string }[]
}

const codeOf = (concept: unknown): string => (concept as Coded | undefined)?.coding?.[0]?.code ?? '-'

function caseLine(resource: Resource): string {
  const types = (resource['type'] ?? []) as readonly unknown[]
  const history = (resource['statusHistory'] ?? []) as readonly { status: string }[]
  const states = history.map(({ status }) => status).join(' > ')
  return `EpisodeOfCare/${resource.id ?? ''} ${types.map(codeOf).join(',')} ${states || String(resource['status'])}`
}

interface TaskShape {
  readonly status?: string
  readonly code?: unknown
  readonly reasonCode?: unknown
  readonly statusReason?: { readonly text?: string } & Coded
  readonly focus?: { readonly reference?: string }
  readonly authoredOn?: string
  readonly restriction?: { readonly period?: { readonly end?: string } }
}

function taskLine(resource: Resource): string {
  const task = resource as unknown as TaskShape
  const reason = task.statusReason && ` (${task.statusReason.text ?? codeOf(task.statusReason)})`
  const due = task.restriction?.period?.end ?? '-'
  return `${codeOf(task.code)} by rule ${codeOf(task.reasonCode)}: ${task.status ?? ''}${reason ?? ''}, about ${task.focus?.reference ?? '-'}, from ${task.authoredOn ?? '-'}, due ${due}`
}

const flagLine = (resource: Resource): string => `${codeOf(resource['code'])} ${String(resource['status'])}`

function pretty(value: unknown, depth: number, limit: number): string {
  if (typeof value !== 'object' || value === null || depth >= limit) return JSON.stringify(value)
  const pad = '  '.repeat(depth + 1)
  const isList = Array.isArray(value)
  const lines = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(
      ([name, item]) => `${pad}${isList ? '' : `${JSON.stringify(name)}: `}${pretty(item, depth + 1, limit)}`,
    )
  if (lines.length === 0) return isList ? '[]' : '{}'
  return `${isList ? '[' : '{'}\n${lines.join(',\n')}\n${'  '.repeat(depth)}${isList ? ']' : '}'}`
}

/** Ids become numbers wherever they stand, and hashes of messages go: neither tells a reader anything. */
function renamed(text: string, names: ReadonlyMap<string, string>): string {
  const byId = new Map([...names].map(([key, alias]) => [key.split('/')[1] ?? '', alias.split('/')[1] ?? '']))
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, id => byId.get(id) ?? id)
    .replaceAll(
      /https:\/\/casewire\.example\/fhir\/sid\/message\/[^/"]+\/([^#"]+)#[0-9a-f]{16}/g,
      'message $1',
    )
}
