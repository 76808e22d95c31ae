import type { CaseServer } from './case-server.ts'

/** A patient of whom nothing else is known, and a case that people identified. */
export async function identifiedCase(server: CaseServer, patient: string): Promise<string> {
  const body = { resourceType: 'Patient', id: patient }
  await server.call({ method: 'PUT', path: `/fhir/Patient/${patient}`, body })
  const made = await server.call({
    method: 'POST',
    path: '/cases',
    body: { patient, caseType: 'chronic', reason: 'referred by the payer' },
  })
  if (made.status !== 201) throw new Error(made.text)
  return made.json.case.id as string
}

/** A case that was screened, assigned, consented to and opened. */
export async function openedCase(server: CaseServer, patient: string): Promise<string> {
  const id = await identifiedCase(server, patient)
  const run = async (name: string, body: object = {}) => {
    const reply = await server.command(id, name, body)
    if (reply.status !== 200) throw new Error(`${name}: ${reply.text}`)
    return reply
  }
  await run('ScreenCase', { acuity: 'high' })
  const offered = await run('OfferAssignment', { manager: 'Practitioner/noor' })
  const assignment = offered.json.events.find(
    ({ type }: { readonly type: string }) => type === 'AssignmentOffered',
  ).nounId as string
  await run('AcceptAssignment', { assignment })
  await run('GrantConsent', { scope: 'case-management', by: `Patient/${patient}` })
  await run('OpenCase')
  return id
}
