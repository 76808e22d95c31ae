import { Type } from 'typebox'
import { daysBetween } from '../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { caseMoved, closedForDays, type CasePatch } from '../case/case-course.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { CaseCommand } from '../case/case.ts'
import { command, type CommandContext } from './command.ts'
import { managementConsents, sharesWithAnybody } from '../case/consent-cover.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { ruleBroken } from '../invariants/invariant.ts'
import { acceptedAssignments } from '../case/managed-time.ts'
import { closureReasons } from '../nouns/case-root.ts'
import { dateField, partyField, textField } from './payload.ts'
import { asList, unmetCondition } from './case-command.ts'
import { endedAssignments } from './ended-assignments.ts'
import { overridden, overrideField } from './consent-override.ts'

const closed = { additionalProperties: false } as const
const reasonField = textField('Why.')
const toldField = Type.Optional(
  textField(
    'Primary care or next provider that was told: a reference to the Communication, or in words.',
    400,
  ),
)

const holdCase = command({
  name: 'HoldCase',
  summary: 'Pauses the case until a day of review, or lets it wait for capacity.',
  payload: Type.Object(
    {
      hold: Type.Enum(['pause', 'waitlist'], { description: 'The patient pauses, or capacity is lacking.' }),
      reason: reasonField,
      reviewBy: Type.Optional(dateField('Day of the review, within 30 days.')),
    },
    closed,
  ),
  decide: (file, { hold, reason, reviewBy }, context) => {
    const evidence: CaseCommand =
      hold === 'waitlist'
        ? { kind: 'HoldCase', hold }
        : { kind: 'HoldCase', hold, reviewInDays: daysUntil(reviewBy, context) }
    const review = { reason, ...(reviewBy !== undefined && { reviewBy }) }
    return asList(caseMoved(file, evidence, context, { reason, hold: review }))
  },
})

function daysUntil(date: string | undefined, { at, timeZone }: CommandContext): number {
  if (date === undefined) return Number.POSITIVE_INFINITY
  return daysBetween(localDate(startMsOf(at, timeZone), timeZone), date)
}

const resumeCase = command({
  name: 'ResumeCase',
  summary: 'Goes on with a case that was on hold.',
  payload: Type.Object({}, closed),
  decide: (file, _payload, context) => asList(caseMoved(file, { kind: 'ResumeCase' }, context)),
})

const proposeClosure = command({
  name: 'ProposeClosure',
  summary: 'Proposes to close the case; another person approves it.',
  payload: Type.Object(
    {
      reason: Type.Enum([...closureReasons], { description: 'Why the case may be closed.' }),
      outcomes: Type.Optional(textField('What was achieved.', 10_000)),
      communicatedTo: toldField,
    },
    closed,
  ),
  decide: (file, { reason, outcomes, communicatedTo }, context) =>
    asList(
      caseMoved(file, { kind: 'ProposeClosure' }, context, {
        closure: {
          reason,
          proposedBy: context.actor,
          proposedAt: context.at,
          ...(outcomes !== undefined && { outcomes }),
          ...(communicatedTo !== undefined && { communicatedTo }),
        },
      }),
    ),
})

const rejectClosure = command({
  name: 'RejectClosure',
  summary: 'Refuses a proposed closure; the case goes on.',
  payload: Type.Object({ reason: reasonField }, closed),
  decide: (file, { reason }, context) => {
    const rejected = caseMoved(file, { kind: 'RejectClosure' }, context, { reason })
    return rejected.ok && !mayGoOn(file, context) ? fail(notToBeOpened) : asList(rejected)
  },
})

/** A case that was closed before it was ever opened, while it waited for capacity, goes on as OpenCase would have it. */
const mayGoOn = (file: CaseFile, { at }: CommandContext): boolean =>
  file.case.openedAt !== undefined ||
  (managementConsents(file, at).length > 0 && acceptedAssignments(file).length > 0)

const notToBeOpened = unmetCondition(
  'RejectClosure lets a case go on that was never opened: it needs consent and a manager first, as OpenCase does.',
)

const approveClosure = command({
  name: 'ApproveClosure',
  summary: 'Closes a case whose closure another person proposed.',
  payload: Type.Object({ communicatedTo: toldField }, closed),
  decide: (file, { communicatedTo }, context) => {
    const { closure } = file.case
    const isSecondPerson = !context.rules.secondPersonCloses || closure?.proposedBy !== context.actor
    const told = communicatedTo === undefined ? {} : { communicatedTo }
    return ending(file, { kind: 'ApproveClosure', isSecondPerson }, context, {
      closure: { ...closure, approvedBy: context.actor, ...told },
    })
  },
})

const reopenCase = command({
  name: 'ReopenCase',
  summary: 'Goes on with a case that was closed a short while ago; a manager has accepted it again.',
  payload: Type.Object({ reason: reasonField }, closed),
  decide: (file, { reason }, context) => {
    const { rules, at, timeZone } = context
    const days = closedForDays(file.case, at, timeZone)
    const evidence = { kind: 'ReopenCase', closedForDays: days, reopenDays: rules.reopenDays } as const
    const manager = acceptedAssignments(file)[0]?.manager
    const patch = { reason, ...(manager !== undefined && { manager }) }
    const reopened = caseMoved(file, evidence, context, patch)
    return reopened.ok && manager === undefined ? fail(noManager) : asList(reopened)
  },
})

const noManager = ruleBroken('I1', {
  message: 'a case that goes on has a manager; offer it (OfferAssignment) and have it accepted first.',
  expression: 'EpisodeOfCare.careManager',
})

const transferOut = command({
  name: 'TransferOut',
  summary: 'Ends the case here: somebody else goes on with it, with the patient’s consent.',
  payload: Type.Object(
    {
      reason: reasonField,
      to: Type.Optional(
        partyField(
          'Who goes on with it; a consent must cover them (I8). May be left out only when a consent to share names nobody.',
        ),
      ),
      consentOverride: overrideField,
    },
    closed,
  ),
  decide: (file, { reason, to, consentOverride }, context) => {
    const ended = ending(file, { kind: 'TransferOut' }, context, {
      reason,
      ...(to !== undefined && { transferredTo: to }),
      ...(to !== undefined && overridden(file.case, { recipient: to, reason: consentOverride }, context)),
    })
    return ended.ok && to === undefined && !sharesWithAnybody(file, context.at, context.denials?.())
      ? fail(toWhom)
      : ended
  },
})

const toWhom = ruleBroken('I8', {
  message:
    'a transfer names who goes on with the case (`to`), whom a consent covers or an override (`consentOverride`) answers for; without `to`, a consent to share with whoever cares for the patient must be in force (GrantConsent, scope sharing).',
  expression: 'to',
})

/** A command that ends the case, and its assignments with it. */
function ending(
  file: CaseFile,
  evidence: CaseCommand,
  context: CommandContext,
  patch: CasePatch,
): Result<readonly DomainEvent[]> {
  const moved = caseMoved(file, evidence, context, patch)
  return moved.ok ? ok([moved.value, ...endedAssignments(file, context.at)]) : moved
}

/** Commands from an open case to its end. */
export const closingCommands = [
  holdCase,
  resumeCase,
  proposeClosure,
  rejectClosure,
  approveClosure,
  reopenCase,
  transferOut,
]
