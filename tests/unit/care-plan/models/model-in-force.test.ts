import { describe, expect, it } from 'vitest'
import { modelAt, modelSpans } from '../../../../src/care-plan/models/model-in-force.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Anchor } from '../../../../src/care-plan/duties/series.ts'
import { openFile } from '../../../support/case-file.ts'

const timeZone = 'America/New_York'
const day = (n: number): Anchor => ({
  at: `2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`,
  atMs: Date.parse(`2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`),
})

describe('the models of a case', () => {
  const models = modelLookup(shippedModels)
  const spansOf = (periods: readonly { model: string; version?: string; since?: string }[], root = {}) =>
    modelSpans(openFile({ models: periods, ...root }), models, timeZone).map(({ model, since, endMs }) => [
      model.id,
      since,
      endMs,
    ])

  it('each hold until the next one was selected', () => {
    const periods = [
      { model: 'clinical', version: '1.0.0', since: day(1).at },
      { model: 'intensive', since: day(3).at },
    ]
    expect(spansOf(periods)).toEqual([
      ['clinical', day(1).at, day(3).atMs],
      ['intensive', day(3).at, undefined],
    ])
    const spans = modelSpans(openFile({ models: periods }), models, timeZone)
    const at = (atMs: number) => modelAt(spans, atMs)?.id
    expect(at(day(1).atMs - 1)).toBeUndefined()
    expect([at(day(1).atMs), at(day(3).atMs - 1)]).toEqual(['clinical', 'clinical'])
    expect([at(day(3).atMs), at(day(30).atMs)]).toEqual(['intensive', 'intensive'])
  })

  it('hold from the opening when nobody said since when, and never when nobody opened the case', () => {
    expect(spansOf([{ model: 'clinical' }], { openedAt: day(2).at })).toEqual([
      ['clinical', day(2).at, undefined],
    ])
    const { openedAt: _, ...root } = openFile({ models: [{ model: 'clinical' }] }).case
    expect(modelSpans({ ...openFile(), case: root }, models, timeZone)).toEqual([])
    expect(modelSpans(undefined, models, timeZone)).toEqual([])
  })

  it('are those that are known, at a time that can be read; an unknown one ends the one before', () => {
    expect(spansOf([{ model: 'clinical', since: 'some day' }])).toEqual([])
    expect(
      spansOf([
        { model: 'clinical', since: day(1).at },
        { model: 'unknown', since: day(4).at },
      ]),
    ).toEqual([['clinical', day(1).at, day(4).atMs]])
  })
})
