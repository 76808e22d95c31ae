import type { Unmerged } from '../../../care-plan/triggers/identity-triggers.ts'
import { derivedId } from '../../../lib/ids.ts'
import type { Instant } from '../../../lib/clock.ts'
import type { Fact } from '../events/fact.ts'
import type { Statement } from './identity-fact.ts'
import { ownerOf, type Identity } from './identity.ts'

/** Kind of the fact that people had worked on what was one when a merge was undone. */
const WORK = 'work-since-merge'

/** Scope of the register of who was merged: what people had done by then, so that what they did since is known. */
export const MERGED = '#merged'

/** `Type/id` -> how far it was when the two became one. */
export type Marks = { readonly [key: string]: string }

type WorkBody = {
  readonly from: string
  readonly to: string
  /** Of the statement that undid the merge. */
  readonly stamp: string
  readonly at: string
  readonly message: string
  /** References of what people did, by case. */
  readonly work: { readonly [caseId: string]: readonly string[] }
}

/** A merge that a decision undoes. */
export interface Undone {
  readonly from: string
  readonly to: string
}

/** Merges that hold on the one side and not on the other. */
export const edgesGone = (one: Identity, other: Identity): readonly Undone[] =>
  [...one.parents].flatMap(
    ([
      from,
      {
        to,
        statement: { kind },
      },
    ]) => (kind === 'merge' && other.parents.get(from)?.to !== to ? [{ from, to }] : []),
  )

/** What people did since the two became one: new by now, or further than it was. */
export const workSince = (was: Marks, is: Marks): readonly string[] =>
  Object.keys(is)
    .filter(key => was[key] !== is[key])
    .toSorted()

interface WorkFrame {
  readonly tenant: number
  readonly shard: number
  /** In whose record it stands once the merge is undone. */
  readonly patient: string
  readonly identity: Identity
  readonly at: Instant
}

/** The fact that it was so, for good: what is found at the time can't be found later. */
export function workFact(
  { from, to }: Undone,
  work: WorkBody['work'],
  { tenant, shard, patient, identity, at }: WorkFrame,
): Fact | undefined {
  const undoing = undoingOf(identity, { from, to })
  if (!undoing) return undefined
  const { stamp, message } = undoing
  const body: WorkBody = { from, to, stamp, at: undoing.at, message, work }
  return {
    id: derivedId(shard, tenant, 'Fact', `${WORK}|${stamp}|${from}|${to}|${patient}`),
    ...{ subject: patient, kind: WORK, scope: '' },
    ...{ at, recorded: at, actor: 'Device/casewire', source: WORK, body },
  }
}

/** The last word that told the two, or the two on whose way they are, apart. */
const undoingOf = ({ statements }: Identity, { from, to }: Undone): Statement | undefined =>
  statements.findLast(
    one =>
      one.kind === 'unlink' && (one.from === from || one.to === from || one.from === to || one.to === to),
  )

/** Work on what was one, of a patient who goes on: for as long as nobody says again that the two are one. */
export function unmergedReviews(
  patient: string,
  { identity, facts }: { readonly identity: Identity; readonly facts: readonly Fact[] },
): readonly Unmerged[] {
  const found = new Map(facts.filter(({ kind }) => kind === WORK).map(fact => [fact.id, fact]))
  return [...found.values()].flatMap(({ id, subject, body }) => {
    const { from, to, stamp, at, message, work } = body as WorkBody
    const isApart = ownerOf(identity, from) !== ownerOf(identity, to)
    const isAgain = identity.statements.some(
      one => one.kind === 'merge' && one.from === from && one.to === to && one.stamp > stamp,
    )
    if (!isApart || isAgain || ownerOf(identity, subject) !== patient) return []
    return [{ kind: 'unmerged', id: `unmerge:${id}`, at, message, work } as const]
  })
}
