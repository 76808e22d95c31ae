import type { Instant } from '../../../lib/clock.ts'
import { assert } from '../../../lib/assert.ts'
import { derivedId } from '../../../lib/ids.ts'
import { fail, ok, type Failure, type Result } from '../../../lib/result.ts'
import { zoneRule } from '../../../hl7v2/dtm.ts'
import { messageCode, triggerEvent } from '../../../hl7v2/message-type.ts'
import type { Message } from '../../../hl7v2/message.ts'
import type { AdtEvent, MappedEvent, NamedEvent, PatientName } from './adt-event.ts'
import { bedEvent } from '../visits/bed-status.ts'
import { directoryOf } from '../resources/directory-of.ts'
import type { Fact, Moment } from './fact.ts'
import { messageParts } from '../identity/message-parts.ts'
import { isIdentityTrigger, newNumbers, readIdentity, speaksOfVisit } from '../identity/read-identity.ts'
import { facilityOf, momentOf, type MapContext, type MappingIssue } from '../map-context.ts'
import { messageHash, messageUri, recordStamp, stampOf } from './message-uri.ts'
import { patientName, visitName } from './patient-name.ts'
import { settingsOf, type SourceSettings } from '../source.ts'
import { timeZoneOf } from './time-zone.ts'
import { isTrigger, triggers, type Trigger } from './triggers.ts'
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
export function readAdtEvents(
  message: Message,
  settings: SourceSettings,
  received?: Instant,
): Result<readonly AdtEvent[]> {
  const msh = message.first('MSH')
  const digest = messageHash(message)
  const source = `${hdName(message, 3)}|${hdName(message, 4)}`
  const controlId = msh?.text(10) ?? digest.slice(0, 32)
  const [code, trigger] = [messageCode(message), triggerEvent(message)]
  if (trigger === undefined || !NAME.test(trigger) || !NAME.test(code ?? 'ADT'))
    return refuse('adt-trigger-missing', 'The message does not say its event', 'MSH-9')
  const isAdt = code === undefined || code === 'ADT'
  const frame = { source, controlId, hash: digest, trigger: isAdt ? trigger : `${code}^${trigger}` }
  if (!isAdt || !isTrigger(trigger)) {
    return ok([{ kind: 'ignored', ...frame, reason: isAdt ? 'event-not-mapped' : 'message-type-not-mapped' }])
  }
  const version = msh?.text(12)
  if (version && settings.otherVersions === 'refuse' && !VERSION.test(version))
    return refuse('version-unsupported', 'MSH-12 names no version from 2.1 to 2.9', 'MSH-12')
  const mode = msh?.text(11)?.toUpperCase()
  const isTest = mode === 'T' || mode === 'D'
  if (isTest && settings.testMessages === 'refuse') {
    return refuse('test-message-refused', 'MSH-11 says that this is a test; TEST_MESSAGES=refuse', 'MSH-11')
  }
  const read = { frame: { ...frame, trigger, isTest }, settings, received }
  return hasGroups(trigger) ? groupEvents(message, read) : listed(mappedEvent(message, read))
}

/** A message type or event of any system; what else stands there was damaged on the way. */
const NAME = /^[A-Z0-9][\w.-]{0,19}$/

/** The event of a message that speaks of one patient; of several, the first. */
export function readAdtEvent(
  message: Message,
  settings: SourceSettings,
  received?: Instant,
): Result<AdtEvent> {
  const events = readAdtEvents(message, settings, received)
  if (!events.ok) return events
  const [first] = events.value
  assert(first !== undefined, 'a message has one event at least')
  return ok(first)
}

interface Reading {
  readonly frame: Frame
  readonly settings: SourceSettings
  readonly received: Instant | undefined
}

/** Events whose structure may hold several patients or visits. */
const hasGroups = (trigger: Trigger): boolean => trigger === 'A17' || isIdentityTrigger(trigger)

