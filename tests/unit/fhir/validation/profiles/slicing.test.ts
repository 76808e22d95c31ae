import { describe, expect, it } from 'vitest'
import {
  faultsBy,
  profileFaults,
  definitionsWith,
  profileOf,
  TEST_PROFILE,
} from '../../../../support/profiles.ts'

const by = (type: string, path: string, more: object = {}) => ({
  slicing: { discriminator: [{ type, path }], rules: 'open', ...more },
})
const slice = (sliceName: string, more: object = {}) => ({ sliceName, ...more })

const identifiers = (...systems: (string | undefined)[]) => ({
  resourceType: 'Patient',
  identifier: systems.map(system => (system === undefined ? { value: '1' } : { system, value: '1' })),
})

const twoSystems = (slicing: object) => ({
  'Patient.identifier': slicing,
  'Patient.identifier:a': slice('a', { min: 1, max: '1' }),
  'Patient.identifier:a.system': { min: 1, fixedUri: 'urn:a' },
  'Patient.identifier:b': slice('b'),
  'Patient.identifier:b.system': { min: 1, patternUri: 'urn:b' },
  'Patient.identifier:b.period': { min: 1 },
})

describe('slices by value', () => {
  it.each<[string, (string | undefined)[], string[]]>([
    ['are counted each', ['urn:c'], ['required Patient.identifier']],
    ['are counted each, at most too', ['urn:a', 'urn:a'], ['structure Patient.identifier']],
    ['leave others alone when open', ['urn:a', 'urn:c', undefined], []],
    ['are asked what only they are', ['urn:a', 'urn:b'], ['required Patient.identifier[1].period']],
  ])('%s', (_what, systems, faults) => {
    expect(faultsBy(twoSystems(by('value', 'system')), identifiers(...systems))).toEqual(faults)
  })

  it('refuse others when closed', () => {
    const closed = twoSystems(by('value', 'system', { rules: 'closed' }))
    expect(faultsBy(closed, identifiers('urn:a', 'urn:c'))).toEqual(['structure Patient.identifier[1]'])
  })

  it('take others only at the end when open at the end', () => {
    const atEnd = twoSystems(by('value', 'system', { rules: 'openAtEnd' }))
    expect(faultsBy(atEnd, identifiers('urn:a', 'urn:c'))).toEqual([])
    expect(faultsBy(atEnd, identifiers('urn:c', 'urn:a'))).toEqual(['structure Patient.identifier[1]'])
  })

  it('keep their order when ordered', () => {
    const ordered = twoSystems(by('value', 'system', { ordered: true }))
    expect(faultsBy(ordered, identifiers('urn:b', 'urn:a'))).toContain('structure Patient.identifier[1]')
    expect(faultsBy(ordered, identifiers('urn:a', 'urn:b'))).not.toContain('structure Patient.identifier[1]')
  })

  it('are told apart by a value within a list', () => {
    const elements = {
      'Patient.identifier': by('pattern', 'type'),
      'Patient.identifier:mr': slice('mr', { min: 1 }),
      'Patient.identifier:mr.type': { patternCodeableConcept: { coding: [{ code: 'MR' }] } },
    }
    const typed = (...codes: string[]) => ({
      ...{
        resourceType: 'Patient',
        identifier: [{ type: { coding: codes.map(code => ({ system: 'urn:t', code })) } }],
      },
    })
    expect(faultsBy(elements, typed('SS', 'MR'))).toEqual([])
    expect(faultsBy(elements, typed('SS'))).toEqual(['required Patient.identifier'])
  })

  it('are told apart by what a path through a list fixes', () => {
    const elements = {
      'Patient.identifier': by('value', 'type.coding.code'),
      'Patient.identifier:mr': slice('mr', { min: 1 }),
      'Patient.identifier:mr.type.coding.code': { fixedCode: 'MR' },
    }
    const one = (code: string) => ({
      resourceType: 'Patient',
      identifier: [{ type: { coding: [{ code }] } }],
    })
    expect(faultsBy(elements, one('MR'))).toEqual([])
    expect(faultsBy(elements, one('SS'))).toEqual(['required Patient.identifier'])
  })

  it('are told apart by a required value set', () => {
    const valueSet = {
      ...{ resourceType: 'ValueSet', url: 'urn:test:vs' },
      compose: { include: [{ system: 'urn:s', concept: [{ code: 'x' }] }] },
    }
    const elements = {
      'Observation.category': by('value', '$this'),
      'Observation.category:own': slice('own', {
        min: 1,
        binding: { strength: 'required', valueSet: 'urn:test:vs' },
      }),
    }
    const one = (code: string) => ({
      ...{ resourceType: 'Observation', category: [{ coding: [{ system: 'urn:s', code }] }] },
    })
    expect(faultsBy(elements, one('x'), valueSet)).toEqual([])
    expect(faultsBy(elements, one('y'), valueSet)).toEqual(['required Observation.category'])
  })

  it('divide again into slices of their own', () => {
    const elements = {
      ...twoSystems(by('value', 'system')),
      'Patient.identifier:a': slice('a', by('value', 'use')),
      'Patient.identifier:a/official': slice('a/official', { min: 1 }),
      'Patient.identifier:a/official.use': { fixedCode: 'official' },
    }
    const patient = (use: string) => ({ resourceType: 'Patient', identifier: [{ system: 'urn:a', use }] })
    expect(faultsBy(elements, patient('official'))).toEqual([])
    expect(faultsBy(elements, patient('usual'))).toEqual(['required Patient.identifier'])
  })

  it('put what is in none into @default', () => {
    const elements = {
      ...twoSystems(by('value', 'system', { rules: 'closed' })),
      'Patient.identifier:@default': slice('@default'),
      'Patient.identifier:@default.value': { max: '0' },
    }
    expect(faultsBy(elements, identifiers('urn:a', 'urn:c'))).toEqual([
      'structure Patient.identifier[1].value',
    ])
  })
})

