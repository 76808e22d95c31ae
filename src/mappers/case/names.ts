/** Names of interface.md 5 and domain.md 4.9 under one canonical base. */
export interface CaseNames {
  readonly state: string
  readonly derived: string
  readonly acuity: string
  readonly caseNumber: string
  readonly obligation: string
  readonly caseType: string
  readonly planCategory: string
  readonly taskCode: string
  readonly rule: string
  readonly teamRole: string
  readonly flag: string
  readonly businessStatus: string
  /** How `meta.source` of what a message changed begins (mappers/adt/events/message-uri.ts). */
  readonly message: string
  /** URL of one of our extensions by its kebab-case name: `{cm}/StructureDefinition/<name>`. */
  readonly extension: (name: string) => string
  /** `{cm}/CodeSystem/<name>`. */
  readonly codeSystem: (name: string) => string
  /** `{cm}/Questionnaire/<id>`. */
  readonly questionnaire: (id: string) => string
}

/** Made once for each base: a process has one. */
const made = new Map<string, CaseNames>()

/** The very same names for the same base, so that what is made of them is made once. */
export function caseNames(canonicalBase: string): CaseNames {
  const known = made.get(canonicalBase) ?? namesUnder(canonicalBase)
  made.set(canonicalBase, known)
  return known
}

const namesUnder = (canonicalBase: string): CaseNames => ({
  state: `${canonicalBase}/StructureDefinition/state`,
  derived: `${canonicalBase}/StructureDefinition/derived`,
  acuity: `${canonicalBase}/StructureDefinition/acuity`,
  caseNumber: `${canonicalBase}/sid/case`,
  obligation: `${canonicalBase}/sid/obligation`,
  caseType: `${canonicalBase}/CodeSystem/case-type`,
  planCategory: `${canonicalBase}/CodeSystem/plan-category`,
  taskCode: `${canonicalBase}/CodeSystem/task-code`,
  rule: `${canonicalBase}/CodeSystem/rule`,
  teamRole: `${canonicalBase}/CodeSystem/team-role`,
  flag: `${canonicalBase}/CodeSystem/flag`,
  businessStatus: `${canonicalBase}/CodeSystem/business-status`,
  message: `${canonicalBase}/sid/message/`,
  extension: name => `${canonicalBase}/StructureDefinition/${name}`,
  codeSystem: name => `${canonicalBase}/CodeSystem/${name}`,
  questionnaire: id => `${canonicalBase}/Questionnaire/${id}`,
})

/** http://hl7.org/fhir/R4/extension-workflow-episodeofcare.html: allowed on CarePlan and CareTeam, not on Task or Goal. */
export const workflowEpisode = 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare'
