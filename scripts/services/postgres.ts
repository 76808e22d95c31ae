import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import { run, type RunOptions } from './process.ts'
import { Missing, type Service, type Wanted } from './service.ts'

const debianFolder = '/usr/lib/postgresql'
const oldestVersion = 15
const throwAwaySettings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']
const settings = ['max_connections=200', 'shared_buffers=256MB', 'autovacuum_vacuum_scale_factor=0.02']

/** Starts a PostgreSQL cluster of our own from the machine's binaries, with role and database `casewire`. */
export async function startPostgres(wanted: Wanted): Promise<Service> {
  const bin = binaries()
  const owner = clusterOwner()
  const data = dataFolder(wanted.folder, owner)
  const as = owner.root ? { uid: owner.uid, gid: owner.gid, cwd: '/' } : {}
  if (!existsSync(join(data, 'PG_VERSION'))) {
    wanted.say('making a PostgreSQL cluster (2 s)')
    run(
      join(bin, 'initdb'),
      ['-D', data, '-U', 'casewire', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
      as,
    )
  }
  const all = [
    `port=${wanted.port}`,
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    ...settings,
    ...(wanted.throwAway ? throwAwaySettings : []),
  ]
  const options = all.map(setting => `-c ${setting}`).join(' ')
  run(
    join(bin, 'pg_ctl'),
    ['-D', data, '-w', '-t', '60', '-l', join(data, 'server.log'), '-o', options, 'start'],
    as,
  )
  createDatabase(bin, wanted.port, as)
  const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
  const version = run(join(bin, 'postgres'), ['--version']).trim().split(' ')[2] ?? ''
  return {
    name: 'postgres',
    address: `postgres://casewire@127.0.0.1:${wanted.port}/casewire`,
    label: `PostgreSQL ${version} (local process)`,
    by: { pid, mark: data },
  }
}

function dataFolder(folder: string, owner: Owner): string {
  const inside = join(folder, 'data')
  mkdirSync(inside, { recursive: true })
  if (!owner.root) return inside
  chownSync(inside, owner.uid, owner.gid)
  if (spawnSync('test', ['-w', inside], { uid: owner.uid, gid: owner.gid, cwd: '/' }).status === 0)
    return inside
  const outside = outsideFolder(folder)
  mkdirSync(outside, { recursive: true })
  chownSync(outside, owner.uid, owner.gid)
  return outside
}

/** Where the cluster goes instead when the checkout lies where only root may look (a home folder). */
export function outsideFolder(folder: string): string {
  return join(tmpdir(), `casewire-postgres-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`)
}

/** The newest installed server, in Debian's folder or on the PATH (other distributions, Homebrew). */
function binaries(): string {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : []
  const newest = versions
    .filter(
      version => Number(version) >= oldestVersion && existsSync(join(debianFolder, version, 'bin', 'initdb')),
    )
    .toSorted((one, other) => Number(other) - Number(one))[0]
  if (newest !== undefined) return join(debianFolder, newest, 'bin')
  const onPath = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' })
  const folder = onPath.status === 0 ? onPath.stdout.trim() : ''
  if (existsSync(join(folder, 'initdb'))) return folder
  throw new Missing(
    `PostgreSQL ${oldestVersion} or later (Debian: apt-get install postgresql), or Docker with its image`,
  )
}

interface Owner {
  readonly root: boolean
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: then it runs as the user that its package made. */
function clusterOwner(): Owner {
  const uid = process.getuid?.() ?? -1
  if (uid !== 0) return { root: false, uid, gid: process.getgid?.() ?? -1 }
  const id = (flag: string) =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout || Number.NaN)
  const owner = { root: true, uid: id('-u'), gid: id('-g') }
  if (Number.isNaN(owner.uid))
    throw new Missing('a user `postgres` to run PostgreSQL as (it refuses to run as root)')
  return owner
}

function createDatabase(bin: string, port: number, as: RunOptions): void {
  const to = ['-h', '127.0.0.1', '-p', String(port), '-U', 'casewire']
  const list = run(
    join(bin, 'psql'),
    [...to, '-d', 'postgres', '-Atc', 'select datname from pg_database'],
    as,
  )
  if (!list.split('\n').includes('casewire')) run(join(bin, 'createdb'), [...to, 'casewire'], as)
}
