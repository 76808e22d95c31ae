import { isDeepStrictEqual } from 'node:util'

/** What decides: a sentence of a specification, in its words (shortened where `...` stands), and where it stands. */
export interface Sentence {
  readonly url: string
  readonly text: string
}

/** One question to a server, answered over HTTP alone. */
export interface Check {
  /** Kebab-case, unique. */
  readonly id: string
  readonly title: string
  readonly sentence: Sentence
  /** Throws `Failed` or `Skipped`; otherwise it passed. */
  readonly run: (client: Client) => Promise<void>
}

export class Failed extends Error {}
/** The server doesn't hold what the question is about. */
export class Skipped extends Error {}

export interface Reply {
  readonly status: number
  readonly header: (name: string) => string
  readonly text: string
  // eslint-disable-next-line typescript/no-explicit-any -- answers of any shape are looked into
  readonly json: any
}

export interface Call {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Client {
  readonly base: string
  /** Path below the base (`/Patient/1`) or an absolute URL. */
  readonly call: (method: string, path: string, call?: Call) => Promise<Reply>
}

export interface Stored {
  readonly resourceType: string
  readonly id: string
  // eslint-disable-next-line typescript/no-explicit-any -- as above
  readonly [element: string]: any
}

/** A resource as it is sent. */
export interface Draft {
  readonly resourceType: string
  readonly [element: string]: unknown
}

const R4 = 'http://hl7.org/fhir/R4/'

export const says = (page: string, text: string): Sentence => ({ url: R4 + page, text })

let made = 0
const run = `c${Date.now().toString(36)}${process.pid.toString(36)}`
/** A text that nothing else on the server has. */
export const fresh = (): string => `${run}x${(made += 1).toString(36)}`
/** The tag of everything that this run makes. */
export const TAG = { system: 'urn:casewire:conformance', code: run }

/** The tag of what searches are asked over: everything that they may find was made for them. */
export const SEARCHED = { system: TAG.system, code: `${run}s` }

export function clientOf(base: string, token: string | undefined): Client {
  const call: Client['call'] = async (method, path, { body, headers = {} } = {}) => {
    const isText = typeof body === 'string'
    const reply = await fetch(path.startsWith('http') ? path : base + path, {
      method,
      redirect: 'manual',
      headers: {
        accept: 'application/fhir+json',
        'cache-control': 'no-cache',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/fhir+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    })
    const text = await reply.text()
    return { status: reply.status, header: name => reply.headers.get(name) ?? '', text, json: parsed(text) }
  }
  return { base, call }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export function that(holds: boolean, otherwise: string): void {
  if (!holds) throw new Failed(otherwise)
}

export const same = (what: string, found: unknown, wanted: unknown): void =>
  that(isDeepStrictEqual(found, wanted), `${what}: ${short(found)}, not ${short(wanted)}`)

export const short = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 160)

/** One of these statuses; others fail with what the server said. */
export const answered = (reply: Reply, ...statuses: readonly number[]): void =>
  that(statuses.includes(reply.status), `${reply.status} ${said(reply)}, not ${statuses.join(' or ')}`)

const said = ({ json, text }: Reply): string =>
  short(json?.issue?.[0]?.diagnostics ?? json?.issue?.[0]?.code ?? json?.resourceType ?? text.slice(0, 80))

/** A refusal: one of these statuses, told by an OperationOutcome. */
export function refused(reply: Reply, ...statuses: readonly number[]): void {
  answered(reply, ...statuses)
  same('resourceType', reply.json?.resourceType, 'OperationOutcome')
}

/** A resource that nothing else refers to. */
export const patient = (more: object = {}) => ({
  resourceType: 'Patient',
  meta: { tag: [TAG] },
  identifier: [{ system: 'urn:casewire:check', value: fresh() }],
  name: [{ family: 'Check' }],
  ...more,
})

export async function make({ call }: Client, resource: Draft): Promise<Stored> {
  const reply = await call('POST', `/${resource.resourceType}`, {
    body: resource,
    headers: { prefer: 'return=representation' },
  })
  if (reply.status === 404) throw new Skipped(`the server holds no ${resource.resourceType}`)
  if (reply.status !== 201)
    throw new Failed(
      `could not be prepared: create of a ${resource.resourceType}: ${reply.status} ${said(reply)}`,
    )
  if (reply.json?.id !== undefined) return reply.json as Stored
  const id = new RegExp(`/${resource.resourceType}/([^/]+)`).exec(reply.header('location'))?.[1]
  const read = await call('GET', `/${resource.resourceType}/${id}`)
  return read.json as Stored
}

export const pathOf = ({ resourceType, id }: Stored): string => `/${resourceType}/${id}`
export const refTo = ({ resourceType, id }: Stored) => ({ reference: `${resourceType}/${id}` })

/** What a Bundle holds, matches only. */
// eslint-disable-next-line typescript/no-explicit-any -- as above
export const matchesOf = (bundle: any): readonly Stored[] =>
  entriesOf(bundle)
    .filter(({ search }) => search?.mode === undefined || search.mode === 'match')
    .map(({ resource }) => resource)

// eslint-disable-next-line typescript/no-explicit-any -- as above
export const entriesOf = (bundle: any): readonly any[] => bundle?.entry ?? []

export const linkOf = (bundle: Reply['json'], relation: string): string | undefined =>
  bundle?.link?.find(({ relation: name }: { relation: string }) => name === relation)?.url

export async function searched(
  { call }: Client,
  path: string,
  headers: Call['headers'] = {},
): Promise<Reply['json']> {
  const reply = await call('GET', path, { headers })
  answered(reply, 200)
  same('Bundle.type', reply.json?.type, 'searchset')
  return reply.json
}
