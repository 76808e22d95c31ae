import type { FastifyError } from 'fastify'
import { expect, test } from 'vitest'
import { malformed } from '../../../src/routes/validation-problem.ts'

const said = (keyword: string, params: object): string =>
  malformed({
    validation: [{ keyword, params, instancePath: '/field', schemaPath: `#/properties/field/${keyword}` }],
    validationContext: 'querystring',
  } as unknown as FastifyError).message

test.each([
  ['maxLength', { limit: 500 }, 'The parameter field may have at most 500 characters.'],
  ['minLength', { limit: 1 }, 'The parameter field needs at least 1 character.'],
  ['minItems', { limit: 5 }, 'The parameter field needs at least 5 entries.'],
  ['maxItems', { limit: 1 }, 'The parameter field may have at most 1 entry.'],
  ['pattern', { pattern: '^[1-9][0-9]{0,2}$' }, 'The parameter field must be a whole number from 1 to 999.'],
  [
    'pattern',
    { pattern: String.raw`^[A-Za-z0-9\-.]{1,64}$` },
    'The parameter field must be an id: letters, digits, hyphens and dots, at most 64.',
  ],
  [
    'pattern',
    { pattern: '^[A-Za-z0-9.-]{1,64}$' },
    'The parameter field must be an id: letters, digits, hyphens and dots, at most 64.',
  ],
  ['pattern', { pattern: '^x$' }, 'The parameter field has not the form that /openapi.json describes.'],
])('a field that breaks %s %j is refused with what it may be', (keyword, params, message) => {
  expect(said(keyword, params)).toBe(message)
})
