import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { run } from './process.ts'
import type { Service, ServiceName, Wanted } from './service.ts'

interface Recipe {
  readonly image: string
  readonly containerPort: number
  readonly env: (port: number) => Readonly<Record<string, string>>
  readonly address: (port: number) => string
  /** A command in the container that succeeds once the server answers; without one, the address is asked by HTTP. */
  readonly probe?: readonly string[]
}

/** The same images as docker-compose.yml (a test compares). */
export const recipes: Readonly<Record<ServiceName, Recipe>> = {
  postgres: {
    image: 'postgres:17.11',
    containerPort: 5432,
    env: () => ({ POSTGRES_USER: 'casewire', POSTGRES_DB: 'casewire', POSTGRES_HOST_AUTH_METHOD: 'trust' }),
    address: port => `postgres://casewire@127.0.0.1:${port}/casewire`,
    probe: ['pg_isready', '-U', 'casewire', '-h', '127.0.0.1'],
  },
  kafka: {
    image: 'apache/kafka:4.3.1',
    containerPort: 9092,
    env: port => ({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: 'PLAINTEXT://:9092,CONTROLLER://:9093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_NUM_PARTITIONS: '6',
    }),
    address: port => `127.0.0.1:${port}`,
    probe: ['/opt/kafka/bin/kafka-broker-api-versions.sh', '--bootstrap-server', 'localhost:9092'],
  },
  fhir: {
    image: 'hapiproject/hapi:v8.8.0-1',
    containerPort: 8080,
    env: () => ({ 'hapi.fhir.fhir_version': 'R4' }),
    address: port => `http://127.0.0.1:${port}/fhir`,
  },
}

/** Whether an engine answers and has the image; `TEST_PULL=1` lets it fetch the image. */
export function dockerHas(name: ServiceName): boolean {
  const quick = { stdio: 'ignore', timeout: 5000 } as const
  if (spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], quick).status !== 0) return false
  const { image } = recipes[name]
  if (spawnSync('docker', ['image', 'inspect', image], quick).status === 0) return true
  return process.env['TEST_PULL'] === '1' && spawnSync('docker', ['pull', '-q', image]).status === 0
}

export async function startContainer(name: ServiceName, { port, say }: Wanted): Promise<Service> {
  const { image, containerPort, env, address, probe } = recipes[name]
  const variables = Object.entries(env(port)).flatMap(([key, value]) => ['-e', `${key}=${value}`])
  say(`starting ${image} in Docker`)
  const publish = ['-p', `127.0.0.1:${port}:${containerPort}`]
  const container = run('docker', ['run', '-d', '--rm', ...publish, ...variables, image]).trim()
  const url = address(port)
  const deadline = performance.now() + 180_000
  while (!(await answers(container, url, probe))) {
    if (performance.now() > deadline)
      throw new Error(`${image} was not ready in 180 s: docker logs ${container}`)
    await sleep(500)
  }
  return { name, address: url, label: `${image} (Docker)`, by: { container } }
}

export function stopContainer(container: string): void {
  run('docker', ['stop', '-t', '20', container])
}

async function answers(
  container: string,
  url: string,
  probe: readonly string[] | undefined,
): Promise<boolean> {
  if (probe) return spawnSync('docker', ['exec', container, ...probe], { stdio: 'ignore' }).status === 0
  return await fetch(`${url}/metadata`).then(
    response => response.ok,
    () => false,
  )
}
