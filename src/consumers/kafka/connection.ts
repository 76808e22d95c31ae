import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs'
import type { EmitEvent } from '../../commands/ports/events.ts'
import { guardRequestQueue } from './request-queue-guard.ts'

/** How to reach the brokers; files are read when the connection is made. */
export interface KafkaSettings {
  readonly brokers: readonly string[]
  readonly clientId: string
  readonly sasl?: { readonly mechanism: string; readonly username: string; readonly password: string }
  readonly tls?: { readonly caFile?: string; readonly certFile?: string; readonly keyFile?: string }
}

/**
 * A client that outlives a broker's restart: the defaults of kafkajs give up after about 10 s. Its log lines are
 * reduced to their text, which names brokers, topics and groups only.
 */
export function connectKafka(settings: KafkaSettings, emit: EmitEvent): Kafka {
  guardRequestQueue()
  const config: KafkaConfig = {
    clientId: settings.clientId,
    brokers: [...settings.brokers],
    connectionTimeout: 5_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 50 },
    logLevel: logLevel.WARN,
    logCreator: () => entry =>
      emit('kafka-client', { namespace: entry.namespace, reason: entry.log.message }),
    ...(settings.tls && { ssl: tlsOf(settings.tls) }),
    ...(settings.sasl && { sasl: settings.sasl as SASLOptions }),
  }
  return new Kafka(config)
}

function tlsOf(files: NonNullable<KafkaSettings['tls']>): ConnectionOptions {
  return {
    ...(files.caFile && { ca: [readFileSync(files.caFile)] }),
    ...(files.certFile && { cert: readFileSync(files.certFile) }),
    ...(files.keyFile && { key: readFileSync(files.keyFile) }),
  }
}
