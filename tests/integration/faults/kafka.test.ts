import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { randomOf } from '../../support/adt-workload.ts'
import { describeWith } from '../../support/real-servers.ts'
import { faultRun, isLong, seed } from '../../support/faults/fault-run.ts'
import { expectWhole, openGround, serve, until, untilTaken, WITHIN_MS } from '../../support/faults/ground.ts'
import { startService } from '../../support/service-process.ts'
import { ownKafka } from '../../support/faults/own-servers.ts'

const size = { long: { patients: 80, messages: 1_000 }, short: { patients: 15, messages: 120 } }
const DOWN_MS = isLong ? 60_000 : 3_000
const LEAVINGS = isLong ? 12 : 3

describeWith(['kafka', 'postgres'], 'Kafka that fails', () => {
  const { messages, calm } = faultRun('Kafka', 'FK', size)
  const third = Math.ceil(messages.length / 3)

  it(
    `a broker that is killed and away for ${DOWN_MS / 1000} s, then a topic made anew`,
    async context => {
      await using broker = await ownKafka(context)
      await using ground = await openGround({ brokers: broker.address })
      await using service = await serve(ground.environment)
      await ground.send(messages.slice(0, third))
      await sleep(randomOf(seed)() * 500)
      await broker.kill()
      await sleep(DOWN_MS)
      expect((await fetch(`${service.url}/livez`)).status).toBe(200)
      await broker.startAgain()
      await ground.send(messages.slice(third, 2 * third))
      await untilTaken(ground)

      const { topic, admin } = ground
      await admin.deleteTopics({ topics: [topic] })
      await until('the topic is made anew', () =>
        admin.createTopics({ topics: [{ topic, numPartitions: 6, replicationFactor: 1 }] }).then(
          () => true,
          () => false,
        ),
      )
      await ground.send(messages.slice(2 * third, 2 * third + 10))
      await until('what was sent since is taken', async () => service.events.includes('offset-beyond-end'))
      await ground.send(messages.slice(2 * third + 10))
      await untilTaken(ground)
      await expectWhole(ground, calm())
    },
    WITHIN_MS,
  )

  it(
    `three instances that come and go under load, ${LEAVINGS} times`,
    async () => {
      await using ground = await openGround()
      const running = [await instance(ground.environment)]
      try {
        const per = Math.ceil(messages.length / (2 + LEAVINGS))
        for (let turn = 0; turn < 2 + LEAVINGS; turn += 1) {
          await ground.send(messages.slice(turn * per, (turn + 1) * per))
          if (running.length === 3) await running.shift()?.()
          else running.push(await instance(ground.environment))
        }
        await untilTaken(ground)
        await expectWhole(ground, calm())
      } finally {
        await Promise.all(running.map(stop => stop()))
      }
    },
    WITHIN_MS,
  )
})

type Environment = Parameters<typeof serve>[0]

/** One of several: of a process of its own in the long run, where three in one would take turns. Gives its end. */
async function instance(environment: Environment): Promise<() => Promise<unknown>> {
  if (isLong) return (await startService(environment)).stop
  const { app } = await serve(environment)
  return () => app.close()
}
