import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { projectRoot } from '../../scripts/services/service.ts'
import { startMsOf } from '../../src/lib/fhir-time.ts'
import type { CaseServer, Reply } from './case-server.ts'

/**
 * Runs a page of docs/how-to: every `http` block is a request (the blank line parts headers from the body), the `json`
 * block after it what its answer holds at least. `$NAME` in an answer keeps the value for the requests that follow. A
 * heading that ends in a time in brackets sets the clock: `## The patient leaves (2026-11-25T11:00-05:00)`; with `isLater`
 * the clock goes on from where it is, as it does for a reader.
 */
export async function runPage(
  server: CaseServer,
  page: string,
  { isLater = false }: { readonly isLater?: boolean } = {},
): Promise<readonly string[]> {
  const kept = new Map<string, string>()
  const faults: string[] = []
  let last: Reply | undefined
  let asked = ''
  for (const block of blocksOf(readFileSync(join(projectRoot, page), 'utf8'))) {
    if (block.kind === 'time' && !isLater) server.clock.nowMs = startMsOf(block.text, 'UTC')
    if (block.kind === 'http') {
      const request = requestIn(filled(block.text, kept))
      asked = `${request.method} ${request.path}`
      server.clock.nowMs = Math.max(server.clock.nowMs, factMs(request.body))
      last = await server.call(request)
      if (last.status >= 400) faults.push(`${asked}: ${last.status} ${last.text}`)
    }
    if (block.kind === 'json') {
      const wanted = JSON.parse(filled(block.text, kept)) as unknown
      const fault = misses(wanted, last?.json, kept)
      if (fault !== undefined) faults.push(`${asked}: ${fault} in ${last?.text ?? 'no answer'}`)
    }
    server.clock.nowMs += 1000
  }
  return faults
}

/** Nothing is told before it happened. */
const factMs = (body: unknown): number => {
  const at = typeof body === 'object' && body !== null && 'at' in body ? String(body.at) : ''
  return startMsOf(at, 'UTC') || 0
}

interface Block {
  readonly kind: 'http' | 'json' | 'time'
  readonly text: string
}

const BLOCK = /^```(http|json)\n([\s\S]*?)^```$|^#+ .*\((\d{4}-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d)\)$/gm

const blocksOf = (text: string): readonly Block[] =>
  [...text.matchAll(BLOCK)].map(([, kind, body = '', time]) =>
    time === undefined
      ? { kind: kind as 'http' | 'json', text: body }
      : { kind: 'time', text: time.replace(/T(\d\d:\d\d)/, 'T$1:00') },
  )

const filled = (text: string, kept: ReadonlyMap<string, string>): string =>
  text.replaceAll(/\$([A-Z][A-Z0-9_]*)/g, (whole, name: string) => kept.get(name) ?? whole)

function requestIn(text: string) {
  const [head = '', ...rest] = text.split('\n\n')
  const [line = '', ...headers] = head.split('\n')
  const [method = 'GET', path = '/'] = line.split(' ')
  const named = Object.fromEntries(
    headers.filter(Boolean).map(header => {
      const colon = header.indexOf(':')
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()]
    }),
  )
  const body = rest.join('\n\n').trim()
  const isHl7 = body.startsWith('MSH')
  return {
    method: method as 'GET' | 'POST' | 'PUT',
    path,
    headers: named,
    ...(body !== '' && { body: isHl7 ? body.replaceAll('\n', '\r') : (JSON.parse(body) as unknown) }),
  }
}

/** The first place where an answer lacks what is wanted; of a list every wanted item must be there, in any place. */
function misses(wanted: unknown, found: unknown, kept: Map<string, string>, at = '$'): string | undefined {
  if (typeof wanted === 'string' && /^\$[A-Z]/.test(wanted)) {
    const name = wanted.slice(1)
    const known = kept.get(name)
    if (typeof found !== 'string') return `nothing at ${at}`
    kept.set(name, known ?? found)
    return known === undefined || known === found ? undefined : `another ${name} at ${at}`
  }
  if (Array.isArray(wanted)) {
    const list = Array.isArray(found) ? found : []
    return wanted.flatMap((item, i) => missing(item, list, kept, `${at}[${i}]`) ?? [])[0]
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const fields = (found ?? {}) as Readonly<Record<string, unknown>>
    return Object.entries(wanted).flatMap(
      ([name, value]) => misses(value, fields[name], kept, `${at}.${name}`) ?? [],
    )[0]
  }
  return isDeepStrictEqual(wanted, found) ? undefined : `${JSON.stringify(found)} at ${at}`
}

function missing(
  item: unknown,
  list: readonly unknown[],
  kept: Map<string, string>,
  at: string,
): string | undefined {
  const fits = list.find(each => misses(item, each, new Map(kept)) === undefined)
  return fits === undefined ? `nothing like ${JSON.stringify(item)} at ${at}` : misses(item, fits, kept, at)
}
