import type { CodeableConcept, Location, Reference } from '@medplum/fhirtypes'
import { derived, type Derived } from '../resources/derived.ts'
import { directoryId } from '../resources/directory.ts'
import { valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

/** From the widest to the narrowest; `within` says that the name only makes sense inside the one above. */
const LEVELS = [
  { component: 4, code: 'si', display: 'Site' },
  { component: 7, code: 'bu', display: 'Building' },
  { component: 8, code: 'lvl', display: 'Level' },
  { component: 1, code: 'wa', display: 'Ward' },
  { component: 2, code: 'ro', display: 'Room' },
  { component: 3, code: 'bd', display: 'Bed' },
] as const

const PHYSICAL_TYPE = 'http://terminology.hl7.org/CodeSystem/location-physical-type'

interface Place {
  readonly code: string
  readonly display: string
  /** The words from the facility down to this place, each encoded: they make its id. */
  readonly path: string
  readonly name: string
}

/**
 * PL -> the Locations from site to bed, widest first, each part of the one before; one resource per distinct place.
 * A place without a facility (PL.4) is in the sending one. Source: IG PL[Location], tables 0302 to 0306.
 */
export function plToLocations(pl: Repetition, context: MapContext): readonly Derived[] {
  const places = placesOf(pl, context)
  const description = valued(pl, 9)
  let above: Reference<Location> | undefined
  return places.map((place, index) => {
    const id = placeId(place, context)
    const location = derived<Location>({
      resourceType: 'Location',
      id,
      identifier: [{ system: locationSystem(context), value: place.path }],
      name: place.name,
      description: index === places.length - 1 ? description : undefined,
      mode: 'instance',
      physicalType: physicalType(place),
      partOf: above,
    })
    above = { reference: `Location/${id}`, display: place.name }
    return location
  })
}

/** The narrowest place that a PL names. */
export function plToReference(pl: Repetition, context: MapContext): Reference<Location> | undefined {
  const place = placesOf(pl, context).at(-1)
  return place && { reference: `Location/${placeId(place, context)}`, display: place.name }
}

const locationSystem = ({ settings }: MapContext): string => `${settings.canonicalBase}/sid/location`

const placeId = ({ path }: Place, context: MapContext): string =>
  directoryId('Location', `${locationSystem(context)}|${path}`, context)

const physicalType = ({ code, display }: Place): CodeableConcept => ({
  coding: [{ system: PHYSICAL_TYPE, code, display }],
})

/** Names below the site are said with the ward they are in: `MED 101 A`. */
function placesOf(pl: Repetition, context: MapContext): readonly Place[] {
  const named = LEVELS.flatMap(({ component, code, display }) => {
    const name = valued(pl, component)
    return name === undefined ? [] : [{ code, display, name }]
  })
  if (named.length === 0) return []
  const facility = valued(pl, 4) ?? context.facility
  const places: Place[] = []
  let path = named[0]?.code === 'si' ? '' : encodeURIComponent(facility)
  let inside: readonly string[] = []
  for (const { code, display, name } of named) {
    path = code === 'si' ? encodeURIComponent(name) : `${path}/${encodeURIComponent(`${code}:${name}`)}`
    if (code === 'wa' || code === 'ro' || code === 'bd') inside = [...inside, name]
    places.push({ code, display, path, name: inside.length > 0 ? inside.join(' ') : name })
  }
  return places
}
