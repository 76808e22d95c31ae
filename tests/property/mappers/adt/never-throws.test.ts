import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPayload } from '../../../../src/hl7v2/payload.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { convertMessage } from '../../../../src/mappers/adt/convert.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { corpusFiles, dataFolder, hasData } from '../../../support/adt/corpus.ts'
import { er7Damages } from '../../../support/adt/damages.ts'
import { settings } from '../../../support/adt/memory.ts'

/** The seed of a long run is printed; CASEWIRE_SEED repeats it. */
const long = process.env['CASEWIRE_LONG'] === '1'
const seed = Number(process.env['CASEWIRE_SEED'] ?? (long ? Date.now() % 2 ** 31 : 2026))
const numRuns = long ? 200_000 : 3_000
if (long) process.stderr.write(`mutants of the corpus: CASEWIRE_SEED=${seed}, ${numRuns} of them\n`)
const isThere = hasData('adt-corpus')
if (!isThere)
  process.stderr.write(`SKIPPED: the public ADT corpus is not in ${dataFolder} (set CASEWIRE_DATA)\n`)

const goldenFolder = join(import.meta.dirname, '../../../golden')
const ownFiles = readdirSync(goldenFolder, { recursive: true })
  .map(name => join(goldenFolder, String(name)))
  .filter(name => name.endsWith('.hl7'))
/** `MSH|^~\\&|` stays, or there would be no message. */
const HEADER = 9

const files = [...ownFiles, ...(isThere ? corpusFiles() : [])]

function converted(bytes: Buffer): readonly Resource[] {
  const payload = readPayload(bytes)
  return payload.ok ? payload.value.map(({ text }) => convertMessage(text, settings)) : []
}

const faultsOf = (resource: Resource): readonly string[] =>
  validateResource(JSON.parse(JSON.stringify(resource)))
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`)

/** Every reference to a resource of the bundle, which must be in it. */
function dangling(bundle: Resource): readonly string[] {
  const text = JSON.stringify(bundle)
  const there = new Set([...text.matchAll(/"fullUrl":"([^"]+)"/g)].map(([, url]) => url))
  return [...text.matchAll(/"reference":"([^"]+)"/g)]
    .map(([, url]) => url as string)
    .filter(url => !there.has(url))
}

describe('converting', () => {
  test('every message of the corpus gives a valid bundle without dangling references, or an outcome', () => {
    const results = files.flatMap(file => converted(readFileSync(file)).map(resource => ({ file, resource })))
    const bundles = results.filter(({ resource }) => resource.resourceType === 'Bundle')
    expect(
      results.flatMap(({ file, resource }) => faultsOf(resource).map(fault => `${file} ${fault}`)),
    ).toEqual([])
    expect(bundles.flatMap(({ file, resource }) => dangling(resource).map(url => `${file} ${url}`))).toEqual(
      [],
    )
    expect(bundles.length).toBeGreaterThanOrEqual(isThere ? 125 : 12)
  })

  test('no element is empty and no resource is without its id', () => {
    for (const resource of files.flatMap(file => converted(readFileSync(file)))) {
      const text = JSON.stringify(resource)
      expect(text).not.toMatch(/\{\}|\[\]|:null|:""/)
      const entries = (resource['entry'] ?? []) as readonly {
        readonly resource: Resource
        readonly fullUrl: string
      }[]
      for (const entry of entries) expect(entry.fullUrl).toBe(`urn:uuid:${entry.resource.id}`)
    }
  })

  test('the same message always gives the same bundle', () => {
    for (const file of files) expect(converted(readFileSync(file))).toEqual(converted(readFileSync(file)))
  })

  test(
    'damaged messages never make it throw, and what comes out is valid all the same',
    { timeout: 3_600_000 },
    () => {
      const originals = files.map(file => readFileSync(file))
      const edits = fc.array(
        fc.record({
          at: fc.noBias(fc.nat(1_000_000)),
          length: fc.nat(12),
          text: fc.constantFrom(...er7Damages),
        }),
        { minLength: 1, maxLength: 12 },
      )
      fc.assert(
        fc.property(fc.noBias(fc.nat(1_000_000)), edits, (which, changes) => {
          let text = (originals[which % originals.length] as Buffer).toString('latin1')
          for (const { at, length, text: put } of changes) {
            const start = HEADER + (at % Math.max(1, text.length - HEADER))
            text = text.slice(0, start) + put + text.slice(start + length)
          }
          for (const resource of converted(Buffer.from(text, 'utf8'))) {
            expect(faultsOf(resource)).toEqual([])
            if (resource.resourceType === 'Bundle') expect(dangling(resource)).toEqual([])
          }
        }),
        { numRuns, seed },
      )
    },
  )
})
