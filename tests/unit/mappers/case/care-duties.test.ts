import { describe, expect, it } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { taskDue } from '../../../../src/mappers/case/effects/task-due.ts'
import {
  act,
  contact,
  dutiesBy,
  linesBy,
  opened,
  root,
  stateOf,
  withModels,
  without,
} from '../../../support/case-acts.ts'
import {
  admission,
  after,
  CM,
  arrival,
  codeOf,
  discharge,
  dueOf,
  effectsOf,
  emptyWorld,
  ofType,
  put,
  stay,
  type World,
} from '../../../support/case-world.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'

/** River's stays of domain.md section 8, as far as the story has come. */
const hospital = stay('e1', [arrival('2026-10-10T17:05:00'), admission('2026-10-10T18:30:00')])
const toFacility = stay('e1', [...hospital.movements, discharge('2026-10-21T11:00:00', '62')])
const facility = stay('e2', [admission('2026-10-21T14:00:00')])
const home = stay('e2', [
  ...facility.movements,
  discharge('2026-11-25T11:00:00', '06', {
    at: '2026-11-25T11:00:00-05:00',
    recorded: '2026-11-25T11:00:00-05:00',
  }),
])
const OPENED = '2026-10-13T09:00:00-04:00'

const then = (world: World, stays: readonly Stay[]): World => after(world, stays, withModels)
const river = (): World => then(opened(then(emptyWorld, [hospital]), OPENED), [hospital])
const atHome = (): World => then(then(river(), [toFacility, facility]), [toFacility, home])

describe('opening a case', () => {
  it('meets the screening and sets the clocks of NCQA and of the model', () => {
    const world = river()
    expect(linesBy(world, 'screen')).toEqual(['met 2026-10-13'])
    expect(dutiesBy(world, 'screen')[0]).toMatchObject({
      status: 'completed',
      output: [{ valueReference: { reference: expect.stringContaining('EpisodeOfCare/') } }],
    })
    expect(linesBy(world, 'assess-begin')).toEqual(['due 2026-11-12'])
    expect(linesBy(world, 'assess')).toEqual(['due 2026-12-12'])
    expect(linesBy(world, 'first-contact')).toEqual(['due 2026-10-15'])
    expect(linesBy(world, 'plan-draft')).toEqual(['due 2026-10-23'])
    expect(linesBy(world, 'necessity-review')).toEqual(['due 2026-10-13'])
  })

  it('after its time makes the screening late-met', () => {
    const late = opened(then(emptyWorld, [hospital]), '2026-10-14T09:00:00-04:00')
    expect(linesBy(then(late, [hospital]), 'screen')).toEqual(['late-met 2026-10-13'])
  })

  it('under the intensive model asks an inpatient for contact on the same day, another on the next business day', () => {
    const inpatient = then(opened(then(emptyWorld, [hospital]), OPENED, 'intensive'), [hospital])
    expect(linesBy(inpatient, 'first-contact')).toEqual(['due 2026-10-13'])
    const gone = then(opened(then(emptyWorld, [toFacility]), '2026-10-22T09:00:00-04:00', 'intensive'), [
      toFacility,
    ])
    expect(linesBy(gone, 'first-contact')).toEqual(['due 2026-10-23'])
  })

  it('without a model that is known asks for neither contact nor plan', () => {
    const world = then(opened(then(emptyWorld, [hospital]), OPENED, 'unheard-of'), [hospital])
    expect(ofType(world, 'Task').filter(task => ['contact', 'plan-draft'].includes(codeOf(task)))).toEqual([])
  })

  it('gives Tasks that are valid R4 and replays to nothing', () => {
    const world = atHome()
    for (const resource of world.compartment) expect(validateResource(resource)).toEqual([])
    expect(effectsOf(world, [toFacility, home], withModels).resources).toEqual([])
  })
})

