import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { verdictsOf } from '../conformance-http/run.ts'
import { startService } from '../support/service-process.ts'

test('the running service answers the questions of the conformance tier as the specification says', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cw-conformance-'))
  const service = await startService({ DATA_DIR: folder, LOG_LEVEL: 'silent' })
  try {
    const verdicts = await verdictsOf(`${service.url}/fhir`, { tell: () => undefined })
    const wrong = verdicts.filter(({ is }) => is !== 'pass')
    expect(wrong.map(({ check, is, because }) => `${check.id}: ${is} ${because ?? ''}`)).toEqual([])
    expect(new Set(verdicts.map(({ check }) => check.id)).size).toBe(verdicts.length)
  } finally {
    await service.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