describe('slices by other discriminators', () => {
  it('of type go by the type of a choice', () => {
    const elements = {
      'Observation.value[x]': by('type', '$this', { rules: 'closed' }),
      'Observation.value[x]:valueQuantity': slice('valueQuantity', { type: [{ code: 'Quantity' }] }),
      'Observation.value[x]:valueQuantity.unit': { min: 1 },
    }
    expect(faultsBy(elements, { resourceType: 'Observation', valueQuantity: { value: 1 } })).toEqual([
      'required Observation.value.unit',
    ])
    expect(faultsBy(elements, { resourceType: 'Observation', valueString: 'x' })).toEqual([
      'structure Observation.value',
    ])
  })

  it('of type go by the type of a resource', () => {
    const elements = {
      'Bundle.entry': by('type', 'resource'),
      'Bundle.entry:patient': slice('patient', { min: 1 }),
      'Bundle.entry:patient.resource': { type: [{ code: 'Patient' }] },
    }
    const bundle = (resourceType: string) => ({
      resourceType: 'Bundle',
      entry: [{ resource: { resourceType } }],
    })
    expect(faultsBy(elements, bundle('Patient'))).toEqual([])
    expect(faultsBy(elements, bundle('Group'))).toEqual(['required Bundle.entry'])
  })

  it('of type go by the type that a reference points to', () => {
    const elements = {
      'CarePlan.activity': by('type', 'reference.resolve()'),
      'CarePlan.activity:task': slice('task', { max: '1' }),
      'CarePlan.activity:task.reference': {
        type: [{ code: 'Reference', targetProfile: ['http://hl7.org/fhir/StructureDefinition/Task'] }],
      },
    }
    const plan = (...targets: string[]) => ({
      resourceType: 'CarePlan',
      activity: targets.map(reference => ({ reference: { reference } })),
    })
    expect(faultsBy(elements, plan('Task/1', 'Appointment/1'))).toEqual([])
    expect(faultsBy(elements, plan('Task/1', 'Task/2'))).toEqual(['structure CarePlan.activity'])
  })

  it('of existence go by whether an element is there', () => {
    const elements = {
      'Patient.identifier': by('exists', 'period'),
      'Patient.identifier:past': slice('past'),
      'Patient.identifier:past.period': { min: 1 },
      'Patient.identifier:past.use': { fixedCode: 'old' },
      'Patient.identifier:now': slice('now'),
      'Patient.identifier:now.period': { max: '0' },
      'Patient.identifier:now.use': { fixedCode: 'usual' },
    }
    const identifier = [{ period: { end: '2020' }, use: 'usual' }, { use: 'usual' }]
    expect(faultsBy(elements, { resourceType: 'Patient', identifier })).toEqual([
      'value Patient.identifier[0].use',
    ])
  })

  it('of profile go by what the resource of an entry meets', () => {
    const named = profileOf('Patient', { 'Patient.name': { min: 1 } }, { url: 'urn:test:named' })
    const elements = {
      'Bundle.entry': by('profile', 'resource'),
      'Bundle.entry:named': slice('named', { min: 1 }),
      'Bundle.entry:named.resource': { type: [{ code: 'Patient', profile: ['urn:test:named'] }] },
    }
    const bundle = (patient: object) => ({
      resourceType: 'Bundle',
      entry: [{ resource: { resourceType: 'Patient', ...patient } }],
    })
    expect(faultsBy(elements, bundle({ name: [{ text: 'x' }] }), named)).toEqual([])
    expect(faultsBy(elements, bundle({}), named)).toEqual(['required Bundle.entry'])
  })

  it('through an extension go by its value', () => {
    const elements = {
      'Patient.name': by('value', "extension('urn:test:kind').value"),
      'Patient.name:legal': slice('legal', { min: 1 }),
      'Patient.name:legal.extension:kind': slice('kind', {
        type: [{ code: 'Extension', profile: ['urn:test:kind'] }],
      }),
      'Patient.name:legal.extension:kind.value[x]': { fixedCode: 'legal' },
    }
    const patient = (valueCode: string) => ({
      ...{ resourceType: 'Patient', name: [{ extension: [{ url: 'urn:test:kind', valueCode }] }] },
    })
    expect(faultsBy(elements, patient('legal'))).toEqual([])
    expect(faultsBy(elements, patient('birth'))).toEqual(['required Patient.name'])
  })
})

