import { Client } from 'fhir-kit-client'
import { assert, BASE, story, TOKEN, transactionHolds } from './common.mjs'

const { patients, tag, identifierOf, transaction } = story('kit')
const client = new Client({ baseUrl: BASE })
client.bearerToken = TOKEN

for (const body of patients) {
  const made = await client.create({ resourceType: 'Patient', body })
  assert.ok(made.id)
}
const found = []
let bundle = await client.search({ resourceType: 'Patient', searchParams: { _tag: tag, _count: 1 } })
while (bundle) {
  found.push(...(bundle.entry ?? []).map(({ resource }) => resource))
  bundle = bundle.link.some(({ relation }) => relation === 'next')
    ? await client.nextPage({ bundle })
    : undefined
}
assert.equal(new Set(found.map(({ id }) => id)).size, 3)

transactionHolds(await client.transaction({ body: transaction }))

const updated = await client.update({
  resourceType: 'Patient',
  searchParams: { identifier: identifierOf('A') },
  body: { ...patients[0], gender: 'female' },
})
assert.equal(updated.gender, 'female')
assert.ok(found.some(({ id }) => id === updated.id))

await client.delete({ resourceType: 'Patient', id: updated.id })
await assert.rejects(
  client.read({ resourceType: 'Patient', id: updated.id }),
  error => error.response.status === 410,
)
