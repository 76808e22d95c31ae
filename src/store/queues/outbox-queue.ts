import type { Clock, Instant } from '../../lib/clock.ts'
import type { Json } from '../../fhir/resource.ts'
import type { DeadOutboxRow, OutboxQueue, OutboxRow } from '../../commands/ports/outbox.ts'
import { int2Array, int8Array } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'
import { flushStatements } from '../writes/flush-statements.ts'
import { OUTBOX_LANES } from './outbox-lanes.ts'

interface QueueRow {
  readonly seq: string
  readonly target: string
  readonly key: string
  readonly payload: string
  readonly attempts: number
  readonly created: Instant
}

const toOutboxRow = (row: QueueRow): OutboxRow => ({
  seq: Number(row.seq),
  target: row.target,
  key: row.key,
  payload: JSON.parse(row.payload) as Json,
  attempts: row.attempts,
  created: row.created,
})

/**
 * What waits to be sent. Rows are deleted or marked, never passed by a cursor: numbers are taken before COMMIT, so a
 * smaller one can appear later.
 */
export function openOutboxQueue(db: Db, clock: Clock): OutboxQueue {
  return {
    lease: async (target, owner, untilMs) => {
      const answers = await db.tx(0, leaseStatements(target, owner, { nowMs: clock.nowMs(), untilMs }))
      return ((answers.at(-1)?.rows ?? []) as readonly { lane: number }[]).map(({ lane }) => lane)
    },
    read: async (target, lanes, count) => {
      const { rows } = await db.query<QueueRow>(readStatement(target, lanes, { nowMs: clock.nowMs(), count }))
      return rows.map(toOutboxRow)
    },
    done: async seqs => {
      await db.query({
        name: 'cw_outbox_done',
        text: 'delete from outbox where seq = any($1::int8[])',
        values: [int8Array(seqs)],
      })
    },
    retry: async (seq, nextMs, error) => {
      await db.query({
        name: 'cw_outbox_retry',
        text: 'update outbox set attempts = attempts + 1, next_at = $2, error = $3 where seq = $1',
        values: [seq, instant(nextMs), error],
      })
    },
    bury: async (seq, error) => {
      await db.query({
        name: 'cw_outbox_bury',
        text: `with gone as (delete from outbox where seq = $1 returning *)
          insert into outbox_dead (seq, tenant, lane, target, key, payload, attempts, error, created, buried)
          select seq, tenant, lane, target, key, payload, attempts + 1, $2, created, $3 from gone`,
        values: [seq, error, instant(clock.nowMs())],
      })
    },
    dead: async filter => {
      const { rows } = await db.query<DeadRow>(deadStatement(filter))
      return rows.map(toDeadRow)
    },
    revive: async seqs => {
      const answers = await db.tx(0, [flushStatements.lockOutbox([]), reviveStatement(seqs)])
      return answers.at(-1)?.rowCount ?? 0
    },
    depth: async tenant => {
      const { rows } = await db.query<DepthRow>({ ...depthStatement, values: [tenant ?? null] })
      return rows.map(({ target, rows: waiting, dead, oldest }) => ({
        target,
        rows: Number(waiting),
        dead: Number(dead),
        ...(oldest !== null && { oldest }),
      }))
    },
  }
}

const instant = (ms: number): Instant => new Date(ms).toISOString()

/** A row is held back while an earlier one of its key, or itself, waits for a retry. */
const readStatement = (
  target: string,
  lanes: readonly number[],
  { nowMs, count }: { readonly nowMs: number; readonly count: number },
): Statement => ({
  name: 'cw_outbox_read',
  text: `select o.seq, o.target, o.key, o.payload, o.attempts, o.created from outbox o
    where o.target = $1 and o.lane = any($2::int2[]) and not exists (
      select from outbox w where w.target = o.target and w.key = o.key and w.seq <= o.seq and w.next_at > $3)
    order by o.seq limit $4`,
  values: [target, int2Array(lanes), instant(nowMs), count],
})

