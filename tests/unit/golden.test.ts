import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'
import { convertedLast, expectedText, goldens } from '../support/golden.ts'

const isUpdate = process.env['UPDATE_GOLDEN'] === '1'

/** What stands in a file; `UPDATE_GOLDEN=1` writes it there first: read the difference as data before committing it. */
function golden(path: string, text: string): string {
  if (isUpdate) writeFileSync(path, text)
  return readFileSync(path, 'utf8')
}

describe('golden messages', () => {
  test.each(goldens())('$name converts to its bundle, which is valid R4', one => {
    const bundle = convertedLast(one)
    const text = `${JSON.stringify(bundle, null, 2)}\n`
    expect(text).toBe(golden(join(one.folder, 'bundle.json'), text))
    expect(validateResource(JSON.parse(text)).filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test.each(goldens())('$name leads to its state and case effects', one => {
    const text = expectedText(one)
    expect(text).toBe(golden(join(one.folder, 'expected.json'), text))
  })
})
