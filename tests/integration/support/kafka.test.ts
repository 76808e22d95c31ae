import { Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import { describeWith, freshTopic, serverAddress } from '../../support/real-servers.ts'

describeWith(['kafka'], 'a fresh topic', () => {
  test('has the partitions that were asked for and keeps what is sent to it', async () => {
    const topic = await freshTopic({ partitions: 3 })
    const kafka = new Kafka({ brokers: [serverAddress('kafka')], logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    const admin = kafka.admin()
    await Promise.all([producer.connect(), admin.connect()])
    try {
      await producer.send({ topic, acks: -1, messages: [{ key: 'a', value: 'one', partition: 2 }] })
      const offsets = await admin.fetchTopicOffsets(topic)
      const highs = offsets.toSorted((one, other) => one.partition - other.partition).map(({ high }) => high)
      expect(highs).toEqual(['0', '0', '1'])
    } finally {
      await Promise.all([producer.disconnect(), admin.disconnect()])
    }
  })
})
