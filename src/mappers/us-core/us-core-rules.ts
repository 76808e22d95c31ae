import { countOf, each, everyHas, has, hasAll, isCoded, pointsTo, type Node } from './profile-words.ts'

/** What a profile of US Core 8.0.0 asks beyond R4 (https://hl7.org/fhir/us/core/STU8/profiles-and-extensions.html). */
export interface UsCoreRule {
  /** `us-core-patient`. */
  readonly name: string
  readonly holds: (resource: Node) => boolean
}

const V2_IDENTIFIER = 'http://terminology.hl7.org/CodeSystem/v2-0203'
const COVERAGE_CLASS = 'http://terminology.hl7.org/CodeSystem/coverage-class'
const CONDITION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category'
const US_CATEGORY = 'http://hl7.org/fhir/us/core/CodeSystem/condition-category'
const PLAN_CATEGORY = 'http://hl7.org/fhir/us/core/CodeSystem/careplan-category'
const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'
const EXTENSIONS = 'http://hl7.org/fhir/us/core/StructureDefinition/'
const NPI = 'http://hl7.org/fhir/sid/us-npi'
const CLIA = 'urn:oid:2.16.840.1.113883.4.7'
const NAIC = 'urn:oid:2.16.840.1.113883.6.300'

const someone = ['Practitioner', 'Organization', 'Patient', 'PractitionerRole', 'RelatedPerson'] as const

/** us-core-6 */
const isNamed = (name: Node): boolean =>
  (has(name, 'family') || has(name, 'given')) !== each(name, 'extension').some(({ url }) => url === ABSENT)

/** The part that an extension of US Core must have once. */
const PARTS: Readonly<Record<string, string>> = {
  'us-core-race': 'text',
  'us-core-ethnicity': 'text',
  'us-core-tribal-affiliation': 'tribalAffiliation',
}

/** None of US Core's own extensions more than once (all that profiles of R4 types slice are 0..1) or without its part. */
function hasSoundExtensions(resource: Node): boolean {
  const own = each(resource, 'extension').filter(({ url }) => String(url).startsWith(EXTENSIONS))
  return (
    new Set(own.map(({ url }) => url)).size === own.length &&
    own.every(extension => {
      const part = PARTS[String(extension['url']).slice(EXTENSIONS.length)]
      return part === undefined || countOf(each(extension, 'extension'), ({ url }) => url === part) === 1
    })
  )
}

const isAddressed = (resource: Node): boolean =>
  each(resource, 'address').every(({ line }) => !Array.isArray(line) || line.length <= 4)

/** us-core-16 and us-core-17: ten digits, Luhn's check digit over them and the prefix 80840. */
function isNpi(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{10}$/.test(value)) return false
  let sum = 24
  for (let at = 0; at < value.length; at++) {
    const digit = value.charCodeAt(at) - 48
    sum += at % 2 === 1 ? digit : digit < 5 ? digit * 2 : digit * 2 - 9
  }
  return sum % 10 === 0
}

const numbers: Readonly<Record<string, (value: unknown) => boolean>> = {
  [NPI]: isNpi,
  [CLIA]: value => typeof value === 'string' && /^\d{2}D\d{7}$/.test(value),
  [NAIC]: value => typeof value === 'string' && /^\d{5}$/.test(value),
}

const hasSoundNumbers = (resource: Node, ...systems: readonly string[]): boolean =>
  each(resource, 'identifier').every(({ system, value }) => {
    const test = typeof system === 'string' && systems.includes(system) ? numbers[system] : undefined
    return !test || test(value)
  })

const patient = (resource: Node): boolean =>
  has(resource, 'identifier') &&
  everyHas(resource, 'identifier', 'system', 'value') &&
  has(resource, 'name') &&
  each(resource, 'name').every(isNamed) &&
  everyHas(resource, 'telecom', 'system', 'value') &&
  hasSoundExtensions(resource)

const encounter = (resource: Node): boolean =>
  everyHas(resource, 'identifier', 'system', 'value') &&
  hasAll(resource, 'type', 'subject') &&
  hasSoundExtensions(resource)

function coverage(resource: Node): boolean {
  const members = countOf(each(resource, 'identifier'), ({ type }) =>
    isCoded(type as Node, V2_IDENTIFIER, 'MB'),
  )
  const ofClass = (code: string): number =>
    countOf(each(resource, 'class'), ({ type }) => isCoded(type as Node, COVERAGE_CLASS, code))
  return (
    members <= 1 &&
    (members === 1 || has(resource, 'subscriberId')) &&
    has(resource, 'relationship') &&
    each(resource, 'payor').length <= 1 &&
    ofClass('group') <= 1 &&
    ofClass('plan') <= 1
  )
}

const categories = (resource: Node, system: string, code: string): number =>
  countOf(each(resource, 'category'), category => isCoded(category, system, code))

const isRecordedByPerson = (resource: Node): boolean =>
  pointsTo(resource, 'recorder', 'Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson')

