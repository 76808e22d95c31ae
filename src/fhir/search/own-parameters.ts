/**
 * Search parameters of this service beside those of R4: what case managers ask for and R4 has no parameter for. Their
 * numbers stand in index rows, so they never change; they begin beyond those of R4. The extensions are known by the end
 * of their URL, for the canonical base is a setting.
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
] as const
