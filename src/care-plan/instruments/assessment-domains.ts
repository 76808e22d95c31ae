import type { CaseFile } from '../case/case-file.ts'
import type { ModelLookup } from '../models/model-profile.ts'
import type { Assessment } from '../nouns/assessment.ts'

/** Domains of an assessment: what has to be looked at, whatever the instrument ({cm}/CodeSystem/domain). */
export const assessmentDomains = [
  'function',
  'cognition',
  'mood',
  'substance-use',
  'social-needs',
  'home-and-family',
  'finances',
  'strengths',
] as const

/** Required when the case has no model yet, or its model says nothing. */
const defaultDomains: readonly string[] = [
  'function',
  'cognition',
  'mood',
  'social-needs',
  'home-and-family',
  'finances',
]

/** What the model of the case requires. */
export function domainsRequired({ case: root }: CaseFile, models: ModelLookup): readonly string[] {
  const current = root.models.at(-1)
  const required = current ? (models(current.model, current.version)?.requiredDomains ?? []) : []
  return required.length > 0 ? required : defaultDomains
}

/** Required domains without a written conclusion (I4). */
export const domainsWithoutConclusion = ({
  requiredDomains,
  conclusions,
}: Pick<Assessment, 'requiredDomains' | 'conclusions'>): readonly string[] =>
  requiredDomains.filter(domain => !conclusions.some(one => one.domain === domain && one.text.trim() !== ''))
