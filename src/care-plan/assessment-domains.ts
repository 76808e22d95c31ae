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
export const defaultDomains: readonly string[] = [
  'function',
  'cognition',
  'mood',
  'social-needs',
  'home-and-family',
  'finances',
]
