import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { escalationCodes, modelSuggestions } from '../../../../src/care-plan/models/model-suggestions.ts'
import { shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import { usableModel } from '../../../../src/care-plan/models/model-life.ts'
import { openFile } from '../../../support/case-file.ts'
import { anActivity } from '../../../support/plan-file.ts'

const SINCE = '2026-10-13T09:00:00-04:00'
const NOW = '2026-12-01T09:00:00-05:00'
const suggested = (lists: object, now = NOW) =>
  modelSuggestions(openFile({}, lists as Partial<CaseFile>), {
    model: { escalateWhen: escalationCodes, reviewDays: 90 },
    sinceMs: Date.parse(SINCE),
    nowMs: Date.parse(now),
    timeZone: 'America/New_York',
  }).map(({ when, evidence, command }) => [when, evidence, command])

const lace = (id: string, value: string, at: string) => ({
  ...{ id, state: 'final', method: 'lace-2010', value, at },
  inputs: [],
  missing: [],
})
const miss = (day: string) => ({ at: `2026-11-${day}T10:00:00-05:00`, kept: false, reason: 'cost' })
const review = (id: string) => ({
  ...{ id, state: 'missed', rule: 'plan-review', trigger: 'x', status: 'requested', outputs: [] },
  due: '2026-11-01T23:59:59-04:00',
})

describe('what speaks for another model', () => {
  it.each<[string, object, readonly string[]]>([
    ['lace-10', { risks: [lace('r1', '4', SINCE), lace('r2', '10', NOW)] }, ['RiskAssessment/r2']],
    [
      'two-misses',
      { activities: [anActivity({ performances: [miss('02'), miss('16')] })] },
      ['ServiceRequest/a1'],
    ],
    [
      'readmission',
      { transitions: [{ id: 't1', state: 'readmitted', start: '2026-10-20T09:00:00-04:00' }] },
      ['CarePlan/t1'],
    ],
    ['two-unmet-reviews', { obligations: [review('d1'), review('d2')] }, ['Task/d1', 'Task/d2']],
    [
      'loop-open-30-days',
      {
        activities: [
          anActivity({ kind: 'referral', state: 'requested', requestedAt: '2026-10-31T23:00:00-04:00' }),
        ],
      },
      ['ServiceRequest/a1'],
    ],
  ])('%s is told with what it rests on', (when, lists, evidence) => {
    expect(suggested(lists)).toEqual([[when, evidence, 'SwitchModel']])
  })

  it.each<[string, object]>([
    ['the modified LACE', { risks: [{ ...lace('r1', '10', SINCE), method: 'lace-modified' }] }],
    [
      'misses since the very beginning of the model',
      {
        activities: [
          anActivity({
            performances: [
              { ...miss('02'), at: SINCE },
              { ...miss('02'), at: '2026-10-14T10:00:00-04:00' },
            ],
          }),
        ],
      },
    ],
    [
      'a readmission after a discharge up to 30 days before the model',
      { transitions: [{ id: 't1', state: 'readmitted', start: '2026-09-13T09:00:00-04:00' }] },
    ],
    [
      'reviews due when the model began',
      { obligations: ['d1', 'd2'].map(id => ({ ...review(id), due: SINCE })) },
    ],
    [
      'a high LACE that is newest though told first',
      { risks: [lace('r2', '12', NOW), lace('r1', '9', SINCE)] },
    ],
  ])('is %s', (_words, lists) => {
    expect(suggested(lists)).toHaveLength(1)
  })

  it('is nothing that no rule knows', () => {
    const context = { sinceMs: 0, nowMs: 0, timeZone: 'America/New_York' }
    const model = { escalateWhen: ['bogus'], reviewDays: 90 }
    expect(modelSuggestions(openFile(), { model, ...context })).toEqual([])
  })

  it('is a red flag while it is open, for models that ask for it', () => {
    const flag = { id: 'f1', state: 'open', code: 'x', at: NOW }
    expect(suggested({ flags: [flag] })).toEqual([
      ['red-flag', ['Flag/f1'], 'SwitchModel'],
      ['crisis', ['Flag/f1'], 'SwitchModel'],
    ])
    expect(suggested({ flags: [{ ...flag, state: 'resolved' }] })).toEqual([])
  })

  it.each<[string, object]>([
    ['a LACE that has gone down', { risks: [lace('r1', '12', SINCE), lace('r2', '9', NOW)] }],
    ['misses far apart', { activities: [anActivity({ performances: [miss('02'), miss('17')] })] }],
    ['a LACE that was an error', { risks: [{ ...lace('r1', '12', SINCE), state: 'entered-in-error' }] }],
    ['a figure of another method', { risks: [{ ...lace('r1', '12', SINCE), method: 'hospital-a' }] }],
    ['a newer LACE that is lower, told first', { risks: [lace('r2', '9', NOW), lace('r1', '12', SINCE)] }],
    [
      'misses of an activity that was an error',
      { activities: [anActivity({ state: 'entered-in-error', performances: [miss('02'), miss('03')] })] },
    ],
    [
      'misses under the model before',
      {
        activities: [
          anActivity({
            performances: [
              { ...miss('02'), at: '2026-10-13T08:59:59-04:00' },
              { ...miss('02'), at: SINCE },
            ],
          }),
        ],
      },
    ],
    [
      'a transition that went well',
      { transitions: [{ id: 't1', state: 'stabilised', start: '2026-10-20T09:00:00-04:00' }] },
    ],
    [
      'a readmission long before the model',
      { transitions: [{ id: 't1', state: 'readmitted', start: '2026-09-13T08:59:59-04:00' }] },
    ],
    ['a readmission of nobody knows when', { transitions: [{ id: 't1', state: 'readmitted' }] }],
    ['reviews that were made', { obligations: ['d1', 'd2'].map(id => ({ ...review(id), state: 'met' })) }],
    ['other duties missed', { obligations: ['d1', 'd2'].map(id => ({ ...review(id), rule: 'contact' })) }],
    [
      'reviews missed under the model before',
      { obligations: ['d1', 'd2'].map(id => ({ ...review(id), due: '2026-10-13T08:59:59-04:00' })) },
    ],
    [
      'an old loop that is closed, or no referral, or was not asked for',
      {
        activities: [
          anActivity({ kind: 'referral', state: 'completed', requestedAt: SINCE }),
          anActivity({ kind: 'service', state: 'requested', requestedAt: SINCE }),
          anActivity({ kind: 'referral', state: 'requested' }),
        ],
      },
    ],
    ['one missed review', { obligations: [review('d1')] }],
    [
      'a loop of 30 days',
      {
        activities: [
          anActivity({ kind: 'referral', state: 'requested', requestedAt: '2026-11-01T09:00:00-05:00' }),
        ],
      },
    ],
  ])('is not %s', (_words, lists) => {
    expect(suggested(lists)).toEqual([])
  })
})

describe('a model', () => {
  it('names only conditions and artefacts that a rule knows', () => {
    for (const model of shippedModels) expect(usableModel(model).ok).toBe(true)
    for (const field of ['escalateWhen', 'artefacts'] as const) {
      const refused = usableModel({ ...shippedModels[0], [field]: ['bogus'] })
      if (refused.ok) throw new Error('it was taken')
      expect(refused.failure).toMatchObject({ code: 'model-invalid', expression: `${field}.0` })
      expect(refused.failure.legal).toContain(field === 'artefacts' ? 'companion' : 'lace-10')
    }
  })
})
