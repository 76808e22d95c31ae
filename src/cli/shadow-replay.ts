import { readFile } from 'node:fs/promises'
import { assert } from '../lib/assert.ts'
import { fail, ok, type Result } from '../lib/result.ts'
import type { Resource } from '../fhir/resource.ts'
import { sameResource } from '../fhir/same-resource.ts'
import type { CliIo, Operations, Shadow } from './cli-io.ts'

export interface ShadowRequest {
  /** Files of messages; none = those that were recorded. */
  readonly files: readonly string[]
  /** Settings of the senders to try (SOURCES_CONFIG); undefined = those that hold. */
  readonly sources: string | undefined
  readonly to: string | undefined
  /** Recorded messages received from here, until there (instants). */
  readonly from: string | undefined
  readonly until: string | undefined
  /** How the origin of a recorded message begins, e.g. `kafka:adt/0@`. */
  readonly origin: string | undefined
  readonly isDiff: boolean
  readonly showsValues: boolean
}

/**
 * Takes messages into a throw-away database, and says what is other there: under other settings beside those that hold, or
 * under this release beside what the store has. Nothing that counts is written.
 */
export async function shadowReplay(request: ShadowRequest, io: CliIo): Promise<Result<number>> {
  const operations = needsStore(request) ? await io.operations(request.to) : ok(undefined)
  if (!operations.ok) return operations
  try {
    const messages = await messagesOf(request, operations.value)
    if (!messages.ok) return messages
    const wanted = await inShadow(messages.value, request.sources, io)
    if (!wanted.ok) return wanted
    try {
      if (!request.isDiff) return ok(0)
      return await compared(wanted.value, {
        request,
        messages: messages.value,
        operations: operations.value,
        io,
      })
    } finally {
      await wanted.value.shadow.close()
    }
  } finally {
    await operations.value?.close()
  }
}

/** Files under other settings are compared with themselves: no store of ours has a part in it. */
const needsStore = ({ files, isDiff, sources }: ShadowRequest): boolean =>
  files.length === 0 || (isDiff && sources === undefined)

interface Run {
  readonly shadow: Shadow
  /** References of what the messages changed. */
  readonly touched: ReadonlySet<string>
}

async function inShadow(
  messages: readonly Buffer[],
  sources: string | undefined,
  io: CliIo,
): Promise<Result<Run>> {
  const shadow = await io.shadow(sources)
  if (!shadow.ok) return shadow
  const touched = new Set<string>()
  const tally = new Map<string, number>()
  for (const [i, value] of messages.entries()) {
    const verdicts = await shadow.value.ingest(value)
    if (!verdicts.ok) tally.set('refused', (tally.get('refused') ?? 0) + 1)
    for (const { outcome, resources = [] } of verdicts.ok ? verdicts.value : []) {
      tally.set(outcome, (tally.get(outcome) ?? 0) + 1)
      for (const reference of resources) touched.add(reference)
    }
    if ((i + 1) % 100 === 0 || i + 1 === messages.length) io.err(`${i + 1} of ${messages.length}\n`)
  }
  await shadow.value.fireDue()
  for (const [outcome, count] of [...tally].toSorted()) io.err(`${outcome} ${count}\n`)
  return ok({ shadow: shadow.value, touched })
}

interface Comparing {
  readonly request: ShadowRequest
  readonly messages: readonly Buffer[]
  readonly operations: Operations | undefined
  readonly io: CliIo
}

async function compared(
  wanted: Run,
  { request, messages, operations, io }: Comparing,
): Promise<Result<number>> {
  const base = request.sources === undefined ? undefined : await inShadow(messages, undefined, io)
  if (base && !base.ok) return base
  const readBase = base ? base.value.shadow.read : operations?.read
  assert(readBase !== undefined, 'the store is open when nothing else is there to compare with')
  let differences = 0
  try {
    for (const reference of [...new Set([...wanted.touched, ...(base?.value.touched ?? [])])].toSorted()) {
      if (RECORDS.test(reference)) continue
      const [before, after] = [await readBase(reference), await wanted.shadow.read(reference)]
      const line = difference(reference, before, after, request.showsValues)
      if (!line) continue
      differences += 1
      io.out(`${JSON.stringify(line)}\n`)
    }
  } finally {
    await base?.value.shadow.close()
  }
  io.err(`${differences} resources differ\n`)
  return ok(differences)
}

/** Who said it is another by itself. */
const RECORDS = /^(?:Provenance|AuditEvent)\//

/** When a resource was written, which is never the same twice. */
const WHEN: ReadonlySet<string> = new Set(['meta', 'lastModified'])

function difference(
  resource: string,
  before: Resource | undefined,
  after: Resource | undefined,
  showsValues: boolean,
): object | undefined {
  if (!before || !after) return before === after ? undefined : { resource, change: before ? 'gone' : 'new' }
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  const elements = names.filter(name => !WHEN.has(name) && !same(before[name], after[name])).toSorted()
  if (elements.length === 0) return undefined
  const valuesOf = (of: Resource): object =>
    Object.fromEntries(elements.map(name => [name, of[name] ?? null]))
  const values = { before: valuesOf(before), after: valuesOf(after) }
  return { resource, change: 'changed', elements, ...(showsValues && values) }
}

const same = (a: unknown, b: unknown): boolean =>
  sameResource({ resourceType: '', value: a }, { resourceType: '', value: b })

const PAGE = 200

/** In the order in which they came. */
async function messagesOf(
  { files, from, until, origin }: ShadowRequest,
  operations: Operations | undefined,
): Promise<Result<readonly Buffer[]>> {
  if (files.length > 0) return ok(await Promise.all(files.map(file => readFile(file))))
  assert(operations !== undefined, 'the store is open when its messages are asked for')
  const ids: string[] = []
  for (let after: string | undefined, isMore = true; isMore;) {
    const page = await operations.find({
      count: PAGE,
      ...(until !== undefined && { until }),
      ...(after !== undefined && { after }),
    })
    if (!page.ok) return page
    const inTime = page.value.filter(({ received }) => from === undefined || received >= from)
    ids.push(...inTime.filter(one => one.origin.startsWith(origin ?? '')).map(({ id }) => id))
    after = page.value.at(-1)?.id
    isMore = page.value.length === PAGE && inTime.length === PAGE
  }
  const messages: Buffer[] = []
  for (const id of ids.toReversed()) {
    const shown = await operations.show(id)
    if (!shown.ok) return shown
    if (shown.value.raw === '') return fail(textGone)
    messages.push(Buffer.from(shown.value.raw, 'base64'))
  }
  return ok(messages)
}

const textGone = {
  kind: 'gone',
  code: 'message-text-purged',
  message:
    'The text of a message in this range is kept no longer (RETENTION_TEXT_DAYS); begin later with --from.',
} as const