interface DeadRow extends QueueRow {
  readonly error: string
  readonly buried: Instant
}

const toDeadRow = (row: DeadRow): DeadOutboxRow => ({
  ...toOutboxRow(row),
  error: row.error,
  buried: row.buried,
})

const deadStatement = ({
  tenant,
  target,
  after = 0,
  count,
}: Parameters<OutboxQueue['dead']>[0]): Statement => ({
  text: `select seq, target, key, payload, attempts, created, error, buried from outbox_dead
    where ($1::text is null or target = $1) and seq > $2 and ($4::int is null or tenant = $4)
    order by seq limit $3`,
  values: [target ?? null, after, count, tenant ?? null],
})

const reviveStatement = (seqs: readonly number[]): Statement => ({
  text: `with back as (delete from outbox_dead where seq = any($1::int8[]) returning *)
    insert into outbox (tenant, lane, target, key, payload, created)
    select tenant, lane, target, key, payload, created from back order by seq`,
  values: [int8Array(seqs)],
})

interface DepthRow {
  readonly target: string
  readonly rows: string
  readonly dead: string
  readonly oldest: Instant | null
}

const depthStatement = {
  name: 'cw_outbox_depth',
  text: `select target, sum(waiting) as rows, sum(dead) as dead, min(oldest) as oldest from (
      select target, count(*) as waiting, 0 as dead, min(created) as oldest from outbox where $1::int is null or tenant = $1 group by target
      union all select target, 0, count(*), null from outbox_dead where $1::int is null or tenant = $1 group by target) t
    group by target order by target`,
}

/**
 * $1 target, $2 owner, $3 now, $4 until, $5 later than anybody who is alive says: shares are equal among the owners that are
 * alive. Who holds a lease until after $5 gave it to himself before the clock was set back.
 */
const leaseTexts = {
  register: `insert into outbox_member (target, owner, until) values ($1, $2, $4)
    on conflict (target, owner) do update set until = excluded.until`,
  forgetDead: 'delete from outbox_member where target = $1 and (until <= $3 or until > $5) and owner <> $2',
  makeLanes: `insert into outbox_lane (target, lane) select $1, generate_series(0, ${OUTBOX_LANES - 1}) on conflict do nothing`,
  lockLanes: 'select 1 from outbox_lane where target = $1 order by lane for update',
  giveUpSurplus: `update outbox_lane set owner = null, until = null where target = $1 and owner = $2 and lane not in (
    select lane from outbox_lane where target = $1 and owner = $2 order by lane limit ${share()})`,
  renewAndTake: `update outbox_lane set owner = $2, until = $4 where target = $1 and (owner = $2 or lane in (
    select lane from outbox_lane where target = $1 and (owner is null or ((until <= $3 or until > $5) and owner <> $2)) order by lane
    limit greatest(0, ${share()} - (select count(*) from outbox_lane where target = $1 and owner = $2))))`,
  held: 'select lane from outbox_lane where target = $1 and owner = $2 order by lane',
} as const

function share(): string {
  return `(select ceil(${OUTBOX_LANES}.0 / greatest(1, count(*)))::int from outbox_member where target = $1 and until > $3 and until <= $5)`
}

function leaseStatements(
  target: string,
  owner: string,
  { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number },
): readonly Statement[] {
  const all = [target, owner, instant(nowMs), instant(untilMs), instant(2 * untilMs - nowMs)]
  return Object.entries(leaseTexts).map(([name, text]) => numbered(`cw_lease_${name}`, text, all))
}

/** PostgreSQL can't tell the type of a parameter that a text doesn't use: keep the used ones, numbered from 1. */
function numbered(name: string, text: string, all: readonly unknown[]): Statement {
  const used = all.map((_, index) => index + 1).filter(number => text.includes(`$${number}`))
  const renumbered = text.replaceAll(/\$(\d)/g, (_, number: string) => `$${used.indexOf(Number(number)) + 1}`)
  return { name, text: renumbered, values: used.map(number => all[number - 1]) }
}
