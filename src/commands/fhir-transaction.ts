import { STATUS_CODES } from 'node:http'
import { fail, failureKinds, ok, type Failure, type Result } from '../lib/result.ts'
import {
  failureAt,
  METADATA,
  readEntries,
  soundTransaction,
  withAbsoluteUrls,
  type BundleEntry,
} from '../fhir/bundle/read-entries.ts'
import { searchSetText } from '../fhir/bundle/search-set.ts'
import { bundleText, type EntryText } from '../fhir/bundle/texts.ts'
import { etagMatches, etagOf } from '../fhir/etag.ts'
import { codedOutcome } from '../fhir/outcome.ts'
import type { Resource, ResourceKey } from '../fhir/resource.ts'
import { parseSearch } from '../fhir/search/parse-search.ts'
import { permittedEntries } from './fhir-access.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import type { WriteIntent } from './fhir-intent.ts'
import { historyText } from './fhir-history.ts'
import { readCurrent, readVersion, search } from './fhir-read.ts'
import { refusedContent } from './fhir-validate.ts'
import { writeAll, type Written } from './fhir-write.ts'

export interface BundleRun {
  readonly bundle: Resource
  /** `Prefer: return=`: whether written resources come back in the response. */
  readonly returned: 'minimal' | 'representation'
  /** `Prefer: handling=lenient`: searches among the entries leave out what they don't know. */
  readonly lenient: boolean
  /** The CapabilityStatement as JSON text. */
  readonly statement: () => string
}

/**
 * A batch (each entry on its own) or a transaction (all or nothing) as the JSON text of the response Bundle, its entries
 * in request order (http://hl7.org/fhir/R4/http.html#transaction). Failures: `bundle-type`, and what makes a transaction
 * fail as a whole.
 */
export async function runBundle(deps: FhirDeps, caller: Caller, run: BundleRun): Promise<Result<string>> {
  const request = readEntries(run.bundle, deps.base)
  if (!request.ok) return request
  const { type } = request.value
  const entries = permittedEntries(caller.access, request.value.entries)
  const answers =
    type === 'batch'
      ? ok(await runBatch(deps, caller, { ...run, entries }))
      : await runTransaction(deps, caller, { ...run, entries })
  if (!answers.ok) return answers
  return ok(bundleText({ type: `${type}-response`, entries: answers.value }))
}

interface Entries extends BundleRun {
  readonly entries: readonly Result<BundleEntry>[]
}

async function runTransaction(
  deps: FhirDeps,
  caller: Caller,
  { entries, ...run }: Entries,
): Promise<Result<readonly EntryText[]>> {
  const sound = soundTransaction(entries)
  if (!sound.ok) return sound
  const refused = refusedContent(deps.validate(withAbsoluteUrls(run.bundle, deps.base)))
  if (refused) return fail(refused)
  const readable = await checkReads(deps, sound.value, run)
  if (!readable.ok) return readable
  const writes = sound.value.filter(entry => entry.method !== 'GET')
  const written = await writeAll(deps, caller, writes.map(intentOf))
  if (!written.ok) return written
  const byEntry = new Map(writes.map((entry, index) => [entry, written.value[index]]))
  const answers: EntryText[] = []
  for (const entry of sound.value) {
    const outcome = byEntry.get(entry)
    answers.push(outcome ? writtenText(deps, outcome, run.returned) : await readText(deps, entry, run))
  }
  return ok(answers)
}

async function runBatch(
  deps: FhirDeps,
  caller: Caller,
  { entries, ...run }: Entries,
): Promise<readonly EntryText[]> {
  const answers: EntryText[] = []
  for (const entry of entries) {
    answers.push(
      entry.ok ? await runEntry(deps, caller, { ...run, entry: entry.value }) : failedText(entry.failure),
    )
  }
  return answers
}

async function runEntry(
  deps: FhirDeps,
  caller: Caller,
  { entry, ...run }: BundleRun & { readonly entry: BundleEntry },
): Promise<EntryText> {
  if (entry.method === 'GET') return readText(deps, entry, run)
  const refused = entry.resource && refusedContent(deps.validate(entry.resource))
  if (refused) return failedText(refused)
  const written = await writeAll(deps, caller, [intentOf(entry)])
  if (!written.ok) return failedText(written.failure)
  const [outcome] = written.value
  return outcome ? writtenText(deps, outcome, run.returned) : { response: { status: statusText(200) } }
}

function intentOf({ rest: _rest, query: _query, ...entry }: BundleEntry): WriteIntent {
  const { method } = entry
  return { ...entry, method: method === 'GET' ? 'POST' : method }
}

