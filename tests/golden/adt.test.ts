import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { goldens } from '../../scripts/generate-goldens.ts'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'

describe('golden messages', () => {
  test.each(goldens())('$name converts to its bundle', ({ path, text }) => {
    expect(text).toBe(readFileSync(path, 'utf8'))
  })

  test.each(goldens())('$name is valid R4', ({ text }) => {
    expect(validateResource(JSON.parse(text)).filter(({ severity }) => severity === 'error')).toEqual([])
  })
})
