import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFhirServer, type FhirServer } from '../support/fhir-server.ts'

const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'fhir/transaction-rules')
const isThere = existsSync(folder)
if (!isThere) process.stderr.write(`Transaction rules NOT tested: no ${folder}; set CASEWIRE_DATA.\n`)

interface Expected {
  readonly status: number
  /** Statuses of the entries, in request order; `20x` is 200 or 201. */
  readonly entries?: string
  /** Places that a refusal names. */
  readonly places?: readonly string[]
  readonly code?: string
}

const entry = (...indices: readonly number[]) => indices.map(n => `Bundle.entry[${n}]`)

/** What R4 wants of each public case; one a file, named by what it is about. */
const expected: Readonly<Record<string, Expected>> = {
  Batch: { status: 200, entries: '201 20x 20x 20x 412 204 204 404 200 404' },
  // `"system": ""` is no uri in R4; the other entries of a batch would not mind.
  BatchWithConditionalUpdateByIdentifier: { status: 200, entries: '400 400 400 400' },
  BatchWithDuplicatedItems: { status: 200, entries: '20x 20x 200 200 204 204 404 200 404' },
  BatchWithInvalidEleEnums: { status: 200, entries: '400 20x 400 20x 400 204 204 404 200 404' },
  BinaryPatch: { status: 200, entries: '20x 200' },
  FhirPatch: { status: 200, entries: '20x 200 200' },
  InvalidBundleType: { status: 400, code: 'bundle-type', places: ['Bundle.type'] },
  MissingIdentifier: { status: 200, entries: '400' },
  Transaction: { status: 400, code: 'bundle-entry-not-supported', places: entry(7) },
  TransactionForRollBack: { status: 404, code: 'resource-unknown', places: entry(1) },
  TransactionForRollBackWithDelete: { status: 400, code: 'bundle-entry', places: entry(2) },
  TransactionWithAllValidRoutes: { status: 200, entries: '201 20x 20x 20x 200 200' },
  TransactionWithConditionalCreateAndReference: { status: 400, code: 'resource-invalid' },
  TransactionWithConditionalReferenceInResourceBody: {
    status: 412,
    code: 'condition-unmatched',
    places: entry(0),
  },
  TransactionWithConditionalReferenceReferringToSameResource: {
    status: 400,
    code: 'bundle-identity-overlap',
    places: entry(1),
  },
  TransactionWithConditionalUpdateAndReference: { status: 400, code: 'resource-invalid' },
  TransactionWithForeignReferenceInResourceBody: {
    status: 400,
    code: 'reference-dangling',
    places: entry(0),
  },
  TransactionWithInvalidBundleEntry: { status: 400, code: 'json-malformed' },
  TransactionWithInvalidProcessingRecord: { status: 400, code: 'bundle-entry', places: entry(5) },
  TransactionWithInvalidProcessingRoutes: {
    status: 400,
    code: 'bundle-entry-not-supported',
    places: entry(1),
  },
  TransactionWithInvalidResourceType: {
    status: 400,
    code: 'resource-invalid',
    places: ['Bundle.entry[0].resource.subject.reference'],
  },
  TransactionWithMetaHistory: { status: 400, code: 'bundle-entry-not-supported', places: entry(0) },
  TransactionWithMultipleEntriesModifyingSameResource: {
    status: 400,
    code: 'bundle-entry',
    places: entry(1),
  },
  TransactionWithMultipleResourcesWithSameFullUrl: { status: 400, places: entry(1, 1, 3) },
  TransactionWithPOSTFullUrlMatchesWithPUTRequestUrl: {
    status: 400,
    code: 'bundle-identity-overlap',
    places: entry(1),
  },
  TransactionWithReferenceInResourceBody: { status: 200, entries: '201 201 201 201 201 201' },
  TransactionWithValidBundleEntry: { status: 200, entries: '201 20x 20x 20x' },
  TypeMissing: { status: 400, code: 'bundle-type', places: ['Bundle.type'] },
}

describe.skipIf(!isThere)('the public cases of batches and transactions', () => {
  let server: FhirServer
  beforeAll(async () => {
    server = await openFhirServer()
  })
  afterAll(() => server.close())

  const files = isThere ? readdirSync(folder) : []
  const nameOf = (file: string) => file.replace(/^Bundle-|\.json$/g, '')

  test('are all here', () => {
    expect(files.map(nameOf).toSorted()).toEqual(Object.keys(expected).toSorted())
  })

  const versions = async () => (await server.call({ path: '/_history?_count=1000' })).json.entry?.length ?? 0

  test.each(files)('%s', async file => {
    const { status, entries, places, code } = expected[nameOf(file)] ?? { status: 0 }
    const before = await versions()
    const reply = await server.call({
      method: 'POST',
      path: '/',
      body: readFileSync(join(folder, file), 'utf8'),
    })
    expect(reply.status).toBe(status)
    if (entries !== undefined) {
      const given: { response: { status: string; outcome?: { issue: { diagnostics: string }[] } } }[] =
        reply.json.entry
      const pattern = new RegExp(`^${entries.replaceAll('20x', '20[01]')}$`)
      expect(given.map(({ response }) => response.status.slice(0, 3)).join(' ')).toMatch(pattern)
      for (const [i, { response }] of given.entries())
        if (response.outcome) expect(response.outcome.issue[0]?.diagnostics).toContain(`Bundle.entry[${i}]`)
      return
    }
    const issues: { expression?: string[]; details: { coding: { code: string }[] } }[] = reply.json.issue
    if (places) expect(issues.flatMap(({ expression = [] }) => expression)).toEqual(places)
    if (code !== undefined) expect(issues[0]?.details.coding[0]?.code).toBe(code)
    expect(await versions()).toBe(before)
  })
})
