import { createHash } from 'node:crypto'
import { derivedId, shardOfKey } from '../../src/lib/ids.ts'
import type { IndexEntry } from '../../src/fhir/search/indexing/index-entry.ts'
import type { Resource } from '../../src/fhir/resource.ts'

/**
 * The unit of work of the store's benchmark (performance.md 1): one event of one patient is 1 message, 5 resources
 * (Patient 1.6 kB, Encounter 1.6, EpisodeOfCare 1.3, Coverage 1.2, Task 1.3) with 25 search values, and 2 outbox rows.
 */
export interface StoreEvent {
  readonly number: number
  readonly patient: number
  readonly messageId: string
  readonly atMs: number
  readonly resources: readonly EventResource[]
  readonly outbox: readonly {
    readonly target: string
    readonly key: string
    readonly payload: { readonly [key: string]: string }
  }[]
}

export interface EventResource {
  readonly type: 'Patient' | 'Encounter' | 'EpisodeOfCare' | 'Coverage' | 'Task'
  readonly id: string
  readonly shard: number
  readonly resource: Resource & { readonly id: string }
  /** Made before anything is timed, for a program that stores it as it is. */
  readonly content: string
  readonly index: IndexEntry
}

const TENANT = 1
const families = [
  'Smith',
  'Johnson',
  'Garcia',
  'Müller',
  'Nguyen',
  'Kowalski',
  'Rossi',
  'Silva',
  'Kim',
  'Andersson',
]
const givens = ['Anna', 'Peter', 'Maria', 'John', 'Lena', 'Omar', 'Sofia', 'Ivan', 'Chloe', 'Noah']
const text =
  'Lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna '

/** Events in a fixed pseudo-random order of patients, the same for every program and run. */
export function* storeEvents(patients: number, seed: number): Generator<StoreEvent, never> {
  let state = seed >>> 0
  for (let number = 0; ; number += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield storeEvent(number, Math.floor((state / 4_294_967_296) * patients))
  }
}

function storeEvent(number: number, patient: number): StoreEvent {
  const shard = shardOfKey(TENANT, `bench|${patient}`)
  const idOf = (type: EventResource['type'], key: string): string => derivedId(shard, TENANT, type, key)
  const atMs = 1_750_000_000_000 + number * 1000
  const parts: Parts = {
    number,
    patient,
    atMs,
    subject: { reference: `Patient/${idOf('Patient', `${patient}`)}` },
    encounter: { reference: `Encounter/${idOf('Encounter', `${patient}.${(number >> 4) % 3}`)}` },
    owner: `Practitioner/${derivedId(patient % 200, TENANT, 'Practitioner', `${patient % 200}`)}`,
    organization: {
      reference: `Organization/${derivedId(patient % 20, TENANT, 'Organization', `${patient % 20}`)}`,
    },
    meta: {
      source: `urn:adt:feed-1#MSG${number}`,
      profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-x'],
    },
  }
  const made = [
    { type: 'Patient', key: `${patient}`, ...patientOf(parts) },
    { type: 'Encounter', key: `${patient}.${(number >> 4) % 3}`, ...encounterOf(parts) },
    { type: 'EpisodeOfCare', key: `${patient}`, ...episodeOf(parts) },
    { type: 'Coverage', key: `${patient}`, ...coverageOf(parts) },
    { type: 'Task', key: `${number}`, ...taskOf(parts) },
  ] as const
  const resources = made.map(({ type, key, body, index }): EventResource => {
    const id = idOf(type, key)
    const resource = { resourceType: type, id, meta: parts.meta, ...body }
    return {
      type,
      id,
      shard,
      resource,
      content: JSON.stringify(resource),
      index: withHash(index, idOf('Patient', `${patient}`)),
    }
  })
  const key = parts.subject.reference
  return {
    number,
    patient,
    messageId: `MSG${number}`,
    atMs,
    resources,
    outbox: [
      {
        target: 'peer:ehr-1',
        key,
        payload: { op: 'upsert', patient: key, encounter: parts.encounter.reference },
      },
      {
        target: 'kafka:domain',
        key,
        payload: { type: 'encounter.changed', patient: key, at: new Date(atMs).toISOString() },
      },
    ],
  }
}

