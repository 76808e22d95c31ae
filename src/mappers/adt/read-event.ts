import { hash } from 'node:crypto'
import type { Instant } from '../../lib/clock.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { zoneRule } from '../../hl7v2/dtm.ts'
import { messageCode, triggerEvent } from '../../hl7v2/message-type.ts'
import type { Message } from '../../hl7v2/message.ts'
import type { AdtEvent, MappedEvent } from './adt-event.ts'
import { bedEvent } from './bed-status.ts'
import { directoryOf } from './directory-of.ts'
import type { Moment } from './fact.ts'
import { patientFields, visitFields } from './fields.ts'
import { facilityOf, momentOf, type MapContext, type MappingIssue } from './map-context.ts'
import { messageUri, recordStamp, stampOf } from './message-uri.ts'
import { patientName, visitName } from './patient-name.ts'
import { settingsOf, type SourceSettings } from './source.ts'
import { timeZoneOf } from './time-zone.ts'
import { isTrigger, triggers } from './triggers.ts'
import { effectiveOf, factOf } from './visit-fact.ts'

/** HL7 table 0104, as far as these segments keep their meaning: 2.1 to 2.9 with their revisions. */
const VERSION = /^2\.[1-9](?:\.\d+)?$/

/** A message without any time of its own, and nobody to say when it was received. */
const NEVER: Moment = { instant: '1970-01-01T00:00:00.000Z', text: '1970-01-01T00:00:00Z' }

/**
 * Reads a message as an event: whose, which visit, what happened when, and what it says. A message of another event is
 * a value of kind `ignored`. `received` stands in for a time that the message doesn't give.
 *
 * Fails with `adt-trigger-missing` (MSH-9), `adt-patient-missing` (PID), `adt-patient-identifier-missing` (PID-3),
 * `adt-place-missing` (NPU-1), `test-message-refused` (MSH-11), `version-unsupported` (MSH-12).
 */
export function readAdtEvent(
  message: Message,
  settings: SourceSettings,
  received?: Instant,
): Result<AdtEvent> {
  const msh = message.first('MSH')
  const digest = hash('sha256', message.segments.map(({ raw }) => raw).join('\r'), 'hex')
  const source = `${hdName(message, 3)}|${hdName(message, 4)}`
  const controlId = msh?.text(10) ?? digest.slice(0, 32)
  const trigger = triggerEvent(message)
  if (trigger === undefined)
    return refuse('adt-trigger-missing', 'The message does not say its event', 'MSH-9')
  const code = messageCode(message)
  const isAdt = code === undefined || code === 'ADT'
  const frame = { source, controlId, hash: digest, trigger: isAdt ? trigger : `${code}^${trigger}` }
  if (!isAdt || !isTrigger(trigger)) {
    return ok({ kind: 'ignored', ...frame, reason: isAdt ? 'event-not-mapped' : 'message-type-not-mapped' })
  }
  const version = msh?.text(12)
  if (version && settings.otherVersions === 'refuse' && !VERSION.test(version))
    return refuse('version-unsupported', 'MSH-12 names no version from 2.1 to 2.9', 'MSH-12')
  const mode = msh?.text(11)?.toUpperCase()
  const isTest = mode === 'T' || mode === 'D'
  if (isTest && settings.testMessages === 'refuse') {
    return refuse('test-message-refused', 'MSH-11 says that this is a test; TEST_MESSAGES=refuse', 'MSH-11')
  }
  return mappedEvent(message, { ...frame, trigger, isTest }, settings, received)
}

type Frame = Pick<MappedEvent, 'source' | 'controlId' | 'hash' | 'trigger' | 'isTest'>

function mappedEvent(
  message: Message,
  frame: Frame,
  settings: SourceSettings,
  received: Instant | undefined,
): Result<AdtEvent> {
  const own = settingsOf(settings, frame.source)
  const context: MapContext = {
    settings: own,
    source: frame.source,
    facility: facilityOf(frame.source),
    zone: zoneRule(message, timeZoneOf(message, own)),
    report: ignore,
  }
  const recorded = recordedOf(message, context, received)
  const timed = {
    ...frame,
    messageUri: messageUri(frame, settings),
    effective: effectiveOf(message, frame.trigger, context) ?? recorded,
    recorded,
    stamp: stampOf(recorded.instant, frame),
    context,
    message,
  }
  const { does } = triggers[frame.trigger]
  if (does === 'place') return bedEvent(timed)
  const pid = message.first('PID')
  if (!pid) return refuse('adt-patient-missing', 'The message has no PID segment', 'PID')
  const patient = patientName(pid, message, context)
  if (!patient) {
    return refuse('adt-patient-identifier-missing', 'PID-3 holds no identifier of the patient', 'PID-3')
  }
  const visit = visitName(does === 'person' ? undefined : message.first('PV1'), pid, patient, context)
  const changed = momentOf(pid.text(33) ?? undefined, context, 'PID-33')
  const pidStamp = recordStamp(changed?.instant, recorded.instant, timed.stamp)
  const named = { ...timed, pidStamp, patient, visit }
  return ok({
    kind: 'mapped',
    ...named,
    fact: factOf(named),
    patientFields: patientFields(named),
    visitFields: visitFields(named),
    directory: directoryOf(message, context),
  })
}

const ignore = (_issue: MappingIssue): void => undefined

const refuse = (code: string, message: string, expression: string): Result<AdtEvent> =>
  fail({ kind: 'unprocessable', code, message, expression })

function hdName(message: Message, field: number): string {
  const msh = message.first('MSH')
  return (msh?.text(field) ?? msh?.text(field, 2) ?? '').replaceAll('|', ' ')
}

/** EVN-2, else MSH-7, else when it came. */
function recordedOf(message: Message, context: MapContext, received: Instant | undefined): Moment {
  const evn = momentOf(message.first('EVN')?.text(2) ?? undefined, context, 'EVN-2')
  const msh = evn ?? momentOf(message.first('MSH')?.text(7) ?? undefined, context, 'MSH-7')
  return msh ?? (received === undefined ? NEVER : { instant: received, text: received })
}