describe('what the case file shows', () => {
  it('meets a duty, and what is taken back leaves it as it was', () => {
    const made = contact(river(), 'k1', '2026-10-14T10:00:00-04:00')
    const met = then(made, [hospital])
    expect(linesBy(met, 'first-contact')).toEqual(['met 2026-10-15'])
    expect(dutiesBy(met, 'first-contact')[0]?.['output']).toMatchObject([
      { valueReference: { reference: 'Encounter/k1' } },
    ])
    const withdrawn = then(without(met, 'k1'), [hospital])
    expect(linesBy(withdrawn, 'first-contact')).toEqual(['due 2026-10-15'])
    expect(dutiesBy(withdrawn, 'first-contact')[0]?.['output']).toBeUndefined()
  })

  it('of an attempt alone meets nothing', () => {
    const tried = contact(river(), 'k1', '2026-10-14T10:00:00-04:00', {
      state: 'attempted',
      outcome: 'no-answer',
    })
    expect(linesBy(then(tried, [hospital]), 'first-contact')).toEqual(['due 2026-10-15'])
  })

  it('meets the plan by a draft and the assessment by its conclusion', () => {
    const drafted = act(river(), 'plan', {
      ...{ id: 'p1', state: 'draft', major: 1, minor: 0, created: '2026-10-15T09:00:00-04:00' },
      ...{ goals: [], activities: [], needs: [], strengths: [], agreements: [] },
    })
    const assessed = act(drafted, 'assessment', {
      ...{
        id: 'a1',
        state: 'concluded',
        start: '2026-10-14T09:00:00-04:00',
        end: '2026-10-15T08:00:00-04:00',
      },
      ...{ requiredDomains: [], conclusions: [], answers: [], scores: [] },
    })
    const world = then(assessed, [hospital])
    expect(linesBy(world, 'plan-draft')).toEqual(['met 2026-10-23'])
    expect(linesBy(world, 'assess-begin')).toEqual(['met 2026-11-12'])
    expect(linesBy(world, 'assess')).toEqual(['met 2026-12-12'])
  })
})

