import {
  answered,
  fresh,
  make,
  pathOf,
  patient,
  refused,
  same,
  says,
  TAG,
  that,
  type Check,
} from './check.ts'

const identified = (value: string, more: object = {}) =>
  patient({ identifier: [{ system: 'urn:casewire:check', value }], ...more })
const by = (value: string): string => `identifier=urn:casewire:check|${value}`

const CREATE = 'http.html#ccreate'
const UPDATE = 'http.html#cond-update'

/** http.html: conditional create, update, delete and read, version-aware updates, Prefer. */
export const conditionalChecks: readonly Check[] = [
  {
    id: 'conditional-create-no-match',
    title: 'If-None-Exist without a match creates',
    sentence: says(CREATE, 'No matches: The server processes the create as above'),
    run: async ({ call }) => {
      const value = fresh()
      answered(
        await call('POST', '/Patient', { body: identified(value), headers: { 'if-none-exist': by(value) } }),
        201,
      )
    },
  },
  {
    id: 'conditional-create-one-match',
    title: 'If-None-Exist with one match answers 200 and creates nothing',
    sentence: says(CREATE, 'One Match: The server ignores the post and returns 200 OK'),
    run: async client => {
      const value = fresh()
      const made = await make(client, identified(value))
      const reply = await client.call('POST', '/Patient', {
        body: identified(value),
        headers: { 'if-none-exist': by(value) },
      })
      answered(reply, 200)
      const found = await client.call('GET', `/Patient?${by(value)}`)
      same(
        'found',
        found.json.entry?.map(({ resource }: { resource: { id: string } }) => resource.id),
        [made.id],
      )
    },
  },
  {
    id: 'conditional-create-many',
    title: 'If-None-Exist with several matches answers 412',
    sentence: says(
      CREATE,
      "Multiple matches: The server returns a 412 Precondition Failed error indicating the client's criteria were not selective enough",
    ),
    run: async client => {
      const value = fresh()
      await make(client, identified(value))
      await make(client, identified(value))
      refused(
        await client.call('POST', '/Patient', {
          body: identified(value),
          headers: { 'if-none-exist': by(value) },
        }),
        412,
      )
    },
  },
  {
    id: 'conditional-create-parallel',
    title: 'ten parallel conditional creates give one resource',
    sentence: says(
      CREATE,
      'The conditional create interaction allows a client to create a new resource only if some equivalent resource does not already exist on the server.',
    ),
    run: async ({ call }) => {
      const value = fresh()
      await Promise.all(
        Array.from({ length: 10 }, () =>
          call('POST', '/Patient', { body: identified(value), headers: { 'if-none-exist': by(value) } }),
        ),
      )
      const found = await call('GET', `/Patient?${by(value)}`)
      same('resources', found.json.entry?.length, 1)
    },
  },
  {
    id: 'conditional-update-creates',
    title: 'conditional update without a match and id creates',
    sentence: says(UPDATE, 'No matches, no id provided: The server creates the resource.'),
    run: async ({ call }) => {
      const value = fresh()
      answered(await call('PUT', `/Patient?${by(value)}`, { body: identified(value) }), 201)
    },
  },
  {
    id: 'conditional-update-with-id-creates',
    title: 'conditional update without a match creates under the id of the body',
    sentence: says(
      UPDATE,
      'No matches, id provided: The server treats the interaction as an Update as Create interaction (or rejects it, if it does not support Update as Create)',
    ),
    run: async ({ call }) => {
      const value = fresh()
      answered(await call('PUT', `/Patient?${by(value)}`, { body: identified(value, { id: value }) }), 201)
      answered(await call('GET', `/Patient/${value}`), 200)
    },
  },
  {
    id: 'conditional-update-one',
    title: 'conditional update with one match updates it',
    sentence: says(
      UPDATE,
      'One Match, no resource id provided OR (resource id provided and it matches the found resource): The server performs the update against the matching resource',
    ),
    run: async client => {
      const value = fresh()
      const made = await make(client, identified(value))
      answered(
        await client.call('PUT', `/Patient?${by(value)}`, { body: identified(value, { gender: 'other' }) }),
        200,
      )
      same('gender', (await client.call('GET', pathOf(made))).json.gender, 'other')
    },
  },
  {
    id: 'conditional-update-other-id',
    title: 'conditional update whose body has another id than the match answers 400',
    sentence: says(
      UPDATE,
      'One Match, resource id provided but does not match resource found: The server returns a 400 Bad Request error indicating the client id specification was a problem preferably with an OperationOutcome',
    ),
    run: async client => {
      const value = fresh()
      await make(client, identified(value))
      refused(
        await client.call('PUT', `/Patient?${by(value)}`, { body: identified(value, { id: fresh() }) }),
        400,
      )
    },
  },
  {
    id: 'conditional-update-many',
    title: 'conditional update with several matches answers 412',
    sentence: says(
      UPDATE,
      "Multiple matches: The server returns a 412 Precondition Failed error indicating the client's criteria were not selective enough preferably with an OperationOutcome",
    ),
    run: async client => {
      const value = fresh()
      await make(client, identified(value))
      await make(client, identified(value))
      refused(await client.call('PUT', `/Patient?${by(value)}`, { body: identified(value) }), 412)
    },
  },
  {
    id: 'conditional-delete-one',
    title: 'conditional delete with one match deletes it',
    sentence: says(
      'http.html#3.1.0.7.1',
      'One Match: The server performs an ordinary delete on the matching resource',
    ),
    run: async client => {
      const value = fresh()
      const made = await make(client, identified(value))
      answered(await client.call('DELETE', `/Patient?${by(value)}`), 200, 204)
      answered(await client.call('GET', pathOf(made)), 410)
    },
  },
  {
    id: 'conditional-delete-none',
    title: 'conditional delete without a match is answered like a delete of nothing, or 404',
    sentence: says(
      'http.html#3.1.0.7.1',
      'No matches or One Match: The server performs an ordinary delete on the matching resource',
    ),
    run: async ({ call }) => answered(await call('DELETE', `/Patient?${by(fresh())}`), 200, 204, 404),
  },
  {
    id: 'conditional-delete-many',
    title: 'conditional delete with several matches deletes all or answers 412',
    sentence: says(
      'http.html#3.1.0.7.1',
      "Multiple matches: A server may choose to delete all the matching resources, or it may choose to return a 412 Precondition Failed error indicating the client's criteria were not selective enough",
    ),
    run: async client => {
      const value = fresh()
      const made = [await make(client, identified(value)), await make(client, identified(value))]
      const reply = await client.call('DELETE', `/Patient?${by(value)}`)
      answered(reply, 200, 204, 412)
      const wanted = reply.status === 412 ? 200 : 410
      for (const one of made) answered(await client.call('GET', pathOf(one)), wanted)
    },
  },
  {
    id: 'conditional-delete-without-criteria',
    title: 'conditional delete without criteria deletes nothing',
    sentence: says(
      'http.html#3.1.0.7.1',
      'DELETE [base]/[type]/?[search parameters] (a server that reads no parameters as all would empty itself)',
    ),
    run: async client => {
      const made = await make(client, { resourceType: 'Basic', meta: { tag: [TAG] }, code: { text: 'x' } })
      const reply = await client.call('DELETE', '/Basic')
      that(reply.status >= 400, `${reply.status}`)
      answered(await client.call('GET', pathOf(made)), 200)
    },
  },
  {
    id: 'conditional-read-none-match',
    title: 'If-None-Match with the current ETag answers 304',
    sentence: says(
      'http.html#cread',
      'Clients may use the If-Modified-Since, or If-None-Match HTTP header on a read request. If so, they SHALL accept either a 304 Not Modified as a valid status code on the response (which means that the content is unchanged since that date) or full content',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      const etag = (await client.call('GET', path)).header('etag')
      const reply = await client.call('GET', path, { headers: { 'if-none-match': etag } })
      answered(reply, 304)
      same('body', reply.text, '')
    },
  },
  {
    id: 'conditional-read-other-version',
    title: 'If-None-Match with another ETag gives the content',
    sentence: says(
      'http.html#cread',
      'or full content (either the content has changed, or the server does not support conditional request)',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      answered(await client.call('GET', path, { headers: { 'if-none-match': 'W/"4711"' } }), 200)
    },
  },
  {
    id: 'conditional-read-list',
    title: 'If-None-Match takes a list of ETags',
    sentence: {
      url: 'https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2',
      text: 'If-None-Match = "*" / #entity-tag ... A recipient MUST use the weak comparison function',
    },
    run: async client => {
      const path = pathOf(await make(client, patient()))
      const etag = (await client.call('GET', path)).header('etag')
      answered(await client.call('GET', path, { headers: { 'if-none-match': `W/"4711", ${etag}` } }), 304)
    },
  },
  {
    id: 'conditional-read-modified-since',
    title: 'If-Modified-Since with Last-Modified answers 304',
    sentence: says(
      'http.html#cread',
      'Clients may use the If-Modified-Since, or If-None-Match HTTP header on a read request.',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      const last = (await client.call('GET', path)).header('last-modified')
      answered(await client.call('GET', path, { headers: { 'if-modified-since': last } }), 304)
    },
  },
  {
    id: 'conditional-read-modified-earlier',
    title: 'If-Modified-Since with an older date gives the content',
    sentence: says(
      'http.html#cread',
      '304 Not Modified ... means that the content is unchanged since that date',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      answered(
        await client.call('GET', path, { headers: { 'if-modified-since': 'Mon, 01 Jan 2001 00:00:00 GMT' } }),
        200,
      )
    },
  },
  {
    id: 'if-match-current',
    title: 'an update with the current version in If-Match is done',
    sentence: says(
      'http.html#concurrency',
      'If the client wishes to request a version aware update, it submits the request with an If-Match header that quotes the ETag from the server',
    ),
    run: async client => {
      const made = await make(client, patient())
      const reply = await client.call('PUT', pathOf(made), {
        body: { ...made, gender: 'male' },
        headers: { 'if-match': `W/"${made['meta'].versionId}"` },
      })
      answered(reply, 200)
    },
  },
  {
    id: 'if-match-stale',
    title: 'an update with an old version in If-Match answers 412 and changes nothing',
    sentence: says(
      'http.html#concurrency',
      'If the version id given in the If-Match header does not match, the server returns a 412 Precondition Failed status code instead of updating the resource.',
    ),
    run: async client => {
      const made = await make(client, patient())
      await client.call('PUT', pathOf(made), { body: { ...made, gender: 'male' } })
      refused(
        await client.call('PUT', pathOf(made), {
          body: { ...made, gender: 'other' },
          headers: { 'if-match': `W/"${made['meta'].versionId}"` },
        }),
        412,
      )
      same('gender', (await client.call('GET', pathOf(made))).json.gender, 'male')
    },
  },
  {
    id: 'if-match-delete',
    title: 'a delete with an old version in If-Match answers 412',
    sentence: {
      url: 'https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1',
      text: 'An origin server that evaluates an If-Match condition MUST NOT perform the requested method if the condition evaluates to false.',
    },
    run: async client => {
      const made = await make(client, patient())
      await client.call('PUT', pathOf(made), { body: { ...made, gender: 'male' } })
      answered(await client.call('DELETE', pathOf(made), { headers: { 'if-match': 'W/"1"' } }), 412)
      answered(await client.call('GET', pathOf(made)), 200)
    },
  },
]
