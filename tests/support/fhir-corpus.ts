import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '../../src/lib/json.ts'

export interface CorpusFile {
  /** Path below the folder of public FHIR data. */
  readonly name: string
  readonly text: string
  readonly resource: { readonly resourceType: string; readonly [element: string]: unknown }
}

const root = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir')

/** The resources of some folders of the public FHIR data, in the order of their names. */
export function fhirCorpus(...folders: readonly string[]): readonly CorpusFile[] {
  if (!existsSync(root)) {
    throw new Error(`The public FHIR data is missing at ${root}: set CASEWIRE_DATA to the data folder`)
  }
  return folders.flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.json'))
      .map(file => join(folder, file))
      .toSorted()
      .flatMap(fileIn),
  )
}

function fileIn(name: string): readonly CorpusFile[] {
  const text = readFileSync(join(root, name), 'utf8')
  const value = parseJson(text)
  const isResource = typeof value === 'object' && value !== null && 'resourceType' in value
  return isResource ? [{ name, text, resource: value as CorpusFile['resource'] }] : []
}