describe('River after the stay', () => {
  it('has a hand-over and a weekly contact while at the facility, and no transition clock', () => {
    const world = then(river(), [toFacility, facility])
    expect(linesBy(world, 'handover')).toEqual(['due 2026-10-22'])
    expect(linesBy(world, 'facility-contact')).toEqual(['due 2026-10-28'])
    expect(linesBy(world, 'contact')).toEqual([])
    const seen = then(contact(world, 'k1', '2026-10-27T10:00:00-04:00'), [toFacility, facility])
    expect(linesBy(seen, 'facility-contact')).toEqual(['met 2026-10-28', 'due 2026-11-03'])
    expect(linesBy(then(seen, [toFacility, home]), 'facility-contact')).toEqual([
      'met 2026-10-28',
      'voided 2026-11-03',
    ])
  })

  it('has the dates of the story once at home', () => {
    const world = atHome()
    expect(linesBy(world, 'contact')).toEqual(['due 2026-11-30'])
    expect(linesBy(world, 'discharge-info')).toEqual(['due 2026-11-27'])
    expect(linesBy(world, 'follow-up-visit')).toEqual(['due 2026-12-09'])
    expect(linesBy(world, 'med-rec')).toEqual(['due 2026-12-25'])
    expect(linesBy(world, 'reassess-after-discharge')).toEqual(['due 2026-12-25'])
    expect(linesBy(world, 'readmission-watch')).toEqual(['due 2026-12-25'])
    expect(linesBy(world, 'home-visit')).toEqual([])
    expect(ofType(world, 'CarePlan').flatMap(plan => plan['period'])).toEqual([
      { start: '2026-11-25', end: '2026-12-24' },
    ])
  })

  describe('from a facility that has no inpatient class', () => {
    const nursing = (classAfter: 'other' | 'outpatient', until?: string): Stay =>
      stay('e2', [
        admission('2026-10-21T14:00:00', { classAfter }),
        ...(until === undefined ? [] : [discharge(until, '06', { classAfter })]),
      ])
    const inNursingHome = (classAfter: 'other' | 'outpatient' = 'other'): World =>
      then(river(), [toFacility, nursing(classAfter)])

    it.each(['other', 'outpatient'] as const)(
      '(%s) begins the transition with the discharge home',
      classAfter => {
        const world = inNursingHome(classAfter)
        expect(ofType(world, 'CarePlan')).toEqual([])
        expect(linesBy(world, 'facility-contact')).toEqual(['due 2026-10-28'])
        const gone = then(world, [toFacility, nursing(classAfter, '2026-10-26T11:00:00')])
        expect(ofType(gone, 'CarePlan').map(plan => [plan['status'], plan['period']])).toEqual([
          ['active', { start: '2026-10-26', end: '2026-11-24' }],
        ])
        expect(linesBy(gone, 'contact')).toEqual(['due 2026-10-28'])
        expect(linesBy(gone, 'med-rec')).toEqual(['due 2026-11-25'])
        expect(linesBy(gone, 'facility-contact')).toEqual(['voided 2026-10-28'])
        expect(linesBy(gone, 'handover')).toEqual(['due 2026-10-22'])
        expect(
          effectsOf(gone, [toFacility, nursing(classAfter, '2026-10-26T11:00:00')], withModels).resources,
        ).toEqual([])
      },
    )

    it('does so after several of them too', () => {
      const first = stay('e2', [
        admission('2026-10-21T14:00:00', { classAfter: 'other' }),
        discharge('2026-10-26T11:00:00', '03', { classAfter: 'other' }),
      ])
      const second = stay('e3', [
        admission('2026-10-26T14:00:00', { classAfter: 'other' }),
        discharge('2026-11-02T11:00:00', '01', { classAfter: 'other' }),
      ])
      const world = then(river(), [toFacility, first, second])
      expect(linesBy(world, 'contact')).toEqual(['due 2026-11-04'])
      expect(linesBy(world, 'handover')).toEqual(['due 2026-10-22', 'due 2026-10-27'])
    })

    it('does not for a visit to a clinic from there, nor for one long after', () => {
      const clinic = nursing('outpatient', '2026-10-21T16:00:00')
      expect(linesBy(then(river(), [toFacility, clinic]), 'contact')).toEqual([])
      const later = stay('e2', [
        admission('2026-10-24T14:00:00', { classAfter: 'outpatient' }),
        discharge('2026-10-26T11:00:00', '01', { classAfter: 'outpatient' }),
      ])
      expect(linesBy(then(river(), [toFacility, later]), 'contact')).toEqual([])
    })
  })

  it('is reached on the last legal day after an attempt', () => {
    const tried = contact(atHome(), 'k1', '2026-11-27T10:00:00-05:00', {
      state: 'attempted',
      outcome: 'no-answer',
    })
    const missedOnce = then(tried, [toFacility, home])
    expect(linesBy(missedOnce, 'contact')).toEqual(['due 2026-11-30'])
    const reached = contact(missedOnce, 'k2', '2026-11-30T16:00:00-05:00')
    expect(linesBy(then(reached, [toFacility, home]), 'contact')).toEqual(['met 2026-11-30'])
  })

  it('has the medication reconciled by the visit that was booked, which meets both duties', () => {
    const visit = { id: 'ap1', purpose: 'med-rec', start: '2026-12-04T10:00:00-05:00' } as const
    const booked = then(act(atHome(), 'appointment', { ...visit, state: 'booked' }), [toFacility, home])
    expect(linesBy(booked, 'med-rec')).toEqual(['due 2026-12-04'])
    const kept = then(act(booked, 'appointment', { ...visit, state: 'fulfilled' }), [toFacility, home])
    expect(linesBy(kept, 'med-rec')).toEqual(['met 2026-12-04'])
    expect(linesBy(kept, 'follow-up-visit')).toEqual(['met 2026-12-09'])
    const cancelled = then(act(booked, 'appointment', { ...visit, state: 'cancelled' }), [toFacility, home])
    expect(linesBy(cancelled, 'med-rec')).toEqual(['due 2026-12-25'])
  })

  it('misses a service, which asks for contact within two business days, once however often it is told', () => {
    const service = act(atHome(), 'activity', {
      ...{
        id: 'pt',
        state: 'in-progress',
        kind: 'service',
        text: 'physiotherapy',
        days: [],
        goals: [],
        needs: [],
        after: [],
      },
      performances: [{ at: '2026-12-08T10:00:00-05:00', kept: false, reason: 'cost' }],
    })
    const noshow = act(service, 'appointment', {
      ...{
        id: 'ap2',
        state: 'noshow',
        purpose: 'service',
        activity: 'pt',
        start: '2026-12-08T10:00:00-05:00',
      },
    })
    const world = then(noshow, [toFacility, home])
    expect(linesBy(world, 'missed-service')).toEqual(['due 2026-12-10'])
    expect(linesBy(world, 'adapt-plan')).toEqual([])
    const again = act(world, 'activity', {
      id: 'pt',
      performances: [
        { at: '2026-12-08T10:00:00-05:00', kept: false },
        { at: '2026-12-10T10:00:00-05:00', kept: false },
        { at: '2026-12-15T10:00:00-05:00', kept: false, isExcused: true },
      ],
    })
    const twice = then(again, [toFacility, home])
    expect(linesBy(twice, 'missed-service')).toEqual(['due 2026-12-10', 'due 2026-12-14'])
    expect(linesBy(twice, 'adapt-plan')).toEqual(['due 2026-12-14'])
  })

  it('raises a red flag, which is acted on the same day', () => {
    const said = contact(atHome(), 'k3', '2026-12-11T10:00:00-05:00', { redFlags: ['headache'] })
    const flag = { id: 'f1', code: 'headache', at: '2026-12-11T10:00:00-05:00', contact: 'k3' } as const
    const flagged = then(act(said, 'flag', { ...flag, state: 'open' }), [toFacility, home])
    expect(linesBy(flagged, 'red-flag')).toEqual(['due 2026-12-11'])
    expect(dutiesBy(flagged, 'red-flag')[0]).toMatchObject({ priority: 'urgent' })
    const resolved = act(flagged, 'flag', {
      ...flag,
      state: 'resolved',
      end: '2026-12-11T15:00:00-05:00',
      ledTo: 'ambulatory-visit',
    })
    expect(linesBy(then(resolved, [toFacility, home]), 'red-flag')).toEqual(['met 2026-12-11'])
  })

  it('is watched until the thirty days are over, which meets the watch; a return that is told late voids it', () => {
    const [watch] = dutiesBy(atHome(), 'readmission-watch')
    const over = watch && taskDue(watch, { at: '2026-12-26T05:00:00Z', canonicalBase: CM, tasks: [] })
    const world = then({ compartment: put(atHome().compartment, over ? [over] : []) }, [toFacility, home])
    expect(linesBy(world, 'readmission-watch')).toEqual(['met 2026-12-25'])
    expect(dutiesBy(world, 'readmission-watch')[0]?.['output']).toHaveLength(1)
    const back = stay('e3', [admission('2026-12-05T09:00:00', { at: '2026-12-05T09:00:00-05:00' })])
    expect(linesBy(then(world, [toFacility, home, back]), 'readmission-watch')).toEqual(['voided 2026-12-25'])
    expect(
      watch && taskDue(watch, { at: '2026-12-25T12:00:00Z', canonicalBase: CM, tasks: [] }),
    ).toBeUndefined()
  })

  it('is admitted again, which voids what nobody met and keeps what was met', () => {
    const reached = then(contact(atHome(), 'k2', '2026-11-30T16:00:00-05:00'), [toFacility, home])
    const back = stay('e3', [admission('2026-12-05T09:00:00', { at: '2026-12-05T09:00:00-05:00' })])
    const world = then(reached, [toFacility, home, back])
    expect(linesBy(world, 'contact')).toEqual(['met 2026-11-30'])
    expect(linesBy(world, 'follow-up-visit')).toEqual(['voided 2026-12-09'])
    expect(linesBy(world, 'admission-notice').at(-1)).toBe('due 2026-12-07')
  })
})

