import { answered, patient, refused, same, says, that, type Check } from './check.ts'

/** http.html#return and search.html#errors: the header Prefer. */
export const preferChecks: readonly Check[] = [
  {
    id: 'prefer-minimal',
    title: 'Prefer: return=minimal leaves the body out',
    sentence: says('http.html#return', 'Prefer: return=minimal ... asks to return no body'),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient', { body: patient(), headers: { prefer: 'return=minimal' } })
      answered(reply, 201)
      same('body', reply.text, '')
    },
  },
  {
    id: 'prefer-representation',
    title: 'Prefer: return=representation gives the whole resource',
    sentence: says('http.html#return', 'Prefer: return=representation ... asks to return the full resource'),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient', {
        body: patient(),
        headers: { prefer: 'return=representation' },
      })
      same('resourceType', reply.json?.resourceType, 'Patient')
    },
  },
  {
    id: 'prefer-outcome',
    title: 'Prefer: return=OperationOutcome gives an OperationOutcome',
    sentence: says(
      'http.html#return',
      'Prefer: return=OperationOutcome asks the server to return an OperationOutcome resource containing hints and warnings about the operation rather than the full resource',
    ),
    run: async ({ call }) => {
      const reply = await call('POST', '/Patient', {
        body: patient(),
        headers: { prefer: 'return=OperationOutcome' },
      })
      answered(reply, 201)
      same('resourceType', reply.json?.resourceType, 'OperationOutcome')
    },
  },
  {
    id: 'handling-strict',
    title: 'Prefer: handling=strict refuses an unknown search parameter',
    sentence: says(
      'search.html#errors',
      'handling=strict: Client requests that the server return an error for any unknown or unsupported parameter',
    ),
    run: async ({ call }) =>
      refused(
        await call('GET', '/Patient?favourite-colour=blue', { headers: { prefer: 'handling=strict' } }),
        400,
      ),
  },
  {
    id: 'handling-lenient',
    title: 'Prefer: handling=lenient ignores an unknown search parameter',
    sentence: says(
      'search.html#errors',
      'handling=lenient: Client requests that the server ignore any unknown or unsupported parameter',
    ),
    run: async ({ call }) => {
      const reply = await call('GET', '/Patient?favourite-colour=blue&_count=1', {
        headers: { prefer: 'handling=lenient' },
      })
      answered(reply, 200)
      const self =
        reply.json.link?.find(({ relation }: { relation: string }) => relation === 'self')?.url ?? ''
      that(!self.includes('favourite-colour'), 'the link self names a parameter that was not used')
    },
  },
]