describe('slices of extensions', () => {
  it('go by url, also where the differential has no slicing and the extension is not loaded', () => {
    const elements = {
      'Patient.extension:kind': slice('kind', {
        ...{ min: 1, max: '1', type: [{ code: 'Extension', profile: ['urn:test:kind'] }] },
      }),
    }
    const patient = (...urls: string[]) => ({
      resourceType: 'Patient',
      extension: urls.map(url => ({ url })),
    })
    expect(faultsBy(elements, patient('urn:test:kind', 'urn:other'))).toEqual([])
    expect(faultsBy(elements, patient('urn:other'))).toEqual(['required Patient.extension'])
    expect(faultsBy(elements, patient('urn:test:kind', 'urn:test:kind'))).toEqual([
      'structure Patient.extension',
    ])
  })
})

describe('slices that can not be told apart', () => {
  it('are said to be so', () => {
    const definitions = definitionsWith([
      profileOf('Patient', {
        'Patient.identifier': by('value', 'system.substring(1)'),
        'Patient.identifier:a': slice('a'),
      }),
    ])
    expect(profileFaults(identifiers('urn:a'), definitions, TEST_PROFILE)).toEqual([])
    expect(definitions.profile(TEST_PROFILE)?.gaps).toEqual([
      "the slices of Patient.identifier can't be told apart (discriminator value)",
    ])
  })
})
