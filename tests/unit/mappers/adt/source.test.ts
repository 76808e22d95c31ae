import { describe, expect, it } from 'vitest'
import { settingsOf, sourceSettings } from '../../../../src/mappers/adt/source.ts'

const all = sourceSettings({
  ...{ tenant: 1, canonicalBase: 'https://cm.example', timeZone: 'UTC' },
  dispositions: { HOM: '01' },
  codes: { '0004': { X: { system: 'u:x', code: 'x' } } },
  sources: {
    'APP|FAC': { timeZone: 'Europe/Rome', dispositions: { SNF: '03' } },
    'APP|*': { timeZone: 'Europe/Lisbon', codes: { '0004': { Y: { system: 'u:y', code: 'y' } } } },
    '*|FAC': { timeZone: 'America/New_York' },
  },
})
const zoneOf = (source: string): string => settingsOf(all, source).timeZone

describe('settings of a sender', () => {
  it('are those of its own name, else of its application, else of its facility, else of everybody', () => {
    expect(['APP|FAC', 'APP|B', 'B|FAC', 'B|B'].map(zoneOf)).toEqual([
      'Europe/Rome',
      'Europe/Lisbon',
      'America/New_York',
      'UTC',
    ])
  })

  it('add to the tables of all senders', () => {
    expect(settingsOf(all, 'APP|FAC').dispositions).toEqual({ HOM: '01', SNF: '03' })
    expect(Object.keys(settingsOf(all, 'APP|B').codes['0004'] ?? {})).toEqual(['X', 'Y'])
  })

  it('are found from those of another sender too', () => {
    expect(settingsOf(settingsOf(all, 'APP|FAC'), 'B|FAC').dispositions).toEqual({ HOM: '01' })
  })

  it('are made once', () => {
    expect(settingsOf(all, 'APP|FAC')).toBe(settingsOf(all, 'APP|FAC'))
  })
})
