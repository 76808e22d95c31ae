import { describe, expect, it } from 'vitest'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
import { comorbidityOf } from '../../../../src/care-plan/risk/charlson.ts'
import { hospitalOf } from '../../../../src/care-plan/risk/hospital.ts'
import { laceOf } from '../../../../src/care-plan/risk/lace.ts'
import { isHighRisk, riskOf, type RiskQuestion } from '../../../../src/care-plan/risk/risk-of.ts'
import { hospitalTables, laceTables } from '../../../../src/care-plan/risk/risk-tables.ts'
import { admission, arrival, discharge, stay } from '../../../support/case-world.ts'

const lace2010 = laceTables.find(({ method }) => method === 'lace-2010')
const modified = laceTables.find(({ method }) => method === 'lace-modified')
const [hospitalA, hospitalB] = hospitalTables
if (!lace2010 || !modified || !hospitalA || !hospitalB) throw new Error('a table is missing')

const zone = 'America/New_York'
const icd = (...codes: readonly string[]) =>
  codes.map(code => ({ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }))
const healthy = icd('S52.5')

const ask = (one: Stay, stays: readonly Stay[], more: Partial<RiskQuestion> = {}) =>
  riskOf(one, { stays, conditions: healthy, asOf: '2027-06-01T12:00:00-04:00', timeZone: zone, ...more })
const scoreOf = (method: string, scores: ReturnType<typeof ask>) => {
  const found = scores.find(score => score.method === method)
  if (!found) throw new Error(`no ${method}`)
  return found
}
const inputOf = (name: string, scores: ReturnType<typeof ask>): string | undefined =>
  scoreOf('lace-2010', scores).inputs.find(input => input.name === name)?.value

/** Days, acute, comorbidity, emergency visits -> value, band. */
const printed = (
  [
    [11, true, 0, 0, 8, 'moderate'],
    [35, false, 0, 1, 8, 'moderate'],
    [20, true, 4, 4, 19, 'high'],
    [20, true, 9, 7, 19, 'high'],
    [0, false, 0, 0, 0, 'low'],
    [6, false, 1, 0, 5, 'moderate'],
    [3, false, 1, 0, 4, 'low'],
    [13, true, 2, 0, 10, 'high'],
    [14, false, 3, 0, 10, 'high'],
    [7, true, 1, 0, 9, 'moderate'],
  ] as const
).map(([lengthOfStay, isAcute, comorbidity, emergencyVisits, value, band]) => ({
  inputs: { lengthOfStay, isAcute, comorbidity, emergencyVisits },
  value,
  band,
}))

describe('LACE of 2010', () => {
  it.each(printed)('is $value, $band, for $inputs', ({ inputs, value, band }) => {
    expect(laceOf(lace2010, inputs)).toMatchObject({
      ...{ value, band, atLeast: value, missing: [], tableVersion: '1' },
    })
  })

  it('has no value while an input is missing, says which one and what is certain', () => {
    const score = laceOf(lace2010, {
      lengthOfStay: 11,
      isAcute: undefined,
      comorbidity: 4,
      emergencyVisits: 0,
    })
    expect(score.value).toBeUndefined()
    expect(score).toMatchObject({ atLeast: 10, band: 'high', missing: ['acute-admission'] })
  })

  it('names what went in and the points for it', () => {
    const score = laceOf(lace2010, { lengthOfStay: 11, isAcute: true, comorbidity: 0, emergencyVisits: 0 })
    expect(score.inputs).toEqual([
      { name: 'length-of-stay', value: '11' },
      { name: 'length-of-stay-points', value: '5' },
      { name: 'acute-admission', value: 'yes' },
      { name: 'acute-admission-points', value: '3' },
      { name: 'comorbidity', value: '0' },
      { name: 'comorbidity-points', value: '0' },
      { name: 'emergency-visits', value: '0' },
      { name: 'emergency-visits-points', value: '0' },
    ])
  })
})

describe('the modified LACE', () => {
  it.each([
    [14, 0, 6],
    [13, 0, 5],
    [0, 4, 4],
    [0, 5, 5],
    [0, 6, 6],
    [0, 12, 6],
  ])('gives %d days and a comorbidity of %d together %d points', (lengthOfStay, comorbidity, value) => {
    const score = laceOf(modified, { lengthOfStay, isAcute: false, comorbidity, emergencyVisits: 0 })
    expect(score.value).toBe(value)
  })
})

