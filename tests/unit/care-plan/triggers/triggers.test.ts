import { describe, expect, it } from 'vitest'
import type { Trigger } from '../../../../src/care-plan/duties/duties.ts'
import type { Death } from '../../../../src/care-plan/stays/death.ts'
import { stayFacts } from '../../../../src/care-plan/stays/stay-facts.ts'
import { triggersOf } from '../../../../src/care-plan/triggers/triggers.ts'
import { openFile } from '../../../support/case-file.ts'
import { admission, arrival, discharge, movement, stay } from '../../../support/case-world.ts'
import { aCourse, SCENE_ZONE, triggerScene, type Scene } from '../../../support/trigger-scene.ts'

const on = (day: number, time = '10:00:00') => `2026-10-${String(day).padStart(2, '0')}T${time}-04:00`
const msOf = (at: string) => Date.parse(at)
const called = (kind: Trigger['kind'], scene: Scene): readonly Trigger[] =>
  triggersOf(triggerScene(scene)).filter(one => one.kind === kind)
const kindsOf = (scene: Scene) => triggersOf(triggerScene(scene)).map(({ kind }) => kind)
const death: Death = { at: on(20), atMs: msOf(on(20)), recorded: on(21) }

describe('a discharge', () => {
  const ended = (code: string | undefined, more: Scene = {}) =>
    kindsOf({
      stays: [stay('e1', [admission('2026-10-08T10:00:00'), discharge('2026-10-15T10:00:00', code)])],
      ...more,
    })

  it.each([
    ['01', 'discharge-to-community'],
    ['07', 'discharge-against-advice'],
    ['62', 'discharge-to-facility'],
    ['02', 'discharge-to-acute-care'],
  ])('of code %s is %s', (code, kind) => {
    expect(ended(code)).toContain(kind)
  })

  it('as expired or still patient calls for no follow-up, nor does one while no case is open', () => {
    const followUps = (kinds: readonly string[]) => kinds.filter(kind => kind.startsWith('discharge-'))
    expect(followUps(ended('20'))).toEqual([])
    expect(followUps(ended('30'))).toEqual([])
    expect(followUps(ended('01', { course: { endMs: msOf(on(14)) } }))).toEqual([])
  })

  it('home or against advice says how the patient was; to a facility not', () => {
    const one = (code: string, kind: Trigger['kind']) =>
      called(kind, {
        stays: [stay('e1', [admission('2026-10-08T10:00:00'), discharge('2026-10-15T10:00:00', code)])],
      })[0]
    expect(one('01', 'discharge-to-community')).toHaveProperty('isEngaged', false)
    expect(one('07', 'discharge-against-advice')).toHaveProperty('isEngaged', false)
    expect(one('62', 'discharge-to-facility')).not.toHaveProperty('isEngaged')
  })

  it('is overtaken by the next admission, and by a leave', () => {
    const home = stay('e1', [admission('2026-10-08T10:00:00'), discharge('2026-10-15T10:00:00', '01')])
    const back = stay('e2', [admission('2026-10-18T10:00:00')])
    expect(called('discharge-to-community', { stays: [home, back] })[0]?.overtaken).toEqual({
      ...{ reason: 'patient admitted again', recorded: on(18), atMs: msOf(on(18)) },
    })
    const away = stay('e2', [arrival('2026-10-16T10:00:00')], { status: 'onleave' })
    expect(called('discharge-to-community', { stays: [home, away] })[0]?.overtaken).toEqual({
      ...{ reason: 'patient on leave', recorded: on(16), atMs: Number.POSITIVE_INFINITY },
    })
    expect(called('discharge-to-community', { stays: [home] })[0]).not.toHaveProperty('overtaken')
  })
})

describe('a visit to the emergency department', () => {
  const visit = (code: string, more: object = {}, is: object = {}) =>
    called('emergency-discharge', {
      stays: [
        stay(
          'e1',
          [
            arrival('2026-10-15T08:00:00'),
            discharge('2026-10-15T10:00:00', code, { classAfter: 'emergency', ...more }),
          ],
          is,
        ),
      ],
    }).map(({ id, encounter }) => [id, encounter])

  it('that ends at home or against advice calls for follow-up', () => {
    const told = [['discharge-2026-10-15T10:00:00', 'e1']]
    expect([visit('01'), visit('07')]).toEqual([told, told])
    expect([visit('62'), visit('20'), visit('30')]).toEqual([[], [], []])
  })

  it('is one by the class of the stay when the discharge has none', () => {
    expect(visit('01', { classAfter: 'other' }, { class: 'emergency' })).toHaveLength(1)
    expect(visit('01', { classAfter: 'other' }, { class: 'outpatient' })).toEqual([])
    expect(visit('01', { classAfter: 'outpatient' }, { class: 'emergency' })).toEqual([])
    expect(visit('01', { classAfter: 'inpatient' }, { class: 'emergency' })).toEqual([])
  })
})

