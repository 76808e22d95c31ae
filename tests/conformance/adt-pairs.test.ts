import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPayload } from '../../src/hl7v2/payload.ts'
import { convertMessage } from '../../src/mappers/adt/convert.ts'
import { sourceSettings } from '../../src/mappers/adt/source.ts'
import { intendedDifferences } from '../support/adt/pair-differences.ts'
import { dataFolder, hasData } from '../support/adt/corpus.ts'

const folder = join(dataFolder, 'adt-pairs')
const isThere = hasData('adt-pairs')
if (!isThere)
  process.stderr.write(`SKIPPED: the pairs of other converters are not in ${folder} (set CASEWIRE_DATA)\n`)

const settings = sourceSettings({
  tenant: 1,
  canonicalBase: 'https://casewire.example/fhir',
  timeZone: 'UTC',
  ssn: 'keep',
})

interface Pair {
  readonly name: string
  readonly input: string
  readonly expected: unknown
}

function pairs(): readonly Pair[] {
  const lines = readFileSync(join(folder, 'INDEX.tsv'), 'utf8').split('\n').slice(1)
  return lines.flatMap(line => {
    const [input = '', expected = ''] = line.split('\t')
    if (!input.endsWith('.hl7') || !existsSync(join(folder, expected))) return []
    return {
      name: input,
      input: readFileSync(join(folder, input), 'utf8'),
      expected: JSON.parse(readFileSync(join(folder, expected), 'utf8')) as unknown,
    }
  })
}

type Node = Readonly<Record<string, unknown>>

/** Every resource in a Bundle, or in a list of Bundles. */
function resourcesIn(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(resourcesIn)
  if (typeof value !== 'object' || value === null) return []
  const node = value as Node
  if (typeof node['resourceType'] === 'string' && node['resourceType'] !== 'Bundle') return [node]
  return Object.values(node).flatMap(resourcesIn)
}

/** Elements that both converters must agree on, by type: identifiers, names, dates, codes. */
const elements: Readonly<Record<string, readonly string[]>> = {
  Patient: ['identifier.value', 'name.family', 'name.given', 'birthDate', 'gender', 'address.city'],
  Encounter: ['identifier.value', 'class.code', 'period.start', 'period.end'],
  Condition: ['code.coding.code', 'onsetDateTime'],
  Procedure: ['code.coding.code'],
  AllergyIntolerance: ['code.coding.code', 'code.coding.display', 'code.text', 'onsetDateTime'],
  Observation: ['code.coding.code', 'valueQuantity.value'],
  Coverage: ['subscriberId', 'period.start', 'period.end'],
  RelatedPerson: ['name.family', 'name.given'],
  Account: ['identifier.value'],
}

function at(value: unknown, path: readonly string[]): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(item => at(item, path))
  const [name, ...rest] = path
  if (name === undefined) return typeof value === 'string' || typeof value === 'number' ? [String(value)] : []
  return typeof value === 'object' && value !== null ? at((value as Node)[name], rest) : []
}

/** A time as its day: zones differ by converter. */
const day = (text: string): string => (/^\d{4}-\d\d-\d\dT/.test(text) ? text.slice(0, 10) : text)

/** What a peer says of a type and element that nothing of ours says. */
function missing({ input, expected }: Pair): readonly string[] {
  const payload = readPayload(Buffer.from(input))
  const ours = payload.ok
    ? payload.value.flatMap(({ text }) => resourcesIn(convertMessage(text, settings)))
    : []
  const all = new Set(
    JSON.stringify(ours)
      .toUpperCase()
      .match(/"[^"]*"|[\d.]+/g)
      ?.map(clean),
  )
  const days = new Set([...all].map(text => day(text)))
  return resourcesIn(expected).flatMap(resource => {
    const type = String(resource['resourceType'])
    return (elements[type] ?? []).flatMap(path =>
      at(resource, path.split('.'))
        .map(text => clean(text.toUpperCase()))
        .filter(text => text !== '' && !all.has(text) && !days.has(day(text)))
        .map(text => `${type}.${path} ${text}`),
    )
  })
}

const clean = (text: string): string => text.replaceAll('"', '').replaceAll(/\s+/g, ' ').trim()

describe.skipIf(!isThere)('what other converters make of the same messages', () => {
  test.each(isThere ? pairs() : [])('$name: identifiers, names, dates and codes are here too', pair => {
    const unexplained = missing(pair).filter(
      line => !intendedDifferences.some(({ pairs: names, what }) => names.test(pair.name) && what.test(line)),
    )
    expect(unexplained).toEqual([])
  })

  test('no intended difference is out of date', () => {
    const all = pairs().flatMap(pair => missing(pair).map(line => ({ name: pair.name, line })))
    const stale = intendedDifferences.filter(
      ({ pairs: names, what }) => !all.some(({ name, line }) => names.test(name) && what.test(line)),
    )
    expect(stale.map(({ reason }) => reason)).toEqual([])
  })
})
