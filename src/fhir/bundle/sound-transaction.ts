import { fail, failureKinds, ok, type Failure, type FailureIssue, type Result } from '../../lib/result.ts'
import { addressName, operations } from '../operations/operations.ts'
import { failureAt } from './entry-failures.ts'
import type { BundleEntry } from './read-entries.ts'

/**
 * The entries of a transaction, when all are sound and no two stand for the same resource. Failures (every entry at
 * fault is listed): those of the entries, `bundle-duplicate-full-url`, `bundle-identity-overlap`.
 */
export function soundTransaction(entries: readonly Result<BundleEntry>[]): Result<readonly BundleEntry[]> {
  const sound = entries.flatMap(entry => (entry.ok ? [entry.value] : []))
  const failures = [
    ...entries.flatMap((entry, i) => (entry.ok ? [] : [failureAt(`Bundle.entry[${i}]`, entry.failure)])),
    ...sound.flatMap(entry => (mayChangeByOperation(entry) ? [noOperation(entry)] : [])),
    ...repeated(sound, writtenUrl, 'bundle-duplicate-full-url', 'has the fullUrl of'),
    ...repeated(sound, identityOf, 'bundle-identity-overlap', 'writes the same resource as'),
  ].toSorted((one, other) => indexOf(one) - indexOf(other))
  const [first] = failures
  if (!first) return ok(sound)
  const heaviest =
    failures.find(({ kind }) => kind === 'forbidden') ?? failures.find(({ kind }) => kind === 'invalid')
  return fail({ ...(heaviest ?? first), issues: failures.flatMap(issuesOf) })
}

/** Which entry a failure is about. */
const indexOf = ({ expression = '' }: Failure): number =>
  Number(/^Bundle\.entry\[(\d+)\]/.exec(expression)?.[1] ?? 0)

function issuesOf({ kind, message, expression, issues }: Failure): readonly FailureIssue[] {
  if (issues?.length) return issues
  const issue = { severity: 'error', code: failureKinds[kind].issue, diagnostics: message } as const
  return [{ ...issue, ...(expression !== undefined && { expression }) }]
}

/** Whether it calls an operation by POST that doesn't only tell; one that does goes with the reads (HL7's example has one). */
function mayChangeByOperation({ inner, method }: BundleEntry): boolean {
  if (!inner || method !== 'POST') return false
  const [of = '', name] = inner.path.split('/$')
  const named = of.split('/')
  return !operations.some(
    operation =>
      !operation.affectsState &&
      addressName(operation) === name &&
      (operation.types === 'all' || operation.types.some(type => named.includes(type))),
  )
}

const noOperation = ({ place }: BundleEntry): Failure => ({
  kind: 'unsupported',
  code: 'bundle-entry-not-supported',
  message: `${place}: this operation can't be called in a transaction, which could not take it back; send it alone or in a batch`,
  expression: place,
})

const writtenUrl = ({ fullUrl, inner }: BundleEntry): string | undefined => (inner ? undefined : fullUrl)

/** What an entry writes: `Type/id`; a POST whose fullUrl is a relative `Type/id` claims that address within the Bundle. */
function identityOf({ method, type, id, fullUrl, inner }: BundleEntry): string | undefined {
  if (inner) return undefined
  if (id !== undefined) return `${type}/${id}`
  if (method !== 'POST') return undefined
  return fullUrl !== undefined && fullUrl.startsWith(`${type}/`) ? fullUrl : undefined
}

function repeated(
  entries: readonly BundleEntry[],
  keyOf: (entry: BundleEntry) => string | undefined,
  code: string,
  what: string,
): readonly Failure[] {
  const seen = new Map<string, string>()
  return entries.flatMap(entry => {
    const key = keyOf(entry)
    if (key === undefined) return []
    const earlier = seen.get(key)
    seen.set(key, earlier ?? entry.place)
    if (earlier === undefined) return []
    const message = `${entry.place} ${what} ${earlier}; leave one of them out, or make them one.`
    return [{ kind: 'invalid', code, message, expression: entry.place } as const]
  })
}
