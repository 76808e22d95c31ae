import { strict as assert } from 'node:assert'
import { keyText } from '../../fhir/resource.ts'
import type { Changes, Said, Stored } from '../../commands/ports/store.ts'
import {
  boolArray,
  byteaArray,
  int2Array,
  int4Array,
  int8Array,
  textArray,
  timestampArray,
} from '../connection/binary-arrays.ts'
import type { Statement } from '../connection/db.ts'
import {
  byTypeAndId,
  hashOf,
  rowsOf,
  toIndexed,
  toStored,
  type IndexResource,
  type Row,
} from './flush-rows.ts'
import { flushStatements as sql } from './flush-statements.ts'
import { joined } from './gathered-flushes.ts'
import { indexRows } from './index-rows.ts'
import { outboxKeyHash, outboxLane } from '../queues/outbox-lanes.ts'
import { saidName, textOfBody } from '../loads/remembered-bodies.ts'
import { shardOfSubject } from '../connection/shards.ts'

export interface FlushPlan {
  readonly statements: readonly Statement[]
  /** Of each of the changes. */
  readonly written: readonly (readonly Stored[])[]
  /** What the flush writes, as a hold names it: keys of resources and subjects of registers. */
  readonly keys: readonly string[]
}

/** More keys than this take one lock together: a server's lock table holds some thousands in all. */
const OUTBOX_KEYS_MAX = 1_000

/**
 * Turns changes of one tenant into static statements, in the one order in which every flush takes its locks. Several may be
 * written together when they write neither a resource nor a timer twice, and nothing but resources, events and messages.
 */
export function planFlush(group: readonly Changes[], indexResource: IndexResource): FlushPlan {
  const rowsOfEach = group.map(one => rowsOf(one, indexResource))
  const sorted = rowsOfEach.flat().toSorted(byTypeAndId)
  const changes = joined(group)
  const keys = changes.writes.map(keyText)
  assert(new Set(keys).size === keys.length, 'a flush writes a resource once, with all its versions')
  return {
    statements: [
      ...fence(changes),
      ...inbox(changes),
      ...answers(changes),
      ...resources(changes.tenant, sorted),
      ...said(changes),
      ...facts(changes),
      ...events(changes),
      ...indexRows(
        changes.tenant,
        sorted.flatMap(row => toIndexed(row, indexResource)),
      ),
      ...timers(changes),
      ...links(changes),
      ...audit(changes.tenant, group),
      ...outbox(changes),
    ],
    written: rowsOfEach.map(rows => rows.map(toStored)),
    keys: [...keys, ...(changes.said ?? []).map(({ subject }) => subject)],
  }
}

function fence({ offset }: Changes): readonly Statement[] {
  return offset ? [sql.fence([offset.group, offset.topic, offset.partition, offset.from, offset.next])] : []
}

function inbox({ tenant, inbox: entries = [] }: Changes): readonly Statement[] {
  const claims = entries.filter(({ mode }) => mode === 'claim')
  const updates = entries.filter(({ mode }) => mode === 'update')
  const keyColumns = (of: typeof entries): readonly Buffer[] => [
    textArray(of.map(entry => entry.source)),
    textArray(of.map(entry => entry.messageId)),
    textArray(of.map(entry => entry.payloadHash)),
    textArray(of.map(entry => entry.trigger)),
    textArray(of.map(entry => entry.outcome)),
    textArray(of.map(entry => entry.reason)),
    textArray(of.map(entry => entry.subject)),
    textArray(of.map(entry => entry.visit)),
  ]
  const changed = (of: typeof entries): Buffer => textArray(of.map(entry => entry.resources.join(' ')))
  return [
    ...when(claims, of =>
      sql.claimInbox([
        tenant,
        ...keyColumns(of),
        timestampArray(of.map(entry => Date.parse(entry.received))),
        textArray(of.map(entry => entry.origin)),
        byteaArray(of.map(entry => entry.raw)),
        changed(of),
      ]),
    ),
    ...when(updates, of => sql.updateInbox([tenant, ...keyColumns(of), changed(of)])),
  ]
}

