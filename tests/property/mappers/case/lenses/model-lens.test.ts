import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, parseJson } from '../../../../../src/lib/json.ts'
import { shippedModels } from '../../../../../src/care-plan/models/shipped-models.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { modelLens } from '../../../../../src/mappers/case/lenses/model-lens.ts'
import { caseNames } from '../../../../../src/mappers/case/names.ts'
import { CM } from '../../../../support/case-world.ts'
import { anyModel } from '../../../../support/model-arbitraries.ts'
import { publicResources } from '../../../../support/public-resources.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 300
const names = caseNames(CM)
const lens = modelLens(names)

/** Others' content, decimals with digits included, that no model touches. */
const strange = parseJson(`{
  "resourceType": "PlanDefinition", "id": "strange", "meta": { "tag": [{ "system": "urn:tags", "code": "kept" }] },
  "extension": [{ "url": "urn:kept", "valueDecimal": 1.50 }],
  "url": "urn:elsewhere", "version": "old", "name": "Kept", "status": "unknown",
  "_status": { "extension": [{ "url": "urn:status", "valueString": "kept" }] },
  "purpose": "kept", "useContext": [{ "code": { "code": "task" }, "valueQuantity": { "value": 2.00 } }],
  "action": [{ "title": "theirs", "extension": [{ "url": "urn:x", "valueDecimal": 0.10 }] }]
}`) as Resource

const foreign: readonly Resource[] = [...publicResources('PlanDefinition'), strange]

interface Parts {
  readonly extension?: readonly { readonly url: string }[]
  readonly action?: readonly Parts[]
}

const owned = new Set(['url', 'version', 'status', 'title', 'description', 'extension', 'action'])

/** What is left of a resource without what a model says in it. */
function others(resource: Resource): string {
  const { extension = [], action = [] } = resource as unknown as Parts
  return canonicalJson({
    ...Object.fromEntries(Object.entries(resource).filter(([name]) => !owned.has(name))),
    extension: extension.filter(one => !one.url.startsWith(names.extension('model-'))),
    action: action.filter(row => !row.extension?.some(one => one.url === names.derived)),
  })
}

describe('a model in its PlanDefinition', () => {
  it('is read as it was written, over a blank and over anything that stands there', () => {
    fc.assert(
      fc.property(anyModel, fc.constantFrom(lens.blank('x'), ...foreign), (model, resource) => {
        const written = lens.write(resource, model)
        expect(lens.read(written)).toEqual({ ok: true, value: model })
        expect(lens.is(written)).toBe(true)
      }),
      { numRuns },
    )
  })

  it('is the very same resource when what was read is written', () => {
    fc.assert(
      fc.property(anyModel, fc.constantFrom(lens.blank('x'), ...foreign), (model, resource) => {
        const written = lens.write(resource, model)
        const read = lens.read(written)
        expect(read.ok && lens.write(written, read.value)).toBe(written)
      }),
      { numRuns },
    )
  })

  it('leaves what it does not own as canonical JSON, through any two writes', () => {
    fc.assert(
      fc.property(anyModel, anyModel, fc.constantFrom(...foreign), (one, two, resource) => {
        const written = lens.write(lens.write(resource, one), two)
        expect(others(written)).toBe(others(resource))
        expect(lens.read(written)).toEqual({ ok: true, value: two })
      }),
      { numRuns },
    )
  })

  it('is valid R4', () => {
    fc.assert(
      fc.property(anyModel, model => {
        const issues = validateResource(lens.write(lens.blank('x'), model))
        expect(issues.filter(({ severity }) => severity === 'error' || severity === 'fatal')).toEqual([])
      }),
      { numRuns },
    )
  })

  it('keeps its figures when another server wrote them with other digits', () => {
    const [model] = shippedModels
    if (!model) throw new Error('models are shipped')
    const text = canonicalJson(lens.write(lens.blank('x'), model))
    const resource = parseJson(text.replace('"valueDecimal":20', '"valueDecimal":20.00')) as Resource
    expect(text).toContain('"valueDecimal":20')
    expect(lens.read(resource)).toEqual({ ok: true, value: model })
    expect(lens.write(resource, model)).toBe(resource)
  })

  it('is none of ours under another url, and no model without what a model needs', () => {
    for (const resource of foreign) {
      expect(lens.is(resource)).toBe(false)
      expect(lens.read(resource).ok).toBe(false)
    }
  })
})
