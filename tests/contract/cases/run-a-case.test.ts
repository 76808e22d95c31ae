import { expect, test } from 'vitest'
import { openCaseServer } from '../../support/case-server.ts'
import { runPage } from '../../support/run-page.ts'

test('docs/how-to/run-a-case.md does what it says, request by request', async () => {
  const server = await openCaseServer()
  const faults = await runPage(server, 'docs/how-to/run-a-case.md')
  await server.close()
  expect(faults).toEqual([])
}, 120_000)

test('a reader who sends it months later gets the same answers', async () => {
  const server = await openCaseServer('2027-03-09T15:00:00Z')
  const faults = await runPage(server, 'docs/how-to/run-a-case.md', { isLater: true })
  await server.close()
  expect(faults).toEqual([])
}, 120_000)
