import type { Encounter, EncounterParticipant } from '@medplum/fhirtypes'
import { element } from './element.ts'
import { readText } from '../registers/field-text.ts'
import type { MapContext } from '../map-context.ts'
import { pv1Encounter } from '../maps/pv1-encounter.ts'
import type { Named } from '../visits/people-timeline.ts'
import { applyRows } from '../rows.ts'
import type { Span } from '../visits/spans.ts'

type Contexts = (source: string) => MapContext

/** The people of some spans, those who are no longer with the end of their time; periods only once somebody has changed or the visit ended. */
export const participantsOf = (
  field: 7 | 9,
  spans: readonly Span<Named>[],
  contexts: Contexts,
): readonly EncounterParticipant[] =>
  spans.flatMap(({ value, start, end }) => {
    const isTold = spans.length > 1 || end !== undefined
    const period = isTold ? element({ start: start?.text, end: end?.text }) : undefined
    return named(field, value, contexts).map(participant => ({ ...participant, ...(period && { period }) }))
  })

/** `Practitioner/<id>` of everybody who is named, in the order of their references. */
export const referencesIn = (field: 7 | 9, value: Named, contexts: Contexts): readonly string[] =>
  named(field, value, contexts)
    .flatMap(({ individual }) => individual?.reference ?? [])
    .toSorted()

function named(field: 7 | 9, { text, source }: Named, contexts: Contexts): readonly EncounterParticipant[] {
  if (text === '') return []
  const context = contexts(source)
  const segment = readText(`PV1${'|'.repeat(field)}${text}`)
  return (applyRows(pv1Encounter, segment, context) as Partial<Encounter>).participant ?? []
}
