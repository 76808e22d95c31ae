import type { Json } from '../../../fhir/resource.ts'
import type { Fact } from '../events/fact.ts'
import { winners } from '../registers/register-index.ts'
import { registerOf, wordOf, type Register } from '../registers/registers.ts'
import type { Told } from '../registers/take-in.ts'
import type { IdentityBody } from './identity-fact.ts'
import { clusterOf } from './identity.ts'

/**
 * Kind of the fact that a patient was named with a visit number which somebody had first who was born on another day. It
 * stands under the claimant alone and ties nobody: of senders who number visits patient by patient there are as many as
 * patients. It counts as `visit-shared` where the two are known to be one, or turn out to be born on one day.
 */
export const VISIT_CLAIMED = 'visit-claimed'

/**
 * Scope of the register of who had visit numbers first: who named one later and was known to be born on another day, by
 * the Encounter that the number makes of them. Not all of many.
 */
export const REFUSED = '#refused'

export type RefusedVisits = { readonly [from: string]: { readonly claimant: string; readonly to: string } }

/** Who was refused a number that a patient had first. */
export const refusedIn = (body: Json | undefined): RefusedVisits => (body ?? {}) as RefusedVisits

type ToldOf = (subject: string) => Told

/** Who had the number first, and who named it later. */
export const partiesOf = ({ body }: Fact): readonly [first: string, claimant: string] => {
  const [first = '', claimant = ''] = (body as unknown as IdentityBody).subjects
  return [first, claimant]
}

/** Known to be born on different days. */
export function bornApart(one: Register, other: Register): boolean {
  const [day, otherDay] = [one, other].map(said => wordOf(winners(said).get('PID-7'))?.slice(0, DAY_LENGTH))
  return day !== undefined && otherDay !== undefined && day !== otherDay
}

const DAY_LENGTH = 8

/** Whether anything but a visit number ever tied two patients together. */
export const isTiedOtherwise = (
  one: string,
  other: string,
  facts: (subject: string) => readonly Fact[],
): boolean =>
  clusterOf([one], subject => facts(subject).filter(({ kind }) => kind !== 'visit-shared')).includes(other)

/** The facts of patients, those of shared visit numbers as far as the two may be one by what is known of them now. */
export function standingFacts(subjects: readonly string[], told: ToldOf): readonly Fact[] {
  const facts = subjects.flatMap(subject => told(subject).facts)
  if (!facts.some(isOfNumber)) return facts
  const known = new Set(subjects)
  const own = (subject: string): Register => registerOf(told(subject).said.get(''))
  return facts.flatMap(fact => {
    if (!isOfNumber(fact)) return [fact]
    const [first, claimant] = partiesOf(fact)
    const isApart =
      !known.has(first) ||
      !known.has(claimant) ||
      (bornApart(own(first), own(claimant)) &&
        !isTiedOtherwise(first, claimant, subject => told(subject).facts))
    return isApart ? [] : [fact.kind === VISIT_CLAIMED ? { ...fact, kind: 'visit-shared' } : fact]
  })
}

const isOfNumber = ({ kind }: Fact): boolean => kind === 'visit-shared' || kind === VISIT_CLAIMED