const listed = (event: Result<AdtEvent>): Result<readonly AdtEvent[]> =>
  event.ok ? ok([event.value]) : event

/** Of a pair, the first says it of both. */
type Role = 'alone' | 'second' | { readonly other: PatientName }

/**
 * Each group by itself: one that can't be taken loses the others nothing, but of two who are linked or who swap beds both
 * are needed. The second patient of a pair counts for the first as well.
 */
function groupEvents(message: Message, read: Reading): Result<readonly AdtEvent[]> {
  const { trigger } = read.frame
  const events: AdtEvent[] = []
  const leftOut: Failure[] = []
  const parts = messageParts(message, trigger)
  const isPair = trigger === 'A24' || trigger === 'A37'
  let role: Role = isPair ? 'second' : 'alone'
  for (const part of isPair ? parts.slice(0, 2).toReversed() : parts) {
    const event = mappedEvent(part, read, role)
    if (!event.ok && (isPair || trigger === 'A17')) return event
    if (!event.ok) {
      leftOut.push(event.failure)
      continue
    }
    if (isPair && event.value.kind === 'mapped') role = { other: event.value.patient }
    events.push(event.value)
  }
  if (isPair && events.length < 2)
    return refuse('link-other-missing', 'The message does not name a second patient', 'PID')
  const [failure] = leftOut
  if (events.length === 0 && failure) return fail(failure)
  const flags = isPair && parts.length > 2 ? [THIRD] : leftOut.map(flagOf)
  return ok(withFlags(isPair ? events.toReversed() : events, flags))
}

/** A pair is of two: whoever else is named counts for nothing. */
const THIRD = 'segment-repeated:PID'

const flagOf = ({ code, expression = '' }: Failure): string => `${code}:${expression}`

/** What could not be taken is noted beside the first group that was. */
function withFlags([first, ...others]: readonly AdtEvent[], leftOut: readonly string[]): readonly AdtEvent[] {
  if (!first) return []
  return [first.kind === 'mapped' && leftOut.length > 0 ? { ...first, leftOut } : first, ...others]
}

type Frame = Pick<MappedEvent, 'source' | 'controlId' | 'hash' | 'trigger' | 'isTest'>

function mappedEvent(
  message: Message,
  { frame, settings, received }: Reading,
  role: Role = 'alone',
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
    effective: effectiveOf(message, frame.trigger, { context, recorded }),
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
  const { trigger } = frame
  const isOfVisit = does !== 'person' && speaksOfVisit(trigger)
  const visit = visitName(isOfVisit ? message.first('PV1') : undefined, pid, patient, context)
  const changed = momentOf(pid.text(33) ?? undefined, context, 'PID-33')
  const pidStamp = recordStamp(changed?.instant, recorded.instant, timed.stamp)
  const named = { ...timed, pidStamp, patient, visit }
  const identity =
    isIdentityTrigger(trigger) && role !== 'second'
      ? readIdentity(named, trigger, role === 'alone' ? undefined : role.other)
      : ok({ facts: newNumbers(named), prior: undefined })
  if (!identity.ok) return identity
  return ok({
    kind: 'mapped',
    ...named,
    fact: trigger === 'A17' ? swapFact(named) : factOf(named),
    identity: identity.value.facts,
    prior: identity.value.prior,
    directory: directoryOf(message, context),
  })
}

/** A17: for each of the two it is a transfer; one message tells both, so that the visit is part of the fact's name. */
function swapFact(event: NamedEvent): Fact | undefined {
  const fact = factOf({ ...event, trigger: 'A02' })
  const { tenant } = event.context.settings
  return fact && { ...fact, id: derivedId(event.patient.shard, tenant, 'Fact', `${fact.id}|${fact.scope}`) }
}

const ignore = (_issue: MappingIssue): void => undefined

const refuse = (code: string, message: string, expression: string): Result<never> =>
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
