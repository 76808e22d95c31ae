import type { Observation, Patient } from '@medplum/fhirtypes'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap } from '../rows.ts'
import { restricted } from '../resources/security-labels.ts'
import { concept, extensionRows, organization, practitioner } from './row-values.ts'

const row = rowsFor<Patient>()
const observationRow = rowsFor<Observation>()

const url = (name: string): string => `http://hl7.org/fhir/StructureDefinition/${name}`

/** PD1 -> Patient, in the guide's order. */
export const pd1Patient = segmentMap(
  'PD1[Patient]',
  ['generalPractitioner', 'meta.security'],
  [
    row({
      v2: 'PD1-3',
      to: 'managingOrganization(Organization)',
      ig: 'generalPractitioner[1](Organization)',
      via: 'XON[Organization]',
      differs:
        'The primary facility keeps the record; as a general practitioner it would be asked for care that only PD1-4 gives. The guide asks itself the same.',
      value: organization,
    }),
    row({
      v2: 'PD1-4',
      to: 'generalPractitioner[2](Practitioner)',
      via: 'XCN[Practitioner]',
      value: practitioner,
    }),
    ...extensionRows({
      v2: 'PD1-6',
      path: 'extension[1]',
      url: url('patient-disability'),
      element: 'valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      value: concept({ table: '0295' }),
    }),
    row({
      v2: 'PD1-12',
      to: 'meta.security',
      via: 'ID[Coding]',
      ours: 'Who asks for protection must be protected; the guide waits for its map of ARV.',
      value: id => restricted(valued(id)),
    }),
    ...extensionRows({
      v2: 'PD1-14',
      path: 'extension[2]',
      url: url('patient-congregation'),
      element: 'valueString',
      via: 'XON[string]',
      value: xon => valued(xon),
    }),
  ],
)

/** PD1 -> Observation: what the patient decided beforehand. */
export const pd1LivingWill = segmentMap(
  'PD1[Observation-LivingWill]',
  [],
  [
    observationRow({
      v2: 'PD1-7',
      to: 'valueCodeableConcept',
      via: 'LivingWillCode',
      value: concept({ map: 'LivingWillCode' }),
    }),
  ],
)

/** PD1 -> Observation: how the patient lives, which a plan for the time after the hospital begins with. */
export const pd1Living = segmentMap(
  'PD1[Observation-Living]',
  ['component'],
  [
    observationRow({
      v2: 'PD1-1',
      to: 'component[1].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      ours: 'On whom the patient depends, and how he lives, is what discharge planning asks first; the guide leaves both out.',
      value: concept({ table: '0223' }),
    }),
    observationRow({
      v2: 'PD1-1',
      to: 'component[1].code.text',
      via: '"Living dependency"',
      ours: 'Says which of the two it is.',
      value: () => 'Living dependency',
    }),
    observationRow({
      v2: 'PD1-2',
      to: 'component[2].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      ours: 'On whom the patient depends, and how he lives, is what discharge planning asks first; the guide leaves both out.',
      value: concept({ table: '0220' }),
    }),
    observationRow({
      v2: 'PD1-2',
      to: 'component[2].code.text',
      via: '"Living arrangement"',
      ours: 'Says which of the two it is.',
      value: () => 'Living arrangement',
    }),
  ],
)

export const PD1_FIELDS = [
  ...new Set([...pd1Patient.plan.keys(), ...pd1LivingWill.plan.keys(), ...pd1Living.plan.keys()]),
]

/**
 * Register entries for that PD1 ever told something that makes an Observation: only then is there one to take back, in
 * whatever order that is said.
 */
export const PD1_TOLD = {
  will: { entry: 'WAS-PD1-7', fields: [7] },
  living: { entry: 'WAS-PD1-1', fields: [1, 2] },
} as const
