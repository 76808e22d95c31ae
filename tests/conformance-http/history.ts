import {
  answered,
  entriesOf,
  fresh,
  linkOf,
  make,
  pathOf,
  patient,
  refused,
  same,
  says,
  TAG,
  that,
  type Check,
  type Client,
  type Stored,
} from './check.ts'

/** Created, updated twice, deleted. */
async function aLife(client: Client): Promise<Stored> {
  const made = await make(client, patient({ gender: 'male' }))
  await client.call('PUT', pathOf(made), { body: { ...made, gender: 'female' } })
  await client.call('PUT', pathOf(made), { body: { ...made, gender: 'other' } })
  await client.call('DELETE', pathOf(made))
  return made
}

/** http.html#history at its three levels. */
export const historyChecks: readonly Check[] = [
  {
    id: 'history-instance',
    title: 'history of an instance lists every version, newest first, deletions too',
    sentence: says(
      'http.html#history',
      'The return content is a Bundle with type set to history containing the specified version history, sorted with oldest versions last, and including deleted resources.',
    ),
    run: async client => {
      const reply = await client.call('GET', `${pathOf(await aLife(client))}/_history`)
      answered(reply, 200)
      same('type', reply.json.type, 'history')
      same(
        'methods',
        entriesOf(reply.json).map(({ request }) => request?.method),
        ['DELETE', 'PUT', 'PUT', 'POST'],
      )
    },
  },
  {
    id: 'history-delete-entry',
    title: 'the entry of a deletion has no resource',
    sentence: says(
      'http.html#history',
      'Each entry SHALL minimally contain at least one of: a resource which holds the resource as it is at the conclusion of the interaction, or a request with entry.request.method',
    ),
    run: async client => {
      const reply = await client.call('GET', `${pathOf(await aLife(client))}/_history`)
      same('resource', entriesOf(reply.json)[0]?.resource, undefined)
    },
  },
  {
    id: 'history-entry-response',
    title: 'entries of a history carry request and response',
    sentence: says(
      'bundle.html#invs',
      'bdl-3: entry.request mandatory for batch/transaction/history, otherwise prohibited; bdl-4: entry.response mandatory for batch-response/transaction-response/history',
    ),
    run: async client => {
      const reply = await client.call('GET', `${pathOf(await aLife(client))}/_history`)
      that(
        entriesOf(reply.json).every(
          ({ request, response }) => request?.url !== undefined && response?.status !== undefined,
        ),
        'an entry lacks request.url or response.status',
      )
    },
  },
  {
    id: 'history-count-paging',
    title: 'history is paged by _count with a link next',
    sentence: says(
      'http.html#history',
      '_count: The maximum number of search results on a page ... The server is not bound to return the number requested, but cannot return more',
    ),
    run: async client => {
      const path = pathOf(await aLife(client))
      const first = await client.call('GET', `${path}/_history?_count=3`)
      same('entries of page 1', entriesOf(first.json).length, 3)
      const next = linkOf(first.json, 'next')
      that(next !== undefined, 'no link next')
      const second = await client.call('GET', next ?? '')
      same('entries of page 2', entriesOf(second.json).length, 1)
    },
  },
  {
    id: 'history-total',
    title: 'the total of a history is the number of all versions',
    sentence: says(
      'bundle-definitions.html#Bundle.total',
      'If a set of search matches, this is the total number of entries of type match across all pages in the search (history: of the history)',
    ),
    run: async client => {
      const reply = await client.call('GET', `${pathOf(await aLife(client))}/_history?_count=2`)
      that(reply.json.total === undefined || reply.json.total === 4, `total ${reply.json.total}`)
    },
  },
  {
    id: 'history-since',
    title: '_since leaves older versions out',
    sentence: says(
      'http.html#history',
      '_since: Only include resource versions that were created at or after the given instant in time',
    ),
    run: async client => {
      const made = await aLife(client)
      const later = new Date(Date.now() + 3_600_000).toISOString()
      const reply = await client.call('GET', `${pathOf(made)}/_history?_since=${encodeURIComponent(later)}`)
      answered(reply, 200)
      same('entries', entriesOf(reply.json).length, 0)
      const all = await client.call(
        'GET',
        `${pathOf(made)}/_history?_since=${encodeURIComponent(made['meta'].lastUpdated)}`,
      )
      same('all entries', entriesOf(all.json).length, 4)
    },
  },
  {
    id: 'history-at',
    title: '_at gives what stood at that time',
    sentence: says(
      'http.html#history',
      '_at: Only include resource versions that were current at some point during the time period specified in the date time value',
    ),
    run: async client => {
      const made = await make(client, patient({ gender: 'male' }))
      await client.call('PUT', pathOf(made), { body: { ...made, gender: 'female' } })
      const reply = await client.call(
        'GET',
        `${pathOf(made)}/_history?_at=${encodeURIComponent(made['meta'].lastUpdated)}`,
      )
      answered(reply, 200)
      that(
        entriesOf(reply.json).some(({ resource }) => resource?.gender === 'male'),
        'the version that stood then is not there',
      )
    },
  },
  {
    id: 'history-unknown',
    title: 'history of an id that never was answers 404',
    sentence: says(
      'http.html#history',
      'If a request is made for a history that is not available (e.g. the system does not keep a history for the type, or the particular instance), the server should return a 404 Not Found',
    ),
    run: async ({ call }) => refused(await call('GET', `/Patient/${fresh()}/_history`), 404),
  },
  {
    id: 'history-type',
    title: 'history of a type has what was changed last first',
    sentence: says(
      'http.html#history',
      'GET [base]/[type]/_history{?[parameters]&_format=[mime-type]} ... sorted with oldest versions last',
    ),
    run: async client => {
      const made = await make(client, { resourceType: 'Basic', meta: { tag: [TAG] }, code: { text: 'x' } })
      const reply = await client.call('GET', '/Basic/_history?_count=5')
      answered(reply, 200)
      that(
        entriesOf(reply.json).some(({ resource }) => resource?.id === made.id),
        'the last change is not on the first page',
      )
    },
  },
  {
    id: 'history-system',
    title: 'history of the system is served',
    sentence: says('http.html#history', 'GET [base]/_history{?[parameters]&_format=[mime-type]}'),
    run: async client => {
      const made = await make(client, patient())
      const reply = await client.call('GET', '/_history?_count=50')
      answered(reply, 200)
      same('type', reply.json.type, 'history')
      that(reply.text.includes(made.id), 'the last change is not on the first page')
    },
  },
  {
    id: 'history-type-newest-first',
    title: 'history of a type is sorted with oldest versions last',
    sentence: says('http.html#history', 'sorted with oldest versions last'),
    run: async client => {
      await aLife(client)
      const reply = await client.call('GET', '/Patient/_history?_count=10')
      const times = entriesOf(reply.json).flatMap(({ resource }) =>
        resource ? [Date.parse(resource.meta.lastUpdated)] : [],
      )
      same(
        'order',
        times,
        times.toSorted((one, other) => other - one),
      )
    },
  },
]
