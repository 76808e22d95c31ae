import type { Instant } from '../../../lib/clock.ts'
import type { Json } from '../../../fhir/resource.ts'
import type { Fact } from '../events/fact.ts'

/**
 * What a message can say about who is who. `from` and `to` are patients (ids as the identifiers in the message make
 * them), of the kinds that begin with `visit-` they are visits (Encounter ids as sent), of those with `account-` accounts (Account ids likewise).
 */
export type IdentityKind =
  /** `from` is the same person as `to` and no longer used. */
  | 'merge'
  /** They may be one person: to be looked at. */
  | 'link'
  /** They are two: undoes what was said of them before, merge or link. */
  | 'unlink'
  /** `from` is a new number of `to`, which goes on under its own id. */
  | 'rename'
  /** Visits, of one account or one number where that is said, belong to `to`, not to `from`. */
  | 'move'
  /** One visit, sent under two patients. */
  | 'visit-shared'
  /** Visit `from` was a double of `to`. */
  | 'visit-merge'
  /** `from` is a new number of visit `to`. */
  | 'visit-rename'
  /** Account `from` is part of `to` and no longer used. */
  | 'account-merge'
  /** `from` is a new number of account `to`, or the number under which another patient has it now. */
  | 'account-rename'

const kinds: ReadonlySet<string> = new Set<IdentityKind>([
  'merge',
  'link',
  'unlink',
  'rename',
  'move',
  'visit-shared',
  'visit-merge',
  'visit-rename',
  'account-merge',
  'account-rename',
])

/** The body of such a fact. It stands once under each patient whom it concerns, so that each leads to the others. */
export type IdentityBody = {
  /** Patients whom it concerns. */
  readonly subjects: readonly string[]
  readonly from: string
  readonly to: string
  /** `recorded instant|control id|content hash`: orders what was said. */
  readonly stamp: string
  /** FHIR dateTime of when it came to be. */
  readonly at: string
  /** `meta.source` of the message. */
  readonly message: string
  /** Trigger event, or the operation. */
  readonly event: string
  /** Identifiers (FHIR) that go out of use by it. */
  readonly old?: readonly Json[]
  /** Identifiers (FHIR) that are used from then on. */
  readonly current?: readonly Json[]
  /**
   * Of a merge: `from` is another number of whoever is merged. It makes nobody known, and says nothing of one who is the
   * survivor by then.
   */
  readonly isLesser?: true
  /**
   * Of a merge that a person asked for: what it made of each Patient beside what is computed, and what stood there, so
   * that undoing it gives that back.
   */
  readonly undo?: Readonly<Record<string, Laid>>
  /** Security labels (FHIR) of `from` that no message said. */
  readonly security?: readonly Json[]
  /** Of a move: the Encounter as sent under `from`. */
  readonly visit?: string
  /** Of a move: `system|value` of the account whose visits are moved. */
  readonly account?: string
}

/** Elements as they were, and as they were made. */
export type Laid = {
  readonly before: { readonly [element: string]: Json }
  readonly after: { readonly [element: string]: Json }
}

/** What was said once, with the time that orders effects. */
export interface Statement extends IdentityBody {
  readonly kind: IdentityKind
  readonly instant: Instant
}

export const isIdentityFact = ({ kind }: Pick<Fact, 'kind'>): boolean => kinds.has(kind)

/** Every statement once, in the order in which sources recorded them. */
export function statementsOf(facts: Iterable<Fact>): readonly Statement[] {
  const found = new Map<string, Statement>()
  for (const fact of facts) {
    if (!isIdentityFact(fact)) continue
    const body = fact.body as unknown as IdentityBody
    const statement: Statement = { ...body, kind: fact.kind as IdentityKind, instant: fact.at }
    found.set(nameOf(statement), statement)
  }
  return [...found.values()].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

/** Of one message, what it says of lesser numbers comes after the merge itself. */
const nameOf = ({ stamp, kind, isLesser, from, to, visit = '', account = '' }: Statement): string =>
  [stamp, isLesser ? `${kind} lesser` : kind, from, to, visit, account].join('\n')
