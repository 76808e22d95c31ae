import { expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { sourceSettings } from '../../../../src/mappers/adt/source.ts'
import { goldenPath } from '../../../support/golden-path.ts'
import { cloudEvent, er7, notification, redox, v2Xml, type Moment } from '../../../support/one-visit.ts'

const settings = sourceSettings({
  tenant: 1,
  canonicalBase: 'https://casewire.example/fhir',
  timeZone: 'UTC',
  identifierSystems: { NORTH: 'urn:oid:1.2.3' },
  visitIdSystem: 'urn:oid:1.2.3.4',
})

/** Resources by key, without what names the message itself. */
function state(
  shape: (moment: Moment) => string,
  moments: readonly Moment[],
  unsaid: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  const parts = moments.map(moment => Buffer.from(shape(moment)))
  const { resources, verdicts } = goldenPath(joined(parts), settings)
  expect(verdicts.map(verdict => verdict.split(' ')[2])).toEqual(moments.map(() => 'applied'))
  const kept = resources.filter(({ resourceType }) => resourceType !== 'Provenance')
  return Object.fromEntries(
    kept.map(resource => {
      const paths = unsaid.map(path => path.replace(`${resource.resourceType}.`, ''))
      return [
        `${resource.resourceType}/${resource.id}`,
        unnamed(without(resource, ['meta.source', ...paths])),
      ]
    }),
  )
}

/** Control ids and hashes are each message's own. */
const unnamed = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/\/sid\/message\/[^"]*/g, '/sid/message'))

/** Text shapes one after the other, JSON as an array. */
function joined(parts: readonly Buffer[]): Buffer {
  const [first = ''] = parts.map(part => part.toString())
  if (first.startsWith('{')) return Buffer.from(`[${parts.join(',')}]`)
  return first.startsWith('<') ? Buffer.from(JSON.stringify(parts.map(String))) : Buffer.concat(parts)
}

/** A copy without the elements at these paths, lists looked through. */
function without(resource: Resource, paths: readonly string[]): unknown {
  const copy = structuredClone(resource)
  for (const path of paths) drop(copy, path.split('.'))
  return copy
}

function drop(value: unknown, [name = '', ...rest]: readonly string[]): void {
  if (Array.isArray(value)) for (const item of value) drop(item, [name, ...rest])
  else if (typeof value === 'object' && value !== null) {
    if (rest.length === 0) Reflect.deleteProperty(value, name)
    else drop(Reflect.get(value, name), rest)
  }
}

/** Kinds and assigners of numbers, the use of names and addresses, a second line of an address. */
const redoxUnsaid = ['identifier.type', 'identifier.assigner', 'name.use', 'address.use', 'address.line']

/** What a shape has no place for (docs/reference/payloads.md); everything else must be the same. */
const shapes = [
  ['HL7 v2 XML', v2Xml, []],
  ['a CloudEvent', cloudEvent, []],
  ['a Da Vinci notification', notification, []],
  ['Redox PatientAdmin', redox, redoxUnsaid],
] as const

const moments: readonly (readonly Moment[])[] = [
  ['admit'],
  ['discharge'],
  ['admit', 'discharge'],
  ['discharge', 'admit'],
]

test.each(shapes)('%s says of a stay what ER7 says, in any order', (_name, shape, unsaid) => {
  for (const told of moments) expect(state(shape, told, unsaid)).toEqual(state(er7, told, unsaid))
})

test('a stay told in every shape at once is one stay', () => {
  const json = (text: string): unknown => (text.startsWith('{') ? JSON.parse(text) : text)
  const every = (moment: Moment): string =>
    JSON.stringify([er7, v2Xml, cloudEvent, notification].map(shape => json(shape(moment))))
  const told = goldenPath(Buffer.from(every('admit')), settings).resources
  const once = goldenPath(Buffer.from(er7('admit')), settings).resources
  const byKey = (resources: readonly Resource[]) =>
    resources
      .filter(({ resourceType }) => resourceType !== 'Provenance')
      .map(resource => unnamed(without(resource, ['meta.source'])))
  expect(byKey(told)).toEqual(byKey(once))
})
