import { answered, fresh, make, pathOf, patient, refused, same, says, that, type Check } from './check.ts'

const weak = /^W\/"[^"]+"$/

/** http.html: read, vread, create, update, delete. */
export const crudChecks: readonly Check[] = [
  {
    id: 'create-201-location',
    title: 'create answers 201 with a Location of type, id and version',
    sentence: says(
      'http.html#create',
      'The server returns a 201 Created HTTP status code, and SHALL also return a Location header which contains the new Logical Id and Version Id of the created resource version: Location: [base]/[type]/[id]/_history/[vid]',
    ),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient', { body: patient() })
      answered(reply, 201)
      that(
        /\/Patient\/[A-Za-z0-9.-]{1,64}\/_history\/[^/]+$/.test(reply.header('location')),
        `Location: ${reply.header('location')}`,
      )
    },
  },
  {
    id: 'create-etag-last-modified',
    title: 'create answers with ETag and Last-Modified',
    sentence: says(
      'http.html#create',
      'Servers SHOULD return an ETag header with the versionId (if versioning is supported) and a Last-Modified header.',
    ),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient', { body: patient() })
      that(weak.test(reply.header('etag')), `ETag: ${reply.header('etag')}`)
      that(
        !Number.isNaN(Date.parse(reply.header('last-modified'))),
        `Last-Modified: ${reply.header('last-modified')}`,
      )
    },
  },
  {
    id: 'create-ignores-id',
    title: 'create ignores an id in the body',
    sentence: says(
      'http.html#create',
      'The resource does not need to have an id element (this is one of the few cases where a resource exists without an id element). If an id is provided, the server SHALL ignore it.',
    ),
    run: async client => {
      const id = fresh()
      that((await make(client, patient({ id }))).id !== id, 'the id of the body was taken')
    },
  },
  {
    id: 'create-ignores-meta',
    title: 'create ignores versionId and lastUpdated in the body',
    sentence: says(
      'http.html#create',
      'If the request body includes a meta, the server SHALL ignore the existing versionId and lastUpdated values. The server SHALL populate the id, meta.versionId and meta.lastUpdated with the new correct values.',
    ),
    run: async client => {
      const { meta } = await make(
        client,
        patient({ meta: { versionId: 'mine', lastUpdated: '2001-01-01T00:00:00Z' } }),
      )
      that(
        meta.versionId !== 'mine' && !String(meta.lastUpdated).startsWith('2001'),
        'meta of the body was kept',
      )
    },
  },
  {
    id: 'create-wrong-type',
    title: 'create refuses a resource of another type than the address',
    sentence: says(
      'http.html#create',
      '400 Bad Request - resource could not be parsed or failed basic FHIR validation rules',
    ),
    run: async ({ call }) => refused(await call('POST', '/Observation', { body: patient() }), 400, 422),
  },
  {
    id: 'create-unparsable',
    title: 'create refuses a body that is no JSON with 400',
    sentence: says(
      'http.html#create',
      '400 Bad Request - resource could not be parsed or failed basic FHIR validation rules',
    ),
    run: async ({ call }) =>
      refused(await call('POST', '/Patient', { body: '{"resourceType":"Patient",' }), 400),
  },
  {
    id: 'create-unknown-element',
    title: 'create refuses an element that R4 has not',
    sentence: says(
      'json.html',
      'elements that the specification does not define are not allowed in a resource; what else there is to say stands in extensions',
    ),
    run: async ({ call }) =>
      refused(await call('POST', '/Patient', { body: patient({ favouriteColour: 'blue' }) }), 400, 422),
  },
  {
    id: 'create-wrong-cardinality',
    title: 'create refuses a resource that lacks a mandatory element',
    sentence: says(
      'http.html#create',
      '422 Unprocessable Entity - the proposed resource violated applicable FHIR profiles or server business rules',
    ),
    run: async ({ call }) =>
      refused(
        await call('POST', '/Observation', { body: { resourceType: 'Observation', status: 'final' } }),
        400,
        422,
      ),
  },
  {
    id: 'create-wrong-code',
    title: 'create refuses a code outside a required binding',
    sentence: says(
      'terminologies.html#required',
      'To be conformant, the concept in this element SHALL be from the specified value set.',
    ),
    run: async ({ call }) =>
      refused(await call('POST', '/Patient', { body: patient({ gender: 'blue' }) }), 400, 422),
  },
  {
    id: 'create-unknown-type',
    title: 'create of a type that is none answers 404',
    sentence: says(
      'http.html#create',
      '404 Not Found - resource type not supported, or not a FHIR end-point',
    ),
    run: async ({ call }) =>
      refused(await call('POST', '/Unicorn', { body: { resourceType: 'Unicorn' } }), 404),
  },
  {
    id: 'create-faults-at-once',
    title: 'a refusal names the element at fault',
    sentence: says(
      'operationoutcome-definitions.html#OperationOutcome.issue.expression',
      'A simple subset of FHIRPath limited to element names, repetition indicators and the default child accessor that identifies one of the elements in the resource that caused this issue to be raised.',
    ),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient', {
        body: patient({ gender: 'blue', birthDate: 'yesterday' }),
      })
      refused(reply, 400, 422)
      const places = JSON.stringify(reply.json.issue)
      that(places.includes('gender') || places.includes('birthDate'), 'no issue names a place')
    },
  },
  {
    id: 'read-200',
    title: 'read gives the resource with id, versionId and lastUpdated',
    sentence: says(
      'http.html#read',
      'The returned resource SHALL have an id element with a value that is the [id].',
    ),
    run: async client => {
      const made = await make(client, patient())
      const reply = await client.call('GET', pathOf(made))
      answered(reply, 200)
      same('id', reply.json.id, made.id)
      that(
        reply.json.meta?.versionId !== undefined && reply.json.meta?.lastUpdated !== undefined,
        'meta lacks versionId or lastUpdated',
      )
    },
  },
  {
    id: 'read-etag-is-version',
    title: 'the ETag of a read is the weak one of meta.versionId',
    sentence: says(
      'http.html#versioning',
      'Note that the Version Id is considered a "weak" ETag and ETag headers should be prefixed with W/ and enclosed in quotes, for example: ETag: W/"3141"',
    ),
    run: async client => {
      const reply = await client.call('GET', pathOf(await make(client, patient())))
      same('ETag', reply.header('etag'), `W/"${reply.json.meta.versionId}"`)
    },
  },
  {
    id: 'read-last-modified',
    title: 'Last-Modified of a read is meta.lastUpdated',
    sentence: says('http.html#versioning', 'Last modified (.meta.lastUpdated): HTTP Last-Modified header'),
    run: async client => {
      const reply = await client.call('GET', pathOf(await make(client, patient())))
      const told = Date.parse(reply.header('last-modified'))
      that(
        Math.abs(told - Date.parse(reply.json.meta.lastUpdated)) <= 1000,
        `Last-Modified: ${reply.header('last-modified')}`,
      )
    },
  },
  {
    id: 'read-unknown-404',
    title: 'read of an id that never was answers 404',
    sentence: says('http.html#read', 'a GET for an unknown resource returns 404'),
    run: async ({ call }) => refused(await call('GET', `/Patient/${fresh()}`), 404),
  },
  {
    id: 'read-deleted-410',
    title: 'read of a deleted resource answers 410',
    sentence: says(
      'http.html#read',
      'A GET for a deleted resource returns a 410 status code, whereas a GET for an unknown resource returns 404.',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      await client.call('DELETE', path)
      refused(await client.call('GET', path), 410)
    },
  },
  {
    id: 'read-invalid-id',
    title: 'an id that can be none is refused, not a fault',
    sentence: says(
      'datatypes.html#id',
      'Any combination of upper- or lower-case ASCII letters, numerals, "-" and ".", with a length limit of 64 characters.',
    ),
    run: async ({ call }) => refused(await call('GET', `/Patient/${'a'.repeat(65)}`), 400, 404),
  },
  {
    id: 'read-summary',
    title: 'read with _summary=true gives the summary, tagged SUBSETTED',
    sentence: says(
      'http.html#read',
      'the search parameter _summary can be used when reading a resource ... Servers SHOULD define a Resource.meta.tag with the SUBSETTED as a Simple Tag to explicitly mark such resources.',
    ),
    run: async client => {
      const made = await make(client, patient({ photo: [{ title: 'x' }] }))
      const reply = await client.call('GET', `${pathOf(made)}?_summary=true`)
      answered(reply, 200)
      same('photo', reply.json.photo, undefined)
      that(JSON.stringify(reply.json.meta?.tag ?? []).includes('SUBSETTED'), 'no tag SUBSETTED')
    },
  },
  {
    id: 'read-elements',
    title: 'read with _elements leaves the others out',
    sentence: says(
      'search.html#elements',
      'Servers are not obliged to return just the requested elements. ... servers SHOULD return all mandatory elements and mark with SUBSETTED',
    ),
    run: async client => {
      const made = await make(client, patient({ birthDate: '1980-01-01' }))
      const reply = await client.call('GET', `${pathOf(made)}?_elements=birthDate`)
      answered(reply, 200)
      same('birthDate', reply.json.birthDate, '1980-01-01')
      same('name', reply.json.name, undefined)
    },
  },
  {
    id: 'update-200',
    title: 'update makes a new version and answers 200',
    sentence: says(
      'http.html#update',
      'If the interaction is successful, the server SHALL return either a 200 OK HTTP status code if the resource was updated, or a 201 Created status code if the resource was created',
    ),
    run: async client => {
      const made = await make(client, patient())
      const reply = await client.call('PUT', pathOf(made), { body: { ...made, gender: 'other' } })
      answered(reply, 200)
      const read = await client.call('GET', pathOf(made))
      same('gender', read.json.gender, 'other')
      that(read.json.meta.versionId !== made['meta'].versionId, 'the same version')
    },
  },
  {
    id: 'update-as-create',
    title: 'update of an id that never was creates it',
    sentence: says(
      'http.html#upsert',
      'Servers MAY choose to allow clients to PUT a resource to a location that does not yet exist on the server - effectively, allowing the client to define the id of the resource.',
    ),
    run: async ({ call }) => {
      const id = fresh()
      answered(await call('PUT', `/Patient/${id}`, { body: patient({ id }) }), 201)
      answered(await call('GET', `/Patient/${id}`), 200)
    },
  },
  {
    id: 'update-id-differs',
    title: 'update refuses a body with another id',
    sentence: says(
      'http.html#update',
      'If no id element is provided, or the id disagrees with the id in the URL, the server SHALL respond with an HTTP 400 error code',
    ),
    run: async client => {
      const made = await make(client, patient())
      refused(await client.call('PUT', pathOf(made), { body: { ...made, id: fresh() } }), 400)
    },
  },
  {
    id: 'update-id-absent',
    title: 'update refuses a body without an id',
    sentence: says(
      'http.html#update',
      'If no id element is provided, or the id disagrees with the id in the URL, the server SHALL respond with an HTTP 400 error code',
    ),
    run: async client => {
      const { id, ...rest } = await make(client, patient())
      refused(await client.call('PUT', `/Patient/${id}`, { body: rest }), 400)
    },
  },
  {
    id: 'update-deleted',
    title: 'update brings a deleted resource back',
    sentence: says(
      'http.html#delete',
      'Resources that have been deleted may be "brought back to life" by a subsequent update using an HTTP PUT.',
    ),
    run: async client => {
      const made = await make(client, patient())
      await client.call('DELETE', pathOf(made))
      answered(await client.call('PUT', pathOf(made), { body: made }), 200, 201)
      answered(await client.call('GET', pathOf(made)), 200)
    },
  },
]
