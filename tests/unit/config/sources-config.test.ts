import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSourcesConfig } from '../../../src/config/sources-config.ts'

const examples = join(import.meta.dirname, '../../../docs/reference/sources')

const read = (config: unknown): ReturnType<typeof readSourcesConfig> =>
  readSourcesConfig(JSON.stringify(config))

describe('SOURCES_CONFIG', () => {
  it('says nothing of anybody when it is empty', () => {
    expect(read({})).toEqual({ config: { default: {}, sources: {} }, wrong: [] })
  })

  it.each(readdirSync(examples))('takes the example %s of docs/reference/sources', name => {
    expect(readSourcesConfig(join(examples, name)).wrong).toEqual([])
  })

  it.each([
    ['a zone that there is not', { default: { timeZone: 'Europe/Nowhere' } }, '/default/timeZone'],
    ['a character set that there is not', { default: { charset: 'EBCDIC' } }, '/default/charset'],
    ['a sender without a bar', { sources: { EPIC: {} } }, '/sources'],
    ['an unknown key', { sources: { 'A|B': { colour: 'red' } } }, '/sources/A|B/colour'],
    [
      'a rule of lists that there is not',
      { default: { segments: { AL1: 'drop' } } },
      'replace, merge, ignore',
    ],
    [
      'a code without its reason',
      { default: { codes: { '0004': { X: { system: 'u:r', code: 'x' } } } } },
      'reason',
    ],
    ['a system that is no URI', { default: { visitIdSystem: 'visits' } }, '/default/visitIdSystem'],
    [
      'a disposition that is no NUBC code',
      { default: { dispositions: { HOM: 'home' } } },
      '/dispositions/HOM',
    ],
    ['a pointer that is none', { default: { payloadPointers: ['data'] } }, '/default/payloadPointers/0'],
    ['a duplicate window of no day', { default: { dedupeDays: 0 } }, '/default/dedupeDays'],
  ])('refuses %s, naming the place', (_what, config, said) => {
    const { wrong } = read(config)
    expect(wrong.map(({ given, allowed }) => `${given} ${allowed}`).join('\n')).toContain(said)
  })
})
