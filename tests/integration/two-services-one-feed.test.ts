import { expect, it } from 'vitest'
import { businessDifferences } from '../support/adt/business-ending.ts'
import { hospitalDay } from '../support/adt/hospital-day.ts'
import { randomOf } from '../support/adt-workload.ts'
import { isLong, seed } from '../support/faults/fault-run.ts'
import {
  openGround,
  standing,
  undisturbed,
  until,
  untilTaken,
  WITHIN_MS,
  type Sent,
} from '../support/faults/ground.ts'
import { describeWith } from '../support/real-servers.ts'
import { startService } from '../support/service-process.ts'

const size = isLong ? { patients: 12, steps: 12, identities: 12 } : { patients: 3, steps: 6, identities: 3 }
const ROUNDS = isLong ? 30 : 5
const PARTITIONS = 6

/** Another key for each message, so that a patient's messages go back and forth between partitions and services. */
function scattered(): readonly Sent[] {
  const random = randomOf(seed)
  const texts = hospitalDay({ seed, ...size }).map(({ text }) => text.replaceAll('|2026', '|2040'))
  return texts.map(text => ({ key: String(random()), controlId: '', text }))
}

describeWith(['kafka', 'postgres'], 'Two services on one database and one topic', () => {
  it(
    'end as one does in order, though messages about the same patients go back and forth between them',
    async () => {
      process.stderr.write(`two services: CASEWIRE_SEED=${seed}\n`)
      const messages = scattered()
      const calm = await undisturbed(messages)
      await using ground = await openGround({ partitions: PARTITIONS })
      const services = await Promise.all([1, 2].map(() => startService(ground.environment)))
      try {
        await until('both are members', async () => {
          const { groups } = await ground.admin.describeGroups([ground.topic])
          return groups[0]?.state === 'Stable' && groups[0].members.length === services.length
        })
        const per = Math.ceil(messages.length / ROUNDS)
        for (let at = 0; at < messages.length; at += per) {
          await ground.send(messages.slice(at, at + per))
          await untilTaken(ground)
        }
      } finally {
        await Promise.all(services.map(service => service.stop()))
      }
      const stood = await standing(ground.databaseUrl)
      expect(businessDifferences(calm, stood)).toEqual([])
      expect(stood.size).toBeGreaterThan(0)
    },
    WITHIN_MS,
  )
})
