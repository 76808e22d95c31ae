import { describe, expect, it } from 'vitest'
import { stayFacts } from '../../../../../src/care-plan/stays/stay-facts.ts'
import type { Stay } from '../../../../../src/care-plan/stays/stay.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { caseIds } from '../../../../../src/mappers/case/case-record.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { statedCase } from '../../../../../src/mappers/case/nouns/case-link.ts'
import { riskEffects } from '../../../../../src/mappers/case/effects/risk-effects.ts'
import { admission, arrival, CM, discharge, put, stay } from '../../../../support/case-world.ts'

const lenses = nounLenses(CM)
const ids = caseIds({ tenant: 0, shard: 1 })
const timeZone = 'America/New_York'

const condition = (code: string, verification = 'confirmed'): Resource => ({
  resourceType: 'Condition',
  id: `c-${code}-${verification}`,
  code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] },
  verificationStatus: { coding: [{ code: verification }] },
})

const effects = (
  stays: readonly Stay[],
  compartment: readonly Resource[],
  caseId: string | undefined = 'case-1',
) =>
  riskEffects({
    patient: 'p1',
    stays,
    facts: stayFacts(stays, timeZone),
    compartment,
    caseAt: () => caseId,
    lenses,
    ids,
    timeZone,
  })

const river = [
  stay('e1', [
    arrival('2026-10-10T17:05:00'),
    admission('2026-10-10T18:30:00'),
    discharge('2026-10-21T10:00:00', '62'),
  ]),
]
const arm = condition('S52.5')
const read = (resources: readonly Resource[], method: string) => {
  const found = resources.map(lenses.of('risk').read).find(risk => risk.method === method)
  if (!found) throw new Error(`no ${method}`)
  return found
}

describe('the risk at a discharge', () => {
  it('stands in one RiskAssessment for each published variant, valid R4, linked to case and stay', () => {
    const risks = effects(river, [arm])
    expect(risks.map(risk => lenses.of('risk').read(risk).method)).toEqual([
      'lace-2010',
      'lace-modified',
      'hospital-a',
      'hospital-b',
    ])
    for (const risk of risks) {
      expect(validateResource(risk)).toEqual([])
      expect(statedCase(risk, lenses.names)).toBe('case-1')
    }
    expect(read(risks, 'lace-2010')).toMatchObject({
      state: 'final',
      value: '8',
      band: 'moderate',
      missing: [],
      at: '2026-10-21T10:00:00-04:00',
      encounter: 'e1',
      tableVersion: '1',
    })
  })

  it('says what is missing and what is certain instead of a value', () => {
    const risk = read(effects(river, [arm]), 'hospital-a')
    expect(risk.value).toBeUndefined()
    expect(risk.missing).toEqual(['hemoglobin', 'oncology', 'sodium', 'procedure'])
    expect(risk.inputs).toContainEqual({ name: 'at-least', value: '3' })
    expect([risk.state, risk.band]).toEqual(['preliminary', undefined])
  })

  it('keeps the value of a score that people completed', () => {
    const first = effects(river, [arm])
    const lens = lenses.of('risk')
    const done = first.map(risk =>
      lens.read(risk).method === 'hospital-a'
        ? lens.write(risk, { ...lens.read(risk), state: 'final', value: '5', band: 'moderate', missing: [] })
        : risk,
    )
    expect(read(effects(river, [arm, ...done]), 'hospital-a')).toMatchObject({ state: 'final', value: '5' })
  })

  it('changes nothing when it is computed again', () => {
    const first = effects(river, [arm])
    const again = effects(river, [arm, ...first])
    expect(again).toHaveLength(4)
    for (const risk of again) expect(first).toContain(risk)
  })

  it('follows a diagnosis that comes later, not one that is refuted', () => {
    const first = effects(river, [arm])
    expect(read(effects(river, [arm, condition('I50.9', 'refuted'), ...first]), 'lace-2010').value).toBe('8')
    expect(read(effects(river, [arm, condition('I50.9'), ...first]), 'lace-2010')).toMatchObject({
      value: '10',
      band: 'high',
    })
  })

  it('is an error once the discharge was taken back, and comes back with it', () => {
    const first = effects(river, [arm])
    const running = [stay('e1', [arrival('2026-10-10T17:05:00'), admission('2026-10-10T18:30:00')])]
    const withdrawn = effects(running, [arm, ...first])
    expect(withdrawn.map(risk => lenses.of('risk').read(risk).state)).toEqual(
      Array.from({ length: 4 }, () => 'entered-in-error'),
    )
    const back = effects(river, put([arm, ...first], withdrawn))
    expect(read(back, 'lace-2010')).toMatchObject({ state: 'final', value: '8' })
  })

  it('leaves alone what people amended or called an error', () => {
    const first = effects(river, [arm])
    for (const state of ['amended', 'entered-in-error'] as const) {
      const changed = first.map(risk =>
        lenses.of('risk').write(risk, { ...lenses.of('risk').read(risk), state }),
      )
      const again = effects(river, [arm, condition('I50.9'), ...changed])
      for (const risk of again) expect(changed).toContain(risk)
    }
  })

  it('is not computed for the dead, for emergency visits, nor when no case was open', () => {
    const dead = [stay('e1', [admission('2026-10-10T18:30:00'), discharge('2026-10-21T10:00:00', '20')])]
    const visit = [
      stay('v1', [
        arrival('2026-10-10T18:30:00'),
        discharge('2026-10-10T20:00:00', '01', { classAfter: 'emergency' }),
      ]),
    ]
    expect(effects(dead, [arm])).toEqual([])
    expect(effects(visit, [arm])).toEqual([])
    const closed = riskEffects({
      patient: 'p1',
      stays: river,
      facts: stayFacts(river, timeZone),
      compartment: [arm],
      caseAt: () => undefined,
      lenses,
      ids,
      timeZone,
    })
    expect(closed).toEqual([])
  })
})