function resources(tenant: number, rows: readonly Row[]): readonly Statement[] {
  const fresh = rows.filter(({ write }) => write.expect === 0)
  const known = rows.filter(({ write }) => write.expect > 0)
  const assigned = fresh.filter(({ write }) => write.clientAssigned)
  const versions = rows.flatMap(row => row.versions.map(version => ({ row, version })))
  return [
    ...when(assigned, of =>
      sql.insertDirectory([
        tenant,
        int2Array(of.map(row => row.typeNumber)),
        textArray(of.map(row => row.write.id)),
        int2Array(of.map(row => row.write.shard)),
      ]),
    ),
    ...when(fresh, of => sql.insertResources([tenant, ...stateColumns(of)])),
    ...when(known, of =>
      sql.updateResources([
        tenant,
        ...stateColumns(of),
        int4Array(of.map(row => row.write.expect)),
        int8Array(of.map(row => row.write.expectIndexHash)),
      ]),
    ),
    ...when(versions, of =>
      sql.insertVersions([
        tenant,
        int2Array(of.map(({ row }) => row.write.shard)),
        int2Array(of.map(({ row }) => row.typeNumber)),
        textArray(of.map(({ row }) => row.write.id)),
        int4Array(of.map(({ version }) => version.version)),
        timestampArray(of.map(({ version }) => version.updatedMs)),
        boolArray(of.map(({ version }) => version.deleted)),
        textArray(of.map(({ version }) => version.content)),
      ]),
    ),
  ]
}

const stateColumns = (of: readonly Row[]): readonly Buffer[] => [
  int2Array(of.map(row => row.write.shard)),
  int2Array(of.map(row => row.typeNumber)),
  textArray(of.map(row => row.write.id)),
  int4Array(of.map(row => row.last.version)),
  timestampArray(of.map(row => row.last.updatedMs)),
  boolArray(of.map(row => row.last.deleted)),
  textArray(of.map(row => row.index?.patient)),
  int8Array(of.map(hashOf)),
  textArray(of.map(row => row.index?.status)),
  textArray(of.map(row => row.index?.owner)),
  timestampArray(of.map(row => row.index?.startMs)),
  timestampArray(of.map(row => row.index?.endMs)),
  textArray(of.map(row => row.last.content)),
]

function said({ tenant, said: registers = [] }: Changes): readonly Statement[] {
  const sorted = registers.toSorted((a, b) =>
    a.subject === b.subject ? order(a.scope, b.scope) : order(a.subject, b.subject),
  )
  const columns = (of: readonly Said[]): readonly unknown[] => [
    tenant,
    int2Array(of.map(({ subject }) => shardOfSubject(tenant, subject))),
    textArray(of.map(({ subject }) => subject)),
    textArray(of.map(({ scope }) => scope)),
    int4Array(of.map(({ version }) => version)),
    textArray(of.map(one => textOfBody(one.body, saidName(one)))),
  ]
  return [
    ...when(
      sorted.filter(({ version }) => version === 1),
      of => sql.insertSaid(columns(of)),
    ),
    ...when(
      sorted.filter(({ version }) => version > 1),
      of => sql.updateSaid(columns(of)),
    ),
  ]
}

function facts({ tenant, facts: list = [] }: Changes): readonly Statement[] {
  return when(
    list.toSorted((a, b) => order(a.subject, b.subject) || order(a.id, b.id)),
    of =>
      sql.insertFacts([
        tenant,
        int2Array(of.map(({ subject }) => shardOfSubject(tenant, subject))),
        textArray(of.map(({ subject }) => subject)),
        textArray(of.map(({ id }) => id)),
        textArray(of.map(({ kind }) => kind)),
        textArray(of.map(({ scope }) => scope)),
        timestampArray(of.map(({ at }) => Date.parse(at))),
        timestampArray(of.map(({ recorded }) => Date.parse(recorded))),
        textArray(of.map(({ actor }) => actor)),
        textArray(of.map(({ source }) => source)),
        textArray(of.map(({ id, body }) => textOfBody(body, id))),
      ]),
  )
}

function events({ tenant, events: list = [] }: Changes): readonly Statement[] {
  return when(list, of =>
    sql.insertEvents([
      tenant,
      int2Array(of.map(({ patient }) => shardOfSubject(tenant, patient))),
      textArray(of.map(({ patient }) => patient)),
      textArray(of.map(({ caseId }) => caseId)),
      textArray(of.map(({ id }) => id)),
      textArray(of.map(({ type }) => type)),
      textArray(of.map(({ noun }) => noun)),
      textArray(of.map(({ nounId }) => nounId)),
      timestampArray(of.map(({ at }) => Date.parse(at))),
      timestampArray(of.map(({ recorded }) => Date.parse(recorded))),
      textArray(of.map(({ actor }) => actor)),
      textArray(of.map(({ body }) => JSON.stringify(body))),
    ]),
  )
}

