import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { randomOf, type FeedMessage } from '../../support/adt-workload.ts'
import { describeWith } from '../../support/real-servers.ts'
import { patientEngine } from '../../support/faults/patient-engine.ts'
import { faultRun, isLong, seed } from '../../support/faults/fault-run.ts'
import { expectWhole, openGround, until, untilTaken, WITHIN_MS } from '../../support/faults/ground.ts'
import { freePort, startService } from '../../support/service-process.ts'

const size = { long: { patients: 100, messages: 1_500 }, short: { patients: 18, messages: 150 } }
const KILLS = isLong ? 20 : 2
/** A dead member is only missed after its session. */
const SPACING_MS = 3_500

describeWith(['kafka', 'postgres'], 'A service that is killed', () => {
  const { messages, calm } = faultRun('kills', 'FX', size)

  it(
    `${KILLS} times at random moments, among stays and merges from Kafka and MLLP`,
    async () => {
      const random = randomOf(seed)
      const byMllp = messages.filter((_message, i) => i % 4 === 0)
      const byKafka = messages.filter((_message, i) => i % 4 !== 0)

      await using ground = await openGround()
      const port = await freePort()
      const environment = { ...ground.environment, MLLP_PORT: String(port) }
      const engine = patientEngine(port, ground.acknowledged)
      const share = (all: readonly FeedMessage[], round: number): readonly FeedMessage[] => {
        const per = Math.ceil(all.length / (KILLS + 1))
        return all.slice(round * per, (round + 1) * per)
      }
      let acknowledged = Promise.resolve()
      for (let round = 0; round < KILLS; round += 1) {
        const service = await startService(environment)
        await sleep(round === 0 ? 0 : SPACING_MS)
        await ground.send(share(byKafka, round))
        const toEngine = share(byMllp, round)
        acknowledged = engine.send(toEngine)
        const last = toEngine[Math.floor(random() * (toEngine.length - 3))]?.controlId ?? ''
        await until('the engine is in the middle of it', () => ground.acknowledged.has(last))
        await sleep(random() * 20)
        await service.kill9()
      }
      const service = await startService(environment)
      await ground.send(share(byKafka, KILLS))
      await Promise.all([acknowledged, engine.send(share(byMllp, KILLS))])
      await untilTaken(ground)
      expect(await service.stop()).toBe(0)
      expect(engine.unanswered()).toBeGreaterThan(0)
      await expectWhole(ground, calm())
    },
    WITHIN_MS,
  )
})
