import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { sourceSettings, type SourceSettings } from '../../../../src/mappers/adt/source.ts'
import { randomOf } from '../../../support/adt-workload.ts'
import { hospitalDay } from '../../../support/adt/hospital-day.ts'
import { delivered, inOrder, shuffledWithRepeats } from '../../../support/adt/hospital-ending.ts'
import type { HospitalStore } from '../../../support/adt/hospital-store.ts'
import { settings } from '../../../support/adt/memory.ts'

/**
 * What a process remembers of other days, tenants and senders must make no difference: it writes, to the byte, what one
 * that was started just now writes. A failure names its seeds; CASEWIRE_SEED repeats a run.
 */
const isLong = process.env['CASEWIRE_LONG'] === '1'
const seed = Number(process.env['CASEWIRE_SEED'] ?? (isLong ? Date.now() % 2 ** 31 : 2026))
const size = isLong ? { patients: 4, steps: 10 } : { patients: 2, steps: 6 }
const numRuns = isLong ? 300 : 4

if (isLong) process.stderr.write(`warm memories: seed ${seed}, ${numRuns} runs\n`)

const [tenant, canonicalBase, timeZone] = [1, 'https://casewire.example/fhir', 'America/New_York']
const basics = { tenant, canonicalBase, timeZone }

/** Made once, as the settings of a service are. */
const services: readonly SourceSettings[] = [
  settings,
  sourceSettings({ ...basics, tenant: 2 }),
  sourceSettings({ ...basics, canonicalBase: 'https://other.example/fhir' }),
  sourceSettings({ ...basics, timeZone: 'Asia/Kolkata' }),
  sourceSettings({ ...basics, a04: 'arrived', segments: { NK1: 'merge', DG1: 'ignore' } }),
  sourceSettings({ ...basics, dispositions: { '01': '20', '03': '01' }, restrictedUnits: ['MED'] }),
  sourceSettings({
    ...basics,
    identifierSystems: { VALLEY: 'urn:oid:1.2.3', HILL: 'urn:oid:1.2.4' },
    sources: {
      '*|HILL': { timeZone: 'Europe/Berlin', unescapeTwice: true },
      'ADTAPP|VALLEY': { codes: { '0004': { I: { system: 'urn:x', code: 'IMP' } } } },
    },
  }),
]

const number = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const service = fc.integer({ min: 0, max: services.length - 1 })
const plan = fc.record({
  ...{ day: number, order: number, own: service },
  before: fc.array(fc.record({ day: number, service, same: fc.boolean() }), { minLength: 1, maxLength: 3 }),
})

/** What other senders make of the same texts: who they are, zones, character sets, and what can't be mapped. */
const dialects: readonly ((text: string) => string)[] = [
  text => text.replace('|ADTAPP|', '|OTHER|'),
  text => text.replace(/\|ADTAPP\|(\w+)\|/, '|$1||'),
  text => text.replace(/(\|CW\|CW\|\d{14})\|/, '$1+0530|'),
  text => text.replace(/(\|CW\|CW\|\d{14})\|/, '$1-0800|'),
  text => text.replace('|P|2.5.1', '|P|2.5.1||||||8859/1').replace('^DOC^', '^D\u00D6C^'),
  text => text.replace('^DOC^ANN', '^DOC^ANN^^^^^^VALLEY^Q^^^??'),
  text => text.replace('XRAY^^^', 'XRAY^^^??&9.9.x&ISO'),
  text => text.replace('|I10', '|\\S\\I10').replace('^ALEX', '^A\\XC3A9\\X'),
  text => text.replaceAll(/\|(I|E|O|B)\|/g, '|Q7|').replace('|SPO', '|ZZZ'),
  text => text.replaceAll('|20261001', '|20261341').replace('19800101', '19801301'),
  text => text.replace('|1234^', '|^').replace('GOOD PAYER', 'GOOD PAYER^ZZ^X^^^BAD&&ISO^??'),
]

const textsOf = (day: number): readonly string[] => {
  const random = randomOf(day)
  const texts = hospitalDay({ seed: day, ...size, identities: 4 }).map(({ text }) => text)
  return texts.map(text =>
    dialects.reduce((said, dialect) => (random() < DIALECT_SHARE ? dialect(said) : said), text),
  )
}

const DIALECT_SHARE = 0.06

const everything = ({ resources, rest, verdicts }: HospitalStore): readonly string[] =>
  [...resources(), ...rest(), ...verdicts()].map(one => JSON.stringify(one)).toSorted()

/** In a process that was started just now, as far as it has modules that remember. */
async function inColdMemory(texts: readonly string[], own: SourceSettings): Promise<HospitalStore> {
  vi.resetModules()
  const fresh = await import('../../../support/adt/hospital-ending.ts')
  return fresh.delivered(texts, { ...inOrder, settings: structuredClone(own) })
}

describe('a process that has seen other days', () => {
  test('writes what one that was just started writes', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(plan, async ({ day, order, own, before }) => {
        const texts = shuffledWithRepeats(textsOf(day), order)
        for (const { day: other, service: its, same } of before)
          await delivered(same ? texts : textsOf(other), { ...inOrder, settings: services[its] ?? settings })
        const warm = await delivered(texts, { ...inOrder, settings: services[own] ?? settings })
        const cold = await inColdMemory(texts, services[own] ?? settings)
        expect(everything(warm)).toEqual(everything(cold))
        expect(warm.resources().length).toBeGreaterThan(0)
      }),
      { numRuns, seed },
    )
  })
})
