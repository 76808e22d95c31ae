import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../../../src/mappers/adt/events/fact.ts'
import { knownVisit } from '../../../../../src/mappers/adt/visits/known-visits.ts'
import { contextOf, type MapContext, type MappingIssue } from '../../../../../src/mappers/adt/map-context.ts'
import type { Register } from '../../../../../src/mappers/adt/registers/registers.ts'
import { scopeOf, type Scope } from '../../../../../src/mappers/adt/registers/scope.ts'
import { sourceSettings } from '../../../../../src/mappers/adt/source.ts'

const settings = sourceSettings({
  tenant: 1,
  canonicalBase: 'https://casewire.example/fhir',
  timeZone: 'UTC',
})
const stampOf = (day: string): string => `2026-03-${day}T00:00:00.000Z|1|a`
const fieldsOf = { 'PV1-2': 'I', 'PV1-44': 'never', 'PV1-19': 'V1' }

function scopeWith(register: Register, issues: MappingIssue[] = []): Scope {
  const report = (issue: MappingIssue): void => void issues.push(issue)
  const contexts = (source: string): MapContext => contextOf(source, settings, report)
  return scopeOf({ patientId: 'p', shard: 1, visitId: 'v', register, contexts })
}

const saidOn = (day: string, source = 'A|B'): Register => ({ [source]: { [stampOf(day)]: fieldsOf } })

const fact: Fact = {
  ...{ id: 'f', subject: 'p', kind: 'movement', scope: 'v', at: '2026-03-01T00:00:00.000Z' },
  ...{ recorded: '2026-03-01T00:00:00.000Z', actor: 'p', source: 'A|B' },
  body: {
    ...{ stamp: stampOf('01'), event: 'A01', at: '2026-03-01T00:00:00Z', recorded: '2026-03-01T00:00:00Z' },
    message: 'm',
  },
}

describe('a visit that was looked at before', () => {
  test('is the same for the same register and facts, and tells again what could not be mapped', () => {
    const register = saidOn('02')
    const [first, second]: MappingIssue[][] = [[], []]
    const known = knownVisit('v', scopeWith(register, first), [fact])
    const again = knownVisit('v', scopeWith(register, second), [fact])
    expect(again.stay).toBe(known.stay)
    expect(again.visit.state).toBe(known.visit.state)
    expect(first).toContainEqual({ code: 'date-invalid', expression: 'PV1-44' })
    expect(new Set(second?.map(({ expression }) => expression))).toEqual(
      new Set(first?.map(({ expression }) => expression)),
    )
  })

  test('is another one with another fact, under another id, or by other settings', () => {
    const register = saidOn('02')
    const known = knownVisit('v', scopeWith(register), [fact])
    expect(knownVisit('v', scopeWith(register), []).stay).not.toBe(known.stay)
    expect(knownVisit('w', scopeWith(register), [fact]).stay.encounter).toBe('w')
    const other = { ...settings, a04: 'arrived' as const }
    const contexts = (source: string): MapContext => contextOf(source, other, () => undefined)
    expect(knownVisit('v', { ...scopeWith(register), contexts }, [fact]).stay).not.toBe(known.stay)
  })

  test('is the same for a later register that says the same, unless somebody else spoke', () => {
    const [before, later, another] = [saidOn('02'), saidOn('03'), saidOn('03', 'C|D')]
    const was = scopeWith(before)
    const known = knownVisit('v', was, [fact])
    expect(knownVisit('v', scopeWith(later), [fact], was).stay).toBe(known.stay)
    expect(knownVisit('v', scopeWith(another), [fact], was).stay).not.toBe(known.stay)
    expect(knownVisit('v', scopeWith(saidOn('04')), [], was).stay).not.toBe(known.stay)
  })

  test.each<readonly [field: string, text: string]>([
    ['PV1-2', 'E'],
    ['PV1-3', 'W^1'],
    ['PV1-36', '01'],
    ['PV1-45', '20260305'],
    ['PV2-8', '20260401'],
    ['PV1-14', '4'],
  ])('is another one when %s is said to be %s', (field, text) => {
    const before = saidOn('02')
    const was = scopeWith(before)
    const known = knownVisit('v', was, [fact])
    const later: Register = { 'A|B': { [stampOf('03')]: { ...fieldsOf, [field]: text } } }
    expect(knownVisit('v', scopeWith(later), [fact], was).stay).not.toBe(known.stay)
  })
})
