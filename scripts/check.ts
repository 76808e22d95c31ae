import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { projectRoot } from './services/service.ts'

/** Everything that needs no server, all of it even when the first fails: format, lint with the room rules, types, unused code. */
const checks = [
  { name: 'format', command: 'oxfmt', args: ['--check', '.'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  { name: 'unused', command: 'knip', args: [] },
] as const

const failed: string[] = []
for (const { name, command, args } of checks) {
  const began = performance.now()
  const status = await run(join(projectRoot, 'node_modules', '.bin', command), args)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  process.stdout.write(`check ${name}: ${status === 0 ? 'good' : 'FAILED'} (${seconds} s)\n`)
  if (status !== 0) failed.push(name)
}
process.exitCode = failed.length > 0 ? 1 : 0

function run(command: string, args: readonly string[]): Promise<number | null> {
  const child = spawn(command, args, { cwd: projectRoot, stdio: 'inherit' })
  return new Promise(resolve => child.once('close', resolve))
}
