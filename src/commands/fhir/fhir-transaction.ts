import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { failureAt } from '../../fhir/bundle/entry-failures.ts'
import { METADATA, readEntries, withAbsoluteUrls, type BundleEntry } from '../../fhir/bundle/read-entries.ts'
import { soundTransaction } from '../../fhir/bundle/sound-transaction.ts'
import { bundleText, type EntryText } from '../../fhir/bundle/texts.ts'
import type { Resource } from '../../fhir/resource.ts'
import { permittedEntries } from './fhir-access.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import { failedText, innerText, writtenText, type InnerAnswer, type Returned } from './fhir-entry-texts.ts'
import type { WriteIntent } from './fhir-intent.ts'
import { refusedContent } from './fhir-validate.ts'
import { writeAll } from './fhir-write.ts'

export interface BundleRun {
  readonly bundle: Resource
  readonly returned: Returned
  /** Answers an entry that reads or calls an operation, as its address does when it is called alone. */
  readonly answer: (entry: BundleEntry) => Promise<Result<InnerAnswer>>
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
  const refused = type === 'batch' ? refusedContent(deps, frameOf(run.bundle)) : undefined
  if (refused) return fail(refused)
  const entries = permittedEntries(caller.access, request.value.entries)
  const answers =
    type === 'batch'
      ? ok(await runBatch(deps, caller, { ...run, entries }))
      : await runTransaction(deps, caller, { ...run, entries })
  if (!answers.ok) return answers
  return ok(bundleText({ type: `${type}-response`, entries: answers.value }))
}

/** A batch without its entries, of which each is judged alone; a list of none is a fault of the Bundle itself. */
function frameOf(bundle: Resource): Resource {
  const { entry, ...frame } = bundle
  return Array.isArray(entry) && entry.length > 0 ? frame : bundle
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
  const refused = refusedContent(deps, withAbsoluteUrls(run.bundle, deps.base))
  if (refused) return fail(refused)
  const readable = await checkReads(sound.value, run)
  if (!readable.ok) return readable
  const writes = sound.value.filter(entry => !entry.inner)
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
  for (const [i, entry] of entries.entries()) {
    answers.push(
      entry.ok
        ? await runEntry(deps, caller, { ...run, entry: entry.value })
        : failedText(`Bundle.entry[${i}]`, entry.failure),
    )
  }
  return answers
}

async function runEntry(
  deps: FhirDeps,
  caller: Caller,
  { entry, ...run }: BundleRun & { readonly entry: BundleEntry },
): Promise<EntryText> {
  if (entry.inner) return readText(deps, entry, run)
  const refused = entry.resource && refusedContent(deps, entry.resource)
  if (refused) return failedText(entry.place, refused)
  const written = await writeAll(deps, caller, [intentOf(entry)])
  if (!written.ok) return failedText(entry.place, written.failure)
  const [outcome] = written.value
  return outcome ? writtenText(deps, outcome, run.returned) : innerText(deps, entry, { status: 200 })
}

function intentOf({ inner: _inner, ifModifiedSince: _since, ...entry }: BundleEntry): WriteIntent {
  const { method } = entry
  return { ...entry, method: method === 'GET' || method === 'HEAD' ? 'POST' : method }
}

async function readText(
  deps: FhirDeps,
  entry: BundleEntry,
  { answer }: BundleRun | Omit<BundleRun, 'entries'>,
) {
  const read = await answer(entry)
  return read.ok ? innerText(deps, entry, read.value) : failedText(entry.place, read.failure)
}

/** A transaction whose reads can't succeed fails before it writes; what it writes itself is there when it is read. */
async function checkReads(
  entries: readonly BundleEntry[],
  { answer }: Pick<BundleRun, 'answer'>,
): Promise<Result<void>> {
  const writers = new Map(
    entries.flatMap(({ inner, method, type, id }) =>
      inner || id === undefined ? [] : [[`/${type}/${id}`, method]],
    ),
  )
  for (const entry of entries) {
    const { inner, place, type } = entry
    if (!inner || type === METADATA) continue
    const writer = writers.get(inner.path)
    if (writer === 'DELETE') return fail(failureAt(place, deletedHere))
    if (writer !== undefined) continue
    const read = await answer(entry)
    if (!read.ok) return fail(failureAt(place, read.failure))
  }
  return ok(undefined)
}

const deletedHere: Failure = {
  kind: 'gone',
  code: 'resource-deleted',
  message: 'Another entry deletes what this one reads; leave one of them out.',
}
