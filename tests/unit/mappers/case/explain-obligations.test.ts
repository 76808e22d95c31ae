import { describe, expect, it } from 'vitest'
import { defaultCaseRules } from '../../../../src/care-plan/case/case-rules.ts'
import { holidayCalendar } from '../../../../src/lib/holiday-calendars.ts'
import type { CaseEffectsInput } from '../../../../src/mappers/case/effects/case-effects.ts'
import { explainObligations } from '../../../../src/mappers/case/explain-obligations.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import { whatIf, type Hypothesis } from '../../../../src/mappers/case/what-if.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
import { act, caseId, contact, dutiesBy, models, opened, withModels } from '../../../support/case-acts.ts'
import {
  CM,
  PATIENT,
  admission,
  after,
  discharge,
  emptyWorld,
  movement,
  stay,
  type World,
} from '../../../support/case-world.ts'

const OPENED = '2026-11-16T09:00:00-05:00'
const left = discharge('2026-11-25T11:00:00', '06', {
  ...{ at: '2026-11-25T11:00:00-05:00', recorded: '2026-11-25T11:00:00-05:00' },
})
const admitted = [stay('e1', [admission('2026-11-14T18:30:00', { at: '2026-11-14T18:30:00-05:00' })])]
const home = [stay('e1', [...(admitted[0]?.movements ?? []), left])]
const world = (): World => after(opened(after(emptyWorld, admitted, withModels), OPENED), home, withModels)

const inputOf = (
  { compartment }: World,
  stays: readonly Stay[],
): CaseEffectsInput & { readonly caseId: string } => ({
  ...{ tenant: 1, shard: 5, canonicalBase: CM, patient: PATIENT, stays, compartment, caseId },
  ...{
    rules: defaultCaseRules,
    models,
    calendar: holidayCalendar('us-federal'),
    timeZone: 'America/New_York',
  },
  message: 'urn:message:now',
})

const explained = (of: World, stays: readonly Stay[] = home) =>
  new Map(explainObligations(inputOf(of, stays)).map(one => [one.rule, one]))

