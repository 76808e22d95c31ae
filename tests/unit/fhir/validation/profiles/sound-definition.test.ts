import { expect, test } from 'vitest'
import { whyUnsound } from '../../../../../src/fhir/validation/profiles/sound-definition.ts'
import {
  definitionsWith,
  profileFaults,
  profileOf,
  TEST_PROFILE,
  usCoreResources,
} from '../../../../support/profiles.ts'

const sound = profileOf('Patient', { 'Patient.name': { min: 1 } })
const withElement = (element: unknown) => ({ ...sound, differential: { element: [element] } })

test.each<[string, object, string]>([
  ['no url', { ...sound, url: undefined }, 'url must be a text'],
  ['a type that is no text', { ...sound, type: 4 }, 'type must be a text'],
  [
    'a resource that R4 lacks',
    { ...sound, kind: 'resource', derivation: 'constraint', type: 'Permission' },
    'type must be one that R4 has, Permission is none',
  ],
  ['a base that is no text', { ...sound, baseDefinition: {} }, 'baseDefinition must be a text'],
  ['a snapshot without elements', { ...sound, snapshot: {} }, 'snapshot.element must be a list'],
  [
    'elements that are no list',
    { ...sound, differential: { element: {} } },
    'differential.element must be a list',
  ],
  ['an element that is null', withElement(null), 'differential.element[0] must be an object'],
  [
    'an element without a path',
    withElement({ id: 'Patient' }),
    'differential.element[0].path must be a text',
  ],
  ['an id that is no text', withElement({ path: 'Patient', id: 1 }), 'differential.element[0].id'],
  ['a max that is no text', withElement({ path: 'Patient.name', max: 1 }), 'differential.element[0].max'],
  [
    'a max that is no number',
    withElement({ path: 'Patient.name', max: 'many' }),
    'differential.element[0].max must be a text: a whole number or *',
  ],
  [
    'an element of another type',
    withElement({ path: 'Questionnaire.name' }),
    'differential.element[0].path must begin with Patient',
  ],
  ['types that are no list', withElement({ path: 'Patient.name', type: {} }), 'differential.element[0].type'],
  [
    'a profile of a type that is no list',
    withElement({ path: 'Patient.name', type: [{ profile: 'x' }] }),
    '.type',
  ],
  [
    'a discriminator that is no list',
    withElement({ path: 'Patient.name', slicing: { discriminator: 'x' } }),
    '.slicing',
  ],
  [
    'a discriminator without a path',
    withElement({ path: 'Patient.name', slicing: { discriminator: [{ type: 'value' }] } }),
    '.slicing',
  ],
  ['constraints that are no list', withElement({ path: 'Patient.name', constraint: 'x' }), '.constraint'],
  ['a binding that is no object', withElement({ path: 'Patient.name', binding: 'x' }), '.binding'],
])('a StructureDefinition with %s is unsound, and the place is told', (_what, definition, why) => {
  expect(whyUnsound(definition as typeof sound)).toContain(why)
})

test('one that is sound can be compiled and claimed', () => {
  expect(whyUnsound(sound)).toBeUndefined()
  const faults = profileFaults({ resourceType: 'Patient' }, definitionsWith([sound]), TEST_PROFILE)
  expect(faults).not.toEqual([])
})

test('the StructureDefinitions of US Core are sound', () => {
  const definitions = usCoreResources().filter(({ resourceType }) => resourceType === 'StructureDefinition')
  expect(definitions.length).toBeGreaterThan(20)
  expect(definitions.flatMap(definition => whyUnsound(definition) ?? [])).toEqual([])
})
