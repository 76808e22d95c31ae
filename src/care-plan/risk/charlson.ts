import { charlsonGroups, graverForms, type CharlsonGroup } from './charlson-groups.ts'

/** A coded diagnosis. */
export interface ConditionCode {
  readonly system?: string
  readonly code: string
}

export type CharlsonWeights = Readonly<Partial<Record<CharlsonGroup, number>>>

export interface Comorbidity {
  readonly score: number
  /** Groups that counted, in order of the table. */
  readonly groups: readonly CharlsonGroup[]
}

/**
 * Weighted sum of the comorbidities that ICD-10 codes (any national version) stand for, each group once. Codes of other
 * systems can't be looked up and count for nothing.
 */
export function comorbidityOf(codes: readonly ConditionCode[], weights: CharlsonWeights): Comorbidity {
  const plain = codes.filter(isIcd10).map(({ code }) => code.replaceAll('.', '').toUpperCase())
  const found = new Set(
    groupNames.filter(group =>
      charlsonGroups[group].some(start => plain.some(code => code.startsWith(start))),
    ),
  )
  const groups = groupNames.filter(group => {
    const graver = graverForms[group]
    const isOutweighed = graver !== undefined && found.has(graver) && weights[graver] !== undefined
    return found.has(group) && weights[group] !== undefined && !isOutweighed
  })
  return { score: groups.reduce((sum, group) => sum + (weights[group] ?? 0), 0), groups }
}

const groupNames = Object.keys(charlsonGroups) as readonly CharlsonGroup[]

/** http://hl7.org/fhir/sid/icd-10, icd-10-cm and sisters; the OIDs of ICD-10 and ICD-10-CM. */
const isIcd10 = ({ system }: ConditionCode): boolean =>
  system !== undefined &&
  (system.includes('/icd-10') ||
    system === 'urn:oid:2.16.840.1.113883.6.3' ||
    system === 'urn:oid:2.16.840.1.113883.6.90')
