import { describe, expect, it } from 'vitest'
import { act, contact, dutiesBy, linesBy, opened, withModels } from '../../../support/case-acts.ts'
import {
  admission,
  after,
  arrival,
  discharge,
  effectsOf,
  emptyWorld,
  movement,
  PATIENT,
  put,
  stay,
  type World,
} from '../../../support/case-world.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'

const hospital = stay('e1', [arrival('2026-10-10T17:05:00'), admission('2026-10-10T18:30:00')])
const OPENED = '2026-10-13T09:00:00-04:00'
const then = (world: World, stays: readonly Stay[]): World => after(world, stays, withModels)
const river = (): World => then(opened(then(emptyWorld, [hospital]), OPENED), [hospital])

const admissionDuties = ['necessity-review', 'discharge-plan', 'admission-notice']
const linesOf = (world: World): readonly string[] => admissionDuties.flatMap(rule => linesBy(world, rule))

describe('a stay that is turned into that of an outpatient', () => {
  const turned = (classAfter: 'outpatient' | 'observation') =>
    stay('e1', [...hospital.movements, movement('transfer', '2026-10-11T09:00:00', { classAfter })])

  it('needs no review, plan and notice of an admission any more; the screening stays', () => {
    for (const classAfter of ['outpatient', 'observation'] as const) {
      const world = then(then(emptyWorld, [hospital]), [turned(classAfter)])
      expect(linesOf(world)).toEqual(['voided 2026-10-13', 'voided 2026-10-11', 'voided 2026-10-12'])
      expect(dutiesBy(world, 'necessity-review')[0]).toMatchObject({
        status: 'cancelled',
        statusReason: { text: 'trigger cancelled' },
      })
      expect(linesBy(world, 'screen')).toEqual(['due 2026-10-13'])
    }
  })

  it('by an update of the class needs none either, and never had a Task when it was known from the start', () => {
    const updated = { ...hospital, class: 'outpatient' } as const
    expect(linesOf(then(then(emptyWorld, [hospital]), [updated]))).toHaveLength(3)
    expect(linesOf(then(emptyWorld, [updated]))).toEqual([])
  })

  it('and back into an inpatient’s needs them again', () => {
    const outside = turned('outpatient')
    const back = stay('e1', [...outside.movements, movement('transfer', '2026-10-11T15:00:00')])
    const world = then(then(then(emptyWorld, [hospital]), [outside]), [back])
    expect(linesOf(world)).toEqual(['due 2026-10-13', 'due 2026-10-11', 'due 2026-10-12'])
  })
})

describe('a stay that is announced', () => {
  const announced = movement('pre-admission', '2026-10-28T08:00:00', {
    recorded: '2026-10-14T10:00:00-04:00',
    classAfter: 'pre-admission',
  })
  const planned = stay('e5', [announced], { status: 'planned', class: 'pre-admission', planned: true })

  it('asks for education and a check of coverage two business days before it is planned to begin', () => {
    const world = then(river(), [hospital, planned])
    expect(linesBy(world, 'pre-admission-education')).toEqual(['due 2026-10-26'])
    expect(linesBy(world, 'pre-admission-coverage')).toEqual(['due 2026-10-26'])
    expect(dutiesBy(world, 'pre-admission-coverage')[0]).toMatchObject({
      authoredOn: '2026-10-14T10:00:00-04:00',
      focus: { reference: 'Encounter/e5' },
    })
  })

  it('skips the holidays before it, moves with its day and ends with it', () => {
    const onDay = (day: string): Stay => ({
      ...planned,
      movements: [{ ...announced, at: `${day}T08:00:00-04:00` }],
    })
    const world = then(river(), [hospital, onDay('2026-10-27')])
    expect(linesBy(world, 'pre-admission-education')).toEqual(['due 2026-10-23'])
    const columbusDay = then(river(), [hospital, onDay('2027-10-13')])
    expect(linesBy(columbusDay, 'pre-admission-education')).toEqual(['due 2027-10-08'])
    const gone = then(world, [hospital, { ...planned, status: 'cancelled' }])
    expect(linesBy(gone, 'pre-admission-education')).toEqual(['voided 2026-10-23'])
  })

  describe('begins, on the day planned or before:', () => {
    const came = (at: string): readonly Stay[] => [
      hospital,
      stay('e5', [announced, admission(at)], { planned: true }),
    ]
    const asked = (): World => then(river(), [hospital, planned])
    const rules = ['pre-admission-education', 'pre-admission-coverage']
    const lines = (world: World): readonly string[] => rules.flatMap(rule => linesBy(world, rule))

    it('what was to prepare it need not be done any more', () => {
      for (const at of ['2026-10-20T08:00:00', '2026-10-28T08:00:00']) {
        const world = then(asked(), came(at))
        expect(lines(world)).toEqual(['voided 2026-10-26', 'voided 2026-10-26'])
        expect(dutiesBy(world, 'pre-admission-coverage')[0]).toMatchObject({
          status: 'cancelled',
          statusReason: { text: 'stay begun' },
        })
        expect(effectsOf(world, came(at), withModels).resources).toEqual([])
      }
    })

    it('its duties come back when the admission is taken back, and never come when it is known from the start', () => {
      const early = '2026-10-20T08:00:00'
      const back = stay('e5', [announced, admission(early, { cancelledAt: '2026-10-20T09:00:00-04:00' })], {
        status: 'planned',
      })
      expect(lines(then(then(asked(), came(early)), [hospital, back]))).toEqual([
        'due 2026-10-26',
        'due 2026-10-26',
      ])
      expect(lines(then(river(), came(early)))).toEqual([])
    })

    it('what somebody had begun or done is left as it is', () => {
      const [education, coverage] = rules.map(rule => dutiesBy(asked(), rule)[0]?.id ?? '')
      const begun = act(asked(), 'obligation', {
        ...{ id: education ?? '', status: 'in-progress', owner: 'Practitioner/noor' },
      })
      const done = act(begun, 'obligation', {
        ...{ id: coverage ?? '', state: 'met', status: 'completed', outputs: ['Observation/o1'] },
      })
      expect(lines(then(done, came('2026-10-20T08:00:00')))).toEqual(['due 2026-10-26', 'met 2026-10-26'])
    })
  })

  it('asks for nothing of a case that only the stay itself opens', () => {
    const begun = stay('e5', [announced, admission('2026-10-28T08:00:00')])
    const world = then(emptyWorld, [begun])
    expect(linesBy(world, 'screen')).toHaveLength(1)
    expect(linesBy(world, 'pre-admission-education')).toEqual([])
    expect(linesBy(then(emptyWorld, [planned]), 'pre-admission-education')).toEqual([])
  })
})

