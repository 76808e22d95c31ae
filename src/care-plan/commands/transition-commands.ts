import { Type } from 'typebox'
import { daysBetween } from '../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command, type CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { transitionMachine, type Transition } from '../nouns/contact.ts'
import { ruleNamed } from '../duties/duty-rules.ts'
import { idField, partyField, textField } from './payload.ts'
import { unmetCondition } from './case-command.ts'

const transition = idField('The transition.')

const recordDischargeInfo = command({
  name: 'RecordDischargeInfo',
  summary: 'Records that the discharge summary came in: meets the duty to have it within two days.',
  payload: Type.Object({ transition }, { additionalProperties: false }),
  decide: (file, payload, { at }) =>
    stepOf(file, payload.transition, 'RecordDischargeInfo', { dischargeInfoAt: at }),
})

const reconcileMedication = command({
  name: 'ReconcileMedication',
  summary: 'Records that the medicines before and after the stay were reconciled.',
  payload: Type.Object(
    {
      transition,
      by: Type.Optional(
        partyField('The prescriber, pharmacist or nurse who did it; who sends the command when absent.'),
      ),
    },
    { additionalProperties: false },
  ),
  decide: (file, payload, { at, actor }) =>
    stepOf(file, payload.transition, 'ReconcileMedication', {
      medRecAt: at,
      medRecBy: payload.by ?? actor,
    }),
})

const completeTransition = command({
  name: 'CompleteTransition',
  summary: 'Ends a transition: the patient is stable where he or she is.',
  payload: Type.Object(
    {
      transition,
      reason: Type.Optional(
        textField('Why it ends before its thirty days are over although duties of it are open.'),
      ),
    },
    { additionalProperties: false },
  ),
  decide: (file, payload, context) => {
    const { reason } = payload
    const done = stepOf(file, payload.transition, 'CompleteTransition', {})
    if (!done.ok) return done
    const open = isOver(file, payload.transition, context) ? [] : openDuties(file, payload.transition)
    if (reason === undefined && open.length > 0) return fail(tooSoon(open))
    return ok(done.value.map(event => ({ ...event, ...(reason !== undefined && { reason }) })))
  },
})

/** Stable at thirty days (domain.md 4.2): from the 29th day after the discharge on. */
const STABLE_DAYS = 29

function isOver(file: CaseFile, id: string, { at, timeZone }: CommandContext): boolean {
  const start = file.transitions.find(one => one.id === id)?.start
  if (start === undefined) return true
  const [from, today] = [start, at].map(time => localDate(startMsOf(time, timeZone), timeZone))
  return daysBetween(from ?? '', today ?? '') >= STABLE_DAYS
}

/** Rules of the duties of a transition that are still to be done: those that began with its discharge. */
function openDuties(file: CaseFile, id: string): readonly string[] {
  const start = file.transitions.find(one => one.id === id)?.start ?? ''
  const fromMs = startMsOf(start, 'UTC')
  const open = file.obligations.filter(
    ({ state, rule, since }) =>
      (state === 'due' || state === 'missed') &&
      ruleNamed(rule)?.isTransition === true &&
      (since === undefined || Number.isNaN(fromMs) || startMsOf(since, 'UTC') >= fromMs),
  )
  return [...new Set(open.map(({ rule }) => rule))].toSorted()
}

const tooSoon = (open: readonly string[]): Failure =>
  unmetCondition(
    `CompleteTransition comes before the thirty days are over, and duties of the transition are open: ${open.join(', ')}. Do them or waive them (WaiveObligation) first, or say in \`reason\` why it ends now.`,
  )

function stepOf(
  file: CaseFile,
  id: string,
  name: string,
  fields: Partial<Transition>,
): Result<readonly DomainEvent[]> {
  const found = foundNoun(file, 'transition', id)
  if (!found.ok) return found
  const move = legalMove(transitionMachine, found.value.state, name)
  if (!move.ok) return move
  const { event, to } = move.value
  const changes = { ...(to !== found.value.state && { state: to }), ...fields }
  return ok([{ type: event, noun: 'transition', id, changes }])
}

export const transitionCommands: readonly Command[] = [
  recordDischargeInfo,
  reconcileMedication,
  completeTransition,
]