describe('an admission', () => {
  it('opens its case, and is news to every other open one', () => {
    const [facts] = [stayFacts([stay('e1', [admission('2026-10-10T09:00:00')])], SCENE_ZONE)]
    const first = facts?.inpatientAdmissions[0]
    if (!first) throw new Error('no admission')
    const opening = { admission: first, caseType: 'acute' as const }
    const courses = [aCourse({ opening }), aCourse({ id: 'c2' }), aCourse({ id: 'c3', endMs: msOf(on(9)) })]
    const scene = { facts, fold: { courses, afterDeath: [] } }
    const triggers = triggersOf({ ...triggerScene({}), ...scene })
    const of = (kind: string) => triggers.filter(one => one.kind === kind).map(({ caseId }) => caseId)
    expect([of('case-opened'), of('known-admission'), of('inpatient-admission')]).toEqual([
      ['c1'],
      ['c2'],
      ['c1'],
    ])
  })

  it('that turns into a visit or an observation is none after all', () => {
    const turned = (more: Parameters<typeof stay>[2], ...movements: readonly ReturnType<typeof movement>[]) =>
      called('inpatient-admission', {
        stays: [stay('e1', [admission('2026-10-12T10:00:00'), ...movements], more)],
      })[0]?.overtaken
    const transfer = movement('transfer', '2026-10-13T10:00:00', { classAfter: 'observation' })
    expect(turned({})).toBeUndefined()
    expect(turned({ class: 'inpatient' }, transfer)).toBeUndefined()
    expect(turned({ class: 'observation' }, transfer)).toEqual({
      ...{ reason: 'trigger cancelled', recorded: on(13), atMs: msOf(on(13)) },
    })
    expect(turned({ class: 'outpatient' })).toEqual({ reason: 'trigger cancelled', recorded: on(12) })
    expect(turned({ class: 'other' }, transfer)?.atMs).toBe(msOf(on(13)))
    expect(turned({ class: 'other' })).toBeUndefined()
    const gone = discharge('2026-10-14T10:00:00', '01', { classAfter: 'outpatient' })
    expect(turned({ class: 'other' }, gone)).toBeUndefined()
    expect(turned({ class: 'emergency' })).toBeUndefined()
  })

  it('that is turned is not judged by the movements of another stay', () => {
    const other = stay('e2', [movement('transfer', '2026-10-13T10:00:00', { classAfter: 'observation' })])
    const mine = stay('e1', [admission('2026-10-12T10:00:00')], { class: 'other' })
    expect(called('inpatient-admission', { stays: [mine, other] })[0]).not.toHaveProperty('overtaken')
  })

  it('that is announced while a case is open is prepared for: once, and by the last word of it', () => {
    const announced = (day: number, recorded: string) =>
      movement('pre-admission', `2026-10-${day}T09:00:00`, { classAfter: 'pre-admission', recorded })
    const stays = [
      stay('e1', [announced(25, on(13)), announced(26, on(14))]),
      stay('e2', [announced(28, on(15))]),
    ]
    expect(called('pre-admission', { stays }).map(({ at, startsOn }) => [at, startsOn])).toEqual([
      [on(14), '2026-10-26'],
      [on(15), '2026-10-28'],
    ])
    expect(called('pre-admission', { stays, course: { endMs: msOf(on(20)) } })).toEqual([])
  })
})

describe('a death', () => {
  it('calls for what is to be done in each case that it ended', () => {
    const courses = [
      aCourse({ isDeceased: true, isHighRisk: true }),
      aCourse({ id: 'c2' }),
      aCourse({ id: 'c3', isDeceased: true, standing: 'withdrawn' }),
    ]
    const fold = { courses, afterDeath: [] }
    expect(called('death', { fold, death })).toEqual([
      {
        ...{ kind: 'death', id: 'death', caseId: 'c1', isHighRisk: true },
        ...{ at: on(20), atMs: msOf(on(20)), recorded: on(21), recordedMs: msOf(on(20)) },
      },
    ])
    expect(called('death', { fold, death: { ...death, encounter: 'e1', message: 'm1' } })[0]).toMatchObject({
      encounter: 'e1',
      message: 'm1',
    })
    expect(called('death', { fold })).toEqual([])
  })

  it('overtakes whatever was called for until then, and nothing that came later', () => {
    const flagged = (at: string) =>
      called('red-flag', {
        death,
        file: openFile({}, { flags: [{ id: 'f1', state: 'open', at } as never] }),
      })[0]?.overtaken
    const dead = { reason: 'patient deceased', recorded: on(21), atMs: msOf(on(20)) }
    expect([flagged(on(19)), flagged(on(20)), flagged(on(20, '10:00:01'))]).toEqual([dead, dead, undefined])
  })
})

