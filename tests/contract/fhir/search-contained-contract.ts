import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { idsFound, type FhirServer } from '../../support/fhir-server.ts'

const coded = (code: string, text?: string) => ({
  coding: [{ system: 'urn:drugs', code }],
  ...(text !== undefined && { text }),
})

const request = (id: string, more: object) => ({
  ...{ resourceType: 'MedicationRequest', id, status: 'active', intent: 'order', subject: { display: 'x' } },
  ...more,
})

const resources = [
  { resourceType: 'Medication', id: 'stored', code: coded('asp') },
  request('m1', {
    contained: [
      {
        ...{ resourceType: 'Medication', id: 'm', status: 'active', code: coded('asp', 'Own Mixture') },
        ingredient: [{ itemCodeableConcept: coded('abc') }],
      },
    ],
    medicationReference: { reference: '#m' },
  }),
  request('m2', { medicationReference: { reference: 'Medication/stored' } }),
  request('m3', {
    contained: [
      { resourceType: 'Medication', id: 'm', code: { coding: [{ code: 'asp' }] } },
      { resourceType: 'Practitioner', id: 'p', name: [{ family: 'Ünal' }] },
    ],
    medicationReference: { reference: '#m' },
    requester: { reference: '#p' },
  }),
  {
    ...{ resourceType: 'Provenance', id: 'pr', recorded: '2020-01-01T00:00:00Z' },
    ...{ target: [{ reference: 'MedicationRequest/m1' }], agent: [{ who: { display: 'x' } }] },
  },
  {
    ...{ resourceType: 'Bundle', id: 'b1', type: 'document', timestamp: '2020-01-01T00:00:00Z' },
    identifier: { system: 'urn:docs', value: '1' },
    entry: [
      {
        fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0',
        resource: {
          ...{
            resourceType: 'Composition',
            id: 'c1',
            status: 'final',
            date: '2020',
            title: 'Discharge letter',
          },
          ...{ type: coded('letter'), author: [{ display: 'x' }] },
        },
      },
    ],
  },
] as const

/** What chains find in resources that stand inside others, over any store. */
export function searchContainedContract(open: () => Promise<FhirServer>): void {
  let server: FhirServer

  beforeAll(async () => {
    server = await open()
    for (const body of resources) await write(body)
  })
  afterAll(() => server.close())

  const write = async (body: { readonly resourceType: string; readonly id: string }): Promise<void> => {
    const reply = await server.call({ method: 'PUT', path: `/${body.resourceType}/${body.id}`, body })
    if (reply.status >= 300) throw new Error(`${body.resourceType}/${body.id}: ${reply.text}`)
  }
  const found = (path: string): Promise<string> => idsFound(server, path)

  describe('a chained condition is evaluated inside contained resources', () => {
    test.each([
      ['/MedicationRequest?medication.ingredient-code=abc', 'm1'],
      ['/MedicationRequest?medication.code=asp', 'm1 m2 m3'],
      ['/MedicationRequest?medication.code=urn:drugs|asp', 'm1 m2'],
      ['/MedicationRequest?medication.code=urn:drugs|', 'm1 m2'],
      ['/MedicationRequest?medication.code=|asp', 'm3'],
      ['/MedicationRequest?medication.code=as', ''],
      ['/MedicationRequest?medication.code=none,abc,asp&_id=m1,m3&_total=accurate', 'm1 m3'],
      ['/MedicationRequest?medication:Medication.code:text=own', 'm1'],
      ['/MedicationRequest?medication.status=active', 'm1'],
      ['/MedicationRequest?requester:Practitioner.name=unal', 'm3'],
      ['/MedicationRequest?requester:Practitioner.name:contains=nal', 'm3'],
      ['/MedicationRequest?requester:Practitioner.family:exact=unal', ''],
      [`/MedicationRequest?_filter=${encodeURIComponent('medication.code eq abc or status eq draft')}`, ''],
      [`/MedicationRequest?_filter=${encodeURIComponent('not (medication.code eq asp)')}`, ''],
      ['/Provenance?target:MedicationRequest.medication.ingredient-code=abc&_id=pr', 'pr'],
      ['/Bundle?composition.type=letter', 'b1'],
      ['/Bundle?composition.title=discharge', 'b1'],
      ['/Medication?code=asp', 'stored'],
    ])('%s finds %s', async (path, expected) => expect(await found(path)).toBe(expected))

    test('and no longer when they are gone', async () => {
      await write(request('m3', { medicationCodeableConcept: coded('asp') }))
      expect(await found('/MedicationRequest?medication.code=asp')).toBe('m1 m2')
    })
  })
}