/** Early, like the inbox: who repeats a request waits for the first one, and fails before it has written anything. */
function answers({ tenant, at, answers: list = [] }: Changes): readonly Statement[] {
  return when(
    list.toSorted((a, b) => order(a.key, b.key)),
    of =>
      sql.insertAnswers([
        tenant,
        at,
        textArray(of.map(({ key }) => key)),
        textArray(of.map(({ requestHash }) => requestHash)),
        int4Array(of.map(({ status }) => status)),
        textArray(of.map(({ body }) => JSON.stringify(body))),
      ]),
  )
}

function timers({ tenant, timers: changed }: Changes): readonly Statement[] {
  return [
    ...when((changed?.drop ?? []).toSorted(order), of => sql.dropTimers([tenant, textArray(of)])),
    ...when(
      (changed?.put ?? []).toSorted((a, b) => order(a.id, b.id)),
      of =>
        sql.putTimers([
          tenant,
          textArray(of.map(({ id }) => id)),
          timestampArray(of.map(({ due }) => Date.parse(due))),
          textArray(of.map(({ kind }) => kind)),
          textArray(of.map(({ subject }) => subject)),
          textArray(of.map(({ payload }) => JSON.stringify(payload))),
        ]),
    ),
  ]
}

function links({ tenant, links: put = [], cursors = [] }: Changes): readonly Statement[] {
  return [
    ...when(
      put.toSorted((a, b) => order(a.peer, b.peer) || order(a.type, b.type) || order(a.id, b.id)),
      of =>
        sql.putLinks([
          tenant,
          textArray(of.map(({ peer }) => peer)),
          textArray(of.map(({ type }) => type)),
          textArray(of.map(({ id }) => id)),
          textArray(of.map(({ remoteId }) => remoteId)),
          textArray(of.map(({ remoteVersion }) => remoteVersion)),
          textArray(of.map(({ remoteHash }) => remoteHash)),
          textArray(of.map(({ base }) => JSON.stringify(base))),
        ]),
    ),
    ...when(cursors, of =>
      sql.putCursors([
        textArray(of.map(({ peer }) => peer)),
        textArray(of.map(({ type }) => type)),
        timestampArray(of.map(({ watermark }) => Date.parse(watermark))),
      ]),
    ),
  ]
}

function audit(tenant: number, group: readonly Changes[]): readonly Statement[] {
  return when(
    group.flatMap(({ at, audit: entries = [] }) => entries.map(entry => ({ ...entry, at }))),
    of =>
      sql.insertAudit([
        tenant,
        timestampArray(of.map(({ at }) => Date.parse(at))),
        textArray(of.map(({ actor }) => actor)),
        textArray(of.map(({ action }) => action)),
        textArray(of.map(({ key }) => key)),
        int4Array(of.map(({ version }) => version)),
        textArray(of.map(({ requestId }) => requestId)),
      ]),
  )
}

/** Last of all, and its locks before its numbers: from here to COMMIT nobody else can number rows of the same keys. */
function outbox({ tenant, at, outbox: rows = [] }: Changes): readonly Statement[] {
  const hashes = [...new Set(rows.map(({ target, key }) => outboxKeyHash(tenant, target, key)))].toSorted(
    (a, b) => (a < b ? -1 : 1),
  )
  return when(rows, of => [
    hashes.length > OUTBOX_KEYS_MAX ? sql.lockOutbox([]) : sql.lockOutboxKeys([int8Array(hashes)]),
    sql.insertOutbox([
      tenant,
      at,
      int2Array(of.map(({ key }) => outboxLane(key))),
      textArray(of.map(({ target }) => target)),
      textArray(of.map(({ key }) => key)),
      textArray(of.map(({ payload }) => JSON.stringify(payload))),
    ]),
  ])
}

/** The statements for rows when there are any. */
function when<T>(
  rows: readonly T[],
  make: (rows: readonly T[]) => Statement | readonly Statement[],
): readonly Statement[] {
  return rows.length > 0 ? [make(rows)].flat() : []
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