describe('an explanation', () => {
  it('names rule, source, message and the days that the calendar skipped', () => {
    expect(explained(world()).get('contact')).toMatchObject({
      source:
        'CMS transitional care management 99495/99496: interactive contact within 2 business days of the discharge',
      says: 'Reach the patient or the caregiver by phone, electronically or in person. Rule: within 2 business days of the discharge.',
      trigger: {
        ...{ kind: 'discharge-to-community', message: 'urn:message:discharge-2026-11-25T11:00:00' },
        ...{ at: '2026-11-25T11:00:00-05:00', encounter: 'Encounter/e1' },
      },
      arithmetic:
        'Wed 2026-11-25 + 2 business days: Thu 2026-11-26 Thanksgiving Day, Sat 2026-11-28, Sun 2026-11-29 skipped -> Mon 2026-11-30',
      ...{ due: '2026-11-30T23:59:59-05:00', state: 'due', status: 'requested', outputs: [] },
    })
  })

  it('names the model and its version where the rule is the model’s, and no message for what people did', () => {
    const draft = explained(world()).get('plan-draft')
    expect(draft).toMatchObject({
      source: 'model clinical 1.0.0: plan due',
      arithmetic: 'Mon 2026-11-16 + 10 days -> Thu 2026-11-26',
      escalateAt: '2026-11-28T23:59:59-05:00',
    })
    expect(draft?.trigger.message).toBeUndefined()
  })

  it('tells hours, named days, owner, output and what was put off', () => {
    const notified = after(
      world(),
      [...home, stay('e2', [admission('2026-12-01T09:15:00', { at: '2026-12-01T09:15:00-05:00' })])],
      withModels,
    )
    const stays = [
      ...home,
      stay('e2', [admission('2026-12-01T09:15:00', { at: '2026-12-01T09:15:00-05:00' })]),
    ]
    expect(explained(notified, stays).get('notify')?.arithmetic).toBe(
      'Tue 2026-12-01 09:15 + 1 hour -> Tue 2026-12-01 10:15',
    )
    const booked = act(world(), 'appointment', {
      ...{ id: 'v1', state: 'booked', purpose: 'med-rec', start: '2026-12-04T10:00:00-05:00' },
    })
    expect(explained(after(booked, home, withModels)).get('med-rec')?.arithmetic).toBe(
      'the record names Fri 2026-12-04',
    )
    const called = after(contact(world(), 'k1', '2026-11-30T10:00:00-05:00'), home, withModels)
    expect(explained(called).get('contact')).toMatchObject({ state: 'met', outputs: ['Encounter/k1'] })
    const due = '2026-11-30T23:59:59-05:00'
    const [draft] = dutiesBy(world(), 'plan-draft')
    const put = after(
      act(world(), 'obligation', { id: draft?.id ?? '', owner: 'Practitioner/noor', due, snoozedUntil: due }),
      home,
      withModels,
    )
    expect(explained(put).get('plan-draft')).toMatchObject({
      owner: 'Practitioner/noor',
      ...{ due, snoozedUntil: due, escalateAt: '2026-12-02T23:59:59-05:00' },
      arithmetic: 'Mon 2026-11-16 + 10 days -> Thu 2026-11-26; put off to Mon 2026-11-30',
    })
  })

  it('counts back from the day on which a stay is planned to begin', () => {
    const announced = movement('pre-admission', '2026-12-28T08:00:00', {
      ...{ at: '2026-12-28T08:00:00-05:00', recorded: '2026-12-10T10:00:00-05:00' },
    })
    const stays = [...home, stay('e5', [announced], { status: 'planned' })]
    expect(explained(after(world(), stays, withModels), stays).get('pre-admission-coverage')).toMatchObject({
      says: 'Check that the planned stay is covered and authorised. Rule: by 2 business days before Monday 28 December 2026.',
      arithmetic:
        'Mon 2026-12-28 - 2 business days: Sun 2026-12-27, Sat 2026-12-26, Fri 2026-12-25 Christmas Day skipped -> Wed 2026-12-23',
      trigger: {
        kind: 'pre-admission',
        says: 'the announcement of the stay',
        at: '2026-12-10T10:00:00-05:00',
      },
    })
  })

  describe('of a duty whose discharge was taken back', () => {
    const cancelled = [
      stay('e1', [...(admitted[0]?.movements ?? []), { ...left, cancelledAt: '2026-11-25T20:00:00-05:00' }]),
    ]

    it('still names rule, source, trigger and days, and says why it is void', () => {
      expect(explained(after(world(), cancelled, withModels), cancelled).get('contact')).toMatchObject({
        source:
          'CMS transitional care management 99495/99496: interactive contact within 2 business days of the discharge',
        says: 'Reach the patient or the caregiver by phone, electronically or in person. Rule: within 2 business days of the discharge.',
        trigger: {
          ...{ kind: 'discharge-to-community', says: 'the discharge', encounter: 'Encounter/e1' },
          message: 'urn:message:discharge-2026-11-25T11:00:00',
          ...{ at: '2026-11-25T11:00:00-05:00', withdrawnAt: '2026-11-25T20:00:00-05:00' },
        },
        arithmetic:
          'Wed 2026-11-25 + 2 business days: Thu 2026-11-26 Thanksgiving Day, Sat 2026-11-28, Sun 2026-11-29 skipped -> Mon 2026-11-30',
        ...{ due: '2026-11-30T23:59:59-05:00', state: 'voided', statusReason: 'trigger cancelled' },
        voided: {
          reason: 'trigger cancelled',
          says: 'What called for it was taken back.',
          at: '2026-11-25T20:00:00-05:00',
        },
      })
    })

    it('does so for every duty that there was, put off or not', () => {
      const [asked] = dutiesBy(world(), 'discharge-info')
      const due = '2026-11-30T23:59:59-05:00'
      const later = act(world(), 'obligation', { id: asked?.id ?? '', due, snoozedUntil: due })
      const before = explained(after(later, home, withModels))
      const back = explained(after(later, cancelled, withModels), cancelled)
      const gone = [...back].filter(([, one]) => one.state === 'voided')
      expect(gone.length).toBeGreaterThan(5)
      for (const [rule, { says, source, arithmetic, trigger, voided }] of gone) {
        const was = before.get(rule)
        expect([rule, says, source, arithmetic]).toEqual([rule, was?.says, was?.source, was?.arithmetic])
        expect(trigger).toMatchObject({ ...was?.trigger })
        expect(voided?.says).toBe('What called for it was taken back.')
      }
    })

    it('says of work that was kept that its trigger is gone, and nothing of being void', () => {
      const called = after(contact(world(), 'k1', '2026-11-25T15:00:00-05:00'), home, withModels)
      const kept = explained(after(called, cancelled, withModels), cancelled).get('contact')
      expect(kept).toMatchObject({
        ...{ state: 'met', outputs: ['Encounter/k1'] },
        trigger: { withdrawnAt: '2026-11-25T20:00:00-05:00' },
      })
      expect(kept?.voided).toBeUndefined()
    })
  })

  it('of a duty that was overtaken says by what', () => {
    const back = [
      ...home,
      stay('e2', [admission('2026-12-01T09:15:00', { at: '2026-12-01T09:15:00-05:00' })]),
    ]
    const contactDuty = explained(after(world(), back, withModels), back).get('contact')
    expect(contactDuty).toMatchObject({
      arithmetic: expect.stringContaining('+ 2 business days') as string,
      voided: { reason: 'patient admitted again', says: 'The patient was admitted again.' },
    })
  })

  it('of what people had called for and took back says so too', () => {
    const flagged = act(world(), 'flag', {
      ...{ id: 'f1', code: 'low-mood', state: 'open', at: '2026-11-27T10:00:00-05:00' },
    })
    const raised = after(flagged, home, withModels)
    expect(explained(raised).get('red-flag')?.trigger).toMatchObject({
      says: 'the red flag',
      about: 'low-mood',
    })
    const wrong = after(act(raised, 'flag', { id: 'f1', state: 'entered-in-error' }), home, withModels)
    expect(explained(wrong).get('red-flag')).toMatchObject({
      trigger: { kind: 'red-flag', id: 'flag:f1', at: '2026-11-27T10:00:00-05:00' },
      arithmetic: 'Fri 2026-11-27 + 0 days -> Fri 2026-11-27',
      voided: { reason: 'trigger cancelled' },
    })
  })
})

