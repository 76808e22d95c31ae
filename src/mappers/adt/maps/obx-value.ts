import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateTimeOf } from '../map-context.ts'
import type { Scene } from '../rows.ts'
import { dtmPeriod } from '../types/period.ts'
import { cweToUnit, nmToQuantity, snToValue, toRange } from '../types/quantity.ts'

type ValueElement =
  | 'valueQuantity'
  | 'valueString'
  | 'valueCodeableConcept'
  | 'valuePeriod'
  | 'valueDateTime'
  | 'valueRange'
  | 'valueTime'
  | 'valueRatio'

interface Observed {
  readonly element: ValueElement
  readonly value: unknown
  /** All repetitions are in it. */
  readonly isText?: boolean
}

/** The elements that OBX-5 goes to, by OBX-2, with the guide's spelling. */
export const VALUE_ELEMENTS: readonly {
  readonly element: ValueElement
  readonly via: string
  readonly ig?: string
}[] = [
  { element: 'valueQuantity', ig: 'valueQuantity.value', via: 'NM[Quantity], SN[Quantity], CWE[Quantity]' },
  { element: 'valueString', via: '' },
  { element: 'valueCodeableConcept', via: 'CWE[CodeableConcept], CE, CNE, IS, ID' },
  { element: 'valuePeriod', via: 'DR[Period]' },
  { element: 'valueDateTime', via: 'DTM, TS, DT' },
  { element: 'valueRange', via: 'NR[Range]' },
  { element: 'valueTime', via: 'TM' },
  { element: 'valueRatio', ig: 'valueRatio[1]', via: 'SN[Ratio]' },
]

/**
 * OBX-5 (its first repetition, unless told) as the value that OBX-2 says it is; what is none of its type, and types that
 * FHIR has no value for, as the text that was sent. Undefined where nothing was observed.
 */
export function observedIn(scene: Scene, field = scene.segment.repetitions(5)[0]): Observed | undefined {
  if (!field) return undefined
  const type = scene.segment.text(2)?.toUpperCase() ?? ''
  const typed = readers[type]?.(field, scene)
  if (typed) return typed
  const said = type === 'FT' || type === 'TX' || type === 'ST' ? linesOf(scene) : textOf(field)
  return said === undefined ? undefined : { element: 'valueString', value: said, isText: type !== '' }
}

type Reader = (field: Repetition, scene: Scene) => Observed | undefined

const as =
  (element: ValueElement, read: (field: Repetition, scene: Scene) => unknown): Reader =>
  (field, scene) => {
    const value = read(field, scene)
    return value === undefined ? undefined : { element, value }
  }

const unitOf = (scene: Scene) => cweToUnit(scene.segment.repetitions(6)[0], scene)

const coded: Reader = as('valueCodeableConcept', (cwe, { context, at }) =>
  valued(cwe, 1) === undefined && valued(cwe, 2) === undefined && valued(cwe, 4) === undefined
    ? undefined
    : cweToCodeableConcept(cwe, context, { at }),
)

const moment: Reader = as('valueDateTime', (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at))

const TIME = /^([01]\d|2[0-3])([0-5]\d)?([0-5]\d)?(\.\d{1,4})?(?:[+-]\d{4})?$/

const readers: Readonly<Record<string, Reader>> = {
  NM: as('valueQuantity', (nm, scene) => nmToQuantity(valued(nm), unitOf(scene), scene)),
  SN: (sn, scene) => {
    const [entry] = Object.entries(snToValue(sn, unitOf(scene), scene) ?? {})
    return entry && { element: entry[0] as ValueElement, value: entry[1] }
  },
  NR: as('valueRange', (nr, scene) => toRange(valued(nr, 1), valued(nr, 2), unitOf(scene), scene)),
  DR: as('valuePeriod', (dr, { context, at }) => dtmPeriod(valued(dr, 1), valued(dr, 2), context, at)),
  DT: moment,
  DTM: moment,
  TS: moment,
  TM: as('valueTime', tm => {
    const [, hour, minute = '00', second = '00', fraction = ''] = TIME.exec(valued(tm) ?? '') ?? []
    return hour === undefined ? undefined : `${hour}:${minute}:${second}${fraction}`
  }),
  CE: coded,
  CF: coded,
  CNE: coded,
  CWE: coded,
  ID: coded,
  IS: coded,
}

/** Repetitions of a text are its lines. */
function linesOf({ segment }: Scene): string | undefined {
  const lines = segment.repetitions(5).flatMap(line => textOf(line) ?? [])
  return lines.length > 0 ? lines.join('\n') : undefined
}

/** More components than any data type has (HL7 v2.9, 2A). */
const COMPONENTS_MAX = 25

function textOf(field: Repetition): string | undefined {
  const parts = Array.from({ length: COMPONENTS_MAX }, (_unused, index) => valued(field, index + 1))
  const said = parts.filter(part => part !== undefined)
  return said.length > 0 ? said.join(' ') : undefined
}
