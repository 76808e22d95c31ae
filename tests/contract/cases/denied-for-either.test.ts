import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'
import { openedCase } from '../../support/case-story.ts'

let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer()
})
afterAll(() => server.close())

const RECIPIENT = 'Organization/cbo'

/** A consent to share a case with somebody; gives its id. */
async function shared(caseId: string, patient: string): Promise<string> {
  const body = { scope: 'sharing', by: `Patient/${patient}`, recipients: [RECIPIENT] }
  const { status, text, json } = await server.command(caseId, 'GrantConsent', body)
  if (status !== 200) throw new Error(text)
  return json.events.find(({ noun }: { readonly noun: string }) => noun === 'consent').nounId as string
}

async function written(id: string, change: (consent: Record<string, unknown>) => object): Promise<void> {
  const path = `/fhir/Consent/${id}`
  const { json } = await server.call({ path })
  const reply = await server.call({ method: 'PUT', path, body: { ...json, ...change(json) } })
  if (reply.status !== 200) throw new Error(reply.text)
}

const reference = (name: string, id: string) => ({
  name: `${name}-patient`,
  valueReference: { reference: `Patient/${id}` },
})

test('what one of two patients denied is denied in the cases of the other too once they are one', async () => {
  const [kept, gone] = [await openedCase(server, 'kept'), await openedCase(server, 'gone')]
  await shared(kept, 'kept')
  const denial = await shared(gone, 'gone')
  await written(denial, ({ provision }) => ({ provision: { ...(provision as object), type: 'deny' } }))
  const merged = await server.call({
    method: 'POST',
    path: '/fhir/Patient/$merge',
    body: {
      resourceType: 'Parameters',
      parameter: [reference('source', 'gone'), reference('target', 'kept')],
    },
    headers: { 'content-type': 'application/fhir+json' },
  })
  expect(merged.status, merged.text).toBe(200)
  const transfer = () => server.command(kept, 'TransferOut', { to: RECIPIENT, reason: 'moved away' })
  const refused = await transfer()
  expect([refused.status, refused.json.rule], refused.text).toEqual([422, 'I8'])
  await written(denial, () => ({ status: 'inactive' }))
  const sent = await transfer()
  expect(sent.status, sent.text).toBe(200)
})
