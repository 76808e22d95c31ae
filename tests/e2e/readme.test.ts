import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { startService, type ServiceProcess } from '../support/service-process.ts'

/** The commands of README.md as they stand there, but for the port. */
const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
const [, block = ''] = /## Five lines\n\n```sh\n([^`]*)```/.exec(readme) ?? []
const [start = '', admission = '', discharge = '', readBack = '', metrics = ''] = block
  .split(/^# \d\. .*\n/m)
  .slice(1)
  .map(command => command.trim())
const [, byCommand = ''] = /explains its duties:\n\n```sh\n([^`]*)```/.exec(readme) ?? []

describe('the five lines of the README', () => {
  const folder = mkdtempSync(join(tmpdir(), 'casewire-readme-'))
  let service: ServiceProcess

  beforeAll(async () => {
    service = await startService({ DATA_DIR: folder, LOG_LEVEL: 'warn' })
  })

  afterAll(async () => {
    await service.stop()
    rmSync(folder, { recursive: true })
  })

  const run = (command: string): string => {
    const { port } = new URL(service.url)
    expect(command).toContain('http://127.0.0.1:8080/')
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command.replaceAll(':8080', `:${port}`)], {
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return stdout
  }

  test('start, admit, discharge, read back and measure', () => {
    expect(start).toBe('npm start')
    expect(JSON.parse(run(admission))).toMatchObject({ verdicts: [{ trigger: 'A01', outcome: 'applied' }] })
    expect(JSON.parse(run(discharge))).toMatchObject({ verdicts: [{ trigger: 'A03', outcome: 'applied' }] })

    const [cases, tasks, plans] = run(readBack)
      .split(/(?<=\})(?=\{"resourceType":"Bundle")/)
      .map(
        text =>
          JSON.parse(text) as { readonly entry: readonly { readonly resource: Record<string, unknown> }[] },
      )
    expect(cases?.entry.map(({ resource }) => resource['resourceType'])).toEqual(['EpisodeOfCare'])
    expect(plans?.entry.map(({ resource }) => resource['status'])).toEqual(['active'])
    const codes = tasks?.entry.map(({ resource }) => JSON.stringify(resource['code'])).join()
    for (const duty of [
      'screen',
      'contact',
      'discharge-info',
      'follow-up-visit',
      'med-rec',
      'readmission-watch',
    ]) {
      expect(codes).toContain(`"${duty}"`)
    }
    expect(run(metrics)).toContain('casewire_messages_total{outcome="applied"} 2')

    const answers = run(byCommand)
    expect(answers).toContain('"CaseScreenedIn"')
    expect(answers).toContain('"rule":"contact"')
  })
})
