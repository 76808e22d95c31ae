import type { Identifier } from '@medplum/fhirtypes'
import { derivedId } from '../../../lib/ids.ts'
import type { Json } from '../../../fhir/resource.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import type { NamedEvent } from '../events/adt-event.ts'
import type { Fact } from '../events/fact.ts'
import { numbersIn } from '../events/patient-name.ts'
import { facilityId } from '../types/xon-organization.ts'
import type { IdentityBody, IdentityKind } from './identity-fact.ts'

/** The first number in a field. */
export function numberIn(segment: Segment, field: number, { context }: NamedEvent): Identifier | undefined {
  return numbersIn(segment, [field], context)[0]?.identifier
}

export const json = (identifiers: readonly Identifier[]): readonly Json[] =>
  identifiers as unknown as readonly Json[]

export const distinct = (ids: readonly string[]): readonly string[] => [...new Set(ids)]

type Said = Pick<
  IdentityBody,
  'from' | 'to' | 'subjects' | 'old' | 'current' | 'isLesser' | 'visit' | 'account'
>

/** The fact under each patient whom it concerns. */
export function factsFor(event: NamedEvent, kind: IdentityKind, said: Said): readonly Fact[] {
  const { context, effective, recorded, stamp, messageUri, trigger, source } = event
  const { tenant } = context.settings
  const body: IdentityBody = { ...said, stamp, at: effective.text, message: messageUri, event: trigger }
  const name = `${source}|${event.controlId}|${event.hash}|${kind}|${said.from}|${said.to}`
  return said.subjects.map(subject => ({
    id: derivedId(event.patient.shard, tenant, 'Fact', `${name}|${subject}`),
    subject,
    kind,
    scope: '',
    at: effective.instant,
    recorded: recorded.instant,
    actor: `Organization/${facilityId(context.facility, context)}`,
    source,
    body,
  }))
}
