import type { Instant } from '../../lib/clock.ts'
import type { Json } from '../../fhir/resource.ts'
import type { DueTimer, Timer, TimerQueue } from '../../commands/ports/store.ts'
import type { Db } from '../connection/db.ts'

interface TimerRow extends Omit<DueTimer, 'payload'> {
  readonly payload: string
}

const instant = (ms: number): Instant => new Date(ms).toISOString()

/**
 * Timers that are due; a claim that runs out (its process died) is open to the next one, and so is one for so long that it was
 * made before the clock was set back.
 */
export const openTimerQueue = (db: Db): TimerQueue => ({
  claim: async (nowMs, count, untilMs) => {
    const { rows } = await db.query<TimerRow>({
      name: 'cw_timer_claim',
      text: `update timer t set claimed_until = $3 from (
          select tenant, id from timer where due <= $1 and (claimed_until is null or claimed_until <= $1 or claimed_until > $4)
          order by due, id limit $2 for update skip locked) due
        where t.tenant = due.tenant and t.id = due.id
        returning t.tenant, t.id, t.due, t.kind, t.subject, t.payload`,
      values: [instant(nowMs), count, instant(untilMs), instant(2 * untilMs - nowMs)],
    })
    return rows.map(row => ({ ...row, payload: JSON.parse(row.payload) as Json })).toSorted(byDue)
  },
  nextDue: async () => {
    const { rows } = await db.query<{ due: Instant | null }>({
      name: 'cw_timer_next',
      text: `select least((select due from timer where claimed_until is null order by due limit 1),
        (select min(greatest(due, claimed_until)) from timer where claimed_until is not null)) as due`,
    })
    return rows[0]?.due ?? undefined
  },
})

const byDue = (a: Timer, b: Timer): number => (a.due < b.due || (a.due === b.due && a.id < b.id) ? -1 : 1)
