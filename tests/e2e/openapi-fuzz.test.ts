import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp, type App } from '../../src/app.ts'
import { readConfig } from '../../src/config/environment.ts'

/**
 * Schemathesis (https://schemathesis.readthedocs.io) sends what /openapi.json allows, and what it doesn't, to every route
 * but the operator's, which answer 503 by design where a part is switched off: no answer may be a fault of ours or another than the document describes.
 */
const isLong = process.env['CASEWIRE_LONG'] === '1'
const MINUTES = Number(process.env['CASEWIRE_FUZZ_MINUTES'] ?? '10')
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'

/** How to run it here; undefined when it can't be had. */
const tool: readonly string[] | undefined = [['schemathesis'], ['uvx', 'schemathesis']].find(
  ([program = '', ...rest]) => spawnSync(program, [...rest, '--version'], { timeout: 120_000 }).status === 0,
)

const dataDir = mkdtempSync(join(tmpdir(), 'cw-fuzz-'))
let app: App | undefined
beforeAll(() => {
  if (isLong && !tool)
    process.stderr.write(
      'THE FUZZER OF THE CASE API WAS NOT RUN: schemathesis can’t be had. Install it (pip install schemathesis) or uv.\n',
    )
})
afterAll(async () => {
  await app?.close()
  rmSync(dataDir, { recursive: true, force: true })
})

async function started(): Promise<string> {
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent' })
  if (!config.ok) throw new Error('the configuration must hold')
  app = await createApp(config.value, { say: () => undefined })
  return app.listen()
}

const sent = (url: string, method: string, body: object): Promise<Response> =>
  fetch(url, {
    method,
    headers: { 'content-type': url.includes('/fhir/') ? 'application/fhir+json' : 'application/json' },
    body: JSON.stringify(body),
  })

const finished = (
  program: string,
  options: readonly string[],
): Promise<{ code: number | null; said: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, options, { cwd: dataDir })
    let said = ''
    child.stdout.on('data', (part: Buffer) => (said += String(part)))
    child.stderr.on('data', (part: Buffer) => (said += String(part)))
    child.on('error', reject)
    child.on('close', code => resolve({ code, said }))
  })

test.runIf(isLong && tool)(
  'every answer of the case API is one that its OpenAPI document describes',
  async () => {
    const url = await started()
    await sent(`${url}/fhir/Patient/s1`, 'PUT', { resourceType: 'Patient', id: 's1' })
    expect(
      (await sent(`${url}/cases`, 'POST', { patient: 's1', caseType: 'chronic', reason: 'x' })).status,
    ).toBe(201)
    const [program = '', ...rest] = tool ?? []
    const { code, said } = await finished(program, [
      ...rest,
      ...['run', `${url}/openapi.json`, '--no-color', '--continue-on-failure', '--checks', CHECKS],
      ...[
        '--phases',
        'coverage,fuzzing',
        '--exclude-path-regex',
        '^/admin',
        '--max-time',
        String(MINUTES * 60),
      ],
    ])
    expect(code, said.slice(-20_000)).toBe(0)
  },
  (MINUTES + 5) * 60_000,
)
