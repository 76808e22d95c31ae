import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { randomOf } from '../../support/adt-workload.ts'
import { describeWith } from '../../support/real-servers.ts'
import { faultRun, isLong, seed } from '../../support/faults/fault-run.ts'
import {
  expectWhole,
  openGround,
  query,
  serve,
  until,
  untilTaken,
  WITHIN_MS,
} from '../../support/faults/ground.ts'
import { ownPostgres } from '../../support/faults/own-servers.ts'
import { smallDisk } from '../../support/faults/small-disk.ts'

const size = { long: { patients: 80, messages: 1_000 }, short: { patients: 15, messages: 120 } }
const CRASHES = isLong ? 12 : 2
/** Room for all that the messages lead to, and not for much more. */
const DISK_MB = isLong ? 512 : 64

describeWith(['kafka', 'postgres'], 'PostgreSQL that fails', () => {
  const { messages, calm } = faultRun('PostgreSQL', 'FP', size)
  const half = Math.ceil(messages.length / 2)

  it(
    `crashes ${CRASHES} times in the middle of batches, then has no room on its disk`,
    async context => {
      await using server = await ownPostgres(context)
      await using ground = await openGround({ postgres: server.address })
      await using disk = await smallDisk(ground.databaseUrl, DISK_MB)
      await using service = await serve(ground.environment)
      const random = randomOf(seed)
      const per = Math.ceil(half / CRASHES)
      let caughtAtWork = 0
      for (let crash = 0; crash < CRASHES; crash += 1) {
        const before = count(service.events, 'partition-paused')
        await ground.send(messages.slice(crash * per, Math.min(half, (crash + 1) * per)))
        await sleep(random() * 150)
        await server.kill()
        await sleep(500)
        if (count(service.events, 'partition-paused') > before) caughtAtWork += 1
        await server.startAgain()
      }
      await untilTaken(ground)
      expect(caughtAtWork).toBeGreaterThan(0)

      await disk.fill()
      const paused = count(service.events, 'partition-paused')
      await ground.send(messages.slice(half))
      await until('it waits', () => count(service.events, 'partition-paused') > paused)
      const refused = await fetch(`${service.url}/adt`, {
        method: 'POST',
        headers: { 'content-type': 'application/hl7-v2' },
        body: messages[half]?.text ?? '',
      })
      expect(refused.status).toBe(503)
      await disk.empty()
      await untilTaken(ground)
      await expectWhole(ground, calm())
      process.stderr.write(`no room on the disk: ${disk.means}\n`)
    },
    WITHIN_MS,
  )

  it(
    'fails every third transaction with a serialization failure or a deadlock',
    async () => {
      await using ground = await openGround()
      await using service = await serve(ground.environment)
      await query(ground.databaseUrl, everyThirdFails)
      await ground.send(messages)
      await untilTaken(ground)
      await expectWhole(ground, calm())
      const [{ n } = { n: 0 }] = await query(ground.databaseUrl, 'select last_value as n from fault_count')
      expect(Number(n)).toBeGreaterThan(3)
      expect(service.events).not.toContain('consumer-restarting')
    },
    WITHIN_MS,
  )
})

const count = (events: readonly string[], name: string): number =>
  events.filter(event => event === name).length

/** A sequence is not rolled back: it goes on counting over the failures. */
const everyThirdFails = `
  create sequence fault_count;
  create function fault() returns trigger language plpgsql as $$ begin
    case nextval('fault_count') % 6
      when 2 then raise exception 'could not serialize access' using errcode = '40001';
      when 5 then raise exception 'deadlock detected' using errcode = '40P01';
      else null;
    end case;
    return null;
  end $$;
  create trigger fault after insert on resource_version for each statement execute function fault()`
