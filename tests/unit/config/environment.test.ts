import { writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig, type Config } from '../../../src/config/environment.ts'
import { variables } from '../../../src/config/variables.ts'
import { describeWrong, type Wrong } from '../../../src/config/wrong.ts'

const good = (environment: Record<string, string>): Config => {
  const read = readConfig(environment)
  if (!read.ok) throw new Error(describeWrong(read.wrong))
  return read.value
}
const bad = (environment: Record<string, string>): readonly Wrong[] => {
  const read = readConfig(environment)
  return read.ok ? [] : read.wrong
}

describe('readConfig', () => {
  it('needs nothing: loopback, port 8080, embedded database in ./data, every role', () => {
    const config = good({})
    expect(config.http).toEqual({ host: '127.0.0.1', port: 8080, open: false })
    expect(config.database).toEqual({ dataDir: './data', prepare: true, migrate: true })
    expect(config.kafka).toBeUndefined()
    expect([...config.roles]).toEqual(['http', 'adt', 'sync', 'publish'])
    expect(config.sync.peers).toEqual([])
  })

  it('reports every wrong value at once, with what was given and what is allowed', () => {
    const wrong = bad({ PORT: 'abc', TIME_ZONE: 'Mars', ROLES: 'http,x', CALENDAR: 'fr', HOST: '0.0.0.0' })
    expect(wrong.map(({ name }) => name).toSorted()).toEqual([
      'CALENDAR',
      'HOST',
      'PORT',
      'ROLES',
      'TIME_ZONE',
    ])
    expect(describeWrong(wrong)).toContain('PORT: given "abc"; allowed: an integer from 0 to 65535')
  })

  it('masks secrets', () => {
    const said = describeWrong(
      bad({ DATABASE_URL: 'mysql://u:hunter2@db/x', SYNC_CONFIG: '{"peers":[{"token":"hunter2"}]}' }),
    )
    expect(said).toContain('DATABASE_URL: given (hidden)')
    expect(said).not.toContain('hunter2')
  })

  it('counts an empty value as unset', () => {
    expect(good({ PORT: '', KAFKA_BROKERS: '', MLLP_PORT: '' }).http.port).toBe(8080)
  })

  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('serves on %s without more ado', HOST => {
    expect(good({ HOST }).http.host).toBe(HOST)
  })

  it.each(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', 'localhost.example'])(
    'serves on %s only with AUTH_ISSUER or AUTH=insecure-open',
    HOST => {
      expect(bad({ HOST }).map(({ name }) => name)).toEqual(['HOST'])
      const AUTH_ISSUER = 'https://id.example'
      expect(good({ HOST, AUTH_ISSUER, PUBLIC_URL: 'https://cm.example' }).http.host).toBe(HOST)
      expect(bad({ HOST, AUTH_ISSUER }).map(({ name }) => name)).toEqual(['AUTH_AUDIENCE'])
      expect(good({ HOST, AUTH: 'insecure-open' }).http.open).toBe(true)
    },
  )

  it('wants mechanism, user name and password of SASL together', () => {
    const wrong = bad({ KAFKA_BROKERS: 'a:1', KAFKA_SASL_USERNAME: 'u' })
    expect(wrong.map(({ name }) => name)).toEqual(['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_PASSWORD'])
  })

  it('reads brokers, topics, SASL and TLS', () => {
    const config = good({
      KAFKA_BROKERS: 'a:9092,b:9092',
      ADT_TOPICS: 'adt.north,adt.south',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'p',
      KAFKA_TLS_CA: 'system',
    })
    expect(config.kafka).toEqual({
      brokers: ['a:9092', 'b:9092'],
      group: 'casewire',
      eventsTopic: 'casewire.events',
      sendsProtected: false,
      sessionTimeoutMs: 30_000,
      sasl: { mechanism: 'scram-sha-512', username: 'u', password: 'p' },
      tls: {},
    })
    expect(config.adt.topics).toEqual(['adt.north', 'adt.south'])
  })

  it('names every variable whose file or package is not there, all in the one message', () => {
    const wrong = bad({
      KAFKA_BROKERS: 'a:1',
      KAFKA_TLS_CA: '/nowhere/ca.pem',
      MLLP_TLS_CERT: import.meta.filename,
      MLLP_TLS_KEY: '/nowhere/key.pem',
      IG_PACKAGES: `${import.meta.dirname}, /nowhere/ig.tgz`,
    })
    expect(describeWrong(wrong).split('\n').slice(1)).toEqual([
      '  KAFKA_TLS_CA: given "/nowhere/ca.pem"; allowed: a PEM file that can be read',
      '  MLLP_TLS_KEY: given "/nowhere/key.pem"; allowed: a PEM file that can be read',
      '  IG_PACKAGES: given "/nowhere/ig.tgz"; allowed: .tgz files or folders that can be read',
    ])
  })

  it('keeps the text of a message no longer than the message', () => {
    const days = (text: string, message: string) => ({
      RETENTION_TEXT_DAYS: text,
      RETENTION_MESSAGE_DAYS: message,
    })
    expect(describeWrong(bad(days('100', '90')))).toContain(
      'RETENTION_TEXT_DAYS: given "100"; allowed: no more than RETENTION_MESSAGE_DAYS (90)',
    )
    expect(good(days('90', '90')).adt.retention).toEqual({ textDays: 90, messageDays: 90 })
    expect(bad({ RETENTION_TEXT_DAYS: '100' })).toEqual([])
    expect(bad(days('x', '90')).map(({ name }) => name)).toEqual(['RETENTION_TEXT_DAYS'])
  })

  it('wants a topic for acknowledgements that is nothing else', () => {
    const topics = { KAFKA_BROKERS: 'a:1', ADT_TOPICS: 'north,south' }
    expect(good({ ...topics, ACK_TOPIC: 'acks' }).kafka?.ackTopic).toBe('acks')
    for (const ACK_TOPIC of ['north', 'south.dlq', 'casewire.events'])
      expect(bad({ ...topics, ACK_TOPIC })).toMatchObject([{ name: 'ACK_TOPIC' }])
    expect(bad({ KAFKA_BROKERS: 'a:1', ACK_TOPIC: 'adt' })).toHaveLength(1)
  })

  it('gives every variable a text of what is allowed', () => {
    for (const { allowed } of Object.values(variables)) expect(allowed.length).toBeGreaterThan(3)
  })
})

