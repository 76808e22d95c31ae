import { make, SEARCHED, type Client, type Draft, type Stored } from './check.ts'

/** The resources that the searches are asked over, by the name that the expectations use; made once for a run. */
export interface World {
  readonly of: Readonly<Record<string, Stored>>
  readonly nameOf: (id: string) => string
}

const meta = { tag: [SEARCHED] }
const LOINC = 'http://loinc.org'
const UCUM = 'http://unitsofmeasure.org'

export async function prepared(client: Client): Promise<World> {
  const of: Record<string, Stored> = {}
  const put = async (name: string, resource: Draft): Promise<string> => {
    of[name] = await make(client, { meta, ...resource })
    return `${resource.resourceType}/${of[name].id}`
  }
  const hospital = await put('hospital', {
    resourceType: 'Organization',
    name: 'General Hospital',
    active: true,
  })
  await put('ward', { resourceType: 'Organization', name: 'Ward', partOf: { reference: hospital } })
  const house = await put('house', {
    resourceType: 'Practitioner',
    name: [{ family: 'House', given: ['Gregory'] }],
  })
  const ana = await put('ana', {
    resourceType: 'Patient',
    meta: { tag: [SEARCHED, { system: 'urn:x', code: 'vip' }], source: 'http://example.org/src' },
    identifier: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
        system: 'urn:mrn',
        value: `A|1,${SEARCHED.code}`,
      },
    ],
    active: true,
    name: [{ family: 'García-López', given: ['Ana María', 'Eve'] }],
    telecom: [{ system: 'email', value: 'ana@example.org' }],
    gender: 'female',
    birthDate: '1980-02-29',
    address: [{ city: 'Oslo', postalCode: '0150', line: ['Main Street 5'] }],
    managingOrganization: { reference: hospital },
    generalPractitioner: [{ reference: house }],
  })
  const bob = await put('bob', {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:mrn', value: `B${SEARCHED.code}` }],
    active: false,
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">Broken <b>collarbone</b></div>',
    },
    name: [{ family: 'Garcia', given: ['Bob'] }],
    gender: 'male',
    birthDate: '1980-02',
    deceasedDateTime: '2020-05-05',
  })
  await put('zoe', {
    resourceType: 'Patient',
    name: [{ family: 'Zimmer', given: ['Zoë'] }],
    birthDate: '1990',
  })
  const stay = await put('stay', {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: { reference: ana },
    period: { start: '2024-03-14T10:00:00Z', end: '2024-03-16T10:00:00Z' },
    length: { value: 2, system: UCUM, code: 'd', unit: 'd' },
  })
  await put('open-stay', {
    resourceType: 'Encounter',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: { reference: bob },
    partOf: { reference: stay },
    period: { start: '2024-06-01' },
  })
  const quantity = (value: number, code: string) => ({ value, unit: code, system: UCUM, code })
  await put('weight-kg', {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: LOINC, code: '29463-7', display: 'Body weight' }], text: 'How heavy' },
    subject: { reference: ana },
    encounter: { reference: stay },
    effectiveDateTime: '2024-03-14T10:00:00Z',
    valueQuantity: quantity(5, 'g'),
  })
  await put('weight-g', {
    resourceType: 'Observation',
    status: 'preliminary',
    code: { coding: [{ system: LOINC, code: '29463-7' }] },
    subject: { reference: bob },
    effectiveDateTime: '2024-03',
    valueQuantity: quantity(7, 'g'),
  })
  await put('pressure', {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: LOINC, code: '85354-9' }] },
    subject: { reference: ana },
    performer: [{ reference: house }],
    effectivePeriod: { start: '2024-03-15', end: '2024-03-20' },
    component: [
      { code: { coding: [{ system: LOINC, code: '8480-6' }] }, valueQuantity: quantity(120, 'mm[Hg]') },
      { code: { coding: [{ system: LOINC, code: '8462-4' }] }, valueQuantity: quantity(80, 'mm[Hg]') },
    ],
  })
  await put('risk', {
    resourceType: 'RiskAssessment',
    status: 'final',
    subject: { reference: ana },
    prediction: [{ probabilityDecimal: 0.54 }],
  })
  await put('risk-high', {
    resourceType: 'RiskAssessment',
    status: 'final',
    subject: { reference: bob },
    prediction: [{ probabilityDecimal: 0.9 }],
  })
  await put('set', {
    resourceType: 'ValueSet',
    status: 'draft',
    url: `http://example.org/${SEARCHED.code}/fhir/ValueSet/one`,
  })
  const list = await put('list', {
    resourceType: 'List',
    status: 'current',
    mode: 'working',
    entry: [{ item: { reference: bob } }],
  })
  await put('care-plan', {
    resourceType: 'CarePlan',
    status: 'active',
    intent: 'plan',
    subject: { identifier: { system: 'urn:mrn', value: `B${SEARCHED.code}` } },
    supportingInfo: [{ reference: list }],
  })
  const names = new Map(Object.entries(of).map(([name, { id }]) => [id, name]))
  return { of, nameOf: id => names.get(id) ?? id }
}