describe('a contradiction', () => {
  const cancelled = { cancelledAt: on(16) }
  const gone = stay(
    'e1',
    [admission('2026-10-12T10:00:00'), discharge('2026-10-15T10:00:00', '20', cancelled)],
    { status: 'in-progress' },
  )

  it('is a discharge as expired that was taken back, asked about when it was taken back', () => {
    expect(called('contradiction', { stays: [gone] })).toMatchObject([
      {
        id: 'death-withdrawn',
        caseId: 'c1',
        at: on(16),
        atMs: msOf(on(16)),
        encounter: 'e1',
        isHighRisk: false,
      },
    ])
    expect(called('contradiction', { stays: [gone], death })).toEqual([])
    expect(called('contradiction', { stays: [gone], course: { endMs: msOf(on(13)) } })).toEqual([])
  })

  it('is a death without a discharge that was taken back, once for a case', () => {
    const thoughtDead = { at: on(14) }
    expect(called('contradiction', { thoughtDead })).toMatchObject([
      { id: 'deceased-taken-back', caseId: 'c1', at: on(14), atMs: msOf(on(14)) },
    ])
    expect(called('contradiction', { thoughtDead, death })).toEqual([])
    expect(called('contradiction', { thoughtDead, stays: [gone] }).map(({ id }) => id)).toEqual([
      'death-withdrawn',
    ])
    expect(called('contradiction', { thoughtDead, course: { endMs: msOf(on(13)) } })).toEqual([])
  })

  it('is an admission after death, asked about in the last case that stands', () => {
    const facts = stayFacts([stay('e9', [admission('2026-10-22T10:00:00')])], SCENE_ZONE)
    const afterDeath = facts.inpatientAdmissions
    const courses = [aCourse(), aCourse({ id: 'c2' }), aCourse({ id: 'c3', standing: 'withdrawn' })]
    expect(called('contradiction', { death, fold: { courses, afterDeath } })).toMatchObject([
      { id: 'admission-2026-10-22T10:00:00', caseId: 'c2', at: on(22), encounter: 'e9' },
    ])
    const withdrawn = { courses: courses.slice(2), afterDeath }
    expect(called('contradiction', { death, fold: withdrawn })).toEqual([])
    expect(called('contradiction', { death, fold: { courses, afterDeath } })[0]).not.toHaveProperty(
      'overtaken',
    )
  })

  it('is not overtaken by the death: people look at it all the same', () => {
    const facts = stayFacts([stay('e9', [admission('2026-10-12T10:00:00')])], SCENE_ZONE)
    const fold = { courses: [aCourse()], afterDeath: facts.inpatientAdmissions }
    expect(called('contradiction', { death, fold })[0]).not.toHaveProperty('overtaken')
  })

  it('is a case that people work on although the admission that opened it is gone', () => {
    const kept = { standing: 'kept' as const }
    expect(called('contradiction', { course: kept })).toEqual([
      expect.objectContaining({ id: 'case-withdrawn', caseId: 'c1', at: '2026-10-10T09:00:00-04:00' }),
    ])
    expect(called('contradiction', { course: { ...kept, endMs: msOf(on(20)) } })).toEqual([])
    const stays = [11, 12].map(day =>
      stay(`e${day}`, [admission(`2026-10-${day}T10:00:00`, { cancelledAt: on(day + 2) })]),
    )
    expect(called('contradiction', { course: kept, stays })).toMatchObject([
      { id: 'case-withdrawn', caseId: 'c1', at: on(14), encounter: 'e12' },
    ])
  })
})

describe('the model of a case', () => {
  it('goes with each trigger of its time that names none itself', () => {
    const file = openFile({ models: [{ model: 'clinical', since: on(13) }] })
    const admitted = (day: number) =>
      called('inpatient-admission', { file, stays: [stay('e1', [admission(`2026-10-${day}T10:00:00`)])] })[0]
        ?.model?.id
    expect([admitted(12), admitted(13)]).toEqual([undefined, 'clinical'])
  })
})