/** A transaction whose reads can't succeed fails before it writes. */
async function checkReads(
  deps: FhirDeps,
  entries: readonly BundleEntry[],
  { lenient }: BundleRun,
): Promise<Result<void>> {
  const puts = new Set(entries.flatMap(({ method, type, id }) => (method === 'PUT' ? [`${type}/${id}`] : [])))
  for (const entry of entries) {
    if (entry.method !== 'GET' || entry.type === METADATA) continue
    const { place, type, id } = entry
    if (id !== undefined && entry.rest === undefined && puts.has(`${type}/${id}`)) continue
    const checked =
      id === undefined ? checkSearch(deps, entry, lenient) : await readEntry(deps, entry, { type, id })
    if (checked.ok) continue
    return fail(failureAt(place, checked.failure))
  }
  return ok(undefined)
}

function checkSearch(
  deps: FhirDeps,
  { type, query = '', rest }: BundleEntry,
  lenient: boolean,
): Result<unknown> {
  const pairs = [...new URLSearchParams(query)]
  if (rest !== undefined) return rest === '_history' ? ok(undefined) : notReadable
  return parseSearch({ type, pairs, lenient, base: deps.base, nowMs: deps.clock.nowMs() })
}

async function readText(deps: FhirDeps, entry: BundleEntry, run: BundleRun): Promise<EntryText> {
  const { type, id } = entry
  if (type === METADATA) return { resource: run.statement(), response: { status: statusText(200) } }
  const read = await (id === undefined
    ? searchEntry(deps, entry, run.lenient)
    : readEntry(deps, entry, { type, id }))
  return read.ok ? read.value : failedText(read.failure)
}

async function searchEntry(
  deps: FhirDeps,
  { type, query = '', rest }: BundleEntry,
  lenient: boolean,
): Promise<Result<EntryText>> {
  if (rest === '_history') return historyEntry(deps, { type, query })
  if (rest !== undefined) return notReadable
  const found = await search(deps, { type, pairs: [...new URLSearchParams(query)], lenient })
  if (!found.ok) return found
  const { result, parsed } = found.value
  const resource = searchSetText({ base: deps.base, type, applied: parsed.applied, ...result })
  return ok({ resource, response: { status: statusText(200) } })
}

async function readEntry(
  deps: FhirDeps,
  { rest, query, ifNoneMatch }: BundleEntry,
  key: ResourceKey,
): Promise<Result<EntryText>> {
  if (rest === '_history') return historyEntry(deps, { ...key, query })
  const version = rest === undefined ? undefined : /^_history\/(.+)$/.exec(rest)?.[1]
  if (rest !== undefined && version === undefined) return notReadable
  const read = await (version === undefined ? readCurrent(deps, key) : readVersion(deps, key, version))
  if (!read.ok) return read
  const etag = etagOf(read.value.version)
  if (ifNoneMatch !== undefined && etagMatches(ifNoneMatch, read.value.version)) {
    return ok({ response: { status: statusText(304), etag } })
  }
  const response = { status: statusText(200), etag, lastModified: read.value.updated }
  return ok({ fullUrl: `${deps.base}/${key.type}/${key.id}`, resource: read.value.content, response })
}

const notReadable = fail({
  kind: 'unsupported',
  code: 'interaction-not-supported',
  message:
    'Only Type?..., Type/_history, Type/id, Type/id/_history and Type/id/_history/version can be read in a Bundle.',
})

async function historyEntry(
  deps: FhirDeps,
  {
    type,
    id,
    query = '',
  }: { readonly type: string; readonly id?: string; readonly query?: string | undefined },
): Promise<Result<EntryText>> {
  const pairs = [...new URLSearchParams(query)]
  const history = await historyText(deps, { of: id === undefined ? { type } : { type, id }, pairs })
  return history.ok ? ok({ resource: history.value, response: { status: statusText(200) } }) : history
}

const statusOf: Readonly<Record<Written['outcome'], number>> = {
  created: 201,
  updated: 200,
  unchanged: 200,
  found: 200,
  deleted: 204,
  absent: 204,
}

function writtenText(
  deps: FhirDeps,
  { key, outcome, stored }: Written,
  returned: BundleRun['returned'],
): EntryText {
  const status = statusText(statusOf[outcome])
  if (!stored || outcome === 'deleted' || outcome === 'absent') return { response: { status } }
  return {
    fullUrl: `${deps.base}/${key.type}/${key.id}`,
    ...(returned === 'representation' && { resource: stored.content }),
    response: {
      status,
      location: `${key.type}/${key.id}/_history/${stored.version}`,
      etag: etagOf(stored.version),
      lastModified: stored.updated,
    },
  }
}

const failedText = (failure: Failure): EntryText => ({
  response: {
    status: statusText(failureKinds[failure.kind].fhir),
    outcome: JSON.stringify(codedOutcome(failure)),
  },
})

const statusText = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim()
