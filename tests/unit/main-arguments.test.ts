import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'

test('the file that starts the service does not start it for whoever asks for another verb of the command line', () => {
  const ran = spawnSync(process.execPath, ['src/main.ts', 'convert'], { cwd: projectRoot, encoding: 'utf8' })
  expect(ran.status).toBe(2)
  expect(ran.stderr).toContain('npx casewire')
})
