import { describe, expect, it } from 'vitest'
import { caseload, fullCapacity, rounded } from '../../../../src/care-plan/load/caseload.ts'
import { contactsPerWeek, hoursPerWeek, minutesIn } from '../../../../src/care-plan/load/contact-hours.ts'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import { shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import { fileOf } from '../../../support/case-file.ts'

const model = (id: string): ModelProfile => shippedModels.find(one => one.id === id) as ModelProfile
const cases = (count: number, id: string) => Array.from({ length: count }, () => ({ ratio: model(id).ratio }))

describe('the load of a manager (domain.md 4.8)', () => {
  it('is 1.30 for 8 intensive, 4 strengths, 9 clinical and 10 brokerage cases', () => {
    const mixed = [
      ...cases(8, 'intensive'),
      ...cases(4, 'strengths'),
      ...cases(9, 'clinical'),
      ...cases(10, 'brokerage'),
    ]
    expect(rounded(caseload(mixed))).toBe(1.3)
  })

  it('rises by 1/12 - 1/30 when a case goes from clinical to intensive: 0.82 to 0.87 for River', () => {
    const others = [
      ...cases(4, 'intensive'),
      ...cases(3, 'strengths'),
      ...cases(8, 'clinical'),
      ...cases(3, 'brokerage'),
    ]
    const before = caseload([...others, ...cases(1, 'clinical')])
    const after = caseload([...others, ...cases(1, 'intensive')])
    expect([rounded(before), rounded(after)]).toEqual([0.82, 0.87])
    expect(after - before).toBeCloseTo(1 / 12 - 1 / 30, 10)
  })

  it('counts who works part-time, for other things too, or with little experience as less capacity', () => {
    const ten = cases(10, 'clinical')
    expect(caseload(ten, { ...fullCapacity, fullTime: 0.5 })).toBeCloseTo(2 / 3, 10)
    expect(caseload(ten, { ...fullCapacity, nonCaseShare: 0.2 })).toBeCloseTo(1 / 2.4, 10)
    expect(caseload(ten, { ...fullCapacity, experience: 0.5 })).toBeCloseTo(2 / 3, 10)
  })

  it('weighs by acuity where an organisation says so, and a case without one as it is', () => {
    const weights = { low: 0.5, moderate: 1, high: 2 }
    const mixed = [
      { ratio: 10, acuity: 'low' as const },
      { ratio: 10, acuity: 'high' as const },
      { ratio: 10 },
    ]
    expect(caseload(mixed, fullCapacity, weights)).toBeCloseTo(0.35, 10)
    expect(caseload([])).toBe(0)
  })
})

describe('the hours that a model asks for', () => {
  it('follow its phases: weekly for twelve contacts, then monthly', () => {
    expect(contactsPerWeek(model('strengths'), 0)).toBe(1)
    expect(contactsPerWeek(model('strengths'), 11)).toBe(1)
    expect(rounded(contactsPerWeek(model('strengths'), 12))).toBe(0.23)
  })

  it('are four contacts a week for an intensive case, and no less than two hours', () => {
    expect(contactsPerWeek(model('intensive'))).toBe(4)
    expect(hoursPerWeek(model('intensive'), { minutes: () => 20 })).toBe(2)
    expect(hoursPerWeek(model('intensive'), { minutes: () => 45 })).toBe(3)
    expect(hoursPerWeek(model('clinical'), { made: 6 })).toBe(0.25)
  })

  it('take a contact as long as those of its kind that were recorded, the usual time when none was', () => {
    const contact = (id: string, minutes?: number, state: 'made' | 'attempted' = 'made') => ({
      ...{ id, state, kind: 'phone' as const, at: '2026-10-13T10:00:00-04:00' },
      outcome: 'reached' as const,
      topics: [],
      redFlags: [],
      ...(minutes !== undefined && { minutes }),
    })
    expect(minutesIn(fileOf())('phone')).toBe(30)
    expect(minutesIn(fileOf())('home')).toBe(60)
    const contacts = [contact('a', 20), contact('b', 40), contact('c'), contact('d', 90, 'attempted')]
    expect(minutesIn(fileOf({}, { contacts }))('phone')).toBe(30)
    expect(minutesIn(fileOf({}, { contacts }))('home')).toBe(60)
    expect(minutesIn(fileOf({}, { contacts: contacts.slice(1) }))('phone')).toBe(40)
  })
})
