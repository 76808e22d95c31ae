import { answered, fresh, make, pathOf, patient, refused, same, says, that, type Check } from './check.ts'

const NEGOTIATION = 'http.html#mime-type'

/** http.html: content negotiation, HEAD, OPTIONS, CORS, errors, capabilities. */
export const httpChecks: readonly Check[] = [
  {
    id: 'metadata',
    title: 'GET metadata gives a CapabilityStatement of FHIR 4.0.1',
    sentence: says(
      'http.html#capabilities',
      'Servers SHALL provide a Capability Statement that specifies which interactions and resources are supported.',
    ),
    run: async ({ call }) => {
      const reply = await call('GET', '/metadata')
      answered(reply, 200)
      same('resourceType', reply.json.resourceType, 'CapabilityStatement')
      same('fhirVersion', reply.json.fhirVersion, '4.0.1')
    },
  },
  {
    id: 'metadata-truth',
    title: 'the statement names what is asked here: Patient, its interactions and search parameters',
    sentence: says(
      'capabilitystatement.html',
      'A statement of ... A Capability Statement documents a set of capabilities (behaviors) of a FHIR Server that may be used as a statement of actual server functionality',
    ),
    run: async ({ call }) => {
      const { json } = await call('GET', '/metadata')
      const one = json.rest[0].resource.find(({ type }: { type: string }) => type === 'Patient')
      const codes = one.interaction.map(({ code }: { code: string }) => code)
      that(
        ['read', 'vread', 'update', 'delete', 'create', 'search-type'].every(code => codes.includes(code)),
        String(codes),
      )
      that(
        one.searchParam.some(({ name }: { name: string }) => name === 'birthdate'),
        'no birthdate',
      )
    },
  },
  {
    id: 'metadata-definitions',
    title: 'the interactions of the system stand in the statement',
    sentence: says(
      'capabilitystatement-definitions.html#CapabilityStatement.rest.interaction',
      'A specification of restful operations supported by the system.',
    ),
    run: async ({ call }) => {
      const { json } = await call('GET', '/metadata')
      that(
        (json.rest[0].interaction ?? []).some(({ code }: { code: string }) => code === 'transaction'),
        'no transaction',
      )
    },
  },
  {
    id: 'content-type',
    title: 'answers are application/fhir+json in UTF-8',
    sentence: says(
      NEGOTIATION,
      'The formal MIME-type for FHIR resources is application/fhir+xml or application/fhir+json. ... UTF-8 encoding SHALL be used for the mime type application/fhir.',
    ),
    run: async ({ call }) => {
      const reply = await call('GET', '/metadata')
      that(/^application\/fhir\+json(;|$)/.test(reply.header('content-type')), reply.header('content-type'))
    },
  },
  {
    id: 'accept-json',
    title: 'Accept: application/json is answered with JSON',
    sentence: says(
      NEGOTIATION,
      'If a client provides a generic mime type in the Accept header (application/xml, text/json, or application/json), the server SHOULD respond with the requested mime type',
    ),
    run: async ({ call }) =>
      answered(await call('GET', '/metadata', { headers: { accept: 'application/json' } }), 200),
  },
  {
    id: 'accept-any',
    title: 'Accept: */* is answered with a resource',
    sentence: says(
      NEGOTIATION,
      'If neither the accept header nor the _format parameter are specified, the MIME-type of the content returned by the server is undefined and may vary.',
    ),
    run: async ({ call }) => answered(await call('GET', '/metadata', { headers: { accept: '*/*' } }), 200),
  },
  {
    id: 'accept-unknown',
    title: 'a format that the server lacks is refused with 406',
    sentence: says(
      'http.html#mime-type',
      '406 Not Acceptable is the appropriate response when the Accept header requests a format that the server does not support',
    ),
    run: async client => {
      const made = await make(client, patient())
      answered(await client.call('GET', pathOf(made), { headers: { accept: 'application/x-unicorn' } }), 406)
    },
  },
  {
    id: 'content-type-unknown',
    title: 'a body in a format that the server lacks is refused with 415',
    sentence: says(
      'http.html#mime-type',
      '415 Unsupported Media Type when the client posts a format that is not supported to the server',
    ),
    run: async ({ call }) =>
      refused(await call('POST', '/Patient', { body: 'a,b', headers: { 'content-type': 'text/csv' } }), 415),
  },
  {
    id: 'content-type-plain-json',
    title: 'a body of type application/json is taken',
    sentence: says(
      NEGOTIATION,
      'Servers SHALL support server-driven content negotiation as described in section 12 of the HTTP specification.',
    ),
    run: async ({ call }) =>
      answered(
        await call('POST', '/Patient', { body: patient(), headers: { 'content-type': 'application/json' } }),
        201,
      ),
  },
  {
    id: 'format-json',
    title: '_format=json overrides Accept',
    sentence: says(
      'http.html#parameters',
      'the codes json, application/json and application/fhir+json SHALL be interpreted to mean the JSON format',
    ),
    run: async ({ call }) => {
      const reply = await call('GET', '/metadata?_format=json', { headers: { accept: 'text/html' } })
      answered(reply, 200)
      same('resourceType', reply.json?.resourceType, 'CapabilityStatement')
    },
  },
  {
    id: 'format-unknown',
    title: '_format with a format that is none is refused',
    sentence: says(
      'http.html#mime-type',
      '406 Not Acceptable is the appropriate response when the Accept header requests a format that the server does not support',
    ),
    run: async client => {
      const made = await make(client, patient())
      answered(await client.call('GET', `${pathOf(made)}?_format=unicorn`), 400, 406)
    },
  },
  {
    id: 'pretty',
    title: '_pretty=true is indented',
    sentence: says(
      'http.html#parameters',
      '_pretty: Ask for a pretty printed response for human convenience',
    ),
    run: async client => {
      const made = await make(client, patient())
      const reply = await client.call('GET', `${pathOf(made)}?_pretty=true`)
      answered(reply, 200)
      that(/\n\s+"id"/.test(reply.text), 'not indented')
    },
  },
  {
    id: 'head-read',
    title: 'HEAD of a resource answers like GET without a body',
    sentence: says(
      'http.html#read',
      'A HEAD request can also be used. ... Anywhere that a GET request can be used, a HEAD request is also allowed.',
    ),
    run: async client => {
      const made = await make(client, patient())
      const reply = await client.call('HEAD', pathOf(made))
      answered(reply, 200)
      same('body', reply.text, '')
      that(reply.header('etag') !== '', 'no ETag')
    },
  },
  {
    id: 'head-unknown',
    title: 'HEAD of what never was answers 404',
    sentence: says(
      'http.html#read',
      'HEAD requests are treated as specified in HTTP: same response as a GET, but with no body.',
    ),
    run: async ({ call }) => answered(await call('HEAD', `/Patient/${fresh()}`), 404),
  },
  {
    id: 'options',
    title: 'OPTIONS is answered with what is allowed',
    sentence: {
      url: 'https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7',
      text: 'A server generating a successful response to OPTIONS SHOULD send any header that might indicate optional features implemented by the server and applicable to the target resource (e.g., Allow)',
    },
    run: async ({ call }) => {
      const reply = await call('OPTIONS', '/Patient')
      answered(reply, 200, 204)
      that(reply.header('allow') !== '', 'no Allow')
    },
  },
  {
    id: 'gzip',
    title: 'Accept-Encoding: gzip is honoured on a large answer',
    sentence: {
      url: 'https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3',
      text: 'The "Accept-Encoding" header field can be used to indicate preferences regarding the use of content codings.',
    },
    run: async ({ base }) => {
      const reply = await fetch(`${base}/metadata`, {
        headers: { 'accept-encoding': 'gzip', accept: 'application/fhir+json' },
      })
      await reply.arrayBuffer()
      same('Content-Encoding', reply.headers.get('content-encoding'), 'gzip')
    },
  },
  {
    id: 'method-not-allowed',
    title: 'a method that an address has not answers 404 or 405 with an OperationOutcome',
    sentence: says(
      'http.html#summary',
      'In case of failure, servers SHOULD always return a body that contains an OperationOutcome resource.',
    ),
    run: async ({ call }) => refused(await call('DELETE', '/metadata'), 400, 404, 405),
  },
  {
    id: 'error-outcome',
    title: 'an error is told by an OperationOutcome with severity and code',
    sentence: says(
      'operationoutcome.html',
      'OperationOutcome ... issue 1..* : severity (required), code (required)',
    ),
    run: async ({ call }) => {
      const reply = await call('GET', `/Patient/${fresh()}`)
      refused(reply, 404)
      that(
        reply.json.issue?.[0]?.severity !== undefined && reply.json.issue?.[0]?.code !== undefined,
        'no severity or code',
      )
    },
  },
  {
    id: 'error-no-stack',
    title: 'a refusal shows no program text',
    sentence: says(
      'security.html#http',
      'Careful: error messages and OperationOutcome must not give away implementation details',
    ),
    run: async ({ call }) => {
      const { text } = await call('POST', '/Patient', { body: '{' })
      that(
        !/\bat [\w.$]+ ?\(|\.java:\d|\.ts:\d|Exception|Jackson|com\.fasterxml/.test(text),
        text.slice(0, 120),
      )
    },
  },
  {
    id: 'nul-in-query',
    title: 'a NUL in a search value is refused or finds nothing, and is no fault',
    sentence: says(
      'datatypes.html#string',
      'Strings SHALL NOT contain Unicode character points below 32, except for u0009, u0010 and u0013',
    ),
    run: async ({ call }) => answered(await call('GET', '/Patient?name=%00'), 200, 400),
  },
  {
    id: 'decimal-precision',
    title: 'the precision of a decimal is kept',
    sentence: says(
      'datatypes.html#decimal',
      'The precision of the decimal value has significance: e.g. 0.010 is regarded as different to 0.01, and the original precision should be preserved; implementations SHALL handle decimal values in ways that preserve and respect the precision',
    ),
    run: async ({ call }) => {
      const body =
        '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":0.0100}}'
      const made = await call('POST', '/Observation', { body, headers: { prefer: 'return=representation' } })
      answered(made, 201)
      const read = await call('GET', `/Observation/${made.json.id}`)
      that(/"value"\s*:\s*0\.0100\b/.test(read.text), /"value"[^,}]*/.exec(read.text)?.[0] ?? 'no value')
    },
  },
  {
    id: 'unicode',
    title: 'text beyond the basic plane comes back as it was',
    sentence: says('json.html', 'FHIR uses UTF-8'),
    run: async client => {
      const made = await make(client, patient({ name: [{ family: 'Ωmega 𝔘 😀' }] }))
      same('family', (await client.call('GET', pathOf(made))).json.name[0].family, 'Ωmega 𝔘 😀')
    },
  },
]
