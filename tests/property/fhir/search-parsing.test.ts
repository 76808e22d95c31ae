import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSearch } from '../../../src/fhir/search/parse-search.ts'

const RUNS = process.env['CASEWIRE_LONG'] === '1' ? 100_000 : 1_000

const pieces = [
  ...['_has:', 'Observation', 'Patient', ':', '.', 'subject', 'patient', 'code', 'name', '_filter', '_text'],
  ...[
    'near',
    'value-quantity',
    'code-value-quantity',
    'date',
    '_id',
    ':missing',
    ':not',
    ':of-type',
    '_list',
  ],
  ...[
    '\\',
    '|',
    '$',
    ',',
    '(',
    ')',
    '[',
    ']',
    '"',
    ' and ',
    ' or ',
    'not (',
    ' eq ',
    'ge',
    'ap',
    '1e',
    '5.4',
    '2026-02',
  ],
  ...['http://', 'a', 'true', '\0', '\u{1F600}', '\uD800', '%', "'", ';--'],
]
const text = fc.oneof(
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map(parts => parts.join('')),
  fc.string({ maxLength: 40, unit: 'binary' }),
)

test('no query makes the parser throw, and what it says repeats no value', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('Patient', 'Observation', 'Location', 'Bundle', 'ValueSet'),
      fc.array(fc.tuple(text, text), { maxLength: 4 }),
      fc.boolean(),
      (type, pairs, lenient) => {
        const marked = pairs.map(([name, value]) => [name, `${value}SECRET`] as const)
        const parsed = parseSearch({ type, pairs: marked, lenient, base: 'http://x.org/fhir', nowMs: 0 })
        if (!parsed.ok) expect(JSON.stringify(parsed.failure)).not.toContain('SECRET')
      },
    ),
    { numRuns: RUNS },
  )
})
