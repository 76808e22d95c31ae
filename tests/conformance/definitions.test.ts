import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { definitionsIn } from '../../scripts/definitions/source.ts'
import { generateDefinitions } from '../../scripts/generate-definitions.ts'
import { compartmentPaths } from '../../src/fhir/compartment.ts'
import searchParameters from '../../src/fhir/definitions/search-parameters.json' with { type: 'json' }
import structures from '../../src/fhir/definitions/structures.json' with { type: 'json' }
import { resourceTypes } from '../../src/fhir/resource-types.ts'

describe('the generated R4 definitions', () => {
  it.each(Object.entries(generateDefinitions()))(
    'come out of the generator byte for byte: %s',
    (file, text) => {
      const url = new URL(`../../src/fhir/definitions/${file}`, import.meta.url)
      expect(readFileSync(url, 'utf8') === text).toBe(true)
    },
  )

  it('hold every R4 resource type and no other', () => {
    const rows = Object.entries(structures as unknown as Record<string, [string, object]>)
    const types = rows.filter(
      ([name, [base]]) => !name.includes('.') && (base === 'DomainResource' || base === 'Resource'),
    )
    const names = types.map(([name]) => name).filter(name => name !== 'DomainResource')
    expect(names.toSorted()).toEqual(Object.keys(resourceTypes).toSorted())
  })

  it('hold the 1,378 search parameters of R4', () => {
    expect(searchParameters).toHaveLength(1378)
  })

  it('hold nothing of Medplum', () => {
    const text = Object.values(generateDefinitions()).join('')
    expect(text.toLowerCase()).not.toContain('medplum')
  })
})

describe('the table of compartment elements', () => {
  const compartment = (
    definitionsIn('profiles-resources', 'CompartmentDefinition') as unknown as {
      code: string
      resource: { code: string; param?: string[] }[]
    }[]
  ).find(({ code }) => code === 'Patient')

  it('has the types of the Patient CompartmentDefinition and Task, which R5 puts in, and no other', () => {
    const members = (compartment?.resource ?? []).filter(({ param }) => param).map(({ code }) => code)
    expect(members.length).toBeGreaterThan(60)
    // A Patient is in its own compartment by its id (`link` names other records of the person).
    expect([...members.filter(code => code !== 'Patient'), 'Task'].toSorted()).toEqual(
      Object.keys(compartmentPaths).toSorted(),
    )
  })

  it('names elements that an inclusion parameter of the type searches', () => {
    const parameters = searchParameters as readonly { code: string; base: string[]; expression?: string }[]
    const wrong = (compartment?.resource ?? []).filter(({ code, param }) => {
      const path = code === 'Task' ? undefined : (compartmentPaths as Record<string, string>)[code]
      const searched = parameters.filter(
        parameter => parameter.base.includes(code) && param?.includes(parameter.code),
      )
      return path !== undefined && !searched.some(({ expression }) => expression?.includes(`${code}.${path}`))
    })
    expect(wrong.map(({ code }) => code)).toEqual([])
  })
})
