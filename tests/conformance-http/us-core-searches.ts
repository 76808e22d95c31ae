import { refTo, TAG, type Stored } from './check.ts'

/**
 * Searches that US Core 8.0.0 has as SHALL, by type, each with an example that it must find. `{patient}` and `{id}` are ids;
 * tests/conformance/us-core-searches.test.ts compares the list with US Core's own statement.
 */
export interface Asked {
  readonly type: string
  /** Beside the patient, the tag and what the sample refers to. */
  readonly sample: (to: { readonly patient: Stored; readonly practitioner: Stored }) => object
  /** Every SHALL search as query; the names of its parameters are the combination. */
  readonly searches: readonly string[]
  /** Searches by US Core's own parameters and SHOULD searches of case management. */
  readonly more?: readonly string[]
  readonly hasProvenance?: false
}

const coded = (system: string, code: string) => ({ coding: [{ system, code }] })
const LOINC = 'http://loinc.org'
const HL7 = 'http://terminology.hl7.org/CodeSystem'
export const AT = '2024-03-14T10:00:00Z'
const byPatient = 'patient={patient}'

export const asked: readonly Asked[] = [
  {
    type: 'AllergyIntolerance',
    sample: ({ patient }) => ({
      patient: refTo(patient),
      clinicalStatus: coded(`${HL7}/allergyintolerance-clinical`, 'active'),
    }),
    searches: [byPatient],
  },
  {
    type: 'CarePlan',
    sample: ({ patient }) => ({
      status: 'active',
      intent: 'plan',
      subject: refTo(patient),
      period: { start: '2024-03-14' },
      category: [coded('http://hl7.org/fhir/us/core/CodeSystem/careplan-category', 'assess-plan')],
    }),
    searches: [`${byPatient}&category=assess-plan`],
    more: [
      `${byPatient}&category=assess-plan&status=active,completed`,
      `${byPatient}&category=assess-plan&status=active&date=ge2024-03-01&date=le2024-12-31`,
    ],
  },
  {
    type: 'CareTeam',
    sample: ({ patient, practitioner }) => ({
      status: 'active',
      subject: refTo(patient),
      participant: [{ role: [coded('http://snomed.info/sct', '768820003')], member: refTo(practitioner) }],
    }),
    searches: [`${byPatient}&status=active`],
    more: ['role=http://snomed.info/sct|768820003', `${byPatient}&role=768820003`],
  },
  {
    type: 'Condition',
    sample: ({ patient }) => ({
      subject: refTo(patient),
      clinicalStatus: coded(`${HL7}/condition-clinical`, 'active'),
      category: [coded(`${HL7}/condition-category`, 'problem-list-item')],
      code: coded('http://snomed.info/sct', '73211009'),
      recordedDate: '2024-03-14',
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate',
          valueDateTime: '2024-03-01',
        },
      ],
    }),
    searches: [byPatient, `${byPatient}&category=${HL7}/condition-category|problem-list-item`],
    more: [
      `${byPatient}&asserted-date=2024-03-01`,
      `${byPatient}&category=problem-list-item&clinical-status=active`,
      `${byPatient}&recorded-date=ge2024-03-14`,
      `${byPatient}&_lastUpdated=ge2020`,
    ],
  },
  {
    type: 'Coverage',
    sample: ({ patient }) => ({ status: 'active', beneficiary: refTo(patient), payor: [refTo(patient)] }),
    searches: [byPatient],
  },
  {
    type: 'Device',
    sample: ({ patient }) => ({ patient: refTo(patient), deviceName: [{ name: 'Stick', type: 'other' }] }),
    searches: [byPatient],
  },
  {
    type: 'DiagnosticReport',
    sample: ({ patient }) => ({
      status: 'final',
      subject: refTo(patient),
      category: [coded(`${HL7}/v2-0074`, 'LAB')],
      code: coded(LOINC, '58410-2'),
      effectiveDateTime: AT,
      issued: AT,
    }),
    searches: [
      byPatient,
      `${byPatient}&category=LAB`,
      `${byPatient}&category=LAB&date=ge2024-03-14`,
      `${byPatient}&code=58410-2`,
    ],
  },
  {
    type: 'DocumentReference',
    sample: ({ patient }) => ({
      status: 'current',
      subject: refTo(patient),
      type: coded(LOINC, '34133-9'),
      category: [
        coded('http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category', 'clinical-note'),
      ],
      date: AT,
      content: [{ attachment: { contentType: 'text/plain', data: 'eA==' } }],
    }),
    searches: [
      '_id={id}',
      byPatient,
      `${byPatient}&category=clinical-note`,
      `${byPatient}&category=clinical-note&date=ge2024-03-14`,
      `${byPatient}&type=34133-9`,
    ],
  },
  {
    type: 'Encounter',
    sample: ({ patient }) => ({
      status: 'finished',
      class: { system: `${HL7}/v3-ActCode`, code: 'IMP' },
      type: [coded('http://snomed.info/sct', '32485007')],
      subject: refTo(patient),
      period: { start: AT, end: AT },
      hospitalization: { dischargeDisposition: coded(`${HL7}/discharge-disposition`, 'home') },
    }),
    searches: ['_id={id}', byPatient, `date=ge2024-03-14&${byPatient}`],
    more: [`${byPatient}&discharge-disposition=home`, `class=IMP&${byPatient}`, `${byPatient}&type=32485007`],
  },
  {
    type: 'Goal',
    sample: ({ patient }) => ({
      lifecycleStatus: 'active',
      description: coded('http://snomed.info/sct', '281004'),
      subject: refTo(patient),
      target: [{ dueDate: '2024-12-01' }],
    }),
    searches: [byPatient],
    more: [
      `${byPatient}&description=281004`,
      `${byPatient}&lifecycle-status=active`,
      `${byPatient}&target-date=ge2024-12-01`,
    ],
  },
  {
    type: 'Immunization',
    sample: ({ patient }) => ({
      status: 'completed',
      patient: refTo(patient),
      vaccineCode: { text: 'flu' },
      occurrenceDateTime: AT,
    }),
    searches: [byPatient],
  },
  {
    type: 'Location',
    sample: () => ({ status: 'active', name: `Ward ${TAG.code}`, address: { city: `Town${TAG.code}` } }),
    searches: [`address=Town${TAG.code}`, `name=Ward ${TAG.code}`],
    hasProvenance: false,
  },
  {
    type: 'MedicationDispense',
    sample: ({ patient }) => ({
      status: 'completed',
      subject: refTo(patient),
      medicationCodeableConcept: { text: 'x' },
    }),
    searches: [byPatient],
  },
  {
    type: 'MedicationRequest',
    sample: ({ patient }) => ({
      status: 'active',
      intent: 'order',
      subject: refTo(patient),
      medicationCodeableConcept: { text: 'x' },
      authoredOn: AT,
    }),
    searches: [`${byPatient}&intent=order`, `${byPatient}&intent=order,plan&status=active`],
  },
  {
    type: 'Observation',
    sample: ({ patient }) => ({
      status: 'final',
      subject: refTo(patient),
      category: [coded(`${HL7}/observation-category`, 'laboratory')],
      code: coded(LOINC, '2339-0'),
      effectiveDateTime: AT,
    }),
    searches: [
      `${byPatient}&category=laboratory`,
      `${byPatient}&category=laboratory&date=ge2024-03-14`,
      `${byPatient}&code=2339-0,2345-7`,
    ],
  },
  {
    type: 'Organization',
    sample: () => ({ name: `Org ${TAG.code}`, address: [{ city: `City${TAG.code}` }] }),
    searches: [`address=City${TAG.code}`, `name=Org ${TAG.code}`],
    hasProvenance: false,
  },
  {
    type: 'Patient',
    sample: () => ({
      identifier: [{ system: 'urn:us-core', value: TAG.code }],
      name: [{ family: `Fam${TAG.code}` }],
      birthDate: '1970-01-02',
      gender: 'male',
    }),
    searches: [
      '_id={id}',
      `identifier=urn:us-core|${TAG.code}`,
      `name=Fam${TAG.code}`,
      `birthdate=1970-01-02&name=Fam${TAG.code}`,
    ],
  },
  {
    type: 'Practitioner',
    sample: () => ({
      identifier: [{ system: 'urn:us-core', value: TAG.code }],
      name: [{ family: `Doc${TAG.code}` }],
    }),
    searches: [`identifier=urn:us-core|${TAG.code}`, `name=Doc${TAG.code}`],
    hasProvenance: false,
  },
  {
    type: 'PractitionerRole',
    sample: ({ practitioner }) => ({
      practitioner: refTo(practitioner),
      specialty: [coded('http://nucc.org/provider-taxonomy', '207R00000X')],
    }),
    searches: ['practitioner={practitioner}', 'specialty=http://nucc.org/provider-taxonomy|207R00000X'],
    more: ['practitioner={practitioner}&_include=PractitionerRole:practitioner'],
    hasProvenance: false,
  },
  {
    type: 'Procedure',
    sample: ({ patient }) => ({
      status: 'completed',
      subject: refTo(patient),
      code: { text: 'x' },
      performedDateTime: AT,
    }),
    searches: [byPatient, `${byPatient}&date=ge2024-03-14`],
  },
  {
    type: 'QuestionnaireResponse',
    sample: ({ patient }) => ({
      status: 'completed',
      questionnaire: 'http://example.org/Questionnaire/q',
      subject: refTo(patient),
      authored: AT,
    }),
    searches: ['_id={id}', byPatient],
  },
  {
    type: 'RelatedPerson',
    sample: ({ patient }) => ({ active: true, patient: refTo(patient), name: [{ family: 'Kin' }] }),
    searches: ['_id={id}'],
    more: [byPatient],
  },
  {
    type: 'ServiceRequest',
    sample: ({ patient }) => ({
      status: 'active',
      intent: 'order',
      subject: refTo(patient),
      category: [coded('http://snomed.info/sct', '410606002')],
      code: coded('http://snomed.info/sct', '225419007'),
      authoredOn: AT,
    }),
    searches: [
      '_id={id}',
      byPatient,
      `${byPatient}&category=410606002`,
      `${byPatient}&category=410606002&authored=ge2024-03-14`,
      `${byPatient}&code=225419007`,
    ],
    more: [`${byPatient}&code=225419007&authored=ge2024-03-14`],
  },
  {
    type: 'Specimen',
    sample: ({ patient }) => ({ subject: refTo(patient), type: { text: 'blood' } }),
    searches: ['_id={id}'],
    hasProvenance: false,
  },
]
