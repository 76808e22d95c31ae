import {
  answered,
  entriesOf,
  fresh,
  make,
  pathOf,
  patient,
  refTo,
  refused,
  same,
  says,
  TAG,
  that,
  type Check,
  type Client,
  type Stored,
} from './check.ts'

const parameters = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter })
const errors = (reply: {
  readonly json: { readonly issue?: readonly { readonly severity: string }[] }
}): number =>
  (reply.json?.issue ?? []).filter(({ severity }) => severity === 'error' || severity === 'fatal').length

const observed = async (client: Client, at: Stored, date: string): Promise<Stored> =>
  make(client, {
    resourceType: 'Observation',
    ...{ meta: { tag: [TAG] }, status: 'final', subject: refTo(at), effectiveDateTime: date },
    category: [
      {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' },
        ],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    valueString: 'x',
  })

/** operations.html and the operations of R4 that case management needs. */
export const operationChecks: readonly Check[] = [
  {
    id: 'validate-good',
    title: '$validate of a sound resource has no error',
    sentence: says(
      'resource-operation-validate.html',
      'If the operation outcome does not list any errors, and a mode was specified, then this is an indication that it would be expected that the interaction would succeed. The operation returns 200',
    ),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient/$validate', {
        body: parameters({ name: 'resource', resource: patient() }),
      })
      answered(reply, 200)
      same('errors', errors(reply), 0)
    },
  },
  {
    id: 'validate-bad',
    title: '$validate of an unsound resource tells the errors with status 200',
    sentence: says(
      'resource-operation-validate.html',
      'the operation returns a 200 OK whether or not the resource is valid; a 4xx or 5xx error means that the validation itself could not be performed',
    ),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient/$validate', {
        body: parameters({ name: 'resource', resource: patient({ gender: 'blue' }) }),
      })
      answered(reply, 200)
      that(errors(reply) > 0, 'no error')
    },
  },
  {
    id: 'validate-plain',
    title: '$validate takes the resource itself as body',
    sentence: says(
      'operations.html#3.2.0.2',
      'if there is only one parameter, which is of type Resource, the body may be that resource',
    ),
    run: async ({ call }) => answered(await call('POST', '/Patient/$validate', { body: patient() }), 200),
  },
  {
    id: 'everything',
    title: 'Patient/$everything has the patient and what is in the compartment',
    sentence: says(
      'patient-operation-everything.html',
      'the server SHOULD return at least all resources that it has that are in the patient compartment for the identified patient(s), and any resource referenced from those',
    ),
    run: async client => {
      const one = await make(client, patient())
      const seen = await observed(client, one, '2024-01-01')
      const reply = await client.call('GET', `${pathOf(one)}/$everything`)
      answered(reply, 200)
      same('type', reply.json.type, 'searchset')
      const ids = entriesOf(reply.json).map(({ resource }) => resource.id)
      that(ids.includes(one.id) && ids.includes(seen.id), String(ids))
    },
  },
  {
    id: 'everything-type',
    title: '_type of $everything leaves others out',
    sentence: says(
      'patient-operation-everything.html',
      '_type: The Type parameter is provided to allow the client to limit the types of resources returned',
    ),
    run: async client => {
      const one = await make(client, patient())
      await observed(client, one, '2024-01-01')
      const reply = await client.call('GET', `${pathOf(one)}/$everything?_type=Observation`)
      answered(reply, 200)
      const types = [...new Set(entriesOf(reply.json).map(({ resource }) => resource.resourceType))].filter(
        type => type !== 'Patient',
      )
      same('types', types, ['Observation'])
    },
  },
  {
    id: 'meta-add',
    title: '$meta-add adds a tag, $meta shows it, $meta-delete takes it away',
    sentence: says(
      'resource-operation-meta-add.html',
      'This operation takes a meta, and adds the profiles, tags, and security labels found in it to the nominated resource',
    ),
    run: async client => {
      const path = pathOf(await make(client, patient()))
      const body = parameters({ name: 'meta', valueMeta: { tag: [{ system: 'urn:y', code: 'kept' }] } })
      answered(await client.call('POST', `${path}/$meta-add`, { body }), 200)
      const told = await client.call('GET', `${path}/$meta`)
      that(told.text.includes('"kept"'), '$meta does not show the tag')
      answered(await client.call('POST', `${path}/$meta-delete`, { body }), 200)
      that(!(await client.call('GET', path)).text.includes('"kept"'), 'the tag is still there')
    },
  },
  {
    id: 'lastn',
    title: 'Observation/$lastn gives the last of each code',
    sentence: says(
      'observation-operation-lastn.html',
      'the most recent or last n=number of observations for one or more subjects ... grouped by code; max default 1',
    ),
    run: async client => {
      const one = await make(client, patient())
      await observed(client, one, '2024-01-01')
      const last = await observed(client, one, '2024-02-01')
      const reply = await client.call(
        'GET',
        `/Observation/$lastn?patient=Patient/${one.id}&category=vital-signs`,
      )
      answered(reply, 200)
      same(
        'found',
        entriesOf(reply.json).map(({ resource }) => resource.id),
        [last.id],
      )
    },
  },
  {
    id: 'expand',
    title: 'ValueSet/$expand of a stored value set',
    sentence: says(
      'valueset-operation-expand.html',
      'The definition of a value set is used to create a simple collection of codes suitable for use for data entry or validation.',
    ),
    run: async client => {
      const set = await make(client, valueSet())
      const reply = await client.call('GET', `${pathOf(set)}/$expand`)
      answered(reply, 200)
      same('codes', reply.json.expansion?.contains?.map(({ code }: { code: string }) => code).toSorted(), [
        'a',
        'b',
      ])
    },
  },
  {
    id: 'validate-code',
    title: 'ValueSet/$validate-code tells a code of the set from one that is none',
    sentence: says(
      'valueset-operation-validate-code.html',
      'result: True if the concept details supplied are valid',
    ),
    run: async client => {
      const set = await make(client, valueSet())
      for (const [code, wanted] of [
        ['a', true],
        ['z', false],
      ] as const) {
        const reply = await client.call(
          'GET',
          `${pathOf(set)}/$validate-code?system=urn:codes:check&code=${code}`,
        )
        answered(reply, 200)
        const result = reply.json.parameter?.find(({ name }: { name: string }) => name === 'result')
        same(code, result?.valueBoolean, wanted)
      }
    },
  },
  {
    id: 'operation-unknown',
    title: 'an operation that is none is refused with an OperationOutcome',
    sentence: says('operations.html#3.2.0.5', 'If an operation fails: 4xx with an OperationOutcome'),
    run: async ({ call }) =>
      refused(await call('POST', '/Patient/$unicorn', { body: parameters() }), 400, 404, 405),
  },
]

const valueSet = () => ({
  resourceType: 'ValueSet',
  meta: { tag: [TAG] },
  url: `http://example.org/ValueSet/${fresh()}`,
  status: 'active',
  compose: { include: [{ system: 'urn:codes:check', concept: [{ code: 'a' }, { code: 'b' }] }] },
})
