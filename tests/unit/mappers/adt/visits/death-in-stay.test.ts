import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { memory } from '../../../../support/adt/memory.ts'

const admit: Er7 = { event: 'A01', id: 'D1', at: '20261001120000' }
const expired: Er7 = { event: 'A03', id: 'D2', at: '20261003090000', pv1: { 36: '20', 45: '20261003090000' } }
const takenBack: Er7 = { event: 'A13', id: 'D3', at: '20261003100000' }

function patientAfter(...messages: readonly Er7[]): Resource | undefined {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  return store.resources().find(({ resourceType }) => resourceType === 'Patient')
}

describe('a discharge as expired', () => {
  test('makes the patient deceased at that time', () => {
    expect(patientAfter(admit, expired)?.['deceasedDateTime']).toBe('2026-10-03T09:00:00-04:00')
  })

  test('in any order with its cancel leaves the patient alive', () => {
    for (const order of [
      [admit, expired, takenBack],
      [takenBack, expired, admit],
      [expired, takenBack, admit],
    ]) {
      expect(patientAfter(...order)).not.toHaveProperty('deceasedDateTime')
    }
  })

  test('gives way to what PID-30 says of death', () => {
    const patient = patientAfter(admit, { ...expired, pid: { 30: 'N' } })
    expect(patient).not.toHaveProperty('deceasedDateTime')
  })

  test('to home makes nobody deceased', () => {
    const home: Er7 = { ...expired, pv1: { 36: '01', 45: '20261003090000' } }
    expect(patientAfter(admit, home)).not.toHaveProperty('deceasedDateTime')
  })
})
