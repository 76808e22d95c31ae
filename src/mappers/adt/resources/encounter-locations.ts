import type { EncounterLocation, Extension, Reference } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { element } from './element.ts'
import type { Visit } from './encounter.ts'
import { readFieldText } from '../registers/field-text.ts'
import type { MapContext } from '../map-context.ts'
import type { PlaceSpan } from '../visits/place-timeline.ts'
import { wordOf, type Said } from '../registers/registers.ts'
import { plToReference } from '../types/pl-location.ts'

/** Where the patient was, is and will be: what movements say, then what PV1-11 and PV1-42 of an update add. */
export function locationsOf(visit: Visit): EncounterLocation[] {
  const { state, winning, contexts } = visit
  const isOver = OVER.has(state.status)
  const told = state.places.flatMap(span => locationOf(span, visit, isOver))
  const isTold = (place: Reference | undefined): boolean =>
    told.some(({ location }) => location.reference === place?.reference)
  const [temporary, pending] = [
    placeOf(winning.get('PV1-11'), contexts),
    placeOf(winning.get('PV1-42'), contexts),
  ]
  return [
    ...told,
    ...(temporary && !isTold(temporary) ? [temporaryLocation(temporary, isOver)] : []),
    ...(pending && !isTold(pending) && !isOver ? [{ location: pending, status: 'reserved' as const }] : []),
  ]
}

const OVER: ReadonlySet<string> = new Set(['finished', 'cancelled', 'entered-in-error'])

function locationOf(span: PlaceSpan, visit: Visit, isOver: boolean): readonly EncounterLocation[] {
  const pl = readFieldText(span.place)
  const location = pl && plToReference(pl, sourceOf(span.place, visit))
  if (!location) return []
  if (span.kind === 'planned') return [{ location, status: 'planned' }]
  const period = element({ start: span.start?.text, end: span.end?.text })
  const status = span.isOpen && !isOver ? 'active' : 'completed'
  const isTemporary = span.kind === 'temporary'
  return [{ ...(isTemporary && { extension: [TEMPORARY] }), location, status, ...(period && { period }) }]
}

/** Of whoever named the place. */
function sourceOf(place: string, { facts, contexts, context }: Visit): MapContext {
  const said = facts.find(fact =>
    [fact.place, fact.prior, fact.temporary, fact.priorTemporary, fact.pending].includes(place),
  )
  return contexts(said?.source ?? context.source)
}

const TEMPORARY: Extension = {
  url: 'http://hl7.org/fhir/StructureDefinition/subject-locationClassification',
  valueCodeableConcept: {
    coding: [{ system: 'http://hl7.org/fhir/ValueSet/subject-location', code: 'temporary' }],
  },
}

const temporaryLocation = (location: EncounterLocation['location'], isOver: boolean): EncounterLocation => ({
  extension: [TEMPORARY],
  location,
  status: isOver ? 'completed' : 'active',
})

function placeOf(
  said: Said | undefined,
  contexts: (source: string) => MapContext,
): EncounterLocation['location'] | undefined {
  const text = wordOf(said)
  const pl: Repetition | undefined = text === undefined ? undefined : readFieldText(text)
  return pl && said && plToReference(pl, contexts(said.source))
}
