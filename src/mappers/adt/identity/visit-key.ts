import { derivedId, namedId } from '../../../lib/ids.ts'
import type { Json } from '../../../fhir/resource.ts'
import type { MappedEvent } from '../events/adt-event.ts'
import type { Fact } from '../events/fact.ts'
import { identifierKey } from '../types/cx-identifier.ts'
import type { IdentityBody } from './identity-fact.ts'

/** Scope of the register that says who had a visit number first. */
export const VISIT_KEY = '#visit'

/** Who named a visit number, and the Encounter that it made of them. */
export type NamedVisit = {
  readonly patient: string
  readonly encounter: string
}

/** Who had a visit number first, and who named it next; not all of many. */
export type FirstOfVisit = NamedVisit & { readonly others?: readonly NamedVisit[] }

/** The subject that stands for a visit number, whoever's visit it is. */
export function visitKeyOf({ visit, context }: Pick<MappedEvent, 'visit' | 'context'>): string | undefined {
  if (!visit) return undefined
  const { tenant } = context.settings
  const key = identifierKey(visit.identifier)
  return namedId(tenant, 'Visit', key, `visit|${key}`).id
}

export const firstOfVisit = (body: Json | undefined): FirstOfVisit | undefined =>
  body as FirstOfVisit | undefined

/** All whom the register of a number names. */
export const namersOf = (first: FirstOfVisit | undefined): readonly NamedVisit[] =>
  first ? [{ patient: first.patient, encounter: first.encounter }, ...(first.others ?? [])] : []

/** That a number which one patient had first was sent under another: one visit. The same however often it is seen. */
export function sharedFacts(event: MappedEvent, first: NamedVisit): readonly Fact[] {
  const { visit, patient } = event
  if (!visit || first.encounter === visit.id || first.patient === patient.id) return []
  return sharing(event, { first: first.patient, to: first.encounter, claimant: patient.id, from: visit.id })
}

/** Two patients who were named with one number, and the Encounters that it made of them. */
export interface Shared {
  readonly first: string
  readonly to: string
  readonly claimant: string
  readonly from: string
}

/** The fact under each of the two, as a message shows it. */
export function sharing(event: MappedEvent, { first, to, claimant, from }: Shared): readonly Fact[] {
  const { patient, context, source } = event
  const subjects = [first, claimant]
  const body: IdentityBody = {
    ...{ subjects, from, to },
    ...{ stamp: '', at: BEGINNING, message: event.messageUri, event: event.trigger },
  }
  const { tenant } = context.settings
  return subjects.map(subject => ({
    id: derivedId(patient.shard, tenant, 'Fact', `visit-shared|${from}|${to}|${subject}`),
    ...{ subject, kind: 'visit-shared', scope: '' },
    ...{ at: BEGINNING, recorded: BEGINNING, actor: `Patient/${patient.id}`, source, body },
  }))
}

/** It is no event: it holds since there are numbers. */
const BEGINNING = '1970-01-01T00:00:00.000Z'