describe('SYNC_CONFIG', () => {
  const peers = [{ name: 'north', baseUrl: 'https://north.example/fhir', push: ['Task'], pull: [] }]

  it('is read inline or from a file, defaults filled in', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cw-config-')), 'sync.json')
    writeFileSync(file, JSON.stringify({ peers }))
    const inline = good({ SYNC_CONFIG: JSON.stringify({ peers }) }).sync
    expect(inline).toEqual(good({ SYNC_CONFIG: file }).sync)
    expect(inline.peers[0]).toMatchObject({
      auth: { type: 'none' },
      pollIntervalMs: 5000,
      overlapMs: 300_000,
    })
  })

  it.each([
    ['an unknown key', { peers: [{ ...peers[0], colour: 'red' }] }, '/peers/0/colour'],
    ['a part that is not built yet', { peers: [{ ...peers[0], policy: {} }] }, 'not built yet'],
    ['a bearer without token', { peers: [{ ...peers[0], auth: { type: 'bearer' } }] }, '/peers/0/auth'],
    ['two peers of one name', { peers: [peers[0], peers[0]] }, 'two peers named north'],
    ['no peers', {}, "required property 'peers'"],
  ])('refuses %s, naming the place', (_what, value, said) => {
    expect(describeWrong(bad({ SYNC_CONFIG: JSON.stringify(value) }))).toContain(said)
  })

  it('refuses a file that is not there and text that is no JSON', () => {
    expect(describeWrong(bad({ SYNC_CONFIG: './nowhere.json' }))).toContain('a file that can be read')
    expect(describeWrong(bad({ SYNC_CONFIG: '{"peers"' }))).toContain('no JSON')
  })
})
