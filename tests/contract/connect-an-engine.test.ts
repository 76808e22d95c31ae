import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { cliIo } from '../../src/app-cli.ts'
import { convert } from '../../src/cli/convert.ts'
import { openCaseServer } from '../support/case-server.ts'
import { runPage } from '../support/run-page.ts'

const PAGE = 'docs/how-to/connect-an-engine.md'
const page = readFileSync(join(projectRoot, PAGE), 'utf8')
const block = (kind: string): string => new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? ''

test('docs/how-to/connect-an-engine.md does what it says, request by request', async () => {
  const server = await openCaseServer('2026-10-05T23:00:00Z', {
    environment: { SOURCES_CONFIG: block('jsonc') },
  })
  const faults = await runPage(server, PAGE)
  await server.close()
  expect(faults).toEqual([])
})

test('the file of the page converts under the settings of the page', async () => {
  const out: string[] = []
  const io = {
    ...cliIo({}),
    out: (text: string) => out.push(text),
    readStdin: () => Promise.resolve(Buffer.from(block('hl7').replaceAll('\n', '\r'))),
  }
  expect(await convert.run(['--sources', block('jsonc'), '-'], io)).toBe(0)
  expect(out.join('')).toContain('"system":"urn:oid:2.16.840.1.113883.3.777.1","value":"M-100"')
  expect(out.join('')).toContain('"start":"2026-10-05T18:30:00-04:00"')
})
