import type { Identifier } from '@medplum/fhirtypes'
import { knownId, namedId } from '../../../lib/ids.ts'
import type { Message } from '../../../hl7v2/message.ts'
import type { PatientName, VisitName } from './adt-event.ts'
import type { MapContext } from '../map-context.ts'
import { cxToIdentifier, identifierKey } from '../types/cx-identifier.ts'
import type { Repetition, Segment } from '../../../hl7v2/segment.ts'

/** Types that number something other than a person, or one that must not make an id: taken last (HL7 table 0203). */
const NOT_A_PERSON: ReadonlySet<string> = new Set(['AN', 'VN', 'SS', 'DL', 'PPN', 'ANON'])

/** Before 2.3.1 the medical record number may stand in PID-2 or PID-4 (adt.md 3.2.1). */
export const hasOldIdentifiers = (message: Message): boolean =>
  /^2\.(?:[012]|3(?:\.[01])?$)/.test(message.first('MSH')?.text(12) ?? '')

/**
 * Whose message it is: the identifier of highest precedence makes the Patient's id (adt.md 3.2.7). Undefined when no
 * repetition holds a number.
 */
export function patientName(pid: Segment, message: Message, context: MapContext): PatientName | undefined {
  return nameFrom(numbersIn(pid, hasOldIdentifiers(message) ? [3, 2, 4] : [3], context), context)
}

interface Numbered {
  readonly identifier: Identifier
  readonly rank: number
}

/** Every number in these fields of a segment, with how good it is to name a person by. */
export const numbersIn = (
  segment: Segment,
  fields: readonly number[],
  context: MapContext,
): readonly Numbered[] => {
  const found: Numbered[] = []
  for (const field of fields)
    for (const cx of segment.repetitions(field)) {
      const identifier = cxToIdentifier(cx, context, `${segment.name}-${field}`)
      if (identifier) found.push({ identifier, rank: rankOf(cx, identifier, context) })
    }
  return found
}

/** The patient whom numbers name. */
export function nameFrom(numbers: readonly Numbered[], context: MapContext): PatientName | undefined {
  const identifiers = numbers.toSorted((a, b) => a.rank - b.rank).map(({ identifier }) => identifier)
  const first = identifiers[0]
  return first && { ...patientBy(first, context), identifiers }
}

/** The patient whose first identifier this is. */
function patientBy(identifier: Identifier, { settings }: MapContext): Omit<PatientName, 'identifiers'> {
  const { tenant } = settings
  return namedId(tenant, 'Patient', identifierKey(identifier))
}

function rankOf(cx: Repetition, identifier: Identifier, { settings }: MapContext): number {
  const type = cx.text(5)?.toUpperCase() ?? ''
  const { patientIdPrecedence: order } = settings
  const best = order.findIndex(entry => entry === identifier.system || entry === type)
  if (best >= 0) return best
  return NOT_A_PERSON.has(type) ? order.length + 1 : order.length
}

/** Which visit it is about: PV1-19, else PID-18, else PV1-50; PV1-2 `N` says that there is none (adt.md 3.2.1, 3.3). */
export function visitName(
  pv1: Segment | undefined,
  pid: Segment,
  patient: PatientName,
  context: MapContext,
): VisitName | undefined {
  if (!pv1 || pv1.text(2)?.toUpperCase() === 'N') return undefined
  const found =
    numbered('PV1-19', pv1.repetitions(19), context) ??
    numbered('PID-18', pid.repetitions(18), context) ??
    numbered('PV1-50', pv1.repetitions(50), context)
  if (!found) return undefined
  return { id: visitIdOf(patient, found.identifier, context), ...found }
}

/** Id of the Encounter that a patient's visit number makes. */
export function visitIdOf(
  { id, shard }: Pick<PatientName, 'id' | 'shard'>,
  identifier: Identifier,
  { settings }: MapContext,
): string {
  const { tenant, visitIdSystem } = settings
  const named = visitIdSystem ? { ...identifier, system: visitIdSystem } : identifier
  return knownId(shard, tenant, 'Encounter', `${id}|${identifierKey(named)}`)
}

/** Id of the Account that the number of a patient's account makes. */
export const accountIdOf = (
  { id, shard }: Pick<PatientName, 'id' | 'shard'>,
  identifier: Identifier,
  { settings: { tenant } }: MapContext,
): string => knownId(shard, tenant, 'Account', `${id}|${identifierKey(identifier)}`)

const kinds = { 'PV1-19': 'VN', 'PID-18': 'AN', 'PV1-50': undefined } as const

function numbered(
  field: VisitName['field'],
  repetitions: readonly Repetition[],
  context: MapContext,
): Omit<VisitName, 'id'> | undefined {
  for (const cx of repetitions) {
    const identifier = cxToIdentifier(cx, context, field, kinds[field])
    const { visitIdSystem } = context.settings
    if (identifier)
      return { field, identifier: visitIdSystem ? { ...identifier, system: visitIdSystem } : identifier }
  }
  return undefined
}