describe('other rules', () => {
  it('follow an emergency visit that ended at home within seven days', () => {
    const emergency = stay('e4', [
      arrival('2026-10-14T08:00:00'),
      discharge('2026-10-14T12:00:00', '01', { classAfter: 'emergency' }),
    ])
    expect(linesBy(then(river(), [hospital, emergency]), 'emergency-follow-up')).toEqual(['due 2026-10-21'])
  })

  it('visit a newborn at home within three days, and a client of the intensive model', () => {
    const newborn = stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')], {
      admissionType: 'newborn',
    })
    expect(linesBy(then(emptyWorld, [newborn]), 'home-visit')).toEqual(['due 2026-10-13'])
    const intensive = then(opened(then(emptyWorld, [hospital]), OPENED, 'intensive'), [hospital])
    const left = stay('e1', [...hospital.movements, discharge('2026-10-21T11:00:00', '01')])
    const visited = contact(then(intensive, [left]), 'k1', '2026-10-23T11:00:00-04:00', { kind: 'home' })
    expect(linesBy(then(visited, [left]), 'home-visit')).toEqual(['met 2026-10-24'])
  })

  it('follow a stay for mental illness within 7 and 30 days, the day of discharge not counted', () => {
    const condition = {
      ...{
        resourceType: 'Condition',
        id: 'c1',
        subject: { reference: 'Patient/p' },
        encounter: { reference: 'Encounter/e1' },
      },
      code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F32.2' }] },
    }
    const left = stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')])
    const world = then({ compartment: [condition] }, [left])
    expect(linesBy(world, 'mental-health-7')).toEqual(['due 2026-10-17'])
    expect(linesBy(world, 'mental-health-30')).toEqual(['due 2026-11-09'])
    const sameDay = {
      id: 'v1',
      purpose: 'follow-up-visit',
      state: 'fulfilled',
      start: '2026-10-10T15:00:00-04:00',
    } as const
    expect(linesBy(then(act(world, 'appointment', sameDay), [left]), 'mental-health-7')).toEqual([
      'due 2026-10-17',
    ])
    const nextDay = { ...sameDay, start: '2026-10-11T15:00:00-04:00' }
    expect(linesBy(then(act(world, 'appointment', nextDay), [left]), 'mental-health-7')).toEqual([
      'met 2026-10-17',
    ])
    const wrong = { ...condition, code: { coding: [{ system: 'urn:x', code: 'F32.2' }] } }
    expect(linesBy(then({ compartment: [wrong] }, [left]), 'mental-health-7')).toEqual([])
  })

  it('ask for a decision on a proposed closure, and void what is open when the case is closed', () => {
    const proposed = root(river(), {
      state: 'closing',
      closure: {
        reason: 'goals-met',
        proposedBy: 'Practitioner/noor',
        proposedAt: '2026-10-16T10:00:00-04:00',
      },
    })
    const world = then(proposed, [hospital])
    expect(linesBy(world, 'closure-review')).toEqual(['due 2026-10-20'])
  })

  it('ask others when somebody declines', () => {
    const world = river()
    const [asked] = dutiesBy(world, 'plan-draft')
    const declined = act(world, 'obligation', {
      ...{ id: asked?.id ?? '', state: 'waived', status: 'rejected', statusReason: 'no time' },
    })
    const again = then(declined, [hospital])
    expect(
      dutiesBy(again, 'plan-draft')
        .map(task => `${String(task['status'])} ${stateOf(task)}`)
        .toSorted(),
    ).toEqual(['rejected waived', 'requested due'])
    expect(effectsOf(again, [hospital], withModels).resources).toEqual([])
  })

  it('put a duty off when people snooze it, and it stays so', () => {
    const world = river()
    const [draft] = dutiesBy(world, 'plan-draft')
    const due = '2026-10-27T23:59:59-04:00'
    const snoozed = act(world, 'obligation', { id: draft?.id ?? '', due, snoozedUntil: due })
    const later = then(snoozed, [hospital])
    expect(dutiesBy(later, 'plan-draft').map(dueOf)).toEqual([due])
    expect(dutiesBy(later, 'plan-draft')[0]?.['extension']).toContainEqual({
      url: `${CM}/StructureDefinition/escalate-at`,
      valueDateTime: '2026-10-29T23:59:59-04:00',
    })
  })
})