const diagnosis = (resource: Node): boolean =>
  categories(resource, CONDITION_CATEGORY, 'encounter-diagnosis') === 1 &&
  has(resource, 'code') &&
  isRecordedByPerson(resource)

const problem = (resource: Node): boolean =>
  categories(resource, CONDITION_CATEGORY, 'problem-list-item') +
    categories(resource, US_CATEGORY, 'health-concern') >
    0 &&
  has(resource, 'code') &&
  isRecordedByPerson(resource) &&
  hasSoundExtensions(resource)

const practitioner = (resource: Node): boolean =>
  has(resource, 'identifier') &&
  everyHas(resource, 'identifier', 'system', 'value') &&
  hasSoundNumbers(resource, NPI) &&
  has(resource, 'name') &&
  everyHas(resource, 'name', 'family') &&
  isAddressed(resource)

const practitionerRole = (resource: Node): boolean =>
  (has(resource, 'telecom') || has(resource, 'endpoint')) &&
  everyHas(resource, 'telecom', 'system', 'value') &&
  ['practitioner', 'organization', 'healthcareService', 'location'].some(name => has(resource, name))

const organization = (resource: Node): boolean =>
  hasAll(resource, 'active', 'name') && hasSoundNumbers(resource, NPI, CLIA, NAIC) && isAddressed(resource)

const location = (resource: Node): boolean =>
  has(resource, 'name') &&
  each(resource, 'type').every(type => has(type, 'coding') && everyHas(type, 'coding', 'system', 'code'))

const relatedPerson = (resource: Node): boolean =>
  has(resource, 'active') && (has(resource, 'name') || has(resource, 'relationship'))

const allergy = (resource: Node): boolean => hasAll(resource, 'code', 'patient')

/** us-core-7 */
const procedure = (resource: Node): boolean =>
  has(resource, 'code') &&
  pointsTo(resource, 'subject', 'Patient', 'Group') &&
  ((resource['status'] !== 'completed' && resource['status'] !== 'in-progress') ||
    Object.keys(resource).some(key => /^_?performed[A-Z]/.test(key)))

const carePlan = (resource: Node): boolean =>
  has(resource, 'category') &&
  categories(resource, PLAN_CATEGORY, 'assess-plan') <= 1 &&
  each(resource, 'text').every(({ status }) => status === 'generated' || status === 'additional') &&
  pointsTo(resource, 'contributor', ...someone, 'CareTeam', 'Device')

const careTeam = (resource: Node): boolean =>
  hasAll(resource, 'subject', 'participant') &&
  each(resource, 'participant').every(
    participant => each(participant, 'role').length === 1 && has(participant, 'member'),
  )

const goal = (resource: Node): boolean =>
  pointsTo(resource, 'expressedBy', 'Practitioner', 'PractitionerRole', 'Patient', 'RelatedPerson')

const serviceRequest = (resource: Node): boolean => has(resource, 'code')

/** provenance-1 */
const provenance = (resource: Node): boolean =>
  each(resource, 'agent').every(
    agent =>
      has(agent, 'onBehalfOf') ||
      each(agent, 'who').every(({ reference, type }) => {
        const target = typeof reference === 'string' ? reference.split('/').at(-2) : type
        return target !== 'Practitioner' && target !== 'Device'
      }),
  )

/**
 * By resource type: the profiles that what messages and cases make may claim. Only what R4 (which everything written meets)
 * doesn't ask is here; must-support is no matter of one resource.
 */
export const usCoreRules: Readonly<Record<string, readonly UsCoreRule[]>> = {
  AllergyIntolerance: [{ name: 'us-core-allergyintolerance', holds: allergy }],
  CarePlan: [{ name: 'us-core-careplan', holds: carePlan }],
  CareTeam: [{ name: 'us-core-careteam', holds: careTeam }],
  Condition: [
    { name: 'us-core-condition-encounter-diagnosis', holds: diagnosis },
    { name: 'us-core-condition-problems-health-concerns', holds: problem },
  ],
  Coverage: [{ name: 'us-core-coverage', holds: coverage }],
  Encounter: [{ name: 'us-core-encounter', holds: encounter }],
  Goal: [{ name: 'us-core-goal', holds: goal }],
  Location: [{ name: 'us-core-location', holds: location }],
  Organization: [{ name: 'us-core-organization', holds: organization }],
  Patient: [{ name: 'us-core-patient', holds: patient }],
  Practitioner: [{ name: 'us-core-practitioner', holds: practitioner }],
  PractitionerRole: [{ name: 'us-core-practitionerrole', holds: practitionerRole }],
  Procedure: [{ name: 'us-core-procedure', holds: procedure }],
  Provenance: [{ name: 'us-core-provenance', holds: provenance }],
  RelatedPerson: [{ name: 'us-core-relatedperson', holds: relatedPerson }],
  ServiceRequest: [{ name: 'us-core-servicerequest', holds: serviceRequest }],
}
