import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import {
  circumstancesOf,
  facilityStayTriggers,
} from '../../../../src/care-plan/duties/discharge-circumstances.ts'
import type { Risk } from '../../../../src/care-plan/nouns/assessment.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import type { Appointment, Contact } from '../../../../src/care-plan/nouns/contact.ts'
import { openFile } from '../../../support/case-file.ts'
import { admission, discharge, stay } from '../../../support/case-world.ts'
import { aCourse, triggerScene, type Scene } from '../../../support/trigger-scene.ts'

const on = (day: number, time = '10:00:00') => `2026-10-${String(day).padStart(2, '0')}T${time}-04:00`
const home = stay('e1', [admission('2026-10-14T10:00:00'), discharge('2026-10-15T10:00:00', '01')], {
  admissionType: 'elective',
})

/** How the patient was at the discharge of 15 October. */
function discharged(scene: Scene = {}, course: Parameters<typeof aCourse>[0] = {}) {
  const input = triggerScene({ stays: [home], ...scene })
  const end = input.facts.discharges.find(({ stay: of }) => of.encounter === 'e1')
  if (!end) throw new Error('no discharge')
  return circumstancesOf(end, aCourse(course), input)
}
const withFile = (root: Partial<CaseRoot> = {}, lists: Partial<CaseFile> = {}): Scene => ({
  file: openFile(root, lists),
})
const risk = (more: Partial<Risk> = {}): Risk => ({
  ...{ id: 'r1', state: 'final', method: 'lace-2010', value: '10', inputs: [], missing: [] },
  ...{ at: on(15), encounter: 'e1', tableVersion: '1' },
  ...more,
})

describe('the risk at a discharge', () => {
  it('is high by a LACE of ten or more for this stay', () => {
    const isHigh = (more: Partial<Risk>) => discharged(withFile({}, { risks: [risk(more)] })).isHighRisk
    expect([isHigh({}), isHigh({ value: '9' }), isHigh({ value: '11' })]).toEqual([true, false, true])
    expect(isHigh({ encounter: 'Encounter/e1' })).toBe(true)
    expect(isHigh({ encounter: 'e2' })).toBe(false)
    expect(isHigh({ method: 'lace-modified' })).toBe(true)
    expect(isHigh({ method: 'hospital-a' })).toBe(false)
    expect(isHigh({ method: 'my-lace' })).toBe(false)
    expect(isHigh({ state: 'entered-in-error' })).toBe(false)
    expect(discharged(withFile({}, { risks: [risk({ value: '1' }), risk({ id: 'r2' })] })).isHighRisk).toBe(
      true,
    )
  })

  it('is high by what people said during the stay, not before it', () => {
    const said = (more: Partial<Risk>) => {
      const { tableVersion: _, ...judged } = risk({ method: 'stratification', value: 'high', ...more })
      return discharged(withFile({}, { risks: [judged] }), { isHighRisk: true }).isHighRisk
    }
    expect([said({ at: on(14) }), said({ at: on(14, '09:59:59') })]).toEqual([true, false])
    const byTable = risk({ at: on(13), value: '1' })
    const { tableVersion: _t, ...wrong } = risk({ at: on(14), value: '1', state: 'entered-in-error' })
    const eligible = withFile({ eligibleAt: on(13) }, { risks: [byTable] })
    expect(discharged(eligible, { isHighRisk: true }).isHighRisk).toBe(false)
    expect(
      discharged(withFile({ eligibleAt: on(13) }, { risks: [wrong] }), { isHighRisk: true }).isHighRisk,
    ).toBe(false)
    expect(discharged(withFile({ eligibleAt: on(14) }), { isHighRisk: true }).isHighRisk).toBe(true)
    expect(discharged(withFile({ eligibleAt: on(14) }), { isHighRisk: false }).isHighRisk).toBe(false)
  })

  it('is by the newest word of several, and as the case has it when nobody knows when it was said', () => {
    const judged = (id: string, said: string) => {
      const { tableVersion: _, ...one } = risk({ id, at: said, value: '1' })
      return one
    }
    const risks = [judged('r1', on(14)), judged('r2', on(10))]
    expect(discharged(withFile({}, { risks }), { isHighRisk: true }).isHighRisk).toBe(true)
    expect(discharged(withFile(), { isHighRisk: true }).isHighRisk).toBe(true)
    expect(discharged({}, { isHighRisk: true }).isHighRisk).toBe(true)
  })
})

describe('what else is known at a discharge', () => {
  it('is whether the case was open then', () => {
    const isEngaged = (openedAt: string) => discharged(withFile({ openedAt })).isEngaged
    expect([isEngaged(on(15)), isEngaged(on(15, '10:00:01'))]).toEqual([true, false])
    const { openedAt: _, ...root } = openFile().case
    expect(discharged({ file: { ...openFile(), case: root } }).isEngaged).toBe(false)
    expect(discharged().isEngaged).toBe(false)
  })

  it('is whether it was about a birth, by case or birth date', () => {
    expect(discharged(withFile({ caseType: 'maternal-newborn' })).isNewborn).toBe(true)
    expect(discharged(withFile()).isNewborn).toBe(false)
    const born = (date: string) => discharged({ birthDate: () => date }).isNewborn
    expect([born('2026-10-13'), born('2026-10-14'), born('2026-10-15'), born('2026-10-16')]).toEqual([
      ...[false, true, true, false],
    ])
  })

  it('is whether it was about a mental illness of somebody of six years or more', () => {
    const mental = (birthDate: string | undefined, encounters = ['e1']) =>
      discharged({ mentalHealthStays: () => new Set(encounters), birthDate: () => birthDate }).isMentalHealth
    expect([mental('2020-10-15'), mental('2020-10-16'), mental('1990-01-01')]).toEqual([true, false, true])
    expect([mental(undefined), mental(undefined, ['e2'])]).toEqual([true, false])
    expect(discharged().isMentalHealth).toBe(false)
  })

  it('is the model of the case then', () => {
    const models = [{ model: 'clinical', since: on(13) }]
    expect(discharged(withFile({ models })).model?.id).toBe('clinical')
    expect(discharged(withFile({ models: [{ model: 'clinical', since: on(16) }] }))).not.toHaveProperty(
      'model',
    )
    expect(discharged(withFile())).not.toHaveProperty('model')
  })
})

