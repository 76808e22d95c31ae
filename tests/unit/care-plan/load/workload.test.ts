import { describe, expect, it } from 'vitest'
import { contactMinutesPerWeek } from '../../../../src/care-plan/load/contact-hours.ts'
import { dutyRules, type RuleId } from '../../../../src/care-plan/duties/duty-rules.ts'
import type { Duty } from '../../../../src/care-plan/duties/duties.ts'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import { shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import { minutesOfDuty, workloadHours } from '../../../../src/care-plan/load/workload.ts'

const model = (id: string): ModelProfile => shippedModels.find(one => one.id === id) as ModelProfile
const duty = (rule: RuleId, n = 0): Pick<Duty, 'rule' | 'trigger'> => ({
  rule,
  trigger: { n } as Duty['trigger'],
})

describe('the workload of a case', () => {
  it.each<[string, readonly Pick<Duty, 'rule' | 'trigger'>[], string, number]>([
    ['nothing to do', [], 'clinical', 0],
    ['a contact a week: 30 minutes', [duty('cadence-contact')], 'clinical', 0.5],
    ['after six of them one in 14 days: 15 minutes', [duty('cadence-contact', 6)], 'clinical', 0.25],
    ['four contacts a week: 120 minutes', [duty('cadence-contact')], 'intensive', 2],
    ['7/90 at home and 7/30 - 7/90 by phone: 9.33 minutes', [duty('cadence-contact')], 'targeted', 0.16],
    [
      '30 + (60 + 90) / 4 = 67.5 minutes',
      [duty('cadence-contact'), duty('plan-draft'), duty('assess')],
      'clinical',
      1.13,
    ],
    ['the weekly contact at a facility: 30 minutes', [duty('facility-contact')], 'clinical', 0.5],
    [
      '(30 + 15 + 15 + 45 + 5) / 4 = 27.5 minutes after a discharge',
      [
        duty('contact'),
        duty('discharge-info'),
        duty('follow-up-visit'),
        duty('med-rec'),
        duty('readmission-watch'),
      ],
      'clinical',
      0.46,
    ],
  ])('%s', (_says, duties, id, hours) => {
    expect(workloadHours(duties, { model: model(id) })).toBe(hours)
  })

  it('counts contacts as long as they take in the case, and none without a model', () => {
    const frame = { model: model('clinical'), minutes: () => 20 }
    expect(workloadHours([duty('cadence-contact')], frame)).toBe(0.33)
    expect(workloadHours([duty('facility-contact')], frame)).toBe(0.33)
    expect(workloadHours([duty('cadence-contact')], { model: undefined })).toBe(0)
  })

  it('knows what every rule takes', () => {
    const known = new Set(Object.keys(minutesOfDuty))
    expect(dutyRules.filter(({ id }) => id !== 'cadence-contact' && !known.has(id))).toEqual([])
  })

  it('takes no more visits at home than contacts', () => {
    const everyDay = { cadence: [{ everyDays: 7, inPersonDays: 1 }], fidelity: {} }
    expect(contactMinutesPerWeek(everyDay)).toBe(60)
    expect(contactMinutesPerWeek({ cadence: [], fidelity: {} })).toBe(0)
  })
})
