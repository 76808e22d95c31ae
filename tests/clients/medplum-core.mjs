import { getReferenceString, isOperationOutcome, MedplumClient, normalizeErrorString } from '@medplum/core'
import { assert, BASE, story, TOKEN, transactionHolds } from './common.mjs'

const { patients, tag, identifierOf, transaction } = story('medplum')
const at = new URL(BASE)
const client = new MedplumClient({
  baseUrl: `${at.origin}/`,
  fhirUrlPath: at.pathname.slice(1),
  fetch: (url, options) => fetch(url, options),
  accessToken: TOKEN,
  cacheTime: 0,
})

for (const body of patients)
  assert.match(getReferenceString(await client.createResource(body)), /^Patient\/./)

const found = []
for await (const page of client.searchResourcePages('Patient', { _tag: tag, _count: '1' }))
  found.push(...page)
assert.equal(new Set(found.map(({ id }) => id)).size, 3)

transactionHolds(await client.executeBatch(transaction))

const updated = await client.upsertResource(
  { ...patients[0], gender: 'female' },
  { identifier: identifierOf('A') },
)
assert.equal(updated.gender, 'female')
assert.ok(found.some(({ id }) => id === updated.id))

await client.deleteResource('Patient', updated.id)
await assert.rejects(client.readResource('Patient', updated.id), error => {
  assert.ok(isOperationOutcome(error.outcome), normalizeErrorString(error))
  return true
})
