import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint } from './jars.ts'
import { isInstalled } from './process.ts'
import { cacheFolder, Missing, projectRoot } from './service.ts'

const source = join(projectRoot, 'tests', 'clients')

/**
 * A folder with the programs of tests/clients beside what they need, fetched by npm from their lockfile when it isn't there
 * yet; the folder's name carries the lockfile's hash. Without peers, which are all optional here (React Native, PDF). Missing: the registry can't be reached.
 */
export function nodeClients(): string {
  const folder = join(cacheFolder, 'clients', `node-${fingerprint(join(source, 'package-lock.json'))}`)
  install(folder, partial => {
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(source, file), join(partial, file))
    fetched('npm', ['ci', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund'], partial)
  })
  for (const file of readdirSync(source)) {
    if (file.endsWith('.mjs')) copyFileSync(join(source, file), join(folder, file))
  }
  return folder
}

/** A Python that has what tests/clients/requirements.txt names, in an environment of its own. */
export function pythonClients(): string {
  if (!isInstalled('python3', ['-c', 'import venv, ensurepip']))
    throw new Missing('Python 3 with venv (Debian: apt-get install python3-venv)')
  const requirements = join(source, 'requirements.txt')
  const folder = join(cacheFolder, 'clients', `python-${fingerprint(requirements)}`)
  install(folder, partial => {
    fetched('python3', ['-m', 'venv', partial], source)
    fetched(join(partial, 'bin', 'python3'), ['-m', 'pip', 'install', '-q', '-r', requirements], source)
  })
  return join(folder, 'bin', 'python3')
}

/** Made beside and renamed when complete: a folder of the right name is always whole. */
function install(folder: string, fill: (partial: string) => void): void {
  if (existsSync(folder)) return
  const partial = `${folder}.partial-${process.pid}`
  mkdirSync(partial, { recursive: true })
  try {
    fill(partial)
    if (!existsSync(folder)) renameSync(partial, folder)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

function fetched(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 300_000 })
  if (status !== 0)
    throw new Missing(`what ${command} ${args[0]} fetches: ${(stderr ?? '').trim().slice(-500)}`)
}