describe('what if', () => {
  const asked = (hypothesis: Hypothesis, of = world(), stays: readonly Stay[] = home) =>
    whatIf(inputOf(of, stays), hypothesis)

  it('nothing changes, nothing differs', () => {
    const same = asked({})
    expect([same.raised, same.gone, same.moved]).toEqual([[], [], []])
    expect(same.workload.before).toBe(same.workload.after)
    expect(same.workload.before).toBeGreaterThan(0)
  })

  it('a discharge moves by a day, its duties move by the calendar', () => {
    const { raised, gone, moved } = asked({ discharge: { encounter: 'e1', at: '2026-11-24T11:00:00-05:00' } })
    expect([raised, gone]).toEqual([[], []])
    expect(moved.map(({ rule, to }) => `${rule} ${to.slice(0, 10)}`)).toEqual(
      expect.arrayContaining([
        'contact 2026-11-27',
        'discharge-info 2026-11-26',
        'follow-up-visit 2026-12-08',
      ]),
    )
  })

  it('the patient is discharged, its duties are raised; admitted again, they are gone', () => {
    const inside = after(opened(after(emptyWorld, admitted, withModels), OPENED), admitted, withModels)
    const sent = asked(
      { discharge: { encounter: 'e1', at: '2026-11-25', disposition: '01' } },
      inside,
      admitted,
    )
    expect(sent.raised.map(({ rule }) => rule)).toContain('contact')
    expect(sent.workload.after).toBeGreaterThan(sent.workload.before)
    const back = asked({ admission: { at: '2026-12-01T10:00:00-05:00' } })
    expect(back.gone.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['contact', 'med-rec']))
    expect(back.raised.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['notify', 'necessity-review']),
    )
  })

  it('another model holds, its duties take the place of the old one’s and the week gets longer', () => {
    const busy = after(contact(world(), 'k1', '2026-11-17T10:00:00-05:00'), home, withModels)
    const lens = nounLenses(CM).of('case')
    const switched = busy.compartment
      .filter(({ resourceType }) => resourceType === 'EpisodeOfCare')
      .map(episode => {
        const root = lens.read(episode)
        const period = { model: 'intensive', version: '1.0.0', since: '2026-11-30T09:00:00-05:00' }
        return lens.write(episode, { ...root, models: [...root.models, period] })
      })
    const { raised, gone, workload } = asked({ facts: switched }, busy)
    expect(raised.map(({ rule, due }) => `${rule} ${due.slice(0, 10)}`)).toEqual(
      expect.arrayContaining(['cadence-contact 2026-12-02', 'plan-draft 2026-12-03']),
    )
    expect(gone.map(({ rule }) => rule)).toEqual(expect.arrayContaining(['cadence-contact', 'plan-draft']))
    expect(workload.after).toBeGreaterThan(workload.before)
  })

  it('a further fact stands, the duty that it meets is gone', () => {
    const called = contact(world(), 'k1', '2026-11-30T10:00:00-05:00')
    const facts = called.compartment.filter(({ id }) => id === 'k1')
    expect(asked({ facts }).gone.map(({ rule }) => rule)).toContain('contact')
  })
})
