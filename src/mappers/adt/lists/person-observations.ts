import type { Observation, Procedure } from '@medplum/fhirtypes'
import { derivedId, knownId } from '../../../lib/ids.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { db1Observation } from '../maps/db1-observation.ts'
import { PD1_TOLD, pd1Living, pd1LivingWill } from '../maps/pd1-patient.ts'
import { pdaObservation, pdaProcedure } from '../maps/pda-death.ts'
import { applyRows, type SegmentMap } from '../rows.ts'
import type { Scope } from '../registers/scope.ts'
import { winnerSegment } from '../registers/winner-segment.ts'
import { conceptOf, itemsOf, type Item } from './item.ts'

const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'
const SOCIAL = conceptOf('http://terminology.hl7.org/CodeSystem/observation-category', 'social-history')

/** What PD1, DB1 and PDA tell of the patient: a living will, how he lives, disabilities, of what he died. */
export const personObservations = (scope: Scope): readonly Derived[] => [
  ...fromPd1(scope),
  ...disabilities(scope),
  ...itemsOf(scope, 'PDA', 'Observation').flatMap(item => [...death(scope, item)]),
]

/** Words of the winning PD1. One that is taken back was entered in error, so that nobody goes on trusting it. */
function fromPd1(scope: Scope): readonly Derived[] {
  const { will, living } = PD1_TOLD
  if (!scope.winning.has(will.entry) && !scope.winning.has(living.entry)) return []
  const pd1 = winnerSegment('PD1', scope.winning, scope.contexts)
  const make = (
    map: SegmentMap,
    { entry, fields }: (typeof PD1_TOLD)[keyof typeof PD1_TOLD],
    code: Observation['code'],
  ): Derived[] => {
    if (!scope.winning.has(entry)) return []
    const said = applyRows(map, pd1.segment, pd1.by) as Partial<Observation>
    const { tenant } = pd1.contextOf(`PD1-${fields[0]}`).settings
    return [
      derived<Observation>({
        resourceType: 'Observation',
        id: knownId(scope.shard, tenant, 'Observation', `${scope.patientId}|${map.name}`),
        status: Object.keys(said).length > 0 ? 'final' : 'entered-in-error',
        category: [SOCIAL],
        code,
        subject: scope.subject,
        ...said,
      }),
    ]
  }
  return [
    ...make(pd1LivingWill, will, conceptOf(LOINC, '75320-2', 'Advance directive')),
    ...make(pd1Living, living, { text: 'Living situation' }),
  ]
}

/** DB1-2: HL7 table 0334; a guarantor's or insured person's disability is no fact about the patient. */
const isPatients = ({ segment }: Item): boolean =>
  ['PT', undefined, null].includes(segment.text(2)?.toUpperCase() ?? undefined)

function disabilities(scope: Scope): readonly Derived[] {
  return itemsOf(scope, 'DB1', 'Observation')
    .filter(isPatients)
    .map(({ item, segment, context, id }) =>
      derived<Observation>({
        resourceType: 'Observation',
        id,
        status: item.isCurrent ? 'final' : 'entered-in-error',
        code: conceptOf(SNOMED, '21134002', 'Disability'),
        subject: scope.subject,
        ...(applyRows(db1Observation, segment, context) as Partial<Observation>),
      }),
    )
}

/** PDA: the cause of death and, where PDA-6 tells of one, the autopsy. */
function death(scope: Scope, { item, segment, context, id }: Item): readonly Derived[] {
  const observed = applyRows(pdaObservation, segment, context) as Partial<Observation>
  const autopsy = applyRows(pdaProcedure, segment, context) as Partial<Procedure>
  const cause = derived<Observation>({
    resourceType: 'Observation',
    id,
    status: item.isCurrent ? 'final' : 'entered-in-error',
    code: conceptOf(LOINC, '69453-9', 'Cause of death'),
    subject: scope.subject,
    ...observed,
  })
  if (autopsy.status === undefined) return [cause]
  return [
    cause,
    derived<Procedure>({
      resourceType: 'Procedure',
      id: derivedId(scope.shard, context.settings.tenant, 'Procedure', `${id}|autopsy`),
      ...autopsy,
      status: item.isCurrent ? autopsy.status : 'entered-in-error',
      code: conceptOf(SNOMED, '29240004', 'Autopsy examination'),
      subject: scope.subject,
    }),
  ]
}
