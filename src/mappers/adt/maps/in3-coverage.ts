import type { CareTeam, Extension } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Row, type Scene } from '../rows.ts'
import { concept, date, dateTime, decimal, partOf, practitioner, yesNo } from './row-values.ts'

const row = rowsFor<{ extension: Extension[] }>()
const teamRow = rowsFor<CareTeam>()

const ours =
  'The guide maps of IN3 only who manages the case. A certification is what the plan authorised for this stay: an extension of the Coverage, since a CoverageEligibilityResponse answers a request that nobody made here.'

type Part = Omit<Extension, 'url'> | undefined

const part = (v2: string, url: string, via: string, read: (field: Repetition, scene: Scene) => Part): Row =>
  row({
    v2,
    to: 'extension',
    via: `${via} as ${url}`,
    ours,
    value: partOf(url, read),
  })

const when = (field: Repetition, scene: Scene): Part => {
  const valueDateTime = dateTime(field, scene)
  return valueDateTime === undefined ? undefined : { valueDateTime }
}

const day = (field: Repetition, scene: Scene): Part => {
  const valueDate = date(field, scene)
  return valueDate === undefined ? undefined : { valueDate }
}

const who = (field: Repetition, scene: Scene): Part => {
  const valueReference = practitioner(field, scene)
  return valueReference && { valueReference }
}

const words = (field: Repetition): Part => {
  const valueString = valued(field)
  return valueString === undefined ? undefined : { valueString }
}

const flag = (field: Repetition): Part => {
  const valueBoolean = yesNo(field)
  return valueBoolean === undefined ? undefined : { valueBoolean }
}

const coded =
  (table: string) =>
  (field: Repetition, scene: Scene): Part => {
    const valueCodeableConcept = concept({ table })(field, scene)
    return valueCodeableConcept && { valueCodeableConcept }
  }

/** DTN: how many days of which kind (HL7 table 0149: AP approved, DE denied, PE pending). */
function days(dtn: Repetition, scene: Scene): Part {
  const [kind, value] = [concept({ table: '0149' })(dtn, scene), decimal(valued(dtn, 2), scene)]
  if (value === undefined) return undefined
  const count: Extension = {
    url: 'count',
    valueQuantity: { value, unit: 'days', system: 'http://unitsofmeasure.org', code: 'd' },
  }
  return { extension: kind ? [{ url: 'type', valueCodeableConcept: kind }, count] : [count] }
}

/** IN3 -> Coverage extension `{cm}/StructureDefinition/coverage-certification`. */
export const in3Coverage = segmentMap(
  'IN3[Coverage]',
  [],
  [
    part('IN3-2', 'number', 'CX.1', words),
    part('IN3-3', 'certifiedBy', 'XCN[Practitioner]', who),
    part('IN3-4', 'required', 'ID[boolean]', flag),
    part('IN3-6', 'certified', 'DTM', when),
    part('IN3-7', 'modified', 'DTM', when),
    part('IN3-9', 'start', 'DT', day),
    part('IN3-10', 'end', 'DT', day),
    part('IN3-11', 'days', 'DTN', days),
    part('IN3-12', 'nonConcurReason', 'CWE[CodeableConcept]', coded('0233')),
    part('IN3-13', 'nonConcurred', 'DTM', when),
    part('IN3-14', 'physicianReviewer', 'XCN[Practitioner]', who),
    part('IN3-15', 'contact', 'ST', words),
    part('IN3-17', 'appealReason', 'CWE[CodeableConcept]', coded('0345')),
    part('IN3-18', 'agency', 'CWE[CodeableConcept]', coded('0346')),
    part('IN3-20', 'preCertificationRequired', 'ICD', coded('0136')),
  ],
)

const SNOMED = 'http://snomed.info/sct'

/** IN3 -> CareTeam of the plan, in the guide's order. */
export const in3CareTeam = segmentMap(
  'IN3[CareTeam]',
  ['participant', 'participant.role'],
  [
    teamRow({
      v2: 'IN3-21',
      to: 'participant.member.display',
      via: '',
      ours: 'A role needs somebody who has it.',
      value: st => {
        const given = valued(st, 3)
        const parts = given === undefined ? [valued(st, 1), valued(st, 2)] : [given, valued(st, 2)]
        const name = parts.filter(word => word !== undefined).join(' ')
        return name === '' ? undefined : name
      },
    }),
    teamRow({
      v2: 'IN3-21',
      to: 'participant.role.coding.code',
      ig: 'participant.role.coding.value',
      via: '"768832004"',
      value: () => '768832004',
    }),
    teamRow({ v2: 'IN3-21', to: 'participant.role.coding.system', via: `"${SNOMED}"`, value: () => SNOMED }),
    teamRow({
      v2: 'IN3-21',
      to: 'participant.role.text',
      via: '"case manager"',
      value: () => 'case manager',
    }),
  ],
)