interface Parts {
  readonly number: number
  readonly patient: number
  readonly atMs: number
  readonly subject: { readonly reference: string }
  readonly encounter: { readonly reference: string }
  readonly owner: string
  readonly organization: { readonly reference: string }
  readonly meta: { readonly source: string; readonly profile: readonly string[] }
}

interface Made {
  readonly body: object
  readonly index: Omit<IndexEntry, 'hash' | 'patient'>
}

const narrative = (length: number, key: string): object => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${`${key} ${text.repeat(8)}`.slice(0, length)}</div>`,
})

const lookups = (
  ...values: readonly (readonly [parameter: number, value: string, system?: string])[]
): IndexEntry['lookups'] =>
  values.map(([parameter, value, system]) => ({ parameter, value, ...(system && { system }) }))

function patientOf({ patient, organization }: Parts): Made {
  const family = `${families[patient % 10]}${patient % 977}`
  const given = [givens[patient % 7] ?? '', givens[(patient >> 3) % 10] ?? '']
  const mrn = `MRN${String(patient).padStart(8, '0')}`
  return {
    body: {
      text: narrative(420, family),
      identifier: [
        {
          use: 'usual',
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
          system: 'urn:oid:1.2.36.146.595.217.0.1',
          value: mrn,
        },
        { system: 'urn:oid:2.16.840.1.113883.4.1', value: `999-${patient}` },
      ],
      active: true,
      name: [{ use: 'official', family, given }],
      telecom: [{ system: 'phone', value: `(03) 5555 ${patient}`, use: 'home' }],
      gender: patient % 2 ? 'female' : 'male',
      birthDate: `19${10 + (patient % 90)}-0${1 + (patient % 9)}-1${patient % 10}`,
      address: [
        {
          use: 'home',
          line: [`${patient} Pleasant St`],
          city: 'PleasantVille',
          district: 'Rainbow',
          state: 'Vic',
          postalCode: '3999',
        },
      ],
      contact: [
        {
          relationship: [
            { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0131', code: 'N' }] },
          ],
          name: { family: 'du Marché', given: ['Bénédicte'] },
          telecom: [{ system: 'phone', value: '+33 (237) 998327' }],
        },
      ],
      managingOrganization: organization,
    },
    index: {
      lookups: lookups(
        [1, mrn, 'urn:oid:1.2.36.146.595.217.0.1'],
        [1, `999-${patient}`, 'urn:oid:2.16.840.1.113883.4.1'],
        [2, family.toLowerCase()],
        [3, (given[0] ?? '').toLowerCase()],
        [3, (given[1] ?? '').toLowerCase()],
        [4, patient % 2 ? 'female' : 'male'],
        [5, 'pleasantville'],
        [6, '3999'],
        [7, `(03) 5555 ${patient}`],
        [8, organization.reference],
      ),
      dates: [],
    },
  }
}

function encounterOf({ number, patient, atMs, subject, owner, organization, encounter }: Parts): Made {
  const status = ['planned', 'in-progress', 'finished'][number % 3] ?? 'planned'
  const visit = `V${patient}.${(number >> 4) % 3}`
  const startMs = 1_740_000_000_000 + patient * 1000
  return {
    body: {
      text: narrative(420, encounter.reference),
      identifier: [{ system: 'urn:visit', value: visit }],
      status,
      class: {
        system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
        code: 'IMP',
        display: 'inpatient encounter',
      },
      type: [
        {
          coding: [
            { system: 'http://snomed.info/sct', code: '183807002', display: 'Inpatient stay for nine days' },
          ],
        },
      ],
      subject,
      participant: [
        {
          type: [
            {
              coding: [
                { system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'ATND' },
              ],
            },
          ],
          individual: { reference: owner },
        },
      ],
      period: { start: new Date(startMs).toISOString(), end: new Date(atMs).toISOString() },
      location: [
        {
          location: { reference: `Location/l${patient % 40}`, display: 'MED 101 A' },
          status: 'active',
          period: { start: new Date(atMs).toISOString() },
        },
      ],
      hospitalization: {
        dischargeDisposition: {
          coding: [{ system: 'https://www.nubc.org/CodeSystem/PatDischargeStatus', code: '01' }],
        },
      },
      serviceProvider: organization,
    },
    index: {
      status,
      startMs,
      endMs: atMs,
      lookups: lookups(
        [11, visit, 'urn:visit'],
        [12, 'IMP', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'],
        [13, owner],
        [14, `Location/l${patient % 40}`],
        [15, organization.reference],
      ),
      dates: [],
    },
  }
}

function episodeOf({ patient, subject, owner, organization }: Parts): Made {
  return {
    body: {
      text: narrative(420, `case ${patient}`),
      identifier: [{ system: 'urn:case', value: `C${patient}` }],
      status: 'active',
      type: [
        {
          coding: [
            {
              system: 'https://casewire.example/fhir/CodeSystem/case-type',
              code: 'acute',
              display: 'Acute case management',
            },
          ],
        },
      ],
      patient: subject,
      managingOrganization: organization,
      period: { start: '2026-01-01T00:00:00.000Z' },
      careManager: { reference: owner },
    },
    index: {
      status: 'active',
      owner,
      startMs: 1_767_225_600_000,
      lookups: lookups(
        [21, `C${patient}`, 'urn:case'],
        [22, 'acute', 'https://casewire.example/fhir/CodeSystem/case-type'],
        [23, organization.reference],
      ),
      dates: [],
    },
  }
}

function coverageOf({ patient, subject, organization }: Parts): Made {
  return {
    body: {
      text: narrative(250, `coverage ${patient}`),
      identifier: [{ system: 'urn:member', value: `M${patient}` }],
      status: 'active',
      type: {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
            code: 'EHCPOL',
            display: 'extended healthcare',
          },
        ],
      },
      beneficiary: subject,
      relationship: { coding: [{ code: 'self' }] },
      period: { start: '2026-01-01', end: '2026-12-31' },
      payor: [organization],
      class: [
        {
          type: {
            coding: [{ system: 'http://terminology.hl7.org/CodeSystem/coverage-class', code: 'group' }],
          },
          value: 'CB135',
          name: 'Corporate Baker Inc. Local #35',
        },
      ],
    },
    index: {
      status: 'active',
      lookups: lookups([31, `M${patient}`, 'urn:member'], [32, organization.reference], [33, 'EHCPOL']),
      dates: [],
    },
  }
}

function taskOf({ number, atMs, subject, encounter, owner, organization }: Parts): Made {
  const at = new Date(atMs).toISOString()
  return {
    body: {
      text: narrative(250, `task ${number}`),
      identifier: [{ system: 'urn:task', value: `T${number}` }],
      status: 'requested',
      intent: 'order',
      priority: 'routine',
      code: {
        coding: [
          {
            system: 'https://casewire.example/fhir/CodeSystem/task-code',
            code: 'contact',
            display: 'Follow-up after discharge',
          },
        ],
      },
      description: 'Call the patient within 48 hours of discharge',
      focus: encounter,
      for: subject,
      authoredOn: at,
      lastModified: at,
      requester: organization,
      owner: { reference: owner },
      restriction: { period: { end: at } },
    },
    index: {
      status: 'requested',
      owner,
      startMs: atMs,
      endMs: atMs,
      lookups: lookups(
        [41, `T${number}`, 'urn:task'],
        [42, 'contact', 'https://casewire.example/fhir/CodeSystem/task-code'],
        [43, encounter.reference],
        [44, organization.reference],
      ),
      dates: [],
    },
  }
}

const withHash = (index: Made['index'], patient: string): IndexEntry => ({
  ...index,
  patient,
  hash: createHash('sha1')
    .update(JSON.stringify([index.lookups, index.dates]))
    .digest()
    .readBigInt64BE(0),
})
