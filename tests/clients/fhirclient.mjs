import { EventEmitter } from 'node:events'
import FHIR from 'fhirclient'
import { assert, BASE, story, TOKEN, transactionHolds } from './common.mjs'

const { patients, tag, identifierOf, transaction } = story('smart')
const request = Object.assign(new EventEmitter(), { headers: {}, url: '/' })
const client = FHIR(request, {}, {}).client({ serverUrl: BASE, tokenResponse: { access_token: TOKEN } })

for (const body of patients) assert.ok((await client.create(body)).id)

const found = await client.request(`Patient?_tag=${encodeURIComponent(tag)}&_count=1`, {
  pageLimit: 0,
  flat: true,
})
assert.equal(new Set(found.map(({ id }) => id)).size, 3)

const send = (url, method, body) =>
  client.request({
    url,
    method,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/fhir+json' },
  })
transactionHolds(await send('/', 'POST', transaction))

const updated = await send(`Patient?identifier=${encodeURIComponent(identifierOf('A'))}`, 'PUT', {
  ...patients[0],
  gender: 'female',
})
assert.equal(updated.gender, 'female')
assert.ok(found.some(({ id }) => id === updated.id))

await client.delete(`Patient/${updated.id}`)
await assert.rejects(
  client.request(`Patient/${updated.id}`),
  error => error.statusCode === 410 || error.status === 410,
)
