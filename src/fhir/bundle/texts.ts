/** An entry of a Bundle whose resource is JSON text already: stored content is never parsed to be served. */
export interface EntryText {
  readonly fullUrl?: string
  /** JSON text of the resource. */
  readonly resource?: string
  readonly search?: { readonly mode: 'match' | 'include' | 'outcome' }
  readonly request?: { readonly method: string; readonly url: string }
  readonly response?: {
    readonly status: string
    readonly location?: string
    readonly etag?: string
    readonly lastModified?: string
    /** JSON text of an OperationOutcome. */
    readonly outcome?: string
  }
}

export interface BundleText {
  readonly type: 'searchset' | 'history' | 'transaction-response' | 'batch-response'
  readonly total?: number
  readonly links?: readonly { readonly relation: string; readonly url: string }[]
  readonly entries: readonly EntryText[]
}

/** A Bundle as JSON text (http://hl7.org/fhir/R4/bundle.html). */
export function bundleText({ type, total, links, entries }: BundleText): string {
  const head = JSON.stringify({ resourceType: 'Bundle', type, total, ...(links?.length && { link: links }) })
  if (entries.length === 0) return head
  // Joined at once: what is put together of long texts is copied again when it is sent.
  const texts = entries.map(entryText)
  texts[0] = `${head.slice(0, -1)},"entry":[${texts[0]}`
  texts.push(`${texts.pop()}]}`)
  return texts.join(',')
}

function entryText(entry: EntryText): string {
  const { fullUrl, resource, search, request, response } = entry
  // Most entries there are: those of searches.
  if (fullUrl !== undefined && resource !== undefined && search && !request && !response)
    return `{"fullUrl":${JSON.stringify(fullUrl)},"resource":${resource},"search":{"mode":"${search.mode}"}}`
  return objectText([
    ['fullUrl', fullUrl === undefined ? undefined : JSON.stringify(fullUrl)],
    ['resource', resource],
    ['search', search && JSON.stringify(search)],
    ['request', request && JSON.stringify(request)],
    ['response', response && responseText(response)],
  ])
}

function responseText({ outcome, ...rest }: NonNullable<EntryText['response']>): string {
  const head = JSON.stringify(rest)
  return outcome === undefined ? head : `${head.slice(0, -1)},"outcome":${outcome}}`
}

const objectText = (fields: readonly (readonly [string, string | undefined])[]): string =>
  `{${fields.flatMap(([name, text]) => (text === undefined ? [] : [`"${name}":${text}`])).join(',')}}`
