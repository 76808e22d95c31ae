import type { Identifier } from '@medplum/fhirtypes'
import type { Segment } from '../../../hl7v2/segment.ts'
import type { NamedEvent, PatientName } from '../events/adt-event.ts'
import type { Fact } from '../events/fact.ts'
import { accountIdOf, visitIdOf } from '../events/patient-name.ts'
import { cxToIdentifier, identifierKey } from '../types/cx-identifier.ts'
import type { IdentityBody } from './identity-fact.ts'
import { distinct, factsFor, json } from './identity-facts-for.ts'

interface AccountFrame {
  readonly prior: PatientName | undefined
  readonly what: 'merge-account' | 'rename-account'
}

/**
 * What MRG-3 and PID-18 say of an account, and of the visit that it numbers where nothing else does: the one is part of
 * the other, or its number before. Nothing where they don't name two numbers.
 */
export function accountFacts(
  event: NamedEvent,
  mrg: Segment,
  { prior, what }: AccountFrame,
): readonly Fact[] {
  const { patient, context } = event
  const named = namedAccounts(event, mrg)
  if (!named?.right) return []
  const { old, right } = named
  if (identifierKey(old) === identifierKey(right))
    return prior && prior.id !== patient.id ? movedAccount(event, mrg, prior) : []
  const owner = prior ?? patient
  const subjects = distinct([owner.id, patient.id])
  const visits = [visitIdOf(owner, old, context), visitIdOf(patient, right, context)] as const
  const accounts = [accountIdOf(owner, old, context), accountIdOf(patient, right, context)] as const
  if (what === 'merge-account') {
    const merged = ([from, to]: readonly [string, string]) => ({ from, to, subjects, old: json([old]) })
    return [
      ...factsFor(event, 'visit-merge', merged(visits)),
      ...factsFor(event, 'account-merge', merged(accounts)),
    ]
  }
  const renamed = ([to, from]: readonly [string, string]) => ({
    ...{ from, to, subjects },
    ...numbers(old, right),
  })
  return [
    ...factsFor(event, 'visit-rename', renamed(visits)),
    ...factsFor(event, 'account-rename', renamed(accounts)),
  ]
}

/** One account goes on under the patient in PID, there perhaps by another number; whose it is, the move or merge says. */
export function movedAccount(event: NamedEvent, mrg: Segment, prior: PatientName): readonly Fact[] {
  const { patient, context } = event
  const named = namedAccounts(event, mrg)
  if (!named) return []
  const { old, right = old } = named
  const isOther = identifierKey(old) !== identifierKey(right)
  return factsFor(event, 'account-rename', {
    from: accountIdOf(patient, right, context),
    to: accountIdOf(prior, old, context),
    subjects: [prior.id, patient.id],
    ...(isOther && numbers(old, right)),
  })
}

const numbers = (old: Identifier, right: Identifier): Pick<IdentityBody, 'old' | 'current'> => ({
  old: json([old]),
  current: json([right]),
})

function namedAccounts(
  { message, context }: NamedEvent,
  mrg: Segment,
): { readonly old: Identifier; readonly right: Identifier | undefined } | undefined {
  const numberIn = (segment: Segment | undefined, field: number): Identifier | undefined =>
    segment
      ?.repetitions(field)
      .map(cx => cxToIdentifier(cx, context, `${segment.name}-${field}`, 'AN'))
      .find(identifier => identifier !== undefined)
  const old = numberIn(mrg, 3)
  return old && { old, right: numberIn(message.first('PID'), 18) }
}
