import type { Coding } from '@medplum/fhirtypes'
import type { NamedEvent } from '../events/adt-event.ts'
import type { MapContext } from '../map-context.ts'
import { readStamp } from '../events/message-uri.ts'
import type { Said } from './registers.ts'

/** Register entry for which of A28 (add) and A29 (delete) spoke of a person last. */
const PERSON = 'EVN-1'

/** Adds what an event does to the record of the person as such. */
export function addPerson(fields: Record<string, string>, { trigger }: Pick<NamedEvent, 'trigger'>): void {
  if (trigger === 'A28' || trigger === 'A29') fields[PERSON] = trigger
}

/** That and when a person was deleted by its source (A29) and not added again since (adt.md 3.4): nothing else is. */
export function deletedPerson(winning: ReadonlyMap<string, Said>): { readonly at: string } | undefined {
  const said = winning.get(PERSON)
  return said?.text === 'A29' ? { at: readStamp(said.stamp, said.source).recorded } : undefined
}

/** `meta.tag` of a Patient that its source deleted. */
export const deletedTag = ({ settings }: MapContext): Coding => ({
  system: `${settings.canonicalBase}/CodeSystem/flag`,
  code: 'person-deleted',
  display: 'The source of this patient deleted the person (A29)',
})
