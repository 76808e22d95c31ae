import { describe, expect, it } from 'vitest'
import type { Stay } from '../../../../../src/care-plan/stays/stay.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { memory, settings } from '../../../../support/adt/memory.ts'

const admit = (pv1: Readonly<Record<number, string>>): Er7 => ({
  event: 'A01',
  id: 'C1',
  at: '20261001120000',
  pv1: { 2: 'I', 44: '20261001120000', ...pv1 },
})

function stayAfter(...messages: readonly Er7[]): Stay | undefined {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  return store.stays()[0]
}

describe('a stay', () => {
  it.each([
    ['A', 'emergency', false],
    ['E', 'emergency', false],
    ['e', 'emergency', false],
    ['U', 'urgent', false],
    ['R', 'routine', false],
    ['L', 'labour', false],
    ['C', 'elective', true],
    ['N', 'newborn', true],
  ] as const)('of PV1-4 %s was admitted as %s', (code, admissionType, planned) => {
    expect(stayAfter(admit({ 4: code }))).toMatchObject({ admissionType, planned })
  })

  it.each([{}, { 4: 'X' }, { 4: '""' }])('says nothing of its admission when PV1-4 does not: %j', pv1 => {
    const stay = stayAfter(admit(pv1))
    expect(stay).toBeDefined()
    expect(stay).not.toHaveProperty('admissionType')
    expect(stay).not.toHaveProperty('isTransferIn')
  })

  it.each([
    ['4', true],
    ['5', true],
    ['6', true],
    ['7', undefined],
    ['1', undefined],
  ])('that came by PV1-14 %s is a transfer: %s', (source, isTransferIn) => {
    expect(stayAfter(admit({ 14: source }))?.isTransferIn).toBe(isTransferIn)
  })

  it('is where a field of its messages says, in whatever order they come (`timeZoneBy`), else where its sender is', () => {
    const zones = { CA: 'America/Los_Angeles', HI: 'Pacific/Honolulu' }
    const own = { ...settings, timeZoneBy: { field: 'PV1-39.7', zones } }
    const leave: Er7 = { event: 'A03', id: 'C2', at: '20261003223000', pv1: { 39: '^^^^^^HI' } }
    const zoneAfter = (...messages: readonly Er7[]): string | undefined => {
      const store = memory(own)
      for (const message of messages) store.take(er7(message))
      return store.stays()[0]?.timeZone
    }
    const inCalifornia = admit({ 39: '^^^^^^CA' })
    expect(zoneAfter(inCalifornia)).toBe('America/Los_Angeles')
    expect(zoneAfter(inCalifornia, { ...leave, pv1: {} })).toBe('America/Los_Angeles')
    expect(zoneAfter(inCalifornia, leave)).toBe('Pacific/Honolulu')
    expect(zoneAfter(leave, inCalifornia)).toBe('Pacific/Honolulu')
    expect(zoneAfter(admit({ 39: '^^^^^^ZZ' }))).toBe('America/New_York')
  })

  it('takes the type of admission that was told last', () => {
    const corrected: Er7 = { event: 'A08', id: 'C2', at: '20261002120000', pv1: { 2: 'I', 4: 'U' } }
    expect(stayAfter(admit({ 4: 'C' }), corrected)).toMatchObject({ admissionType: 'urgent', planned: false })
  })
})