describe('a leave from a stay', () => {
  it('holds the visits at home until the patient is back, and leaves alone what took place', () => {
    const newborn = stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')], {
      admissionType: 'newborn',
    })
    const observed = stay('e2', [movement('admission', '2026-10-11T09:00:00', { classAfter: 'observation' })])
    const world = then(emptyWorld, [newborn, observed])
    expect(linesBy(world, 'home-visit')).toEqual(['due 2026-10-13'])
    const away = then(world, [newborn, { ...observed, status: 'onleave' }])
    expect(linesBy(away, 'home-visit')).toEqual(['voided 2026-10-13'])
    expect(linesBy(away, 'contact')).toEqual(['due 2026-10-14'])
    expect(linesBy(then(away, [newborn, observed]), 'home-visit')).toEqual(['due 2026-10-13'])
    const seen = contact(opened(world, '2026-10-10T11:00:00-04:00'), 'k1', '2026-10-12T11:00:00-04:00', {
      kind: 'home',
    })
    const late = then(seen, [newborn, { ...observed, status: 'onleave' }])
    expect(linesBy(late, 'home-visit')).toEqual(['met 2026-10-13'])
  })
})

describe('the age of the patient', () => {
  const left = stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')])
  const condition = {
    ...{ resourceType: 'Condition', id: 'c1', subject: { reference: `Patient/${PATIENT}` } },
    encounter: { reference: 'Encounter/e1' },
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F90.0' }] },
  }
  const aged = (birthDate: string | undefined): World =>
    then(
      {
        compartment: put(
          [condition],
          [{ resourceType: 'Patient', id: PATIENT, ...(birthDate !== undefined && { birthDate }) }],
        ),
      },
      [left],
    )

  it('calls for the follow-up of mental illness from six years on, on the day of discharge', () => {
    expect(linesBy(aged('2020-10-10'), 'mental-health-7')).toEqual(['due 2026-10-17'])
    expect(linesBy(aged('2020-10-10'), 'mental-health-30')).toEqual(['due 2026-11-09'])
    expect(linesBy(aged('2020-10-11'), 'mental-health-7')).toEqual([])
    expect(linesBy(aged('2020-10-11'), 'mental-health-30')).toEqual([])
    for (const known of [undefined, '2020', '1980-02'])
      expect(linesBy(aged(known), 'mental-health-7')).toHaveLength(1)
  })

  it('makes a stay in which the patient was born that of a newborn', () => {
    expect(linesBy(aged('2026-10-06'), 'home-visit')).toEqual(['due 2026-10-13'])
    expect(linesBy(aged('2026-10-04'), 'home-visit')).toEqual([])
  })
})