describe('HOSPITAL', () => {
  const vector = {
    hemoglobinGPerDl: 10.8,
    sodiumMmolPerL: 138,
    hadProcedure: true,
    isFromOncology: false,
    isUrgent: true,
    admissions: 0,
    lengthOfStay: 11,
  }

  it('is 5, intermediate, for the vector of both variants', () => {
    expect(hospitalOf(hospitalA, vector)).toMatchObject({ value: 5, band: 'intermediate', missing: [] })
    expect(hospitalOf(hospitalB, vector)).toMatchObject({ value: 5, band: 'intermediate', missing: [] })
  })

  it.each([
    [0, 0, 0],
    [1, 2, 0],
    [2, 2, 2],
    [5, 2, 2],
    [6, 5, 5],
  ])('counts %d earlier admissions as %d by one variant and %d by the other', (admissions, a, b) => {
    const plain = { ...vector, hemoglobinGPerDl: 12, hadProcedure: false, isUrgent: false, lengthOfStay: 4 }
    expect(hospitalOf(hospitalA, { ...plain, admissions }).value).toBe(a)
    expect(hospitalOf(hospitalB, { ...plain, admissions }).value).toBe(b)
  })

  it('gives points for each finding by itself', () => {
    const none = {
      hemoglobinGPerDl: 12,
      sodiumMmolPerL: 135,
      hadProcedure: false,
      isFromOncology: false,
      isUrgent: false,
      admissions: 0,
      lengthOfStay: 4,
    }
    const value = (more: Partial<typeof none>) => hospitalOf(hospitalA, { ...none, ...more }).value
    expect(value({})).toBe(0)
    expect(value({ hemoglobinGPerDl: 11.9 })).toBe(1)
    expect(value({ sodiumMmolPerL: 134 })).toBe(1)
    expect(value({ hadProcedure: true })).toBe(1)
    expect(value({ isFromOncology: true })).toBe(2)
    expect(value({ isUrgent: true })).toBe(1)
    expect(value({ lengthOfStay: 5 })).toBe(2)
  })

  it('is high from 7 points', () => {
    expect(hospitalOf(hospitalA, { ...vector, isFromOncology: true })).toMatchObject({
      value: 7,
      band: 'high',
    })
  })

  it('lists what an ADT stream does not say as missing', () => {
    const e1 = stay('e1', [arrival('2026-10-10T17:05:00'), admission('2026-10-10T18:30:00')])
    const score = scoreOf('hospital-a', ask(e1, [e1], { asOf: '2026-10-21T12:00:00-04:00' }))
    expect(score.missing).toEqual(['hemoglobin', 'oncology', 'sodium', 'procedure'])
    expect(score.value).toBeUndefined()
    expect(score.atLeast).toBe(3)
  })
})

describe('comorbidity from ICD-10 codes', () => {
  const weights = lace2010.comorbidityWeights

  it.each([
    [['I21.4'], 1],
    [['I21.4', 'I25.2'], 1],
    [['I50.9'], 2],
    [['E11.9'], 1],
    [['E11.9', 'E11.2'], 2],
    [['F03.90'], 3],
    [['C50.9'], 2],
    [['C50.9', 'C78.0'], 6],
    [['N18.3'], 2],
    [['N18.5'], 4],
    [['B20'], 4],
    [['K70.3', 'K72.9'], 4],
    [['K25.0'], 0],
    [['S06.2'], 0],
    [['j44.1', 'M05.7'], 5],
  ])('weighs %j with %d', (codes, score) => {
    expect(comorbidityOf(icd(...codes), weights).score).toBe(score)
  })

  it('takes no code of another system for one of ICD-10', () => {
    expect(comorbidityOf([{ system: 'http://snomed.info/sct', code: 'I50' }], weights).score).toBe(0)
    expect(comorbidityOf([{ code: 'I50' }], weights).score).toBe(0)
  })

  it('takes ICD-10 by its OID as well', () => {
    expect(comorbidityOf([{ system: 'urn:oid:2.16.840.1.113883.6.90', code: 'I50' }], weights).score).toBe(2)
  })

  it('weighs ulcers and kidneys as the modified table does', () => {
    expect(comorbidityOf(icd('K25.0'), modified.comorbidityWeights).score).toBe(1)
    expect(comorbidityOf(icd('N18.5'), modified.comorbidityWeights).score).toBe(2)
  })
})

