import { faultOf, type EmitEvent } from '../ports/events.ts'
import type { Failure } from '../../lib/result.ts'
import type { InboxEntry, Outcome } from '../ports/store.ts'
import { inboxIdOf } from '../inbox/inbox-id.ts'
import type { BatchState } from './batch-state.ts'
import type { Verdict } from './inbound.ts'
import type { Decision, Prepared } from './prepared.ts'

/** What one message came to in this try: its verdict, and its decision when it may be staged again as it is. */
export interface Decided {
  readonly verdict: Verdict
  readonly decision?: Decision
  /** Keys that it touched: what conflicts are matched against. */
  readonly touches: ReadonlySet<string>
}

/** Outcomes after which the same message again has no further effect (adt.md 3.2.3). */
const SETTLED: ReadonlySet<Outcome> = new Set<Outcome>(['applied', 'no-change'])

/**
 * Decides one message over what stands and stages it. Nothing is staged before all of it is known to be good, so that
 * one that fails or throws leaves no trace but its verdict.
 */
export function decideMessage(
  message: Prepared,
  state: BatchState,
  emit: EmitEvent,
  known?: Decision,
): Decided {
  const { entry, reused } = state.earlier(message)
  if (entry && SETTLED.has(entry.outcome) && isRecent(entry, message, state.view.at)) {
    return { verdict: verdictOf(message, 'duplicate'), touches: touchesOf(message) }
  }
  if (message.effect.kind !== 'decide') {
    const outcome = message.effect.kind
    return settle(message, state, entry, { outcome, reason: reasonOf(message.effect.failure) })
  }
  const decision = known ?? decideSafely(message, state, emit)
  if ('code' in decision) {
    return settle(message, state, entry, { outcome: 'dead-letter', reason: reasonOf(decision) })
  }
  const { changed, newFacts } = state.stage(decision)
  const waits = decision.waits && newFacts > 0
  const odd = [...new Set(message.flags)].slice(0, FLAGS_MAX)
  const flags = [...(reused ? ['control-id-reused:MSH-10'] : []), ...decision.flags, ...odd]
  const settled = settle(message, state, entry, {
    outcome: decision.refused ? 'dead-letter' : changed.length > 0 || waits ? 'applied' : 'no-change',
    resources: changed,
    ...(flags.length > 0 && { reason: flags.join(' ') }),
    ...(decision.refused && { reason: reasonOf(decision.refused) }),
  })
  const puts = decision.puts.map(({ resource }) => `${resource.resourceType}/${resource.id}`)
  const subjects = decision.said.map(({ subject }) => `Patient/${subject}`)
  return { ...settled, decision, touches: new Set([...settled.touches, ...changed, ...puts, ...subjects]) }
}

/** Of what was odd in reading it; the message itself has the rest. */
const FLAGS_MAX = 5

/** After the window a repeat is decided again, and finds nothing to change. */
const isRecent = ({ received }: InboxEntry, { dedupeDays }: Prepared, at: string): boolean =>
  dedupeDays === undefined || Date.parse(received) >= Date.parse(at) - dedupeDays * DAY_MS

const DAY_MS = 86_400_000

/** A message that makes our own code throw is a dead letter, not the end of its batch. */
function decideSafely(message: Prepared, state: BatchState, emit: EmitEvent): Decision | Failure {
  if (message.effect.kind !== 'decide') return unreadable
  try {
    const decided = message.effect.decide(state.view)
    return decided.ok ? decided.value : decided.failure
  } catch (error) {
    emit('message-dead-lettered', {
      origin: message.from.origin,
      code: unreadable.code,
      fault: faultOf(error),
    })
    return unreadable
  }
}

const unreadable: Failure = {
  kind: 'unprocessable',
  code: 'message-not-processable',
  message:
    'This service failed on the message; the log names where. It is kept and can be replayed after an upgrade.',
}

type Settled = Pick<Verdict, 'outcome' | 'reason' | 'resources'>

function settle(
  message: Prepared,
  state: BatchState,
  entry: InboxEntry | undefined,
  settled: Settled,
): Decided {
  const verdict = { ...verdictOf(message, settled.outcome), ...settled }
  if (!entry || entry.outcome !== settled.outcome || entry.reason !== settled.reason) {
    state.record(inboxEntry(message, verdict, state.view.at, entry))
  }
  return { verdict, touches: touchesOf(message) }
}

function inboxEntry(
  message: Prepared,
  verdict: Verdict,
  at: string,
  earlier: InboxEntry | undefined,
): InboxEntry {
  return {
    source: message.source,
    messageId: message.messageId,
    payloadHash: message.payloadHash,
    trigger: message.trigger,
    outcome: verdict.outcome,
    ...(verdict.reason !== undefined && { reason: verdict.reason }),
    ...(message.subject !== undefined && { subject: message.subject }),
    ...(message.visit !== undefined && { visit: message.visit }),
    received: earlier?.received ?? at,
    origin: message.from.origin,
    raw: message.raw,
    resources: verdict.resources ?? [],
  }
}

const verdictOf = (message: Prepared, outcome: Outcome): Verdict => ({
  outcome,
  controlId: message.messageId,
  trigger: message.trigger,
  inboxId: inboxIdOf(message),
  raw: message.raw,
})

const reasonOf = ({ code, expression }: Failure): string =>
  expression === undefined ? code : `${code}:${expression}`

/** Two messages that share one of these may see each other's effects. */
const touchesOf = ({ source, messageId, needs }: Prepared): ReadonlySet<string> =>
  new Set([
    `message ${source}\n${messageId}`,
    ...needs.patients.map(id => `Patient/${id}`),
    ...needs.subjects.map(id => `Patient/${id}`),
  ])
