import type { Instant } from '../../lib/clock.ts'
import { parseJson } from '../../lib/json.ts'
import type { Json } from '../../fhir/resource.ts'
import type { CaseEventFilter, CaseEventRow, KeptAnswer } from '../../commands/ports/store.ts'
import type { Db, Statement } from '../connection/db.ts'
import { shardOfSubject } from '../connection/shards.ts'

interface EventRow {
  readonly id: string
  readonly case_id: string
  readonly patient: string
  readonly type: string
  readonly noun: string
  readonly noun_id: string
  readonly at: Instant
  readonly recorded: Instant
  readonly actor: string
  readonly body: string
}

const toCaseEvent = (row: EventRow): CaseEventRow => ({
  id: row.id,
  caseId: row.case_id,
  patient: row.patient,
  type: row.type,
  noun: row.noun,
  nounId: row.noun_id,
  at: row.at,
  recorded: row.recorded,
  actor: row.actor,
  body: parseJson(row.body) as Json,
})

/** Events of a case, a patient or all, in order of recording. */
export const readCaseEvents = async (
  db: Db,
  tenant: number,
  filter: CaseEventFilter,
): Promise<readonly CaseEventRow[]> =>
  (await db.query<EventRow>(eventsStatement(tenant, filter))).rows.map(toCaseEvent)

function eventsStatement(tenant: number, filter: CaseEventFilter): Statement {
  const { caseId, patient, from, to, after, count, newestFirst = false } = filter
  const values: unknown[] = [tenant, count]
  const parameter = (value: unknown): string => `$${values.push(value)}`
  const conditions = [
    'e.tenant = $1',
    ...(caseId === undefined ? [] : [`e.case_id = ${parameter(caseId)}`]),
    ...(patient === undefined
      ? []
      : [`e.shard = ${parameter(shardOfSubject(tenant, patient))} and e.patient = ${parameter(patient)}`]),
    ...(from === undefined ? [] : [`e.recorded >= ${parameter(from)}`]),
    ...(to === undefined ? [] : [`e.recorded <= ${parameter(to)}`]),
    ...(after
      ? [
          `(e.recorded, e.id) ${newestFirst ? '<' : '>'} (${parameter(after.recorded)}::timestamptz, ${parameter(after.id)})`,
        ]
      : []),
  ]
  const direction = newestFirst ? ' desc' : ''
  return {
    text: `select e.id, e.case_id, e.patient, e.type, e.noun, e.noun_id, e.at, e.recorded, e.actor, e.body
      from case_event e where ${conditions.join(' and ')}
      order by e.recorded${direction}, e.id${direction} limit $2`,
    values,
  }
}

interface AnswerRow {
  readonly key: string
  readonly request_hash: string
  readonly status: number
  readonly body: string
}

/** The answer that was given to a request with this Idempotency-Key. */
export async function readKeptAnswer(db: Db, tenant: number, key: string): Promise<KeptAnswer | undefined> {
  const { rows } = await db.query<AnswerRow>({
    name: 'cw_kept_answer',
    text: 'select key, request_hash, status, body from kept_answer where tenant = $1 and key = $2',
    values: [tenant, key],
  })
  return rows.map(row => ({
    key: row.key,
    requestHash: row.request_hash,
    status: row.status,
    body: parseJson(row.body) as Json,
  }))[0]
}
