import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from './services/service.ts'

/**
 * Names in package-lock.json the builds for other platforms that the registry used for `npm install` does not serve: npm
 * leaves such optional packages out, and then `npm ci` refuses the lock. Run after every `npm install`: npm run lock:complete
 */
interface Entry {
  readonly version?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const file = join(projectRoot, 'package-lock.json')
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> }
const present = new Set(Object.keys(lock.packages).map(path => path.slice(path.lastIndexOf('node_modules/'))))

const absent = Object.values(lock.packages).flatMap(({ dev, optionalDependencies = {} }) =>
  Object.entries(optionalDependencies)
    .filter(([name]) => !present.has(`node_modules/${name}`))
    .map(([name, version]) => [
      `node_modules/${name}`,
      inNpmsOrder({ version, dev, optional: true, ...platform(name) }),
    ]),
)
lock.packages = Object.fromEntries(
  [...Object.entries(lock.packages), ...(absent as [string, Entry][])].toSorted(([one], [other]) =>
    one.localeCompare(other, 'en'),
  ),
)
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`)
process.stdout.write(`${absent.length} builds for other platforms added\n`)

function inNpmsOrder(entry: object): object {
  const said = Object.entries(entry).filter(([, value]) => value !== undefined)
  const keyed = said
    .filter(([key]) => key !== 'version')
    .toSorted(([one], [other]) => one.localeCompare(other, 'en'))
  return Object.fromEntries([...said.filter(([key]) => key === 'version'), ...keyed])
}

/** What npm reads to pass a package by: system, processor and C library, all spelt in the package's name. */
function platform(name: string): object {
  const words = name.split(/[/-]/)
  const find = (known: readonly string[]): readonly string[] => known.filter(word => words.includes(word))
  const os = find(['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'])
  const cpu = find(['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'])
  if (os.length !== 1 || cpu.length !== 1)
    throw new Error(`${name}: its platform can't be read from its name`)
  const libc = os[0] !== 'linux' ? [] : words.some(word => word.startsWith('musl')) ? ['musl'] : ['glibc']
  return { cpu, os, libc: libc.length > 0 ? libc : undefined }
}
