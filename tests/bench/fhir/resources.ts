/** What the load program writes: the resources by which HAPI's figures were taken. */
type Body = Readonly<Record<string, unknown>>

export const SYSTEM = 'urn:oid:1.2.36.146.595.217.0.1'

export const patient = (identifier: string, n: number): Body => ({
  resourceType: 'Patient',
  identifier: [{ use: 'official', system: SYSTEM, value: identifier }],
  active: true,
  name: [{ use: 'official', family: `Family${n % 997}`, given: ['Given', `M${n % 89}`] }],
  telecom: [
    { system: 'phone', value: `+49 30 ${1_000_000 + (n % 8_999_999)}`, use: 'home' },
    { system: 'email', value: `p${n}@example.org` },
  ],
  gender: n % 2 === 0 ? 'female' : 'male',
  birthDate: `19${30 + (n % 70)}-0${1 + (n % 9)}-1${n % 10}`,
  address: [
    {
      use: 'home',
      line: [`Teststrasse ${n % 300}`],
      city: 'Berlin',
      postalCode: String(10_000 + (n % 4000)),
      country: 'DE',
    },
  ],
})

export const encounter = (subject: string, identifier: string): Body => ({
  resourceType: 'Encounter',
  status: 'finished',
  class: {
    system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
    code: 'AMB',
    display: 'ambulatory',
  },
  identifier: [{ system: `${SYSTEM}.2`, value: identifier }],
  type: [{ coding: [{ system: 'http://snomed.info/sct', code: '11429006', display: 'Consultation' }] }],
  subject: { reference: subject },
  period: { start: '2026-01-05T09:00:00Z', end: '2026-01-05T09:30:00Z' },
  serviceProvider: { display: 'Clinic' },
})

const observation = (subject: string, context: string, [code, value]: [string, number]): Body => ({
  resourceType: 'Observation',
  status: 'final',
  category: [
    {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }],
    },
  ],
  code: { coding: [{ system: 'http://loinc.org', code, display: code }] },
  subject: { reference: subject },
  encounter: { reference: context },
  effectiveDateTime: '2026-01-05T09:10:00Z',
  valueQuantity: { value, unit: 'x', system: 'http://unitsofmeasure.org', code: '1' },
})

export const carePlan = (subject: string, context: string): Body => ({
  resourceType: 'CarePlan',
  status: 'active',
  intent: 'plan',
  title: 'Plan',
  subject: { reference: subject },
  encounter: { reference: context },
  period: { start: '2026-01-05' },
  category: [{ coding: [{ system: 'http://snomed.info/sct', code: '734163000', display: 'Care plan' }] }],
  activity: [{ detail: { status: 'scheduled', description: 'Walk daily' } }],
})

/** A transaction that creates a Patient, an Encounter, two Observations and a CarePlan that refer to one another. */
export function fiveResources(identifier: string, n: number): Body {
  const [who, where] = [`urn:uuid:${crypto.randomUUID()}`, `urn:uuid:${crypto.randomUUID()}`]
  const made: readonly (readonly [string, Body])[] = [
    [who, patient(identifier, n)],
    [where, encounter(who, `${identifier}-e`)],
    [`urn:uuid:${crypto.randomUUID()}`, observation(who, where, ['8867-4', 60 + (n % 40)])],
    [`urn:uuid:${crypto.randomUUID()}`, observation(who, where, ['29463-7', 50 + (n % 50)])],
    [`urn:uuid:${crypto.randomUUID()}`, carePlan(who, where)],
  ]
  return transactionOf(made)
}

const transactionOf = (made: readonly (readonly [fullUrl: string, resource: Body])[]): Body => ({
  resourceType: 'Bundle',
  type: 'transaction',
  entry: made.map(([fullUrl, resource]) => ({
    fullUrl,
    resource,
    request: { method: 'POST', url: String(resource['resourceType']) },
  })),
})
