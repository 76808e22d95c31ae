import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { describeWith, serverAddress } from '../../support/real-servers.ts'

describeWith(['fhir'], 'the foreign FHIR server', () => {
  test('keeps what is written and answers a stale If-Match with 409, as HAPI does', async () => {
    const value = randomUUID()
    const patient = { resourceType: 'Patient', identifier: [{ system: 'urn:casewire:test', value }] }
    const created = await send('POST', 'Patient', patient)
    expect(created.status).toBe(201)
    const { id } = (await created.json()) as { readonly id: string }
    const updated = await send(
      'PUT',
      `Patient/${id}`,
      { ...patient, id, active: true },
      { 'if-match': 'W/"1"' },
    )
    expect(updated.status).toBe(200)
    const stale = await send(
      'PUT',
      `Patient/${id}`,
      { ...patient, id, active: false },
      { 'if-match': 'W/"1"' },
    )
    expect(stale.status).toBe(409)
    const found = await fetch(`${serverAddress('fhir')}/Patient?identifier=urn:casewire:test|${value}`)
    expect(await found.json()).toMatchObject({
      total: 1,
      entry: [{ resource: { id, active: true, meta: { versionId: '2' } } }],
    })
  })
})

function send(
  method: string,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${serverAddress('fhir')}/${path}`, {
    method,
    headers: { 'content-type': 'application/fhir+json', ...headers },
    body: JSON.stringify(body),
  })
}
