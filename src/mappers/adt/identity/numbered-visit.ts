import { assert } from '../../../lib/assert.ts'
import { derivedId } from '../../../lib/ids.ts'
import type { MappedEvent } from '../events/adt-event.ts'
import type { SaidNow, World } from '../apply-message.ts'
import type { Fact } from '../events/fact.ts'
import { registerOf } from '../registers/registers.ts'
import { takeIn } from '../registers/take-in.ts'
import type { IdentityBody } from './identity-fact.ts'
import { bornApart, isTiedOtherwise, partiesOf, REFUSED, refusedIn, VISIT_CLAIMED } from './visit-claims.ts'
import {
  firstOfVisit,
  namersOf,
  sharedFacts,
  sharing,
  VISIT_KEY,
  visitKeyOf,
  type NamedVisit,
  type Shared,
} from './visit-key.ts'

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

/** Beside the first, of whom a number's register knows: each is loaded with every message that names the number. */
const OTHERS_MAX = 1

/**
 * The first to name a visit number has it; another patient's message with that number speaks of the same visit, unless
 * the two were born on different days: then the sender numbers visits patient by patient, and who is none of those before has a
 * visit of their own. What is known of birthdays may change: those refused are looked at again with each message of theirs
 * and of whom they were taken for.
 */
export function numberedVisit(event: MappedEvent, world: World): Numbered {
  const { patient, visit } = event
  const key = visitKeyOf(event)
  const first = key === undefined ? undefined : firstOfVisit(world.said(key).get(VISIT_KEY))
  const again = sharedAfterAll(event, world)
  if (key === undefined || !visit) return again
  const named = { patient: patient.id, encounter: visit.id }
  if (!first) return { ...again, said: [{ subject: key, scope: VISIT_KEY, body: named }] }
  const namers = namersOf(first)
  const own = namers.findIndex(one => one.patient === patient.id)
  const before = own < 0 ? namers : namers.slice(0, own)
  const [claims, said]: [Fact[], SaidNow[]] = [[], []]
  let shared: readonly Fact[] | undefined
  for (const namer of before) {
    const facts = sharedFacts(event, namer)
    if (facts.length === 0 || !isSomeoneElse(event, world, namer.patient)) {
      shared ??= facts
      continue
    }
    const claim = claimOf(event, facts)
    if (isTold(facts[0], event, world) || isTold(claim, event, world)) continue
    claims.push(claim)
    said.push(...refusedBy(namer, named, world))
  }
  if (own < 0 && namers.length <= OTHERS_MAX) {
    const body = { ...first, others: [...(first.others ?? []), named] }
    said.push({ subject: key, scope: VISIT_KEY, body })
  }
  const flags = shared || before.length === 0 ? [] : ['visit-number-of-another-patient:PV1-19']
  return { ...again, facts: [...again.facts, ...(shared ?? [])], claims, said, flags }
}

const isTold = (fact: Fact | undefined, { patient }: MappedEvent, world: World): boolean =>
  world.facts(patient.id).some(({ id }) => id === fact?.id)

/** That somebody was refused, in the register of whom they were taken for. */
function refusedBy(
  { patient, encounter: to }: NamedVisit,
  { patient: claimant, encounter: from }: NamedVisit,
  world: World,
): readonly SaidNow[] {
  const known = world.said(patient)
  const refused = refusedIn(known.get(REFUSED))
  const isFull = Object.keys(refused).length >= REFUSED_MAX
  return [
    { subject: patient, scope: '', body: registerOf(known.get('')) },
    ...(isFull ? [] : [{ subject: patient, scope: REFUSED, body: { ...refused, [from]: { claimant, to } } }]),
  ]
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
      .some(({ kind, body }) => kind === 'visit-shared' && isSame(body as unknown as IdentityBody, share))
    return isShared || isSomeoneElse(event, world, other) ? [] : sharing(event, share)
  })
  return { ...nothing, facts }
}

const isSame = ({ from, to }: Pick<IdentityBody, 'from' | 'to'>, share: Shared): boolean =>
  from === share.from && to === share.to

/** Known to be born on different days once this message is taken in, and never said to be one. */
function isSomeoneElse(event: MappedEvent, world: World, other: string): boolean {
  const { patient } = event
  if (isTiedOtherwise(patient.id, other, world.facts)) return false
  const own = takeIn(event, { said: world.said(patient.id), facts: [] }).said.get('')
  return bornApart(own ?? {}, registerOf(world.said(other).get('')))
}
