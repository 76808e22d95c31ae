import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonFaultPlace } from '../../../src/fhir/validation/json-fault.ts'
import { narrativeFault } from '../../../src/fhir/validation/narrative.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { validateText } from '../../../src/fhir/validation/validate-text.ts'
import { resourceTypes } from '../../../src/fhir/resource-types.ts'
import structures from '../../../src/fhir/definitions/structures.json' with { type: 'json' }

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 50_000 : 1_500

const elementNames = Object.values(structures as unknown as Record<string, [string, Record<string, string>]>)
  .flatMap(([, elements]) => Object.keys(elements))
  .map(name => name.replace('[x]', 'String'))

const scalar = fc.oneof(
  fc.constantFrom(
    null,
    true,
    '',
    'final',
    'Patient/1',
    '#',
    '#a',
    '2026-02-30',
    '2026-03-14T10:00:00Z',
    '<div/>',
    '\u0000',
  ),
  fc.string(),
  fc.double(),
  fc.integer(),
)

/** JSON that looks like FHIR: names of its elements at any place, with any content. */
const fhirLike = fc.letrec<{ node: unknown; value: unknown }>(tie => ({
  node: fc.dictionary(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.constantFrom(
          ...elementNames,
          'resourceType',
          'id',
          'extension',
          'contained',
          'reference',
        ),
      },
      { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'toString', '_status', '') },
    ),
    tie('value'),
    { maxKeys: 6 },
  ),
  value: fc.oneof({ maxDepth: 5 }, scalar, tie('node'), fc.array(tie('value'), { maxLength: 3 })),
}))

const resource = fc
  .tuple(fc.constantFrom(...Object.keys(resourceTypes)), fhirLike.node)
  .map(([resourceType, node]) => ({ ...(node as object), resourceType }))

describe('validateResource', () => {
  it('never throws and never alters its input, whatever JSON it is given', () => {
    fc.assert(
      fc.property(fc.oneof(resource, fhirLike.value, fc.jsonValue()), value => {
        const before = JSON.stringify(value)
        const issues = validateResource(value)
        expect(JSON.stringify(value)).toBe(before)
        for (const { diagnostics, severity } of issues) {
          expect(severity).toBe('error')
          expect(diagnostics.length).toBeGreaterThan(0)
        }
      }),
      { numRuns },
    )
  })

  it('never throws on the invariants of any type', () => {
    const types = Object.keys(resourceTypes)
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        fc.array(fc.constantFrom(...elementNames), { maxLength: 8 }),
        fhirLike.value,
        (type, names, value) => {
          validateResource({ resourceType: type, ...Object.fromEntries(names.map(name => [name, value])) })
        },
      ),
      { numRuns },
    )
  })
})

describe('validateText', () => {
  it('never throws on any text, and a place that it names is in the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map(text => text.slice(0, -1)),
          fc.json(),
        ),
        text => {
          validateText(text)
          const { line, column } = jsonFaultPlace(text)
          expect(line).toBeLessThanOrEqual(text.split('\n').length)
          expect(column).toBeLessThanOrEqual(text.length + 1)
        },
      ),
      { numRuns },
    )
  })

  it('finds no fault before the end in what is JSON', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        const { column } = jsonFaultPlace(text)
        expect(column).toBe(text.length - text.lastIndexOf('\n'))
      }),
      { numRuns },
    )
  })
})

describe('narrativeFault', () => {
  it('never throws, and never passes a script', () => {
    const piece = fc.constantFrom(
      '<div>',
      '</div>',
      '<p>',
      '</p>',
      '<b',
      '>',
      '/>',
      '<script>',
      '</script>',
      ' onclick="x"',
      '&',
      '&amp;',
      'a',
      '<!--',
      '-->',
      '<img src="x"/>',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
        const text = `<div xmlns="http://www.w3.org/1999/xhtml">${pieces.join('')}</div>`
        const fault = narrativeFault(text)
        const withoutComments = text.replaceAll(/<!--[\s\S]*?-->/g, '')
        if (/<script|<[a-z]+ onclick/.test(withoutComments)) expect(fault).toBeDefined()
      }),
      { numRuns },
    )
  })
})
