import type { ResourceType } from './resource-types.ts'
import type { Resource } from './resource.ts'

/**
 * Type -> path of the element that says whose record the resource is. One element a type: of the several inclusion
 * parameters of the Patient CompartmentDefinition (http://hl7.org/fhir/R4/compartmentdefinition-patient.html) it is the
 * subject, not an author or a performer who happens to be a patient. Types that the definition leaves out are in no
 * compartment, but for Task: R4 forgot it, R5 put it in, and a case's duties belong to its patient's record.
 */
export const compartmentPaths: Readonly<Partial<Record<ResourceType, string>>> = {
  Account: 'subject',
  AdverseEvent: 'subject',
  AllergyIntolerance: 'patient',
  Appointment: 'participant.actor',
  AppointmentResponse: 'actor',
  AuditEvent: 'entity.what',
  Basic: 'subject',
  BodyStructure: 'patient',
  CarePlan: 'subject',
  CareTeam: 'subject',
  ChargeItem: 'subject',
  Claim: 'patient',
  ClaimResponse: 'patient',
  ClinicalImpression: 'subject',
  Communication: 'subject',
  CommunicationRequest: 'subject',
  Composition: 'subject',
  Condition: 'subject',
  Consent: 'patient',
  Coverage: 'beneficiary',
  CoverageEligibilityRequest: 'patient',
  CoverageEligibilityResponse: 'patient',
  DetectedIssue: 'patient',
  DeviceRequest: 'subject',
  DeviceUseStatement: 'subject',
  DiagnosticReport: 'subject',
  DocumentManifest: 'subject',
  DocumentReference: 'subject',
  Encounter: 'subject',
  EnrollmentRequest: 'candidate',
  EpisodeOfCare: 'patient',
  ExplanationOfBenefit: 'patient',
  FamilyMemberHistory: 'patient',
  Flag: 'subject',
  Goal: 'subject',
  Group: 'member.entity',
  ImagingStudy: 'subject',
  Immunization: 'patient',
  ImmunizationEvaluation: 'patient',
  ImmunizationRecommendation: 'patient',
  Invoice: 'subject',
  List: 'subject',
  MeasureReport: 'subject',
  Media: 'subject',
  MedicationAdministration: 'subject',
  MedicationDispense: 'subject',
  MedicationRequest: 'subject',
  MedicationStatement: 'subject',
  MolecularSequence: 'patient',
  NutritionOrder: 'patient',
  Observation: 'subject',
  Person: 'link.target',
  Procedure: 'subject',
  Provenance: 'target',
  QuestionnaireResponse: 'subject',
  RelatedPerson: 'patient',
  RequestGroup: 'subject',
  ResearchSubject: 'individual',
  RiskAssessment: 'subject',
  Schedule: 'actor',
  ServiceRequest: 'subject',
  Specimen: 'subject',
  SupplyDelivery: 'patient',
  SupplyRequest: 'deliverTo',
  Task: 'for',
  VisionPrescription: 'patient',
}

const LOCAL_PATIENT = /^Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/

/**
 * The id of the Patient in whose compartment a resource is: the Patient's own, else the one that its subject element
 * names by a literal local reference. Undefined when there is none, when it is on another server (absolute or urn
 * reference), or when a list (Appointment.participant, Group.member...) names several patients. With `base`, this
 * server's own, a reference written out below it is local too.
 */
export function patientOf(resource: Resource, base?: string): string | undefined {
  if (resource.resourceType === 'Patient') return resource.id
  const path = paths.get(resource.resourceType)
  if (path === undefined) return undefined
  const values = valuesAt(resource, path)
  if (values.length === 1) return patientIdIn(values[0], base)
  const ids = new Set(values.flatMap(value => patientIdIn(value, base) ?? []))
  return ids.size === 1 ? [...ids][0] : undefined
}

const paths: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(compartmentPaths).map(([type, path]) => [type, path.split('.')]),
)

function valuesAt(value: unknown, path: readonly string[], from = 0): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(item => valuesAt(item, path, from))
  const name = path[from]
  if (name === undefined) return [value]
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
  return valuesAt((value as Readonly<Record<string, unknown>>)[name], path, from + 1)
}

function patientIdIn(value: unknown, base: string | undefined): string | undefined {
  if (typeof value !== 'object' || value === null || !('reference' in value)) return undefined
  if (typeof value.reference !== 'string') return undefined
  return LOCAL_PATIENT.exec(localReference(value.reference, base))?.[1]
}

/**
 * A reference without this server's own base: `http://here/fhir/Patient/1` is `Patient/1`. http and https are the same
 * (http://hl7.org/fhir/R4/http.html#root, Identity), and so are the names of a loopback interface, for a client may use
 * another of them than this server.
 */
export function localReference(reference: string, base: string | undefined): string {
  if (base === undefined || !reference.startsWith('http')) return reference
  const own = namesOf(base).find(name => reference.startsWith(name) && reference[name.length] === '/')
  return own === undefined ? reference : reference.slice(own.length + 1)
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'] as const

/** Every way to write a base. */
function namesOf(base: string): readonly string[] {
  const [, host = '', rest = ''] = /^https?:\/\/(\[[^\]]*\]|[^:/]*)(.*)$/.exec(base) ?? []
  const hosts = (LOOPBACK as readonly string[]).includes(host) ? LOOPBACK : [host]
  return hosts.flatMap(each => [`http://${each}${rest}`, `https://${each}${rest}`])
}
