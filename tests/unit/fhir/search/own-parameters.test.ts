import { expect, test } from 'vitest'
import { indexResource } from '../../../../src/fhir/search/indexing/index-resource.ts'
import { ownParameters } from '../../../../src/fhir/search/own-parameters.ts'

const valuesOf = (resource: { readonly resourceType: string; readonly id: string }, code: string): string => {
  const number = ownParameters.find(parameter => parameter.code === code)?.number
  const { lookups } = indexResource(resource, 'http://casewire.test/fhir')
  return JSON.stringify(lookups.filter(lookup => JSON.stringify(lookup).includes(String(number))))
}

test('every own parameter has a number and a name of its own', () => {
  expect(new Set(ownParameters.map(({ number }) => number)).size).toBe(ownParameters.length)
  expect(new Set(ownParameters.map(({ base, code }) => `${base.join()}.${code}`)).size).toBe(
    ownParameters.length,
  )
})

test('the role of a participant, the discharge disposition and the description of a goal are tokens', () => {
  const concept = { coding: [{ system: 'urn:s', code: 'kept' }] }
  const team = { resourceType: 'CareTeam', id: '1', participant: [{ role: [concept] }] }
  const stay = { resourceType: 'Encounter', id: '1', hospitalization: { dischargeDisposition: concept } }
  const goal = { resourceType: 'Goal', id: '1', description: concept }
  expect(valuesOf(team, 'role')).toContain('kept')
  expect(valuesOf(stay, 'discharge-disposition')).toContain('kept')
  expect(valuesOf(goal, 'description')).toContain('kept')
})
