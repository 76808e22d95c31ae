import {
  answered,
  fresh,
  make,
  pathOf,
  patient,
  refused,
  same,
  says,
  type Check,
  type Client,
  type Reply,
  type Stored,
} from './check.ts'

const JSON_PATCH = 'application/json-patch+json'
const sent = (
  client: Client,
  path: string,
  operations: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> =>
  client.call('PATCH', path, {
    body: JSON.stringify(operations),
    headers: { 'content-type': JSON_PATCH, ...headers },
  })

interface Part {
  readonly name: string
  readonly [value: `value${string}`]: unknown
}
const operation = (type: string, ...part: readonly Part[]) => ({
  name: 'operation',
  part: [{ name: 'type', valueCode: type }, ...part],
})
const at = (path: string): Part => ({ name: 'path', valueString: path })
const fhirPatch = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter })

const named = (client: Client): Promise<Stored> =>
  make(client, patient({ name: [{ family: 'A', given: ['x', 'y', 'z'] }], birthDate: '1980-01-01' }))

async function patched(client: Client, ...operations: readonly object[]): Promise<Reply['json']> {
  const made = await named(client)
  answered(await client.call('PATCH', pathOf(made), { body: fhirPatch(...operations) }), 200)
  return (await client.call('GET', pathOf(made))).json
}

const FHIRPATH = 'fhirpatch.html'
const HTTP = 'http.html#patch'

