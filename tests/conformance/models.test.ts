import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { modelsPage, modelsText } from '../../scripts/generate-models.ts'
import { shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import { wholeModel } from '../../src/care-plan/models/model-life.ts'

test('docs/reference/models.md says the shipped models as they are', () => {
  expect(readFileSync(modelsPage, 'utf8')).toBe(modelsText())
})

test('every shipped model is a whole, published model', () => {
  expect(shippedModels.map(({ id }) => id)).toEqual([
    'strengths',
    'clinical',
    'brokerage',
    'intensive',
    'targeted',
  ])
  for (const model of shippedModels) expect(wholeModel(model)).toEqual({ ok: true, value: model })
  expect(new Set(shippedModels.map(({ state }) => state))).toEqual(new Set(['published']))
})
