/** A document that an issuer publishes could not be had; `reason` is a code or a status, never what was answered. */
export class IssuerAway extends Error {
  readonly reason: string
  /** Whether it answered and has no such document. */
  readonly isMissing: boolean

  constructor(reason: string, isMissing = false) {
    super(`the issuer of tokens can't be asked: ${reason}`)
    this.name = 'IssuerAway'
    this.reason = reason
    this.isMissing = isMissing
  }
}

const TIMEOUT_MS = 5_000
const BYTES_MAX = 512 * 1024

/** GET of a JSON document of an issuer: bounded in time and size, and it leads nowhere else. Throws IssuerAway. */
export async function fetchJson(url: string): Promise<unknown> {
  const response = await fetchBounded(url)
  try {
    return await response.json()
  } catch {
    throw new IssuerAway('no JSON')
  }
}

/** The same as a Response that is read already, as jose wants it. */
export async function fetchBounded(url: string, signal?: AbortSignal): Promise<Response> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS)
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new IssuerAway(`status ${response.status}`, response.status === 404)
    }
    return new Response(await readBounded(response), { status: 200 })
  } catch (error) {
    if (error instanceof IssuerAway) throw error
    throw new IssuerAway(timeout.aborted ? 'timeout' : codeOf(error))
  }
}

async function readBounded({ body }: Response): Promise<Blob> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > BYTES_MAX) throw new IssuerAway('too large')
    chunks.push(chunk)
  }
  return new Blob(chunks)
}

function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const code = (cause as { readonly code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'no answer'
}
