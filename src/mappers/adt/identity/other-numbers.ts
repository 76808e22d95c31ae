import { derivedId, namedId } from '../../../lib/ids.ts'
import type { Json } from '../../../fhir/resource.ts'
import type { MappedEvent } from '../events/adt-event.ts'
import type { Fact } from '../events/fact.ts'
import { isSilent, registerOf } from '../registers/registers.ts'
import { identifierKey } from '../types/cx-identifier.ts'
import { facilityId } from '../types/xon-organization.ts'
import type { IdentityBody } from './identity-fact.ts'

/** Scope of the register that says under which patients a number stood as one of several in PID-3. */
export const NAMED_BY = '#named-by'

/** What must be known of patients to see whom a message joins. */
export interface Knowing {
  readonly facts: (subject: string) => readonly Fact[]
  readonly said: (subject: string) => ReadonlyMap<string, Json>
}

/** By patient: the first message that named the number beside theirs. */
export type NamedBy = { readonly [patient: string]: Naming }

type Naming = {
  readonly stamp: string
  readonly at: string
  readonly instant: string
  readonly recorded: string
  readonly message: string
  readonly event: string
  readonly source: string
  readonly actor: string
}

interface OtherNumbers {
  readonly facts: readonly Fact[]
  readonly said: readonly { readonly subject: string; readonly scope: string; readonly body: Json }[]
}

const none: OtherNumbers = { facts: [], said: [] }

/** The patients whom the lesser numbers of PID-3 would make, had they come alone. */
export function otherPatients({ patient, identity, context }: MappedEvent): readonly string[] {
  if (patient.identifiers.length < 2 || identity.length > 0) return NOBODY
  const { tenant } = context.settings
  const ids = patient.identifiers.map(identifier => namedId(tenant, 'Patient', identifierKey(identifier)).id)
  return [...new Set(ids)].filter(id => id !== patient.id)
}

const NOBODY: readonly string[] = []

/**
 * A message whose PID-3 names two known patients is the first one's, by precedence; that the two may be one is linked as
 * by an A24, for people to look at (adt.md 3.2.7). Whichever of the messages comes first, the earliest word makes the
 * link; an unlink (A37) takes it back for good.
 */
export function otherNumbers(event: MappedEvent, world: Knowing): OtherNumbers {
  const { patient } = event
  const others = otherPatients(event)
  const before = [patient, ...(event.prior ? [event.prior.patient] : [])].flatMap(({ id }) =>
    namedBy(id, world),
  )
  if (others.length + before.length === 0) return none
  const own = namingOf(event)
  const said = others.flatMap(subject => {
    const standing = (world.said(subject).get(NAMED_BY) ?? {}) as NamedBy
    const known = standing[patient.id]
    if (known && known.stamp <= own.stamp) return []
    return [{ subject, scope: NAMED_BY, body: { ...standing, [patient.id]: own } }]
  })
  const joins = [
    ...others
      .filter(other => isKnown(other, world))
      .map(other => ({ from: patient.id, to: other, naming: own })),
    ...before,
  ]
  return { facts: joins.flatMap(join => linkFacts(join, event, world)), said }
}

/** Who named a number, be it that of MRG-1, beside their own. */
const namedBy = (number: string, { said }: Knowing): readonly Join[] =>
  Object.entries((said(number).get(NAMED_BY) ?? {}) as NamedBy).map(([from, naming]) => ({
    ...{ from, to: number, naming },
  }))

const isKnown = (patient: string, { facts, said }: Knowing): boolean =>
  !isSilent(registerOf(said(patient).get(''))) || facts(patient).some(({ scope }) => scope !== '')

function namingOf({ stamp, effective, recorded, messageUri, trigger, source, context }: MappedEvent): Naming {
  return {
    ...{ stamp, at: effective.text, instant: effective.instant, recorded: recorded.instant },
    ...{ message: messageUri, event: trigger, source },
    actor: `Organization/${facilityId(context.facility, context)}`,
  }
}

interface Join {
  readonly from: string
  readonly to: string
  readonly naming: Naming
}

/** Before all that messages say of who is who, so that what undoes a link undoes this one. */
const stampOf = ({ stamp }: Naming): string => ` ${stamp}`

function linkFacts(
  { from, to, naming }: Join,
  { patient, context }: MappedEvent,
  { facts }: Knowing,
): readonly Fact[] {
  const stamp = stampOf(naming)
  const isSaid = facts(from).some(({ kind, body }) => {
    const link = body as unknown as IdentityBody
    return kind === 'link' && link.from === from && link.to === to && link.stamp <= stamp
  })
  if (isSaid) return []
  const { tenant } = context.settings
  const subjects = [from, to]
  const { at, message, event, instant, recorded, actor, source } = naming
  const body: IdentityBody = { subjects, from, to, stamp, at, message, event }
  return subjects.map(subject => ({
    id: derivedId(patient.shard, tenant, 'Fact', `numbers|${stamp}|${from}|${to}|${subject}`),
    ...{ subject, kind: 'link', scope: '', at: instant, recorded, actor, source, body },
  }))
}
