import { elements, sample } from './sample.ts'
import type { Sample } from './sample.ts'

const definition = { resourceType: 'StructureDefinition', type: 'Patient', kind: 'resource' }
const hl7 = 'http://hl7.org/fhir/StructureDefinition/x'

export const structureSamples: readonly Sample[] = [
  sample(
    'StructureDefinition',
    'sdf-1',
    [
      { snapshot: elements({ path: 'A' }, { path: 'A.b' }) },
      { derivation: 'constraint', snapshot: elements({ path: 'A' }, { path: 'A' }) },
    ],
    [{ snapshot: elements({ path: 'A' }, { path: 'A' }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-4',
    [{ abstract: true }, { baseDefinition: 'a' }],
    [{ abstract: false }],
  ),
  sample(
    'StructureDefinition',
    'sdf-5',
    [
      { type: 'Extension', context: [{}] },
      { type: 'Extension', derivation: 'specialization' },
      { type: 'Patient' },
    ],
    [{ type: 'Extension', derivation: 'constraint' }],
  ),
  sample('StructureDefinition', 'sdf-6', [{ snapshot: {} }, { differential: {} }], [{}]),
  sample(
    'StructureDefinition',
    'sdf-9',
    [{ snapshot: elements({ path: 'A' }, { path: 'A.b', label: 'x' }) }],
    [
      { snapshot: elements({ path: 'A', label: 'x' }) },
      { differential: elements({ path: 'A', code: [{}] }) },
    ],
  ),
  sample(
    'StructureDefinition',
    'sdf-11',
    [
      { kind: 'resource', type: 'A', snapshot: elements({ path: 'A' }) },
      { kind: 'logical', type: 'B', snapshot: elements({ path: 'A' }) },
      {},
    ],
    [{ kind: 'resource', type: 'B', snapshot: elements({ path: 'A' }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-14',
    [{ snapshot: elements({ id: 'A' }) }],
    [{ snapshot: elements({ path: 'A' }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-15',
    [
      { snapshot: elements({ path: 'A' }, { type: [{}] }) },
      { kind: 'logical', snapshot: elements({ type: [{}] }) },
    ],
    [{ kind: 'resource', snapshot: elements({ type: [{}] }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-15a',
    [
      { differential: elements({ path: 'A.b', type: [{}] }) },
      { kind: 'logical', differential: elements({ path: 'A', type: [{}] }) },
    ],
    [{ kind: 'resource', differential: elements({ path: 'A', type: [{}] }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-16',
    [{ snapshot: elements({ id: 'a' }, { id: 'b' }) }],
    [{ snapshot: elements({ id: 'a' }, { id: 'a' }) }, { snapshot: elements({}) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-17',
    [{ differential: elements({ id: 'a' }, { id: 'b' }) }],
    [{ differential: elements({ id: 'a' }, { id: 'a' }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-18',
    [{ contextInvariant: ['a'], type: 'Extension' }, {}],
    [{ contextInvariant: ['a'], type: 'Patient' }],
  ),
  sample(
    'StructureDefinition',
    'sdf-19',
    [
      { url: hl7, snapshot: elements({ type: [{ code: 'string' }] }) },
      { url: hl7, snapshot: elements({ type: [{ code: 'http://hl7.org/fhirpath/System.String' }] }) },
      { url: 'urn:x', snapshot: elements({ type: [{ code: 'a b' }] }) },
    ],
    [{ url: hl7, snapshot: elements({ type: [{ code: 'a b' }] }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-21',
    [{ derivation: 'specialization', differential: elements({ defaultValueCode: 'a' }) }, {}],
    [{ derivation: 'constraint', differential: elements({ defaultValueCode: 'a' }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-22',
    [{ url: 'urn:x', snapshot: elements({ defaultValueCode: 'a' }) }, { url: hl7 }],
    [{ url: hl7, snapshot: elements({ defaultValueCode: 'a' }) }],
  ),
  sample(
    'StructureDefinition',
    'sdf-23',
    [{ snapshot: elements({ path: 'A' }, { path: 'A.b', sliceName: 'x' }) }],
    [{ snapshot: elements({ path: 'A', sliceName: 'x' }) }],
  ),
  sample('StructureDefinition.mapping', 'sdf-2', [{ name: 'a' }, { uri: 'a' }], [{ identity: 'a' }]),
  sample(
    'StructureDefinition.snapshot',
    'sdf-3',
    [elements({ definition: 'a', min: 0, max: '1' })],
    [
      elements({ min: 0, max: '1' }),
      elements({ definition: 'a', max: '1' }),
      elements({ definition: 'a', min: 0 }),
    ],
  ),
  {
    ...sample(
      'StructureDefinition.snapshot',
      'sdf-8',
      [elements({ path: 'Patient' }, { path: 'Patient.name' })],
      [
        elements({ path: 'Person' }),
        elements({ path: 'Patient' }, { path: 'Person.name' }),
        elements({ path: 'Patient' }, { path: 'PatientX' }),
      ],
    ),
    resource: definition,
  },
  sample('StructureDefinition.snapshot', 'sdf-8b', [elements({ base: {} })], [elements({ path: 'a' })]),
  sample(
    'StructureDefinition.snapshot',
    'sdf-10',
    [elements({ binding: { valueSet: 'a' } }, { binding: { description: 'a' } })],
    [elements({ binding: { strength: 'required' } })],
  ),
  sample(
    'StructureDefinition.differential',
    'sdf-20',
    [elements({ path: 'A.b', slicing: {} })],
    [elements({ path: 'A', slicing: {} })],
  ),
  {
    ...sample(
      'StructureDefinition.differential',
      'sdf-8a',
      [elements({ path: 'Patient.name' }, { path: 'Patient.gender' })],
      [elements({ path: 'Person.name' }), elements({ path: 'Patient.name' }, { path: 'Person.name' })],
    ),
    resource: definition,
  },
]
