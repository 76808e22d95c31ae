import { Connection, type Connect, type ConnectionOptions } from './connection.ts'
import type { Db, Rows, Statement } from './db.ts'
import { Lane } from './lane.ts'
import { timeout } from '../search/search-timeout.ts'

const LOADERS = 2

export interface PooledDbOptions {
  readonly connectWriter: Connect
  readonly connectReader: Connect
  readonly lanes: number
  /** For `reads`, where sessions may have settings of their own; absent = on a reader, in a transaction that says so. */
  readonly connectLoader?: Connect
  /** 0 = read on the writer's connection (embedded: there is only one). */
  readonly readers: number
  /** Connections whose settings are for searches, for look-ups and for walks along an index; without them readers do all of it. */
  readonly searching?: {
    readonly connectSearch: Connect
    readonly connectPoint: Connect
    readonly connectWalk: Connect
    readonly searchers: number
    readonly points: number
    readonly walkers: number
  }
  readonly prepare: boolean
  readonly advice: string
}

/** A plan that was made for an empty table is soon a bad one; planning anew so often costs nothing. */
const plannedOnce = { gathers: true, plansHoldMs: 5_000 } as const
const SNAPSHOT = 'begin isolation level repeatable read read only'

/**
 * Writer lanes and readers over any PostgreSQL connection. These connect at once, so that a wrong address fails at start; those
 * for searches on first use.
 */
export async function openPooledDb(options: PooledDbOptions): Promise<Db> {
  const { searching } = options
  const connections = (
    count: number,
    connect: Connect,
    how: Pick<ConnectionOptions, 'gathers' | 'plansHoldMs'> = {},
  ): readonly Connection[] =>
    Array.from({ length: count }, () => new Connection({ ...options, connect, ...how }))
  const writers = connections(options.lanes, options.connectWriter)
  const extra = connections(options.readers, options.connectReader, { gathers: true })
  const searchers = searching
    ? connections(searching.searchers, searching.connectSearch, { gathers: true })
    : []
  const points = searching ? connections(searching.points, searching.connectPoint, plannedOnce) : []
  const walkers = searching ? connections(searching.walkers, searching.connectWalk, plannedOnce) : []
  const readers = extra.length > 0 ? extra : writers
  const lanes = writers.map(connection => new Lane(connection, extra.length > 0))
  const loaders = options.connectLoader ? connections(LOADERS, options.connectLoader, plannedOnce) : []
  const all = [...writers, ...extra, ...loaders, ...searchers, ...points, ...walkers]
  const close = async (): Promise<void> => {
    await Promise.all(all.map(connection => connection.close()))
  }
  try {
    await Promise.all([...writers, ...extra].map(connection => connection.open()))
  } catch (error) {
    await close()
    throw error
  }
  const laneOf = (lane: number): Lane => lanes[lane % lanes.length] as Lane
  const snapshot: Db['snapshot'] = statements => idlest(readers).batch(SNAPSHOT, statements)
  return {
    lanes: lanes.length,
    query: async <Row extends object>(statement: Statement) =>
      (await idlest(readers).query(statement)) as Rows<Row>,
    point: async <Row extends object>(statement: Statement) =>
      (await gathering(points.length > 0 ? points : readers).query(statement)) as Rows<Row>,
    few: async <Row extends object>(statement: Statement) =>
      (await idlest(points.length > 0 ? points : readers).query(statement)) as Rows<Row>,
    walk: async <Row extends object>(statement: Statement) =>
      (await idlest(walkers.length > 0 ? walkers : readers).query(statement)) as Rows<Row>,
    search: searchOn({ searchers, readers, isTimed: extra.length > 0 }),
    snapshot,
    reads: statements => (loaders.length > 0 ? gathering(loaders).run(statements) : snapshot(statements)),
    tx: (lane, statements, keys = []) => laneOf(lane).tx(statements, keys),
    hold: (lane, hold) => laneOf(lane).hold(hold),
    holds: (lane, keys) => laneOf(lane).holds(keys),
    quietLane: () => lanes.reduce((best, lane, i) => (lane.load < laneOf(best).load ? i : best), 0),
    close,
  }
}

interface Searching {
  readonly searchers: readonly Connection[]
  readonly readers: readonly Connection[]
  /** Whether readers heed a time limit: the embedded database has none. */
  readonly isTimed: boolean
}

/** One statement is a snapshot by itself, where the connection's settings already limit its time. */
function searchOn({ searchers, readers, isTimed }: Searching): Db['search'] {
  const first = searchers.length === 0 && isTimed ? [timeout] : []
  const connections = searchers.length === 0 ? readers : searchers
  return async statements => {
    const [only, ...others] = statements
    const connection = idlest(connections)
    if (only && others.length === 0 && first.length === 0) return [await connection.query(only)]
    return (await connection.batch(SNAPSHOT, [...first, ...statements])).slice(first.length)
  }
}

const idlest = (connections: readonly Connection[]): Connection =>
  connections.reduce((best, connection) => (connection.pending < best.pending ? connection : best))

/** What is asked in one turn goes to one connection, for it leaves in one write. */
const gathering = (connections: readonly Connection[]): Connection =>
  connections.find(({ isGathering }) => isGathering) ?? idlest(connections)
