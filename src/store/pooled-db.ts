import { Connection, type Connect } from './connection.ts'
import type { Db, Rows, Statement } from './db.ts'
import { Lane } from './lane.ts'

export interface PooledDbOptions {
  readonly connectWriter: Connect
  readonly connectReader: Connect
  readonly lanes: number
  /** 0 = read on the writer's connection (embedded: there is only one). */
  readonly readers: number
  readonly prepare: boolean
  readonly advice: string
}

/** Writer lanes and readers over any PostgreSQL connection. Connects at once, so that a wrong address fails at start. */
export async function openPooledDb(options: PooledDbOptions): Promise<Db> {
  const connections = (count: number, connect: Connect): readonly Connection[] =>
    Array.from({ length: count }, () => new Connection({ ...options, connect }))
  const writers = connections(options.lanes, options.connectWriter)
  const extra = connections(options.readers, options.connectReader)
  const readers = extra.length > 0 ? extra : writers
  const lanes = writers.map(connection => new Lane(connection, extra.length > 0))
  const all = [...writers, ...extra]
  const close = async (): Promise<void> => {
    await Promise.all(all.map(connection => connection.close()))
  }
  try {
    await Promise.all(all.map(connection => connection.open()))
  } catch (error) {
    await close()
    throw error
  }
  const laneOf = (lane: number): Lane => lanes[lane % lanes.length] as Lane
  return {
    lanes: lanes.length,
    query: async <Row extends object>(statement: Statement) =>
      (await idlest(readers).query(statement)) as Rows<Row>,
    snapshot: statements =>
      idlest(readers).batch('begin isolation level repeatable read read only', statements),
    tx: (lane, statements, keys = []) => laneOf(lane).tx(statements, keys),
    hold: (lane, hold) => laneOf(lane).hold(hold),
    close,
  }
}

const idlest = (connections: readonly Connection[]): Connection =>
  connections.reduce((best, connection) => (connection.pending < best.pending ? connection : best))
