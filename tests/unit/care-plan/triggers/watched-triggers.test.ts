import { describe, expect, it } from 'vitest'
import { defaultCaseRules } from '../../../../src/care-plan/case/case-rules.ts'
import type { Trigger } from '../../../../src/care-plan/duties/duties.ts'
import { triggersOf } from '../../../../src/care-plan/triggers/triggers.ts'
import { watchedValues, type ValueChange } from '../../../../src/care-plan/duties/watched-values.ts'
import { admission, stay } from '../../../support/case-world.ts'
import { aCourse, triggerScene, type Scene } from '../../../support/trigger-scene.ts'

const change = (day: number, more: Partial<ValueChange> = {}): ValueChange => ({
  ...{ value: 'payer', id: `payer:${day}`, at: `2026-10-${day}T12:00:00Z` },
  ...more,
})
const called = (scene: Scene): readonly Trigger[] =>
  triggersOf(triggerScene(scene)).filter(({ kind }) => kind.endsWith('-changed'))
const reasonsOf = (scene: Scene): readonly (string | undefined)[] =>
  called(scene).map(({ overtaken }) => overtaken?.reason)

describe('a change of a watched value', () => {
  it('calls for a duty of the case that was open when it was told', () => {
    expect(called({ changes: [change(12, { message: 'urn:m' })] })).toMatchObject([
      {
        kind: 'payer-changed',
        id: 'payer:12',
        caseId: 'c1',
        at: '2026-10-12T08:00:00-04:00',
        message: 'urn:m',
      },
    ])
    expect(called({ changes: [change(12, { at: '2026-10-09T12:00:00Z' })] })).toEqual([])
  })

  it('of a value that nobody watches calls for none', () => {
    const rules = { ...defaultCaseRules, watched: ['address' as const] }
    expect(called({ rules, changes: [change(12)] })).toEqual([])
    expect(called({ rules, changes: [change(12, { value: 'address' })] })).toHaveLength(1)
    for (const value of watchedValues)
      expect(
        called({ rules: { ...defaultCaseRules, watched: watchedValues }, changes: [change(12, { value })] }),
      ).toMatchObject([{ kind: `${value}-changed` }])
  })

  it('that was recorded with the admission which opened the case is no news', () => {
    const opening = stay('e1', [admission('2026-10-12T10:00:00')])
    const { facts } = triggerScene({ stays: [opening] })
    const [first] = facts.inpatientAdmissions
    const course = { opening: { admission: first ?? expect.fail(), caseType: 'acute' as const } }
    const at = (minute: string): string => `2026-10-12T14:${minute}:00Z`
    expect(called({ course, changes: [change(12, { at: at('00') })] })).toEqual([])
    expect(called({ course, changes: [change(12, { at: at('01') })] })).toHaveLength(1)
  })

  it('is overtaken by the next of the same value, and where the value stands no more', () => {
    expect(reasonsOf({ changes: [change(14), change(12)] })).toEqual(['changed again', undefined])
    expect(reasonsOf({ changes: [change(12), change(13, { value: 'address' })] })).toEqual([
      undefined,
      undefined,
    ])
    expect(reasonsOf({ changes: [change(12, { replacedAt: '2026-10-13T12:00:00Z' })] })).toEqual([
      'changed again',
    ])
  })

  it('is overtaken at the same time in the same words, whether the next or the value that is gone tells it', () => {
    const at = '2026-10-13T12:00:00Z'
    const [gone] = called({ changes: [change(12, { replacedAt: at })] })
    const [followed] = called({ changes: [change(12), change(13, { at })] })
    expect(gone?.overtaken).toEqual({
      ...{ reason: 'changed again', recorded: '2026-10-13T08:00:00-04:00' },
      atMs: Date.parse(at),
    })
    expect(followed?.overtaken).toMatchObject(gone?.overtaken ?? expect.fail())
  })

  it('is overtaken by the end of the case', () => {
    const course = { endMs: Date.parse('2026-10-20T12:00:00Z') }
    expect(reasonsOf({ course, changes: [change(12)] })).toEqual(['case ended'])
  })

  it('falls to the case of whom it was told of, where two patients are one now', () => {
    const courses = [aCourse(), aCourse({ id: 'c2' })]
    const concerns = ({ id }: { readonly id: string }, { person }: { readonly person?: string }): boolean =>
      id === (person === 'p2' ? 'c2' : 'c1')
    const fold = { courses, afterDeath: [], concerns }
    expect(called({ fold, changes: [change(12, { person: 'p2' })] }).map(({ caseId }) => caseId)).toEqual([
      'c2',
    ])
  })
})

describe('another attending physician', () => {
  const attended = {
    ...stay('e1', [admission('2026-10-10T10:00:00')]),
    attending: [
      { who: ['Practitioner/a'], until: '2026-10-12T10:00:00-04:00' },
      { who: ['Practitioner/b'], from: '2026-10-12T10:00:00-04:00', until: '2026-10-13T10:00:00-04:00' },
      { who: ['Practitioner/a'], from: '2026-10-13T10:00:00-04:00' },
    ],
  }

  it('calls for a notice only where that is watched, for each change', () => {
    expect(called({ stays: [attended] })).toEqual([])
    const rules = { ...defaultCaseRules, watched: ['attending' as const] }
    expect(called({ rules, stays: [attended] })).toMatchObject([
      { kind: 'attending-changed', encounter: 'e1', overtaken: { reason: 'changed again' } },
      { kind: 'attending-changed', encounter: 'e1', at: '2026-10-13T10:00:00-04:00' },
    ])
    expect(called({ rules, stays: [attended] })[1]?.overtaken).toBeUndefined()
  })
})
