import { at, listAt, textAt } from '../../lib/json-view.ts'

/** The resources of a Bundle, and where its references lead. */
export interface BundleGraph {
  readonly ofType: (type: string) => readonly object[]
  /** The resource a Reference leads to: by fullUrl, `Type/id`, or contained in `from`. */
  readonly find: (reference: unknown, from?: unknown) => unknown
}

export function bundleGraph(bundle: unknown): BundleGraph {
  const entries = listAt(bundle, 'entry')
  const byKey = new Map<string, object>()
  const byType = new Map<string, object[]>()
  for (const entry of entries) {
    const resource = at(entry, 'resource')
    if (typeof resource !== 'object' || resource === null) continue
    const [url, type, id] = [textAt(entry, 'fullUrl'), typeOf(resource), textAt(resource, 'id')]
    for (const key of [url, `${type}/${id}`]) if (key !== undefined) byKey.set(key, resource)
    const same = byType.get(type)
    if (same) same.push(resource)
    else byType.set(type, [resource])
  }
  const find = (reference: unknown, from?: unknown): unknown => {
    const text = textAt(reference, 'reference')
    if (text === undefined) return undefined
    if (text.startsWith('#'))
      return listAt(from, 'contained').find(resource => textAt(resource, 'id') === text.slice(1))
    return byKey.get(text) ?? byKey.get(relative(text))
  }
  return { ofType: type => byType.get(type) ?? [], find }
}

export const typeOf = (resource: unknown): string => textAt(resource, 'resourceType') ?? ''

/** `Type/id` of an absolute or versioned reference. */
const relative = (reference: string): string =>
  /([A-Z][A-Za-z]+\/[\w.-]{1,64})(?:\/_history\/[\w.-]+)?$/.exec(reference)?.[1] ?? reference