describe('the risk of a stay', () => {
  const hospital = stay('e1', [
    arrival('2026-10-10T17:05:00'),
    admission('2026-10-10T18:30:00'),
    discharge('2026-10-21T10:00:00', '62'),
  ])
  const rehab = stay('e2', [admission('2026-10-21T11:30:00'), discharge('2026-11-25T14:00:00', '06')])
  const river = [hospital, rehab]

  it("is LACE 8 after River's eleven days in hospital", () => {
    expect(scoreOf('lace-2010', ask(hospital, river))).toMatchObject({ value: 8, missing: [] })
  })

  it("is LACE 8 after River's thirty-five days of rehabilitation: transferred, not acute, one emergency visit", () => {
    const scores = ask(rehab, river)
    expect(scoreOf('lace-2010', scores)).toMatchObject({ value: 8, missing: [] })
    expect(inputOf('length-of-stay', scores)).toBe('35')
    expect(inputOf('acute-admission', scores)).toBe('no')
    expect(inputOf('emergency-visits', scores)).toBe('1')
    expect(scoreOf('lace-modified', scores).value).toBe(7)
  })

  it('starts at no days and three points for an emergency, and grows with the stay', () => {
    const running = stay('e1', [arrival('2026-10-10T17:05:00'), admission('2026-10-10T18:30:00')])
    const on = (day: string) =>
      scoreOf('lace-2010', ask(running, [running], { asOf: `2026-10-${day}T12:00:00-04:00` }))
    expect(on('11').value).toBe(4)
    expect(scoreOf('lace-2010', ask(running, [running], { asOf: '2026-10-10T19:00:00-04:00' })).value).toBe(3)
    expect(on('17').value).toBe(8)
    expect(on('24').value).toBe(10)
  })

  it('stops at the discharge', () => {
    expect(inputOf('length-of-stay', ask(hospital, river, { asOf: '2026-10-30T12:00:00-04:00' }))).toBe('11')
  })

  it('counts the day of discharge too by the other rule', () => {
    expect(inputOf('length-of-stay', ask(hospital, river, { losRule: 'inclusive' }))).toBe('12')
    expect(scoreOf('lace-2010', ask(hospital, river, { losRule: 'inclusive' })).value).toBe(8)
  })

  it('knows nothing of a stay before its admission', () => {
    const score = scoreOf('lace-2010', ask(rehab, river, { asOf: '2026-10-20T12:00:00-04:00' }))
    expect(score.missing).toEqual(['length-of-stay', 'acute-admission', 'emergency-visits'])
  })

  it('has no comorbidity when there is no diagnosis at all', () => {
    expect(scoreOf('lace-2010', ask(hospital, river, { conditions: [] })).missing).toEqual(['comorbidity'])
  })

  it.each([
    ['emergency', 'yes'],
    ['urgent', 'yes'],
    ['elective', 'no'],
    ['routine', 'no'],
  ] as const)('takes an admission of type %s as acute: %s', (admissionType, acute) => {
    const one = stay('e1', [admission('2026-10-10T18:30:00')], { admissionType })
    expect(inputOf('acute-admission', ask(one, [one]))).toBe(acute)
  })

  it('does not guess whether an admission was acute', () => {
    const one = stay('e1', [admission('2026-10-10T18:30:00')])
    expect(scoreOf('lace-2010', ask(one, [one])).missing).toEqual(['acute-admission'])
  })

  it('takes who comes from another facility by PV1-14 as transferred', () => {
    const one = stay('e1', [admission('2026-10-10T18:30:00')], {
      isTransferIn: true,
      admissionType: 'emergency',
    })
    expect(inputOf('acute-admission', ask(one, [one]))).toBe('no')
  })

  it('does not take an admission two days after a discharge to a facility as a transfer', () => {
    const later = stay('e2', [admission('2026-10-23T11:30:00')])
    expect(scoreOf('lace-2010', ask(later, [hospital, later])).missing).toEqual(['acute-admission'])
  })

  it('counts emergency visits of the six months before, but not the one that led to the stay', () => {
    const visit = (id: string, from: string, to: string) =>
      stay(id, [arrival(from), discharge(to, '01', { classAfter: 'emergency' })])
    const old = visit('v1', '2026-04-09T10:00:00', '2026-04-09T12:00:00')
    const first = visit('v2', '2026-04-10T10:00:00', '2026-04-10T12:00:00')
    const second = visit('v3', '2026-10-09T10:00:00', '2026-10-09T12:00:00')
    const led = visit('v4', '2026-10-10T14:00:00', '2026-10-10T17:00:00')
    const one = stay('e1', [admission('2026-10-10T18:30:00')])
    const scores = ask(one, [old, first, second, led, one])
    expect(inputOf('emergency-visits', scores)).toBe('2')
    expect(inputOf('acute-admission', scores)).toBe('yes')
  })

  it('counts the admissions of the twelve months before, a transfer not again', () => {
    const again = stay('e3', [arrival('2027-01-05T10:00:00'), admission('2027-01-05T12:00:00')])
    const scores = ask(again, [...river, again])
    const admissions = scoreOf('hospital-a', scores).inputs.find(
      ({ name }) => name === 'admissions-prior-year',
    )
    expect(admissions?.value).toBe('1')
  })

  it('is high when what is certain reaches 10', () => {
    const question = { stays: river, asOf: '2027-01-01T12:00:00-05:00', timeZone: zone }
    expect(isHighRisk(hospital, { ...question, conditions: healthy })).toBe(false)
    expect(isHighRisk(hospital, { ...question, conditions: icd('I50.9') })).toBe(true)
  })
})
