import type { Resource } from '../../../src/fhir/resource.ts'
import { formatV8 } from '../../../src/lib/ids.ts'

/** First eight digits of every id of a family, and part of some values: a copy has another number in the last four. */
export const MARK = '5eed0000'
export const AT = '2026-11-20T08:00:00.000Z'

type Body = Readonly<Record<string, unknown>>

const idOf = (n: number, at: number, shard: number): string => {
  const bytes = Buffer.alloc(16)
  bytes.write(MARK, 'hex')
  bytes.writeUInt16BE(at, 4)
  bytes.writeUInt32BE(n, 12)
  return formatV8(bytes, shard)
}

const coded = (system: string, code: string): object => ({ coding: [{ system, code }] })
const loinc = (code: string): object => coded('http://loinc.org', code)
const snomed = (code: string): object => coded('http://snomed.info/sct', code)
const day = (n: number): string => `20${16 + (n % 10)}-0${1 + (n % 9)}-1${n % 10}`
const ucum = (value: number, code: string): object => ({
  ...{ value, code, unit: code, system: 'http://unitsofmeasure.org' },
})

/** Ten resources of one patient, with values of every type of search parameter; `n` varies them. */
export function familyOf(n: number, shard: number): readonly Resource[] {
  const ref = (type: string, at: number): object => ({ reference: `${type}/${idOf(n, at, shard)}` })
  const own = { subject: ref('Patient', 0), encounter: ref('Encounter', 1) }
  const bodies: readonly (readonly [string, Body])[] = [
    ['Patient', personOf(n)],
    ['Encounter', { ...visitOf(n), subject: own.subject, location: [{ location: ref('Location', 9) }] }],
    ['Observation', { ...own, ...measurementOf(n, 'kg'), code: loinc('29463-7') }],
    ['Observation', { ...own, ...pressureOf(n) }],
    ['Condition', { ...own, ...illnessOf(n) }],
    ['CarePlan', { ...own, ...planOf(n), addresses: [ref('Condition', 4)] }],
    ['Task', { ...taskOf(n), for: own.subject, encounter: own.encounter, focus: ref('CarePlan', 5) }],
    ['RiskAssessment', { ...own, ...riskOf(n) }],
    ['EpisodeOfCare', { ...episodeOf(n), patient: own.subject }],
    ['Location', placeOf(n)],
  ]
  return bodies.map(([resourceType, body], at) => ({ resourceType, id: idOf(n, at, shard), ...body }))
}

const personOf = (n: number): Body => ({
  identifier: [{ system: 'urn:oid:1.2.3', value: `${MARK}-${n}` }],
  active: n % 50 !== 0,
  name: [{ family: `Family${n % 499}`, given: [`Given${n % 89}`, `M${n % 7}`] }],
  telecom: [{ system: 'phone', value: `+49 30 ${MARK}${n}` }],
  gender: n % 2 === 0 ? 'female' : 'male',
  birthDate: `19${30 + (n % 70)}-0${1 + (n % 9)}-1${n % 10}`,
  address: [
    { line: [`Street ${n % 300}`], city: `City${n % 40}`, postalCode: String(10_000 + n), country: 'DE' },
  ],
})

const visitOf = (n: number): Body => ({
  identifier: [{ system: 'urn:oid:1.2.4', value: `${MARK}-e${n}` }],
  status: n % 10 === 0 ? 'in-progress' : 'finished',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
  type: [snomed('11429006')],
  period: { start: `${day(n)}T09:00:00Z`, end: `${day(n)}T10:00:00Z` },
  length: ucum(30 + (n % 60), 'min'),
  serviceProvider: { identifier: { system: 'urn:oid:1.2.5', value: `clinic-${n % 20}` } },
})

const measurementOf = (n: number, unit: string): Body => ({
  status: 'final',
  category: [coded('http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs')],
  effectiveDateTime: `${day(n)}T09:10:00Z`,
  valueQuantity: ucum(50 + (n % 80), unit),
})

const pressureOf = (n: number): Body => ({
  status: 'final',
  code: loinc('85354-9'),
  effectiveDateTime: `${day(n)}T09:12:00Z`,
  component: [
    { code: loinc('8480-6'), valueQuantity: ucum(100 + (n % 80), 'mm[Hg]') },
    { code: loinc('8462-4'), valueQuantity: ucum(60 + (n % 40), 'mm[Hg]') },
  ],
})

const illnessOf = (n: number): Body => ({
  text: {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml">Pain of the ${['knee', 'hip', 'back'][n % 3]} ${n}</div>`,
  },
  clinicalStatus: coded('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
  code: { ...snomed(String(44_054_006 + (n % 200))), text: `Illness number ${n % 200}` },
  onsetDateTime: day(n),
})

const planOf = (n: number): Body => ({
  instantiatesUri: [`https://example.org/protocols/${n % 50}/v1`],
  status: n % 5 === 0 ? 'completed' : 'active',
  intent: 'plan',
  category: [snomed('734163000')],
  period: { start: day(n) },
})

const taskOf = (n: number): Body => ({
  status: n % 8 === 0 ? 'requested' : 'completed',
  intent: 'order',
  priority: 'routine',
  authoredOn: `${day(n)}T08:00:00Z`,
  owner: { reference: `Practitioner/p${n % 60}` },
})

const riskOf = (n: number): Body => ({
  status: 'final',
  occurrenceDateTime: day(n),
  prediction: [{ probabilityDecimal: (n % 100) / 100 }],
})

const episodeOf = (n: number): Body => ({
  status: n % 3 === 0 ? 'active' : 'finished',
  period: { start: day(n) },
})

const placeOf = (n: number): Body => ({
  status: 'active',
  name: `Clinic ${n % 300}`,
  position: { longitude: 10 + (n % 500) / 100, latitude: 45 + (n % 700) / 100 },
})
