import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { expect, it } from 'vitest'
import { feed, familyOf, givenOf, phoneOf, streetOf, townOf } from '../support/adt-workload.ts'
import { describeWith, freshDatabase, freshTopic, serverAddress } from '../support/real-servers.ts'
import { startService } from '../support/service-process.ts'

const PREFIX = 'Zyqmrn'
const patients = 20

describeWith(['kafka', 'postgres'], 'Logs', () => {
  it('hold no name, identifier, address or phone of anybody, whatever goes wrong', async () => {
    const topic = await freshTopic({ partitions: 2, prefix: 'adt' })
    await using database = await freshDatabase()
    const service = await startService({
      LOG_LEVEL: 'trace',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: serverAddress('kafka'),
      KAFKA_GROUP: topic,
      ADT_TOPICS: topic,
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    })
    const messages = feed({ patients, messages: 160, seed: 7, prefix: PREFIX })
    await publish(topic, [
      ...messages.slice(0, 120).map(({ text }) => text),
      ...broken(messages[0]?.text ?? ''),
    ])
    const post = (body: string, type = 'application/hl7-v2'): Promise<Response> =>
      fetch(`${service.url}/adt`, {
        method: 'POST',
        headers: { 'content-type': type, accept: 'application/json' },
        body,
      })
    for (const { text } of messages.slice(120)) await post(text)
    for (const text of broken(messages[0]?.text ?? '')) await post(text)
    await post(JSON.stringify({ name: familyOf(1) }), 'application/json')
    await post(familyOf(2), `${familyOf(2)}/x`)
    await fhirCalls(service.url)
    await sleep(2_000)
    expect(await service.stop()).toBe(0)

    const log = service.log()
    expect(log).toContain('service-stopped')
    expect(log).toContain('message-dead-lettered')
    expect(log).toContain('request-served')
    const said = Array.from({ length: patients }, (_, i) => [
      familyOf(i),
      givenOf(i),
      phoneOf(i),
      streetOf(i),
      townOf(i),
    ])
    for (const word of [...said.flat(), PREFIX, '1 MAIN ST', 'Zyq']) {
      const at = log.indexOf(word)
      expect(at < 0 ? '' : log.slice(Math.max(0, at - 200), at + 100)).toBe('')
    }
  }, 240_000)
})

/** Ways in which a message goes wrong while it carries a patient's data. */
const broken = (text: string): readonly string[] => [
  text.replace('MSH|', 'MSX|'),
  text.replace(/PID\|1\|\|[^|]*/, 'PID|1||'),
  text.replace('ADT^', 'ORU^'),
  text.replace('|A04|', `|${familyOf(3)}|`).replace('ADT^A04', `ADT^${familyOf(3)}`),
  `BHS|^~\\&\r${text}${text.slice(0, 90)}`,
  `{"data": "${text.slice(0, 60)}`,
]

async function fhirCalls(url: string): Promise<void> {
  const patient = {
    resourceType: 'Patient',
    name: [{ family: familyOf(4), given: 'not a list' }],
    gender: familyOf(4),
  }
  const headers = { 'content-type': 'application/fhir+json' }
  await fetch(`${url}/fhir/Patient`, { method: 'POST', headers, body: JSON.stringify(patient) })
  await fetch(`${url}/fhir/Patient`, {
    method: 'POST',
    headers,
    body: `{"resourceType":"Patient","x":"${familyOf(5)}`,
  })
  await fetch(`${url}/fhir/Patient?family=${familyOf(1)}`)
  await fetch(`${url}/fhir/Patient?identifier=${PREFIX}P1`)
  await fetch(`${url}/fhir/Patient?${familyOf(6)}=${givenOf(6)}`)
  await fetch(`${url}/fhir/${familyOf(7)}/${givenOf(7)}`)
  await fetch(`${url}/${familyOf(8)}?q=${givenOf(8)}`)
  await fetch(`${url}/admin/messages?patient=${familyOf(9)}`)
  await fetch(`${url}/admin/messages/${familyOf(9)}`)
}

async function publish(topic: string, values: readonly string[]): Promise<void> {
  const kafka = new Kafka({ clientId: 'e2e', brokers: [serverAddress('kafka')], logLevel: logLevel.NOTHING })
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: values.map(value => ({ key: value.slice(0, 5), value })) })
  await producer.disconnect()
}
