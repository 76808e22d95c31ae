import { randomUUID } from 'node:crypto'
import {
  answered,
  entriesOf,
  fresh,
  make,
  pathOf,
  patient,
  refused,
  same,
  says,
  short,
  TAG,
  that,
  type Check,
  type Client,
  type Draft,
  type Reply,
} from './check.ts'

interface Entry {
  readonly fullUrl?: string
  readonly resource?: object
  readonly request: { readonly method: string; readonly url: string; readonly [field: string]: string }
}
const sent = (client: Client, type: string, entry: readonly Entry[]): Promise<Reply> =>
  client.call('POST', '/', { body: { resourceType: 'Bundle', type, entry } })

const post = (resource: Draft, more: object = {}): Entry => ({
  fullUrl: `urn:uuid:${randomUUID()}`,
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
})
const observation = (subject: string, more: object = {}) => ({
  resourceType: 'Observation',
  meta: { tag: [TAG] },
  status: 'final',
  code: { text: 'x' },
  subject: { reference: subject },
  ...more,
})
const idOf = (reply: Reply, at: number): string =>
  /\/([^/]+)\/_history/.exec(entriesOf(reply.json)[at]?.response?.location ?? '')?.[1] ??
  entriesOf(reply.json)[at]?.response?.location?.split('/').at(-1) ??
  ''
const by = (value: string): string => `identifier=urn:casewire:check|${value}`
const identified = (value: string) => patient({ identifier: [{ system: 'urn:casewire:check', value }] })

const RULES = 'http.html#trules'
const TRANSACTION = 'http.html#transaction'

