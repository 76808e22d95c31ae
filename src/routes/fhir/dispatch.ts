import { fail, type Failure, type Result } from '../../lib/result.ts'
import { mayInteract } from '../../commands/fhir/fhir-access.ts'
import type { BundleEntry } from '../../fhir/bundle/read-entries.ts'
import type { Interaction } from '../../fhir/interactions.ts'
import type { Answer, Exchange, Handler } from './exchange.ts'
import { noSuchAddress } from './no-such-address.ts'
import { unknownOperation } from './operations/unknown-operation.ts'

/** An address with what answers it. */
export interface Served extends Pick<Interaction, 'name' | 'method' | 'path'> {
  /** The type that it is about, where the path says it in so many words. */
  readonly type?: string
  readonly handler: Handler
}

/** Answers an entry of a Bundle that reads or calls an operation. */
export type Dispatch = (exchange: Exchange, entry: BundleEntry) => Promise<Result<Answer>>

/**
 * Calls what serves the address of an entry, on behalf of the same caller and under the same scopes: whatever can be read
 * alone can be read in a Bundle (http://hl7.org/fhir/R4/http.html#transaction). Failures: `operation-unknown`,
 * `address-unknown`, `interaction-not-supported`.
 */
export const dispatchOver =
  (served: readonly Served[]): Dispatch =>
  async (exchange, entry) => {
    const { method, inner = { path: '', query: '' }, resource } = entry
    const wanted = method === 'HEAD' ? 'GET' : method
    const [found] = served
      .filter(({ method: own }) => own === wanted)
      .flatMap(one => matched(one, inner.path) ?? [])
      .toSorted((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)
    if (!found) return fail(notServed(served, inner.path))
    const { params, handler, name, type } = found
    const allowed = mayInteract(exchange.caller.access, name, params['type'] ?? type)
    if (!allowed.ok) return allowed
    return handler({
      ...exchange,
      params,
      pairs: [...new URLSearchParams(inner.query)],
      headers: headersOf(entry),
      body: resource && { kind: 'json', text: JSON.stringify(resource) },
      prefer: { ...exchange.prefer, returned: undefined },
    })
  }

function matched(one: Served, path: string): (Served & Pick<Exchange, 'params'>) | undefined {
  const [wanted, given] = [one.path.split('/'), path.split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, part] of wanted.entries()) {
    const text = given[i] ?? ''
    // A name of its own is never the value of a parameter.
    if (part.startsWith(':') && !/^[$_]/.test(text)) params[part.slice(1)] = text
    else if (part !== text) return undefined
  }
  return { ...one, params }
}

function headersOf({ ifNoneMatch, ifModifiedSince }: BundleEntry): Exchange['headers'] {
  return {
    ...(ifNoneMatch !== undefined && { 'if-none-match': ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { 'if-modified-since': ifModifiedSince }),
  }
}

/** What the address answers when it is called alone. */
function notServed(served: readonly Served[], path: string): Failure {
  if (served.some(one => matched(one, path))) return otherMethod
  return path.includes('/$') ? unknownOperation : noSuchAddress
}

const otherMethod: Failure = {
  kind: 'method-not-allowed',
  code: 'interaction-not-supported',
  message: 'This address has no such method; see metadata for what is supported.',
}