/** http.html#patch: JSON Patch (RFC 6902) and FHIRPath Patch (fhirpatch.html). */
export const patchChecks: readonly Check[] = [
  {
    id: 'json-patch-replace',
    title: 'a JSON Patch replaces a value and makes a new version',
    sentence: says(
      HTTP,
      'The body of a PATCH operation SHALL be either: a JSON Patch document with a content type of application/json-patch+json ...',
    ),
    run: async client => {
      const made = await named(client)
      answered(
        await sent(client, pathOf(made), [{ op: 'replace', path: '/birthDate', value: '1990-01-01' }]),
        200,
      )
      const read = await client.call('GET', pathOf(made))
      same('birthDate', read.json.birthDate, '1990-01-01')
      same('versionId changed', read.json.meta.versionId === made['meta'].versionId, false)
    },
  },
  {
    id: 'json-patch-test-fails',
    title: 'a JSON Patch whose test fails changes nothing',
    sentence: {
      url: 'https://www.rfc-editor.org/rfc/rfc6902#section-5',
      text: 'If a normative requirement is violated by a JSON Patch document, or if an operation is not successful, evaluation of the JSON Patch document SHOULD terminate and application of the entire patch document SHALL NOT be deemed successful.',
    },
    run: async client => {
      const made = await named(client)
      const reply = await sent(client, pathOf(made), [
        { op: 'replace', path: '/gender', value: 'male' },
        { op: 'test', path: '/birthDate', value: '1990-01-01' },
      ])
      refused(reply, 400, 409, 412, 422)
      same('gender', (await client.call('GET', pathOf(made))).json.gender, undefined)
    },
  },
  {
    id: 'json-patch-invalid-result',
    title: 'a JSON Patch to an invalid resource is refused',
    sentence: says(
      HTTP,
      'When the operations have all been processed, the server processes the resulting document as an Update operation; all the version and error handling etc. apply as specified',
    ),
    run: async client => {
      const made = await named(client)
      refused(await sent(client, pathOf(made), [{ op: 'add', path: '/gender', value: 'blue' }]), 400, 422)
    },
  },
  {
    id: 'json-patch-unknown',
    title: 'a patch of what never was answers 404',
    sentence: says(
      HTTP,
      'the server SHALL process its own copy of the resource in the format indicated, applying the operations specified in the document',
    ),
    run: async client =>
      refused(
        await sent(client, `/Patient/${fresh()}`, [{ op: 'add', path: '/gender', value: 'male' }]),
        404,
      ),
  },
  {
    id: 'json-patch-if-match',
    title: 'a patch with an old version in If-Match answers 412',
    sentence: says(
      HTTP,
      'servers SHALL support conditional PATCH, which works exactly the same as specified for update in Concurrency Management.',
    ),
    run: async client => {
      const made = await named(client)
      refused(
        await sent(client, pathOf(made), [{ op: 'add', path: '/gender', value: 'male' }], {
          'if-match': 'W/"4711"',
        }),
        412,
      )
    },
  },
  {
    id: 'json-patch-conditional',
    title: 'a conditional patch with one match patches it',
    sentence: says(HTTP, 'One Match: The server performs the update against the matching resource'),
    run: async client => {
      const value = fresh()
      const made = await make(client, patient({ identifier: [{ system: 'urn:casewire:check', value }] }))
      answered(
        await sent(client, `/Patient?identifier=urn:casewire:check|${value}`, [
          { op: 'add', path: '/gender', value: 'male' },
        ]),
        200,
      )
      same('gender', (await client.call('GET', pathOf(made))).json.gender, 'male')
    },
  },
  {
    id: 'json-patch-conditional-none',
    title: 'a conditional patch without a match answers 404',
    sentence: says(HTTP, 'No matches: The server returns a 404 Not Found'),
    run: async client =>
      refused(
        await sent(client, `/Patient?identifier=urn:casewire:check|${fresh()}`, [
          { op: 'add', path: '/gender', value: 'male' },
        ]),
        404,
      ),
  },
  {
    id: 'json-patch-conditional-many',
    title: 'a conditional patch with several matches answers 412',
    sentence: says(
      HTTP,
      "Multiple matches: The server returns a 412 Precondition Failed error indicating the client's criteria were not selective enough",
    ),
    run: async client => {
      const value = fresh()
      for (const _ of [1, 2])
        await make(client, patient({ identifier: [{ system: 'urn:casewire:check', value }] }))
      refused(
        await sent(client, `/Patient?identifier=urn:casewire:check|${value}`, [
          { op: 'add', path: '/gender', value: 'male' },
        ]),
        412,
      )
    },
  },
  {
    id: 'fhirpath-patch-add',
    title: 'FHIRPath Patch: add',
    sentence: says(
      FHIRPATH,
      'add: The content will be appended to the element identified in the path, using the name specified.',
    ),
    run: async client => {
      const json = await patched(
        client,
        operation(
          'add',
          at('Patient'),
          { name: 'name', valueString: 'gender' },
          { name: 'value', valueCode: 'female' },
        ),
      )
      same('gender', json.gender, 'female')
    },
  },
  {
    id: 'fhirpath-patch-insert',
    title: 'FHIRPath Patch: insert',
    sentence: says(
      FHIRPATH,
      'insert: The content will be inserted into the nominated list at the index specified (0 based).',
    ),
    run: async client => {
      const json = await patched(
        client,
        operation(
          'insert',
          at('Patient.name[0].given'),
          { name: 'index', valueInteger: 1 },
          { name: 'value', valueString: 'n' },
        ),
      )
      same('given', json.name[0].given, ['x', 'n', 'y', 'z'])
    },
  },
  {
    id: 'fhirpath-patch-delete',
    title: 'FHIRPath Patch: delete',
    sentence: says(FHIRPATH, 'delete: Path of the element to delete (if found)'),
    run: async client =>
      same(
        'birthDate',
        (await patched(client, operation('delete', at('Patient.birthDate')))).birthDate,
        undefined,
      ),
  },
  {
    id: 'fhirpath-patch-delete-nothing',
    title: 'FHIRPath Patch: delete of what is not there is no error',
    sentence: says(
      FHIRPATH,
      'Except for the delete operation, it is an error if no element matches the specified path',
    ),
    run: async client =>
      same(
        'birthDate',
        (await patched(client, operation('delete', at('Patient.maritalStatus')))).birthDate,
        '1980-01-01',
      ),
  },
  {
    id: 'fhirpath-patch-replace',
    title: 'FHIRPath Patch: replace',
    sentence: says(
      FHIRPATH,
      'replace: Path of the element to replace ... value (Data type) to replace it with',
    ),
    run: async client => {
      const json = await patched(
        client,
        operation('replace', at('Patient.birthDate'), { name: 'value', valueDate: '1990-01-01' }),
      )
      same('birthDate', json.birthDate, '1990-01-01')
    },
  },
  {
    id: 'fhirpath-patch-move',
    title: 'FHIRPath Patch: move',
    sentence: says(FHIRPATH, 'move: Move an element within a single list'),
    run: async client => {
      const json = await patched(
        client,
        operation(
          'move',
          at('Patient.name[0].given'),
          { name: 'source', valueInteger: 2 },
          { name: 'destination', valueInteger: 0 },
        ),
      )
      same('given', json.name[0].given, ['z', 'x', 'y'])
    },
  },
  {
    id: 'fhirpath-patch-bad-path',
    title: 'FHIRPath Patch: a path that is none is refused',
    sentence: says(FHIRPATH, 'The FHIRPath statement must return a single element'),
    run: async client => {
      const made = await named(client)
      refused(
        await client.call('PATCH', pathOf(made), {
          body: fhirPatch(operation('replace', at('Patient.(('), { name: 'value', valueDate: '1990-01-01' })),
        }),
        400,
        422,
      )
    },
  },
]