/** http.html#transaction. */
export const bundleChecks: readonly Check[] = [
  {
    id: 'transaction-response',
    title: 'a transaction is answered by a transaction-response with an entry for each, in order',
    sentence: says(
      TRANSACTION,
      'the server returns a Bundle with type set to batch-response or transaction-response that contains one entry for each entry in the request, in the same order, with the outcome of processing the entry',
    ),
    run: async client => {
      const reply = await sent(client, 'transaction', [
        post(patient()),
        post({ resourceType: 'Basic', code: { text: 'x' } }),
      ])
      answered(reply, 200)
      same('type', reply.json.type, 'transaction-response')
      const places = entriesOf(reply.json).map(
        ({ response }) => /(Patient|Basic)\//.exec(response.location)?.[1],
      )
      same('order', places, ['Patient', 'Basic'])
    },
  },
  {
    id: 'transaction-references',
    title: 'a urn:uuid reference is replaced by the new id, whatever the order',
    sentence: says(
      RULES,
      'When the server assigns a new id to any resource in the bundle which has a POST method as part of the processing rules above, it SHALL also update any references to that resource in the same bundle as they are processed',
    ),
    run: async client => {
      const target = post(patient())
      const reply = await sent(client, 'transaction', [post(observation(target.fullUrl ?? '')), target])
      answered(reply, 200)
      const read = await client.call('GET', `/Observation/${idOf(reply, 0)}`)
      that(read.json.subject.reference.endsWith(`Patient/${idOf(reply, 1)}`), read.json.subject.reference)
    },
  },
  {
    id: 'transaction-narrative-links',
    title: 'links of the narrative are replaced too',
    sentence: says(
      RULES,
      'Servers SHALL replace all matching links in the bundle, whether they are found in the resource ids, resource references, elements of type uri, url, oid, uuid, and <a href="" & <img src="" in the narrative',
    ),
    run: async client => {
      const target = post(patient())
      const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${target.fullUrl}">p</a></div>`
      const reply = await sent(client, 'transaction', [
        target,
        post(observation(target.fullUrl ?? '', { text: { status: 'generated', div } })),
      ])
      answered(reply, 200)
      const read = await client.call('GET', `/Observation/${idOf(reply, 1)}`)
      that(read.json.text.div.includes(`Patient/${idOf(reply, 0)}`), read.json.text.div)
    },
  },
  {
    id: 'transaction-rolls-back',
    title: 'a transaction with one bad entry changes nothing',
    sentence: says(
      TRANSACTION,
      'servers SHALL either accept all actions and return a 200 OK, along with a response bundle (see below), or reject all resources and return an HTTP 400 or 500 type response.',
    ),
    run: async client => {
      const value = fresh()
      refused(
        await sent(client, 'transaction', [post(identified(value)), post(patient({ gender: 'blue' }))]),
        400,
        422,
      )
      same('found', entriesOf((await client.call('GET', `/Patient?${by(value)}`)).json).length, 0)
    },
  },
  {
    id: 'transaction-order',
    title: 'deletes come before creates, reads last, whatever their order in the Bundle',
    sentence: says(
      RULES,
      'there is a particular order in which to process the actions: Process any DELETE interactions; Process any POST interactions; Process any PUT or PATCH interactions; Process any GET or HEAD interactions; Resolve any conditional references',
    ),
    run: async client => {
      const value = fresh()
      const old = await make(client, identified(value))
      const reply = await sent(client, 'transaction', [
        { request: { method: 'GET', url: `Patient?${by(value)}` } },
        post(identified(value), { ifNoneExist: by(value) }),
        { request: { method: 'DELETE', url: `Patient/${old.id}` } },
      ])
      answered(reply, 200)
      same(
        'found',
        entriesOf(entriesOf(reply.json)[0]?.resource).map(({ resource }) => resource.id),
        [idOf(reply, 1)],
      )
      that(idOf(reply, 1) !== old.id, 'the create matched what was deleted')
    },
  },
  {
    id: 'transaction-overlap',
    title: 'two entries that write the same resource fail the whole',
    sentence: says(
      RULES,
      'If any resource identities (including resolved identities from conditional update/delete) overlap in steps 1-3, then the transaction SHALL fail.',
    ),
    run: async client => {
      const made = await make(client, patient())
      const put: Entry = {
        resource: { ...made, gender: 'male' },
        request: { method: 'PUT', url: `Patient/${made.id}` },
      }
      refused(
        await sent(client, 'transaction', [
          put,
          { request: { method: 'DELETE', url: `Patient/${made.id}` } },
        ]),
        400,
        409,
        412,
        422,
      )
      answered(await client.call('GET', pathOf(made)), 200)
    },
  },
  {
    id: 'transaction-overlap-conditional',
    title: 'two conditional updates of the same resource fail the whole',
    sentence: says(
      RULES,
      'If any resource identities (including resolved identities from conditional update/delete) overlap in steps 1-3, then the transaction SHALL fail.',
    ),
    run: async client => {
      const value = fresh()
      await make(client, identified(value))
      const put: Entry = {
        resource: identified(value),
        request: { method: 'PUT', url: `Patient?${by(value)}` },
      }
      refused(await sent(client, 'transaction', [put, put]), 400, 409, 412, 422)
    },
  },
  {
    id: 'transaction-if-none-exist-hit',
    title:
      'a conditional create that hits answers 200 with the location of the hit, and references lead there',
    sentence: says(
      RULES,
      'conditional create ... if a match is found, references to its fullUrl are replaced with the identity of the existing resource',
    ),
    run: async client => {
      const value = fresh()
      const made = await make(client, identified(value))
      const target = post(identified(value), { ifNoneExist: by(value) })
      const reply = await sent(client, 'transaction', [target, post(observation(target.fullUrl ?? ''))])
      answered(reply, 200)
      that(
        String(entriesOf(reply.json)[0]?.response?.status).startsWith('200'),
        `status ${entriesOf(reply.json)[0]?.response?.status}`,
      )
      const read = await client.call('GET', `/Observation/${idOf(reply, 1)}`)
      that(read.json.subject.reference.endsWith(`Patient/${made.id}`), read.json.subject.reference)
    },
  },
  {
    id: 'transaction-conditional-reference',
    title: 'a conditional reference with one match is replaced by it',
    sentence: says(
      'http.html#transaction',
      'if there is a single match, the server replaces the search URI with a reference to the matching resource',
    ),
    run: async client => {
      const value = fresh()
      const made = await make(client, identified(value))
      const reply = await sent(client, 'transaction', [post(observation(`Patient?${by(value)}`))])
      answered(reply, 200)
      const read = await client.call('GET', `/Observation/${idOf(reply, 0)}`)
      that(read.json.subject.reference.endsWith(`Patient/${made.id}`), read.json.subject.reference)
    },
  },
  {
    id: 'transaction-conditional-reference-none',
    title: 'a conditional reference without a match fails the whole',
    sentence: says(
      'http.html#transaction',
      'if there are no matches, or multiple matches, the transaction fails, and an error is returned to the user',
    ),
    run: async client =>
      refused(
        await sent(client, 'transaction', [post(observation(`Patient?${by(fresh())}`))]),
        400,
        404,
        412,
        422,
      ),
  },
  {
    id: 'transaction-if-match',
    title: 'an entry whose ifMatch is stale fails the whole with 412',
    sentence: says(
      'bundle-definitions.html#Bundle.entry.request.ifMatch',
      'Only perform the operation if the Etag value matches.',
    ),
    run: async client => {
      const made = await make(client, patient())
      const entry: Entry = {
        resource: { ...made, gender: 'male' },
        request: { method: 'PUT', url: `Patient/${made.id}`, ifMatch: 'W/"4711"' },
      }
      refused(await sent(client, 'transaction', [entry]), 409, 412)
    },
  },
  {
    id: 'transaction-patch-entry',
    title: 'a transaction takes a PATCH as Binary with a JSON Patch',
    sentence: says(
      'http.html#patch',
      'Patch operations may be performed as part of Batch or Transaction Operations using the FHIRPath Patch format.',
    ),
    run: async client => {
      const made = await make(client, patient())
      const data = Buffer.from(JSON.stringify([{ op: 'add', path: '/gender', value: 'male' }])).toString(
        'base64',
      )
      const resource = { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
      answered(
        await sent(client, 'transaction', [
          { resource, request: { method: 'PATCH', url: `Patient/${made.id}` } },
        ]),
        200,
      )
      same('gender', (await client.call('GET', pathOf(made))).json.gender, 'male')
    },
  },
  {
    id: 'transaction-duplicate-full-url',
    title: 'two entries with the same fullUrl are refused',
    sentence: says(
      'bundle.html#invs',
      'bdl-7: FullUrl must be unique in a bundle, or else entries with same fullUrl must have different meta.versionId (except in history bundles)',
    ),
    run: async client => {
      const one = post(patient())
      refused(
        await sent(client, 'transaction', [one, { ...post(patient()), fullUrl: one.fullUrl ?? '' }]),
        400,
        422,
      )
    },
  },
  {
    id: 'transaction-entry-named',
    title: 'the refusal of a transaction names the entry at fault',
    sentence: says(
      'operationoutcome-definitions.html#OperationOutcome.issue.expression',
      'identifies one of the elements in the resource that caused this issue to be raised',
    ),
    run: async client => {
      const reply = await sent(client, 'transaction', [post(patient()), post(patient({ gender: 'blue' }))])
      refused(reply, 400, 422)
      that(/entry\[1\]/.test(reply.text), 'entry[1] is not named')
    },
  },
  {
    id: 'transaction-versioned-reference',
    title: 'a transaction answers each entry with an etag and lastModified',
    sentence: says(
      'bundle-definitions.html#Bundle.entry.response.etag',
      'The Etag for the resource, if the operation for the entry produced a versioned resource',
    ),
    run: async client => {
      const reply = await sent(client, 'transaction', [post(patient())])
      const response = entriesOf(reply.json)[0]?.response
      that(response?.etag !== undefined && response?.lastModified !== undefined, short(response))
    },
  },
  {
    id: 'transaction-empty',
    title: 'a transaction without entries is answered, not a fault',
    sentence: says(
      TRANSACTION,
      'POST [base] {?_format=[mime-type]} The content of the post submission is a Bundle with Bundle.type = batch or transaction',
    ),
    run: async client =>
      answered(
        await client.call('POST', '/', { body: { resourceType: 'Bundle', type: 'transaction' } }),
        200,
      ),
  },
  {
    id: 'bundle-other-type',
    title: 'a Bundle of another type than batch and transaction is refused at the base',
    sentence: says(
      TRANSACTION,
      'The content of the post submission is a Bundle with Bundle.type = batch or transaction',
    ),
    run: async client => refused(await sent(client, 'collection', []), 400, 422),
  },
  {
    id: 'batch-independent',
    title: 'a batch does the good entries and tells of the bad ones',
    sentence: says(
      'http.html#brules',
      'For a batch, there SHALL be no interdependencies between the different entries in the Bundle that cause change on the server. The success or failure of one change SHOULD not alter the success or failure or resulting content of another change.',
    ),
    run: async client => {
      const reply = await sent(client, 'batch', [
        post(patient()),
        post(patient({ gender: 'blue' })),
        { request: { method: 'GET', url: `Patient/${fresh()}` } },
      ])
      answered(reply, 200)
      same('type', reply.json.type, 'batch-response')
      const statuses = entriesOf(reply.json).map(({ response }) => Number(response.status.slice(0, 3)))
      that(
        statuses[0] === 201 && [400, 422].includes(statuses[1] ?? 0) && statuses[2] === 404,
        String(statuses),
      )
    },
  },
  {
    id: 'batch-outcomes',
    title: 'a failed entry of a batch has an OperationOutcome',
    sentence: says(
      'bundle-definitions.html#Bundle.entry.response.outcome',
      'An OperationOutcome containing hints and warnings produced as part of processing this entry in a batch or transaction.',
    ),
    run: async client => {
      const reply = await sent(client, 'batch', [{ request: { method: 'GET', url: `Patient/${fresh()}` } }])
      same('outcome', entriesOf(reply.json)[0]?.response?.outcome?.resourceType, 'OperationOutcome')
    },
  },
  {
    id: 'batch-search',
    title: 'a batch takes a search',
    sentence: says(
      TRANSACTION,
      'they may be a mix of other interactions defined on this page (e.g. read, search, create, update, delete, etc.), or using the operations framework',
    ),
    run: async client => {
      const made = await make(client, patient())
      const reply = await sent(client, 'batch', [
        { request: { method: 'GET', url: `Patient?_id=${made.id}` } },
      ])
      same('found', entriesOf(entriesOf(reply.json)[0]?.resource)[0]?.resource?.id, made.id)
    },
  },
]
