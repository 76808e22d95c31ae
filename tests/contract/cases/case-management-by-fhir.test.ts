import { expect, test } from 'vitest'
import { openCaseServer } from '../../support/case-server.ts'
import { runPage } from '../../support/run-page.ts'

test('docs/how-to/case-management-by-fhir.md does what it says, request by request', async () => {
  const server = await openCaseServer()
  const faults = await runPage(server, 'docs/how-to/case-management-by-fhir.md')
  await server.close()
  expect(faults).toEqual([])
}, 120_000)
