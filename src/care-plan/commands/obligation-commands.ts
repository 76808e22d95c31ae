import { Type } from 'typebox'
import { addBusinessDays } from '../../lib/business-days.ts'
import { dateInWords } from '../../lib/calendar-date.ts'
import { endOfDay, laterOf, localDate, startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseFile, Obligation } from '../case/case-file.ts'
import { command, type Command, type CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { dueAt, settingsOf } from '../duties/duties.ts'
import { ruleNamed } from '../duties/duty-rules.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { isDevice } from '../machines/machine-actor.ts'
import { obligationMachine } from '../duties/obligation.ts'
import { dateField, idField, partyField, textField } from './payload.ts'

const closed = { additionalProperties: false } as const
const obligationField = idField('Id of the obligation (of its Task).')

const assignObligation = command({
  name: 'AssignObligation',
  summary: 'Asks somebody to see to a duty.',
  payload: Type.Object({ obligation: obligationField, owner: partyField('Who is asked.') }, closed),
  decide: (file, { obligation, owner }) =>
    moved(file, obligation, {
      name: 'AssignObligation',
      changesOf: ({ status }) => ({ owner, status: askedOf(status) }),
    }),
})

/** domain.md 4.4: `ready` with an owner, `requested` without. */
const askedOf = (status: string): string => (status === 'requested' ? 'ready' : status)

const acceptObligation = command({
  name: 'AcceptObligation',
  summary: 'Takes a duty on; who does so is a member of the care team by it.',
  payload: Type.Object(
    {
      obligation: obligationField,
      owner: Type.Optional(partyField('Who takes it on, where that is not who sends the command.')),
    },
    closed,
  ),
  decide: (file, { obligation, owner }, context) =>
    moved(file, obligation, {
      name: 'AcceptObligation',
      changesOf: one => ({
        ...(owner === undefined ? takerOf(file, one, context) : { owner }),
        status: 'accepted',
      }),
    }),
})

/** Who acts, else whom it was asked of, else the manager of the case: a machine owns nothing. */
function takerOf(
  file: CaseFile,
  { owner }: Obligation,
  { actor }: CommandContext,
): { readonly owner?: string } {
  const taker = isDevice(actor) ? (owner ?? file.case.manager) : actor
  return taker === undefined ? {} : { owner: taker }
}

/** As `takerOf`, but who owns it goes on owning it. */
const ownerOf = (file: CaseFile, one: Obligation, context: CommandContext): { readonly owner?: string } =>
  one.owner === undefined ? takerOf(file, one, context) : {}

const startObligation = command({
  name: 'StartObligation',
  summary: 'Begins to do a duty.',
  payload: Type.Object({ obligation: obligationField }, closed),
  decide: (file, { obligation }, context) =>
    moved(file, obligation, {
      name: 'StartObligation',
      changesOf: one => ({
        ...ownerOf(file, one, context),
        status: 'in-progress',
        startedAt: one.startedAt ?? context.at,
      }),
    }),
})

const completeObligation = command({
  name: 'CompleteObligation',
  summary: 'Says that a duty is done and what shows it.',
  payload: Type.Object(
    {
      obligation: obligationField,
      output: partyField('Reference of the resource that shows it: an Encounter, an Observation, ...'),
      note: Type.Optional(textField('How it went.')),
    },
    closed,
  ),
  decide: (file, { obligation, output, note }, context) =>
    moved(file, obligation, {
      name: 'CompleteObligation',
      changesOf: one => ({
        state: isLate(one, context) ? 'late-met' : 'met',
        ...ownerOf(file, one, context),
        status: 'completed',
        outputs: [...one.outputs, ...(one.outputs.includes(output) ? [] : [output])],
        doneAt: one.startedAt === undefined ? context.at : laterOf(one.startedAt, context.at),
        ...(note !== undefined && { note }),
      }),
    }),
})

const isLate = ({ state, due }: Obligation, { at, timeZone }: CommandContext): boolean =>
  state === 'missed' || (due !== undefined && startMsOf(at, timeZone) > startMsOf(due, timeZone))

const declineObligation = command({
  name: 'DeclineObligation',
  summary: 'Refuses a duty that one was asked to do; it is asked of others anew.',
  payload: Type.Object({ obligation: obligationField, reason: textField('Why.') }, closed),
  decide: (file, { obligation, reason }) =>
    moved(file, obligation, {
      name: 'DeclineObligation',
      reason,
      changesOf: () => ({ state: 'waived', status: 'rejected', statusReason: reason }),
    }),
})

const waiveObligation = command({
  name: 'WaiveObligation',
  summary: 'Decides that a duty need not be done.',
  payload: Type.Object({ obligation: obligationField, reason: textField('Why.') }, closed),
  decide: (file, { obligation, reason }, { at }) =>
    moved(file, obligation, {
      name: 'WaiveObligation',
      reason,
      changesOf: () => ({ state: 'waived', status: 'cancelled', statusReason: reason, doneAt: at }),
    }),
})

const snoozeObligation = command({
  name: 'SnoozeObligation',
  summary: 'Puts a duty off once, within the limit of its rule and never past what the law allows.',
  payload: Type.Object(
    {
      obligation: obligationField,
      until: dateField('Day by whose end it is to be done.'),
      reason: textField('Why.'),
    },
    closed,
  ),
  decide: (file, { obligation, until, reason }, context) => {
    const found = foundNoun(file, 'obligation', obligation)
    if (!found.ok) return found
    const refused = snoozeRefused(found.value, until, context)
    return refused
      ? fail(refused)
      : moved(file, obligation, {
          name: 'SnoozeObligation',
          reason,
          changesOf: () => {
            const due = endOfDay(until, context.timeZone)
            return { due, snoozedUntil: due, snoozeReason: reason }
          },
        })
  },
})

/** Business days that a duty may be put off when its rule says nothing. */
const SNOOZE_BUSINESS_DAYS = 2

function snoozeRefused(one: Obligation, until: string, context: CommandContext): Failure | undefined {
  const { timeZone, calendar } = context
  if (one.due === undefined || one.state !== 'due') return undefined
  if (one.snoozedUntil !== undefined) return notSnoozed('It has been put off once already.')
  const due = localDate(startMsOf(one.due, timeZone), timeZone)
  if (until <= due) return notSnoozed(`It is due on ${dateInWords(due)}; a day after that is needed.`)
  const rule = ruleNamed(one.rule)
  const count = rule?.snoozeBusinessDays ?? SNOOZE_BUSINESS_DAYS
  const limit = addBusinessDays(due, count, calendar)
  const stop = hardStopOf(one, due, context)
  const last = stop !== undefined && stop < limit ? stop : limit
  return until > last ? notSnoozed(`It can't be put off past ${dateInWords(last)}.`) : undefined
}

/** The last day that the law allows, counted from the trigger; the due day itself where the rule is the law's. */
function hardStopOf(one: Obligation, due: string, context: CommandContext): string | undefined {
  const rule = ruleNamed(one.rule)
  if (!rule?.hardStop || one.since === undefined) return undefined
  if (rule.hardStop === rule.due) return due
  const circumstances = { isHighRisk: false }
  const stop = dueAt(
    { atMs: startMsOf(one.since, context.timeZone) },
    rule.hardStop(settingsOf(circumstances, context)),
    context,
  )
  return stop.slice(0, 10)
}

const notSnoozed = (message: string): Failure => ({
  kind: 'business-rule',
  code: 'snooze-beyond-limit',
  message,
})

interface Step {
  readonly name: string
  readonly reason?: string
  readonly changesOf: (obligation: Obligation) => Partial<Obligation>
}

/** The event of a step of people; the duty's state is the machine's unless the step says a later one. */
function moved(
  file: CaseFile,
  id: string,
  { name, reason, changesOf }: Step,
): Result<readonly DomainEvent[]> {
  const found = foundNoun(file, 'obligation', id)
  if (!found.ok) return found
  const move = legalMove(obligationMachine, found.value.state, name)
  if (!move.ok) return move
  const { event, to } = move.value
  return ok([
    {
      type: event,
      noun: 'obligation',
      id,
      changes: { ...(to !== found.value.state && { state: to }), ...changesOf(found.value) },
      ...(reason !== undefined && { reason }),
    },
  ])
}

export const obligationCommands: readonly Command[] = [
  assignObligation,
  acceptObligation,
  startObligation,
  completeObligation,
  declineObligation,
  waiveObligation,
  snoozeObligation,
]
