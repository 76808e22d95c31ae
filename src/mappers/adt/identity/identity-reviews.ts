import type { IdentityReview } from '../../../care-plan/triggers/identity-triggers.ts'
import type { Stay } from '../../../care-plan/stays/stay.ts'
import { hash } from 'node:crypto'
import type { Fact } from '../events/fact.ts'
import type { Statement } from './identity-fact.ts'
import { ownerOf, ownerThen, type Identity } from './identity.ts'
import { unmergedReviews } from './work-since-merge.ts'

/** A visit that a statement gave to another patient, and whose it is in the end. */
export interface MovedVisit {
  readonly statement: Statement
  /** Before merges. */
  readonly holder: string
  readonly stay: Stay
}

interface ReviewFrame {
  readonly subjects: readonly string[]
  readonly identity: Identity
  readonly moved: readonly MovedVisit[]
  /** All of the cluster. */
  readonly facts: readonly Fact[]
}

/** What was said of who is who that people have to look at, for one patient who goes on; what was undone is nothing. */
export function identityReviewsOf(patient: string, frame: ReviewFrame): readonly IdentityReview[] {
  const { identity, facts } = frame
  return [
    ...mergedInto(patient, frame),
    ...unmergedReviews(patient, { identity, facts }),
    ...duplicatesOf(patient, identity),
    ...movedFrom(patient, frame),
  ]
}

function mergedInto(patient: string, { identity, subjects }: ReviewFrame): readonly IdentityReview[] {
  return [...identity.parents].flatMap(([from, { to, statement }]) => {
    if (statement.kind !== 'merge' || ownerOf(identity, from) !== patient) return []
    const { at, message, instant } = statement
    const then = ownerThen(identity, to, instant)
    const one = subjects.filter(subject => ownerThen(identity, subject, instant) === then)
    const joined = one.filter(subject => cameBy(identity, subject, from))
    const kept = one.filter(subject => !joined.includes(subject))
    return [{ kind: 'merged', id: `merge:${from}`, at, message, joined, kept } as const]
  })
}

/** Whether somebody's record went the way of another's. */
function cameBy({ parents }: Identity, subject: string, from: string): boolean {
  let at = subject
  for (let edge = parents.get(at); edge && at !== from; edge = parents.get(at)) at = edge.to
  return at === from
}

/** A link that nobody took back, of two who aren't one by now. */
function duplicatesOf(patient: string, identity: Identity): readonly IdentityReview[] {
  return identity.links.flatMap(({ statement: { from, to, at, message } }) => {
    const [one, two] = [ownerOf(identity, from), ownerOf(identity, to)]
    if (one === two || (one !== patient && two !== patient)) return []
    const other = one === patient ? to : from
    return [{ kind: 'possible-duplicate', id: `duplicate:${other}`, at, message } as const]
  })
}

/** Of visits that are another's in the end, once for each statement that gave them away. */
function movedFrom(patient: string, { identity, moved }: ReviewFrame): readonly IdentityReview[] {
  const away = moved.filter(
    ({ statement: { from }, holder }) =>
      ownerOf(identity, from) === patient && ownerOf(identity, holder) !== patient,
  )
  return [...Map.groupBy(away, ({ statement }) => statement)].map(([statement, visits]) => {
    const { to, visit = '', account = '', at, message } = statement
    const what = hash('sha256', `${visit}|${account}`, 'hex').slice(0, ID_DIGITS)
    const moments = visits.flatMap(({ stay }) => stay.movements.map(movement => movement.at)).toSorted()
    return { kind: 'moved', id: `move:${to}:${what}`, at, message, moments } as const
  })
}

const ID_DIGITS = 12
