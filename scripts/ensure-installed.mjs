// Installs the dependencies when node_modules is absent or differs from package-lock.json. Runs before every npm script
// that needs them, on whatever Node the machine has (20 or later), so: plain JavaScript, no dependency. Says what it does
// on standard error only; standard output belongs to the script that follows.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const runtime = join(root, 'node_modules', '.bin', 'node')
const withoutDev = process.env.NODE_ENV === 'production' || /\bdev\b/.test(process.env.npm_config_omit ?? '')

const why = reasonToInstall()
if (why !== undefined) install(why)
if (!withoutDev) requireRuntime()

/** Why an install is needed, or undefined. npm leaves its own record of what it installed in node_modules. */
function reasonToInstall() {
  const record = join(root, 'node_modules', '.package-lock.json')
  const lock = join(root, 'package-lock.json')
  if (!existsSync(record)) return 'the dependencies are not installed yet'
  if (statSync(record).mtimeMs >= statSync(lock).mtimeMs) return undefined
  const wanted = JSON.parse(readFileSync(lock, 'utf8')).packages
  const present = JSON.parse(readFileSync(record, 'utf8')).packages
  for (const [path, { version, optional, dev }] of Object.entries(wanted)) {
    if (path === '' || optional || (withoutDev && dev)) continue
    if (present[path]?.version !== version) return 'package-lock.json has changed'
  }
  // Same content, newer date (a branch was switched): the next start need not compare again.
  utimesSync(record, new Date(), new Date())
  return undefined
}

function install(reason) {
  const began = Date.now()
  const say = text => process.stderr.write(`casewire: ${text}\n`)
  say(`${reason}: installing from package-lock.json (npm ci, about half a minute)`)
  const args = [
    'ci',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(withoutDev ? ['--omit=dev'] : []),
  ]
  const npm = process.env.npm_execpath
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []]
  const { status, error } = spawnSync(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, npm_config_ignore_scripts: 'false' },
  })
  if (status !== 0) {
    say(
      `npm ci failed${error ? ` (${error.message})` : ''}: mend what it says above and run the command again`,
    )
    process.exit(1)
  }
  say(`installed in ${((Date.now() - began) / 1000).toFixed(0)} s`)
}

/** The `node` package brings the Node that package.json asks for; without its install script it is empty. */
function requireRuntime() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const major = engines.node.split('.')[0]
  const { stdout } = spawnSync(runtime, ['--version'], { encoding: 'utf8' })
  if (stdout?.startsWith(`v${major}.`)) return
  process.stderr.write(
    `casewire: Node ${major} is missing at node_modules/.bin/node (found ${stdout?.trim() || 'nothing'}). ` +
      `Its package has an install script: allow it (npm config set ignore-scripts false), delete node_modules and try again\n`,
  )
  process.exit(1)
}
