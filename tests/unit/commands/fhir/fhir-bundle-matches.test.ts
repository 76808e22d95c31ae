import { expect, test } from 'vitest'
import { bundleMatches } from '../../../../src/commands/fhir/fhir-bundle-matches.ts'
import { conditionOf } from '../../../../src/commands/fhir/fhir-conditions.ts'
import type { FhirDeps } from '../../../../src/commands/fhir/fhir-deps.ts'
import type { WriteIntent } from '../../../../src/commands/fhir/fhir-intent.ts'

const deps = {
  base: 'http://x.org/fhir',
  clock: { nowMs: () => Date.parse('2026-11-22T00:00:00Z') },
} as FhirDeps

const intent = (type: string, resource: object): WriteIntent =>
  ({ kind: 'create', type, resource: { resourceType: type, ...resource } }) as unknown as WriteIntent

const ana = intent('Patient', {
  identifier: [{ system: 'urn:mrn', value: '1' }],
  name: [{ family: 'Ana' }],
  birthDate: '1980-02-01',
})
const bob = intent('Patient', { name: [{ family: 'Bob' }], birthDate: '1990-02-01' })
const stay = intent('Encounter', { status: 'planned', subject: { reference: 'Patient/1' } })
const heart = intent('Observation', {
  code: { coding: [{ code: 'hr' }] },
  valueQuantity: { value: 80, unit: '/min' },
})

const found = (type: string, query: string) =>
  bundleMatches(deps, [ana, bob, stay, heart])(conditionOf(type, query))

test.each([
  ['Patient', 'identifier=urn:mrn|1', [ana]],
  ['Patient', 'identifier=urn:mrn|1&birthdate=1990', []],
  ['Patient', 'birthdate=lt1985', [ana]],
  ['Patient', 'family:exact=Bob', [bob]],
  ['Patient', 'family:not-known=Bob', []],
  ['Patient', 'identifier:missing=true', [bob]],
  ['Patient', '_filter=family eq ana or birthdate ge 1990', [ana, bob]],
  ['Encounter', 'status=planned', [stay]],
  ['Encounter', 'patient=Patient/1', [stay]],
  ['Encounter', 'patient=Patient/2', []],
  ['Encounter', 'patient.name=ana', []],
  ['Observation', 'code-value-quantity=hr$gt70', [heart]],
  ['Observation', '', []],
] as const)('%s?%s finds what the Bundle holds of it', (type, query, wanted) => {
  expect(found(type, query)).toEqual(wanted)
})
