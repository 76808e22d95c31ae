import { assert } from '../../../lib/assert.ts'
import { derivedId } from '../../../lib/ids.ts'
import type { MappedEvent } from '../adt-event.ts'
import type { SaidNow, World } from '../apply-message.ts'
import type { Fact } from '../fact.ts'
import { registerOf } from '../registers.ts'
import { takeIn } from '../take-in.ts'
import { bornApart, isTiedOtherwise, partiesOf, REFUSED, refusedIn, VISIT_CLAIMED } from './visit-claims.ts'
import { firstOfVisit, sharedFacts, sharing, VISIT_KEY, visitKeyOf, type Shared } from './visit-key.ts'

/** What follows of a message's visit number for who is who. */
export interface Numbered {
  readonly facts: readonly Fact[]
  /** Facts that tie nobody. */
  readonly claims: readonly Fact[]
  readonly said: readonly SaidNow[]
  readonly flags: readonly string[]
}

const nothing: Numbered = { facts: [], claims: [], said: [], flags: [] }

/** Of a number that very many use, no more are remembered. */
const REFUSED_MAX = 8

/**
 * The first to name a visit number has it; another patient's message with that number speaks of the same visit, unless
 * the two were born on different days: then the sender numbers visits patient by patient. What is known of birthdays may
 * change: those refused are looked at again with each message of theirs and of whom they were taken for.
 */
export function numberedVisit(event: MappedEvent, world: World): Numbered {
  const { patient, visit } = event
  const key = visitKeyOf(event)
  const first = key === undefined ? undefined : firstOfVisit(world.said(key).get(VISIT_KEY))
  const again = sharedAfterAll(event, world)
  if (key === undefined || !visit) return again
  if (!first) {
    const body = { patient: patient.id, encounter: visit.id }
    return { ...again, said: [{ subject: key, scope: VISIT_KEY, body }] }
  }
  const facts = sharedFacts(event, first)
  const isKnown = facts.length === 0 || world.facts(patient.id).some(({ id }) => id === facts[0]?.id)
  if (isKnown || !isSomeoneElse(event, world, first.patient))
    return { ...again, facts: [...again.facts, ...facts] }
  const claim = claimOf(event, facts)
  const flags = ['visit-number-of-another-patient:PV1-19']
  if (world.facts(patient.id).some(({ id }) => id === claim.id)) return { ...again, flags }
  const { patient: other, encounter: to } = first
  const known = world.said(other)
  const refused = refusedIn(known.get(REFUSED))
  const isFull = Object.keys(refused).length >= REFUSED_MAX
  const body = { ...refused, [visit.id]: { claimant: patient.id, to } }
  const said = [
    { subject: other, scope: '', body: registerOf(known.get('')) },
    ...(isFull ? [] : [{ subject: other, scope: REFUSED, body }]),
  ]
  return { ...again, claims: [claim], said, flags }
}

/** The same under the claimant alone, as something that ties nobody. */
function claimOf(event: MappedEvent, facts: readonly Fact[]): Fact {
  const { patient, context } = event
  const own = facts.find(({ subject }) => subject === patient.id)
  assert(own !== undefined, 'a number is shared by the patient of its message')
  const name = `${VISIT_CLAIMED}|${own.id}`
  return {
    ...own,
    id: derivedId(patient.shard, context.settings.tenant, 'Fact', name),
    kind: VISIT_CLAIMED,
  }
}

/** What was refused and is no longer known to be of two. */
function sharedAfterAll(event: MappedEvent, world: World): Numbered {
  const { patient } = event
  const claims = world.facts(patient.id).filter(({ kind }) => kind === VISIT_CLAIMED)
  const refused = Object.entries(refusedIn(world.said(patient.id).get(REFUSED)))
  if (claims.length + refused.length === 0) return nothing
  const shares: readonly Shared[] = [
    ...claims.map(fact => {
      const [one, claimant] = partiesOf(fact)
      const { from, to } = fact.body as { readonly from: string; readonly to: string }
      return { first: one, claimant, from, to }
    }),
    ...refused.map(([from, { claimant, to }]) => ({ first: patient.id, claimant, from, to })),
  ]
  const facts = shares.flatMap(share => {
    const other = share.first === patient.id ? share.claimant : share.first
    const isShared = world
      .facts(patient.id)
      .some(({ kind, body }) => kind === 'visit-shared' && (body as { from?: unknown }).from === share.from)
    return isShared || isSomeoneElse(event, world, other) ? [] : sharing(event, share)
  })
  return { ...nothing, facts }
}

/** Known to be born on different days once this message is taken in, and never said to be one. */
function isSomeoneElse(event: MappedEvent, world: World, other: string): boolean {
  const { patient } = event
  if (isTiedOtherwise(patient.id, other, world.facts)) return false
  const own = takeIn(event, { said: world.said(patient.id), facts: [] }).said.get('')
  return bornApart(own ?? {}, registerOf(world.said(other).get('')))
}
