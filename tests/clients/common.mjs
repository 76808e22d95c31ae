import assert from 'node:assert/strict'

/** Where the service is, as the test says it. */
export const BASE = process.env.CLIENT_BASE
export const TOKEN = process.env.CLIENT_TOKEN
const system = 'urn:casewire:client'

/** What each client is asked to do: the same story, told through its own interface. */
export const story = name => {
  const run = `${name}-${process.pid}`
  return {
    patients: ['A', 'B', 'C'].map(family => ({
      resourceType: 'Patient',
      identifier: [{ system, value: `${run}-${family}` }],
      name: [{ family: `${family}${run}` }],
      meta: { tag: [{ system, code: run }] },
    })),
    tag: `${system}|${run}`,
    identifierOf: family => `${system}|${run}-${family}`,
    transaction: {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a',
          resource: {
            resourceType: 'Patient',
            name: [{ family: 'T' }],
            meta: { tag: [{ system, code: `${run}-t` }] },
          },
          request: { method: 'POST', url: 'Patient' },
        },
        {
          resource: {
            resourceType: 'Observation',
            status: 'final',
            code: { text: 'x' },
            subject: { reference: 'urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a' },
          },
          request: { method: 'POST', url: 'Observation' },
        },
      ],
    },
  }
}

export function transactionHolds(bundle) {
  assert.equal(bundle.type, 'transaction-response')
  assert.deepEqual(
    bundle.entry.map(({ response }) => response.status.slice(0, 3)),
    ['201', '201'],
  )
}

export { assert }
