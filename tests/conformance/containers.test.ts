import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { recipes } from '../../scripts/services/docker.ts'
import { projectRoot } from '../../scripts/services/service.ts'
import { readConfig } from '../../src/config/environment.ts'
import { variables } from '../../src/config/variables.ts'

/** No container engine runs here, so what can be told without one is told from the files. */
interface ComposeService {
  readonly image?: string
  readonly build?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly command?: readonly string[]
  readonly read_only?: boolean
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8')
const compose = parse(read('docker-compose.yml')) as {
  readonly services: Readonly<Record<string, ComposeService>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const service = (name: string): ComposeService => {
  const found = compose.services[name]
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`)
  return found
}
const instructions = read('Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll('\\\n', ' ')
  .split('\n')
  .filter(line => line !== '')
  .map(line => {
    const [name = '', ...rest] = line.split(' ')
    return { name, argument: rest.join(' ').trim() }
  })
const argumentsOf = (name: string): readonly string[] =>
  instructions.filter(each => each.name === name).map(({ argument }) => argument)

describe('docker-compose.yml', () => {
  test('gives the service a configuration that it accepts, and no variable that it does not know', () => {
    const environment = service('casewire').environment ?? {}
    expect(Object.keys(environment).filter(name => !Object.hasOwn(variables, name))).toEqual([])
    expect(readConfig(environment)).toMatchObject({ ok: true })
  })

  test('publishes every port on the loopback address of the host', () => {
    const ports = Object.values(compose.services).flatMap(({ ports: each = [] }) => each)
    expect(ports.length).toBe(4)
    expect(ports.filter(port => !port.startsWith('127.0.0.1:'))).toEqual([])
  })

  test('starts the service when PostgreSQL, Kafka and the foreign FHIR server answer', () => {
    const gates = service('casewire').depends_on ?? {}
    expect(Object.keys(gates).toSorted()).toEqual(['fhir-answers', 'kafka', 'postgres', 'topics'])
    for (const [name, { condition }] of Object.entries(gates)) {
      expect(condition).toBe(service(name).healthcheck ? 'service_healthy' : 'service_completed_successfully')
    }
    expect(service('fhir-answers').depends_on).toHaveProperty('fhir')
  })

  test('runs the images that services:up takes from Docker', () => {
    for (const name of ['postgres', 'kafka', 'fhir'] as const)
      expect(service(name).image).toBe(recipes[name].image)
  })

  test('declares the volumes that it uses, and leaves the root of the service unwritten', () => {
    const used = Object.values(compose.services).flatMap(({ volumes = [] }) =>
      volumes.map(each => each.split(':')[0] ?? ''),
    )
    expect(used.toSorted()).toEqual(Object.keys(compose.volumes).toSorted())
    expect(service('casewire').read_only).toBe(true)
  })

  test('waits for the foreign FHIR server with a program that Node can read', () => {
    const [node, kind, evaluate, program = ''] = service('fhir-answers').command ?? []
    expect([node, kind, evaluate]).toEqual(['node', '--input-type=module', '-e'])
    const { status, stderr } = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], {
      input: program,
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('Dockerfile', () => {
  test('builds both stages on one exact version of the Node that package.json asks for', () => {
    const bases = argumentsOf('FROM').map(argument => argument.split(' ')[0])
    const { devDependencies } = JSON.parse(read('package.json')) as {
      readonly devDependencies: Record<string, string>
    }
    expect(bases).toHaveLength(2)
    expect(new Set(bases)).toEqual(new Set([`node:${devDependencies['node']}-slim`]))
  })

  test('installs what the lockfile says without development packages or install scripts', () => {
    expect(argumentsOf('RUN').join(' ')).toContain('npm ci --omit=dev --ignore-scripts')
  })

  test('runs node itself, as a user without rights, with a health check on /livez', () => {
    expect(argumentsOf('USER')).toEqual(['node'])
    expect(argumentsOf('CMD')).toEqual(['["node", "src/main.ts"]'])
    expect(argumentsOf('HEALTHCHECK').join(' ')).toMatch(/CMD \["node", "-e", ".*\/livez/)
    expect(existsSync(join(projectRoot, 'src/main.ts'))).toBe(true)
  })

  test('sets no variable that the service does not know', () => {
    const names = argumentsOf('ENV').flatMap(argument =>
      [...argument.matchAll(/(\w+)=/g)].map(([, name = '']) => name),
    )
    expect(names.filter(name => !Object.hasOwn(variables, name))).toEqual(['NODE_ENV', 'TZ'])
  })

  test('copies only what .dockerignore lets through', () => {
    const [everything, ...kept] = read('.dockerignore').trim().split('\n')
    expect(everything).toBe('*')
    const copied = argumentsOf('COPY')
      .filter(argument => !argument.startsWith('--from'))
      .flatMap(argument => argument.split(' ').slice(0, -1))
    expect([...new Set(copied)].toSorted()).toEqual(kept.map(line => line.slice(1)).toSorted())
  })
})

test('the code that runs imports no package that a production install leaves out', () => {
  const { dependencies } = JSON.parse(read('package.json')) as {
    readonly dependencies: Record<string, string>
  }
  const files = globSync('src/**/*.ts', { cwd: projectRoot })
  expect(files.length).toBeGreaterThan(50)
  const imported = files
    .flatMap(file => [
      ...read(file).matchAll(/^(?:import|export)\s+(?!type\b)[^'"]*?from\s+'([^.'][^']*)'/gm),
    ])
    .map(([, specifier = '']) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
    .filter(specifier => !isBuiltin(specifier))
  expect([...new Set(imported)].filter(name => !Object.hasOwn(dependencies, name))).toEqual([])
})
