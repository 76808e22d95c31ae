/**
 * Search parameters of this service beside those of R4: what case managers ask for and R4 has no parameter for. Their
 * numbers stand in index rows, so they never change; they begin beyond those of R4. The extensions are known by the end
 * of their URL, for the canonical base is a setting. Those of US Core 8 that R4 lacks follow
 * (https://hl7.org/fhir/us/core/STU8/CapabilityStatement-us-core-server.html), with US Core's own URLs.
 */
export const ownParameters = [
  {
    code: 'case-state',
    number: 20_001,
    type: 'token',
    base: ['EpisodeOfCare'],
    url: 'https://casewire.example/fhir/SearchParameter/EpisodeOfCare-case-state',
    expression:
      "EpisodeOfCare.extension.where(url.endsWith('/StructureDefinition/state')).value.ofType(code)",
  },
  {
    code: 'acuity',
    number: 20_002,
    type: 'token',
    base: ['EpisodeOfCare'],
    url: 'https://casewire.example/fhir/SearchParameter/EpisodeOfCare-acuity',
    expression:
      "EpisodeOfCare.extension.where(url.endsWith('/StructureDefinition/acuity')).value.ofType(code)",
  },
  {
    code: 'case-manager',
    number: 20_003,
    type: 'reference',
    base: ['EpisodeOfCare'],
    url: 'https://casewire.example/fhir/SearchParameter/EpisodeOfCare-case-manager',
    expression: 'EpisodeOfCare.careManager',
    target: ['Practitioner', 'PractitionerRole'],
  },
  {
    code: 'role',
    number: 20_004,
    type: 'token',
    base: ['CareTeam'],
    url: 'http://hl7.org/fhir/us/core/SearchParameter/us-core-careteam-role',
    expression: 'CareTeam.participant.role',
  },
  {
    code: 'asserted-date',
    number: 20_005,
    type: 'date',
    base: ['Condition'],
    url: 'http://hl7.org/fhir/us/core/SearchParameter/us-core-condition-asserted-date',
    expression:
      "Condition.extension.where(url='http://hl7.org/fhir/StructureDefinition/condition-assertedDate').value.ofType(dateTime)",
  },
  {
    code: 'discharge-disposition',
    number: 20_006,
    type: 'token',
    base: ['Encounter'],
    url: 'http://hl7.org/fhir/us/core/SearchParameter/us-core-encounter-discharge-disposition',
    expression: 'Encounter.hospitalization.dischargeDisposition',
  },
  {
    code: 'description',
    number: 20_007,
    type: 'token',
    base: ['Goal'],
    url: 'http://hl7.org/fhir/us/core/SearchParameter/us-core-goal-description',
    expression: 'Goal.description',
  },
] as const
