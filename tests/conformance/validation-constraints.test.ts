import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { elementCorrections, foreignTypes } from '../../scripts/definitions/corrections.ts'
import { definitionsIn } from '../../scripts/definitions/source.ts'
import { valueSetExpander } from '../../scripts/definitions/value-sets.ts'
import constraints from '../../src/fhir/definitions/constraints.json' with { type: 'json' }
import { invariants } from '../../src/fhir/validation/invariants/invariants.ts'
import { lineageOf } from '../../src/fhir/validation/type-rules.ts'

const page = readFileSync(new URL('../../docs/reference/validation.md', import.meta.url), 'utf8')

/** `path key` of the rows of a section's table. */
function rowsAfter(heading: string): readonly string[] {
  const section = page.slice(page.indexOf(heading) + heading.length).split(/\n\n(?!\|)/, 1)[0] ?? ''
  return [...section.matchAll(/^\| `([^`]+)` \| (?:`([^`]+)`)?/gm)].map(([, path, key]) =>
    `${path} ${key ?? ''}`.trim(),
  )
}

const stated = Object.entries(constraints as Record<string, Record<string, string>>).flatMap(([path, keys]) =>
  Object.keys(keys).map(key => ({ path, key })),
)
const byRow = new Set([...invariants].flatMap(([path, rows]) => rows.map(({ key }) => `${path} ${key}`)))

/** Checked at the element itself, at a type it is derived from, or at the element around it. */
const isChecked = ({ path, key }: { path: string; key: string }): boolean =>
  [path, ...lineageOf(path), path.slice(0, path.lastIndexOf('.'))].some(place => byRow.has(`${place} ${key}`))

describe('the constraints of R4 with severity error', () => {
  it('are checked by an invariant, or listed in docs/reference/validation.md, and none of them both', () => {
    const listed = [...rowsAfter('`src/fhir/validation/invariants`:\n'), ...rowsAfter('Not checked:\n\n')]
    const unchecked = stated.filter(row => !isChecked(row)).map(({ path, key }) => `${path} ${key}`)
    expect(unchecked.toSorted()).toEqual(listed.toSorted())
  })

  it('have no invariant that the specification does not state', () => {
    const unknown = [...byRow].filter(row => {
      const [path = '', key] = row.split(' ')
      return !stated.some(
        other => other.key === key && (other.path === path || other.path.startsWith(`${path}.`)),
      )
    })
    expect(unknown).toEqual([])
  })
})

describe('the required bindings of R4', () => {
  it('are expanded, or listed in docs/reference/validation.md with a reason', () => {
    const expand = valueSetExpander()
    const structures = ['profiles-types', 'profiles-resources'].flatMap(file =>
      definitionsIn(file, 'StructureDefinition'),
    )
    const bound = structures
      .filter(({ kind, name }) => kind !== 'logical' && !foreignTypes.has(name))
      .flatMap(
        ({ snapshot }) =>
          (snapshot as { element: { path: string; binding?: { strength: string; valueSet?: string } }[] })
            .element,
      )
      .filter(({ path, binding }) => binding?.strength === 'required' && !isForeign(path))
      .map(({ binding }) => (binding?.valueSet ?? '').split('|')[0] ?? '')
    const open = [...new Set(bound)].filter(url => expand(url) === undefined)
    expect(open.toSorted()).toEqual(rowsAfter("## Required bindings that aren't checked\n").toSorted())
  })
})

const isForeign = (path: string): boolean =>
  Object.entries(elementCorrections).some(
    ([foreign, rule]) => rule === null && `${path}.`.startsWith(`${foreign}.`),
  )
