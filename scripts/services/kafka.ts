import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jars, requireJava } from './jars.ts'
import { freePort, launch, run, untilReady } from './process.ts'
import type { Service, Wanted } from './service.ts'

const javaOptions = [
  '-Xms64m',
  '-Xmx384m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info',
]

/** Starts a one-node Apache Kafka (KRaft) from Maven Central's jars: 4 s once the jars are there. */
export async function startKafka(wanted: Wanted): Promise<Service> {
  requireJava()
  const folder = await jars('kafka', wanted)
  const classpath = join(folder, '*')
  const properties = join(wanted.folder, 'server.properties')
  const data = join(wanted.folder, 'data')
  mkdirSync(data, { recursive: true })
  writeFileSync(properties, serverProperties(wanted, await freePort(), data))
  if (!existsSync(join(data, 'meta.properties'))) {
    wanted.say('formatting the Kafka log folder (2 s)')
    // Any 22 characters of base64url will do for a cluster of one.
    const cluster = ['-t', 'Y2FzZXdpcmUtY2FzZXdpcg', '-c', properties, '--ignore-formatted']
    run('java', [...javaOptions, '-cp', classpath, 'kafka.tools.StorageTool', 'format', ...cluster])
  }
  const logFile = join(wanted.folder, 'kafka.log')
  const pid = launch({
    command: 'java',
    args: [...javaOptions, '-cp', classpath, 'kafka.Kafka', properties],
    logFile,
  })
  const started = async () => readFileSync(logFile, 'utf8').includes('Kafka Server started')
  await untilReady(pid, started, { logFile, timeoutMs: 90_000, what: 'Kafka' })
  return {
    name: 'kafka',
    address: `127.0.0.1:${wanted.port}`,
    label: 'Apache Kafka 4.3.1 (local process)',
    by: { pid, mark: properties },
  }
}

/**
 * Small buffers and threads for two cores, one replica of everything. Topics make themselves for a person's own use;
 * tests make theirs, so that they meet what a guarded broker does.
 */
const serverProperties = (
  { port, throwAway }: Wanted,
  controllerPort: number,
  data: string,
): string => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${data}
num.network.threads=2
num.io.threads=2
background.threads=2
num.partitions=${throwAway ? 1 : 6}
auto.create.topics.enable=${throwAway ? 'false' : 'true'}
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.io.buffer.size=65536
log.cleaner.threads=1
log.index.size.max.bytes=1048576
broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
controlled.shutdown.max.retries=1
`
