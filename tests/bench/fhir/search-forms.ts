import type { Resource } from '../../../src/fhir/resource.ts'
import { familyOf } from './sample-family.ts'

/** Searches of every form that there is (docs/reference/search.md), for the data of sample-family.ts. */
export function searchForms(): readonly string[] {
  const family = familyOf(17, (17 * 37) % 1024)
  const id = (type: string): string => family.find(one => one.resourceType === type)?.id ?? ''
  const identifier = (family[0] as Resource & { readonly identifier: readonly { readonly value: string }[] })
    .identifier[0]?.value
  const patient = id('Patient')
  return [
    ...columns(patient),
    ...tokens(identifier ?? ''),
    ...strings,
    ...dates,
    ...numbers,
    ...references(patient, id('Encounter')),
    ...others,
    ...links(patient, identifier ?? ''),
    ...orders(patient),
    ...compartments(patient, id('Encounter')),
  ]
}

const columns = (patient: string): readonly string[] => [
  'Patient',
  `Patient?_id=${patient}`,
  'Patient?_lastUpdated=gt2026-11-19',
  'Patient?_lastUpdated=lt2020-01-01',
  'Patient?active=false&_lastUpdated=gt2026-11-19',
  `Encounter?patient=${patient}`,
  'Task?owner=Practitioner/p7&status=requested',
  'Task?status=requested',
  'Task?status:not=completed',
  'Task?owner:missing=true',
  'Encounter?date=ge2024-03-10&date=lt2024-03-12',
  'Encounter?date=2024',
  'EpisodeOfCare?patient:missing=true',
]

const tokens = (identifier: string): readonly string[] => [
  `Patient?identifier=urn:oid:1.2.3|${identifier}`,
  `Patient?identifier=${identifier}`,
  'Patient?identifier=urn:oid:9.9.9|',
  'Patient?identifier=|nothing',
  'Patient?identifier:missing=true',
  'Patient?gender=female',
  'Patient?gender:not=female',
  'Patient?active=false',
  'Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|1',
  'Condition?code=http://snomed.info/sct|44054010',
  'Condition?code=44054010,44054011,44054012',
  'Condition?code:not=44054010',
  'Condition?code:text=illness number 17',
  'Observation?code=29463-7&date=2024-03-12',
  'Patient?_tag=none',
]

const strings = [
  'Patient?family=family17',
  'Patient?name=fam',
  'Patient?name:exact=Family17',
  'Patient?name:contains=mily17',
  'Patient?address-city=City7&gender=male',
  'Patient?family:missing=true',
  'Patient?name=nobody',
  'Patient?phone=%2B49 30 5eed000017',
]

const dates = [
  'Patient?birthdate=1947-09-17',
  'Patient?birthdate=1947',
  'Patient?birthdate=ge1990-01-01&birthdate=lt1990-02-01',
  'Patient?birthdate=lt1900',
  'Patient?birthdate=ne1947',
  'Patient?birthdate=sa2020',
  'Patient?birthdate=eb1900',
  'Patient?birthdate=ap1947-09-17',
  'Patient?birthdate:missing=true',
  'Condition?onset-date=2024-03-17',
]

const numbers = [
  'RiskAssessment?probability=0.17',
  'RiskAssessment?probability=gt0.98',
  'RiskAssessment?probability=lt0.01',
  'RiskAssessment?probability=ne0.5',
  'RiskAssessment?probability=ap0.5',
  'RiskAssessment?probability:missing=true',
  'Observation?value-quantity=67|http://unitsofmeasure.org|kg',
  'Observation?value-quantity=67000|http://unitsofmeasure.org|g',
  'Observation?value-quantity=gt128',
  'Observation?value-quantity=67||kg',
  'Encounter?length=gt88|http://unitsofmeasure.org|min',
  'Observation?code-value-quantity=29463-7$67|http://unitsofmeasure.org|kg',
  'Observation?component-code-value-quantity=8480-6$gt178|http://unitsofmeasure.org|mm[Hg]',
  'Location?near=47.5|12.5|5|km',
]

const references = (patient: string, encounter: string): readonly string[] => [
  `Observation?subject=Patient/${patient}`,
  `Observation?encounter=${encounter}`,
  `Observation?subject:Patient=${patient}`,
  'Encounter?service-provider:identifier=urn:oid:1.2.5|clinic-7',
  'Encounter?service-provider=Organization/none',
  'Observation?encounter:missing=true',
  `Task?focus:CarePlan=none`,
]

const others = [
  'CarePlan?instantiates-uri=https://example.org/protocols/17/v1',
  'CarePlan?instantiates-uri:below=https://example.org/protocols/17',
  'CarePlan?instantiates-uri:above=https://example.org/protocols/17/v1/more',
  'Condition?_text=knee and 17',
  'Patient?_list=none',
  'Patient?_filter=family eq family17 and birthdate gt 1990-01-01',
  'Patient?_filter=(gender eq male or family co mily17) and not (active eq true)',
  'Patient?family=family17&gender=male&birthdate=gt1950&active=true',
]

const links = (patient: string, identifier: string): readonly string[] => [
  `Observation?subject:Patient.identifier=${identifier}`,
  'Observation?patient.family=family17',
  'Observation?patient.name=nobody',
  'Task?focus:CarePlan.encounter.date=2024-03-17',
  'Observation?patient.gender=female',
  'Patient?_has:Observation:patient:code=29463-7',
  'Patient?_has:Condition:patient:code=44054010',
  'Patient?_has:Encounter:patient:_has:Observation:encounter:value-quantity=gt128',
  `Encounter?patient=${patient}&_include=Encounter:subject&_revinclude=Observation:encounter`,
  `Patient?_id=${patient}&_revinclude=Encounter:subject&_include:iterate=Encounter:location`,
]

const orders = (patient: string): readonly string[] => [
  `Observation?patient=${patient}&_sort=-date`,
  'Patient?family=family17&_sort=birthdate,given',
  'Patient?_sort=family',
  'Patient?_sort=-_lastUpdated',
  'Observation?code=29463-7&_sort=-date&_count=10',
  'Patient?gender=female&_total=accurate&_count=10',
  'Patient?gender=female&_total=estimate&_count=10',
  'Patient?family=family17&_summary=count',
]

const compartments = (patient: string, encounter: string): readonly string[] => [
  `Patient/${patient}/Observation`,
  `Patient/${patient}/Observation?code=29463-7`,
  `Encounter/${encounter}/Observation`,
  `?_type=Observation,Condition&_id=${patient}`,
  '?_type=Patient,Encounter&_lastUpdated=gt2026-11-19',
]