describe('the day of the visit after a discharge', () => {
  const visit = (more: Partial<Appointment> = {}): Appointment => ({
    ...{ id: 'v1', state: 'booked', purpose: 'follow-up-visit', start: on(20) },
    ...more,
  })
  const dueOn = (...appointments: readonly Appointment[]) => discharged(withFile({}, { appointments })).dueOn

  it('is that of the first one booked, arrived at or kept', () => {
    expect(dueOn(visit({ start: on(22) }), visit({ id: 'v2' }))).toBe('2026-10-20')
    for (const state of ['booked', 'arrived', 'fulfilled'] as const)
      expect(dueOn(visit({ state }))).toBe('2026-10-20')
    for (const state of ['cancelled', 'noshow', 'proposed'] as const)
      expect(dueOn(visit({ state }))).toBeUndefined()
    expect(discharged(withFile())).not.toHaveProperty('dueOn')
  })

  it('is not that of a service or of something else', () => {
    expect(dueOn(visit({ purpose: 'service' }))).toBeUndefined()
    expect(dueOn(visit({ purpose: 'other' }))).toBeUndefined()
    expect(dueOn(visit({ purpose: 'med-rec' }))).toBe('2026-10-20')
  })

  it('lies between the discharge and the last day for reconciling the medicines', () => {
    expect([dueOn(visit({ start: on(15) })), dueOn(visit({ start: on(15, '09:59:59') }))]).toEqual([
      '2026-10-15',
      undefined,
    ])
    const late = ['2026-11-14T10:00:00-05:00', '2026-11-15T10:00:00-05:00']
    expect(late.map(start => dueOn(visit({ start })))).toEqual(['2026-11-14', undefined])
    const { start: _, ...open } = visit()
    expect(dueOn(open)).toBeUndefined()
  })
})

describe('a patient of an opened case who went on to a facility', () => {
  const away = (code: string) =>
    stay('e1', [admission('2026-10-12T10:00:00'), discharge('2026-10-15T10:00:00', code)])
  const rehab = stay('e2', [
    admission('2026-10-15T14:00:00'),
    discharge('2026-10-28T10:00:00', '01', { recorded: on(29) }),
  ])
  const weekly = (scene: Scene = {}, code = '62') => {
    const input = triggerScene({ file: openFile(), stays: [away(code)], ...scene })
    const end = input.facts.discharges.find(({ stay: of }) => of.encounter === 'e1')
    return end ? facilityStayTriggers(end, input) : []
  }
  const contact = (at: string): Contact => ({
    ...{ id: 'k1', state: 'made', kind: 'phone', at, outcome: 'reached', topics: [], redFlags: [] },
  })

  it('is contacted every week, counted from each contact', () => {
    expect(weekly({ file: openFile({}, { contacts: [contact(on(18))] }) })).toMatchObject([
      { kind: 'facility-stay', at: on(15), n: 0, everyDays: 7, encounter: 'e1' },
      { kind: 'facility-stay', at: on(18), n: 1, everyDays: 7 },
    ])
    expect(weekly()[0]).not.toHaveProperty('overtaken')
    expect(weekly()[0]).not.toHaveProperty('model')
    expect(weekly({}, '02')).toHaveLength(1)
    expect([weekly({}, '01'), weekly({ file: openFile({ openedAt: '' }) })]).toEqual([[], []])
    expect(weekly({ course: { endMs: Date.parse(on(14)) } })).toEqual([])
  })

  it('or from what people finished by hand, asked for by its rule', () => {
    const settled: Scene['settled'] = ({ rule, n }) =>
      rule === 'facility-contact' && n === 0 ? { at: on(19), atMs: Date.parse(on(19)) } : undefined
    expect(weekly({ settled }).map(({ at: when }) => when)).toEqual([on(15), on(19)])
  })

  it('until the stay there ends, or the case', () => {
    const late = openFile({}, { contacts: [contact(on(29))] })
    const steps = weekly({ stays: [away('62'), rehab], file: late })
    expect(steps.map(({ at: when, overtaken }) => [when, overtaken])).toEqual([
      [on(15), { reason: 'stay ended', recorded: on(29), atMs: Date.parse(on(28)) }],
    ])
    const endMs = Date.parse(on(20))
    expect(weekly({ course: { endMs }, file: late })[0]?.overtaken).toEqual({
      ...{ reason: 'stay ended', recorded: on(20), atMs: endMs },
    })
  })

  it('under the model of the case then', () => {
    const models = [{ model: 'clinical', since: on(13) }]
    expect(weekly({ file: openFile({ models }) })[0]?.model?.id).toBe('clinical')
  })
})
