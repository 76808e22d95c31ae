import { expect, test } from 'vitest'
import { contextOf, type MappingIssue } from '../../../../../src/mappers/adt/map-context.ts'
import {
  keepSamePatient,
  patientResources,
} from '../../../../../src/mappers/adt/resources/patient-resources.ts'
import type { Register } from '../../../../../src/mappers/adt/registers/registers.ts'
import { scopeOf } from '../../../../../src/mappers/adt/registers/scope.ts'
import { sourceSettings } from '../../../../../src/mappers/adt/source.ts'

const settingsOf = (canonicalBase: string) =>
  sourceSettings({ tenant: 1, canonicalBase, timeZone: 'America/New_York' })
const settings = settingsOf('https://casewire.example/fhir')

const registerOf = (name = 'EVERYWOMAN^EVE'): Register => ({
  'ADT|HOSP': { '2026-10-05T12:00:00.000Z|1|a': { 'PID-3': '1^^^HOSP^MR', 'PID-5': name, 'PID-8': 'Q7' } },
})

function scopeIn(register: Register, own = settings, ownerId?: string) {
  const issues: MappingIssue[] = []
  const contexts = (source: string) => contextOf(source, own, issue => issues.push(issue))
  return { issues, scope: scopeOf({ patientId: 'p', ownerId, shard: 1, register, contexts }) }
}

test('what was derived of a patient is known as long as the register is the same, with what could not be mapped', () => {
  const register = registerOf()
  const [first, again] = [scopeIn(register), scopeIn(register)]
  expect(patientResources(first.scope)).toBe(patientResources(again.scope))
  expect(first.issues.length).toBeGreaterThan(0)
  expect(again.issues).toEqual(first.issues)
})

test('for other settings, another owner or another register it is derived anew', () => {
  const register = registerOf()
  const known = patientResources(scopeIn(register).scope)
  expect(patientResources(scopeIn(registerOf('OTHER^ANN')).scope)).not.toEqual(known)
  expect(patientResources(scopeIn(register, settings, 'q').scope)).not.toBe(known)
  expect(patientResources(scopeIn(register, settingsOf('https://other.example/fhir')).scope)).not.toBe(known)
})

test('a register that says the same comes to the same', () => {
  const [before, after] = [registerOf(), registerOf()]
  const known = patientResources(scopeIn(before).scope)
  keepSamePatient(before, after)
  expect(patientResources(scopeIn(after).scope)).toBe(known)
})
