import { answered, fresh, make, pathOf, patient, refused, same, says, type Check } from './check.ts'

/** http.html: vread and delete. */
export const vreadDeleteChecks: readonly Check[] = [
  {
    id: 'vread',
    title: 'vread gives the version asked for',
    sentence: says(
      'http.html#vread',
      'The returned resource SHALL have an id element with a value that is the [id], and a meta.versionId element with a value of [vid].',
    ),
    run: async client => {
      const made = await make(client, patient({ gender: 'male' }))
      await client.call('PUT', pathOf(made), { body: { ...made, gender: 'female' } })
      const reply = await client.call('GET', `${pathOf(made)}/_history/${made['meta'].versionId}`)
      answered(reply, 200)
      same('gender', reply.json.gender, 'male')
      same('versionId', reply.json.meta.versionId, made['meta'].versionId)
    },
  },
  {
    id: 'vread-unknown-version',
    title: 'vread of a version that never was answers 404',
    sentence: says(
      'http.html#vread',
      'If a request is made for a previous version of a resource, and the server does not support accessing previous versions (either generally, or for this particular resource), it should return a 404 Not Found error',
    ),
    run: async client => {
      const made = await make(client, patient())
      refused(await client.call('GET', `${pathOf(made)}/_history/4711`), 404)
    },
  },
  {
    id: 'vread-deleted-version',
    title: 'vread of the version that deleted answers 410',
    sentence: says(
      'http.html#vread',
      'If the version referred to is actually one where the resource was deleted, the server should return a 410 status code.',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      await client.call('DELETE', path)
      refused(await client.call('GET', `${path}/_history/2`), 410)
    },
  },
  {
    id: 'delete-then-gone',
    title: 'delete answers 200, 202 or 204 and the resource is gone',
    sentence: says(
      'http.html#delete',
      'Upon successful deletion, or if the resource does not exist at all, the server should return either 200 OK if the response contains a payload, or 204 No Content with no response payload, or a 202 Accepted',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      answered(await client.call('DELETE', path), 200, 202, 204)
      answered(await client.call('GET', path), 410, 404)
    },
  },
  {
    id: 'delete-unknown',
    title: 'delete of what never was is no error',
    sentence: says(
      'http.html#delete',
      'Upon successful deletion, or if the resource does not exist at all, the server should return either 200 OK ... or 204 No Content ... or a 202 Accepted',
    ),
    run: async ({ call }) => answered(await call('DELETE', `/Patient/${fresh()}`), 200, 202, 204),
  },
  {
    id: 'delete-twice',
    title: 'delete of a deleted resource is no error',
    sentence: says(
      'http.html#delete',
      'Performing this interaction on a resource that is already deleted has no effect, and the server should return either a 200 OK if the response contains a payload, or a 204 No Content with no response payload.',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      await client.call('DELETE', path)
      answered(await client.call('DELETE', path), 200, 202, 204)
    },
  },
  {
    id: 'deleted-not-found-by-search',
    title: 'a deleted resource is not found by search',
    sentence: says(
      'http.html#delete',
      'A delete interaction means that subsequent non-version specific reads of a resource return a 410 HTTP status code and that the resource is no longer found through search interactions.',
    ),
    run: async client => {
      const made = await make(client, patient())
      await client.call('DELETE', pathOf(made))
      const reply = await client.call('GET', `/Patient?_id=${made.id}`)
      same('entries', (reply.json?.entry ?? []).length, 0)
    },
  },
]
