import { fail, failureKinds, ok, type Failure, type FailureIssue, type Result } from '../../lib/result.ts'
import { failureAt } from './entry-failures.ts'
import type { BundleEntry } from './read-entries.ts'

/**
 * The entries of a transaction, when all are sound and no two stand for the same resource. Failures (every entry at
 * fault is listed): those of the entries, `bundle-duplicate-full-url`, `bundle-identity-overlap`.
 */
export function soundTransaction(entries: readonly Result<BundleEntry>[]): Result<readonly BundleEntry[]> {
  const failures = entries.flatMap((entry, i) =>
    entry.ok
      ? entry.value.inner && entry.value.method === 'POST'
        ? [noOperation(entry.value)]
        : []
      : [failureAt(`Bundle.entry[${i}]`, entry.failure)],
  )
  const [first] = failures
  if (first) {
    const issues = failures.flatMap(({ kind, message, expression, issues: own }): readonly FailureIssue[] => {
      if (own?.length) return own
      const { issue: code } = failureKinds[kind]
      return [
        {
          severity: 'error',
          code,
          diagnostics: message,
          ...(expression !== undefined && { expression }),
        },
      ]
    })
    const heaviest =
      failures.find(({ kind }) => kind === 'forbidden') ?? failures.find(({ kind }) => kind === 'invalid')
    return fail({ ...(heaviest ?? first), issues })
  }
  const sound = entries.flatMap(entry => (entry.ok ? [entry.value] : []))
  return (
    repeated(sound, writtenUrl, 'bundle-duplicate-full-url', 'has the fullUrl of') ??
    repeated(sound, identityOf, 'bundle-identity-overlap', 'writes the same resource as') ??
    ok(sound)
  )
}

const noOperation = ({ place }: BundleEntry): Failure => ({
  kind: 'unsupported',
  code: 'bundle-entry-not-supported',
  message: `${place}: an operation can not be taken back with a transaction; send it alone or in a batch`,
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
): Result<never> | undefined {
  const seen = new Map<string, string>()
  for (const entry of entries) {
    const key = keyOf(entry)
    if (key === undefined) continue
    const earlier = seen.get(key)
    if (earlier !== undefined) {
      const message = `${entry.place} ${what} ${earlier}.`
      return fail({ kind: 'invalid', code, message, expression: entry.place })
    }
    seen.set(key, entry.place)
  }
  return undefined
}
