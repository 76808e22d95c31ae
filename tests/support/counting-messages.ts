import { derivedId, shardOfKey } from '../../src/lib/ids.ts'
import { fail, ok } from '../../src/lib/result.ts'
import type { InboundRecord } from '../../src/commands/ingest-adt/inbound.ts'
import { noNeeds, type View } from '../../src/commands/ingest-adt/prepared.ts'
import type { Interpret } from '../../src/commands/ingest-adt/read-record.ts'
import type { Meters } from '../../src/commands/ports/meters.ts'

const tenant = 1
export const patientId = (mrn: string): string => derivedId(shardOfKey(tenant, mrn), tenant, 'Patient', mrn)
export const countOf = (patient: unknown): number =>
  Number((patient as { gender_count?: string } | undefined)?.gender_count ?? 0)

/** Counts a patient's messages in the Patient itself; EVN-2 says how a message misbehaves. */
export const counting: Interpret = message => {
  const mrn = message.first('PID')?.text(3) ?? ''
  const deed = message.first('EVN')?.text(2) ?? 'count'
  const id = patientId(mrn)
  const shard = shardOfKey(tenant, mrn)
  if (deed === 'ignored') {
    return { needs: noNeeds, effect: { kind: 'ignored', failure: unmapped } }
  }
  const decide = (view: View) => {
    if (deed === 'throw') throw new Error('a bug of ours')
    if (deed === 'fail')
      return fail({ kind: 'invalid', code: 'no-patient-identifier', message: 'x', expression: 'PID-3' })
    const standing = view.get({ type: 'Patient', id })
    const count = deed === 'same' ? countOf(standing) : countOf(standing) + 1
    const resource = { resourceType: 'Patient', id, gender_count: String(count), language: deed }
    return ok({
      puts: deed === 'same' && standing ? [] : [{ resource, shard }],
      facts: [],
      said: [{ subject: id, scope: '', body: { count } }],
      flags: [],
      waits: false,
    })
  }
  return {
    subject: id,
    needs: { keys: [], patients: [id], types: ['Patient'], subjects: [id] },
    effect: { kind: 'decide', decide },
  }
}
const unmapped = { kind: 'unsupported', code: 'event-not-mapped', message: 'x', expression: 'MSH-9' } as const

let serial = 0
export const er7 = (mrn: string, deed = 'count', controlId = `C${(serial += 1)}`): InboundRecord => ({
  value: Buffer.from(
    `MSH|^~\\&|APP|FAC|CW|CW|20261001||ADT^A08|${controlId}|P|2.5\rEVN|A08|${deed}\rPID|1||${mrn}\r`,
  ),
  origin: 'test',
})

/** Meters that nobody reads. */
export const noMeters: Meters = {
  batchIngested: () => undefined,
  messageDecided: () => undefined,
  deadLettered: () => undefined,
  requestServed: () => undefined,
  lagSeen: () => undefined,
  eventsPublished: () => undefined,
  timersFired: () => undefined,
}
