import { derivedId, namedId } from '../../../lib/ids.ts'
import type { Json } from '../../../fhir/resource.ts'
import type { MappedEvent } from '../adt-event.ts'
import type { Fact } from '../fact.ts'
import { identifierKey } from '../types/cx-identifier.ts'
import type { IdentityBody } from './identity-fact.ts'

/** Scope of the register that says who had a visit number first. */
export const VISIT_KEY = '#visit'

/** Who had a visit number first, and the Encounter that it made. */
export interface FirstOfVisit {
  readonly patient: string
  readonly encounter: string
}

/** The subject that stands for a visit number, whoever's visit it is. */
export function visitKeyOf({ visit, context }: Pick<MappedEvent, 'visit' | 'context'>): string | undefined {
  if (!visit) return undefined
  const { tenant } = context.settings
  const key = identifierKey(visit.identifier)
  return namedId(tenant, 'Visit', key, `visit|${key}`).id
}

export const firstOfVisit = (body: Json | undefined): FirstOfVisit | undefined =>
  body as FirstOfVisit | undefined

/** That a number which one patient had first was sent under another: one visit. The same however often it is seen. */
export function sharedFacts(event: MappedEvent, first: FirstOfVisit): readonly Fact[] {
  const { visit, patient, context, source } = event
  if (!visit || first.encounter === visit.id || first.patient === patient.id) return []
  const subjects = [first.patient, patient.id]
  const body: IdentityBody = {
    ...{ subjects, from: visit.id, to: first.encounter },
    ...{ stamp: '', at: BEGINNING, message: event.messageUri, event: event.trigger },
  }
  const { tenant } = context.settings
  return subjects.map(subject => ({
    id: derivedId(patient.shard, tenant, 'Fact', `visit-shared|${visit.id}|${first.encounter}|${subject}`),
    ...{ subject, kind: 'visit-shared', scope: '' },
    ...{ at: BEGINNING, recorded: BEGINNING, actor: `Patient/${patient.id}`, source, body },
  }))
}

/** It is no event: it holds since there are numbers. */
const BEGINNING = '1970-01-01T00:00:00.000Z'
