import { Type } from 'typebox'
import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { endedStates } from '../case/case.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { handedDuties, handedOver, handOver, managerChanged, notBefore } from '../case/hand-over.ts'
import { ruleBroken } from '../invariants/invariant.ts'
import { actsForAnybody } from '../machines/machine-actor.ts'
import { illegalMove, moveBy } from '../machines/machine.ts'
import { acceptedAssignments, isManaged } from '../case/managed-time.ts'
import { assignmentMachine, type Assignment } from '../nouns/people.ts'
import { dateTimeField, idField, managerField, organizationField, textField } from './payload.ts'
import { ended, unmetCondition } from './case-command.ts'
import { overrideField } from './consent-override.ts'

const closed = { additionalProperties: false } as const
const assignmentField = idField('Id of the assignment.')
const organizationOption = Type.Optional(
  organizationField('Organisation of the manager, where it is another than the one that has the case.'),
)

const offerAssignment = command({
  name: 'OfferAssignment',
  summary: 'Offers the case to a manager.',
  payload: Type.Object(
    {
      manager: managerField('Who is to manage the case.'),
      expires: Type.Optional(dateTimeField('Until when the offer stands.')),
      organization: organizationOption,
    },
    closed,
  ),
  decide: (file, { manager, expires, organization }, { actor, at, newId }) => {
    const { case: root } = file
    if (endedStates.has(root.state) && root.state !== 'closed') return fail(ended(root, 'OfferAssignment'))
    const isAsked = file.assignments.some(
      one => one.manager === manager && (one.state === 'offered' || one.state === 'accepted'),
    )
    if (isAsked) return fail(askedAlready)
    if (expires !== undefined && !isLater(expires, at)) return fail(expiresEarlier)
    return ok([
      {
        type: 'AssignmentOffered',
        noun: 'assignment',
        id: newId('assignment'),
        changes: {
          state: 'offered',
          manager,
          offeredBy: actor,
          offeredAt: at,
          ...(expires !== undefined && { expires }),
          ...(organization !== undefined && { organization }),
        },
      },
    ])
  },
})

const acceptAssignment = command({
  name: 'AcceptAssignment',
  summary: 'Accepts an offered case; who managed it till then hands it over.',
  payload: Type.Object({ assignment: assignmentField }, closed),
  decide: (file, { assignment }, { at, actor }) => {
    const { case: root } = file
    if (endedStates.has(root.state) && root.state !== 'closed') return fail(ended(root, 'AcceptAssignment'))
    const offer = foundNoun(file, 'assignment', assignment)
    if (!offer.ok) return offer
    const { expires, manager } = offer.value
    const accepted = moved(offer.value, 'AcceptAssignment', { start: at })
    if (!accepted.ok) return accepted
    if (!mayAnswer(offer.value, actor)) return fail(notAsked)
    if (expires !== undefined && isLater(at, expires)) return fail(hasExpired)
    return ok([
      ...accepted.value,
      ...handedOver(file, at),
      ...handedDuties(file, manager),
      managerChanged(file, { manager }),
    ])
  },
})

const declineAssignment = command({
  name: 'DeclineAssignment',
  summary: 'Declines an offered case.',
  payload: Type.Object({ assignment: assignmentField, reason: textField('Why it is declined.') }, closed),
  decide: (file, { assignment, reason }, { actor }) => {
    const offer = foundNoun(file, 'assignment', assignment)
    if (!offer.ok) return offer
    const declined = moved(offer.value, 'DeclineAssignment', { reason })
    return declined.ok && !mayAnswer(offer.value, actor) ? fail(notAsked) : declined
  },
})

const expireAssignment = command({
  name: 'ExpireAssignment',
  summary: 'Lets an offer lapse whose time has passed.',
  payload: Type.Object({ assignment: assignmentField }, closed),
  decide: (file, { assignment }, { at }) => {
    const offer = foundNoun(file, 'assignment', assignment)
    if (!offer.ok) return offer
    const expired = moved(offer.value, 'ExpireAssignment', { reason: 'The offer has expired.' })
    const { expires } = offer.value
    const isOver = expires !== undefined && !isLater(expires, at)
    return expired.ok && !isOver ? fail(standsStill) : expired
  },
})

const handOverCase = command({
  name: 'HandOver',
  summary: 'Gives the case to another manager; the two overlap, nobody is without one.',
  payload: Type.Object(
    {
      to: managerField('Who manages the case from now on.'),
      start: Type.Optional(dateTimeField('When the new manager began; not later than the hand-over itself.')),
      organization: organizationOption,
      reason: Type.Optional(textField('Why.')),
      consentOverride: overrideField,
    },
    closed,
  ),
  decide: (file, payload, context) => {
    const { case: root } = file
    return endedStates.has(root.state) ? fail(ended(root, 'HandOver')) : handOver(file, payload, context)
  },
})

const endAssignment = command({
  name: 'EndAssignment',
  summary: 'Ends an assignment of a case that needs no manager: not opened yet, or ended.',
  payload: Type.Object({ assignment: assignmentField, reason: textField('Why.') }, closed),
  decide: (file, { assignment, reason }, { at }) => {
    const found = foundNoun(file, 'assignment', assignment)
    if (!found.ok) return found
    const over = moved(found.value, 'EndAssignment', {
      end: notBefore(found.value.start, at),
      reason,
    })
    if (!over.ok) return over
    const others = acceptedAssignments(file).filter(({ id }) => id !== assignment)
    if (isManaged(file.case) && others.length === 0) return fail(leavesNobody)
    return ok([...over.value, ...(others.length === 0 ? withoutManager(file, reason) : [])])
  },
})

/** Nobody manages a case that isn't open. */
const withoutManager = (file: CaseFile, reason: string): readonly DomainEvent[] =>
  file.case.manager === undefined
    ? []
    : [managerChanged(file, { manager: undefined }, { type: 'ManagerReleased', reason })]

/** The event of a move of an assignment. */
function moved(
  { id, state }: Assignment,
  name: string,
  changes: Partial<Assignment>,
): Result<readonly DomainEvent[]> {
  const move = moveBy(assignmentMachine, state, name)
  if (!move) return fail(illegalMove(assignmentMachine, state, name))
  const { reason } = changes
  return ok([
    {
      type: move.event,
      noun: 'assignment',
      id,
      changes: { state: move.to, ...changes },
      ...(reason !== undefined && { reason }),
    },
  ])
}

const isLater = (one: string, other: string): boolean => startMsOf(one, 'UTC') > startMsOf(other, 'UTC')

/** I14: who was asked, and nobody else. */
const mayAnswer = ({ manager }: Assignment, actor: string): boolean =>
  actor === manager || actsForAnybody(actor)

const notAsked = ruleBroken('I14', {
  message:
    'an offer is accepted or declined by the manager whom it was made to; offer the case to another (OfferAssignment), or hand it over (HandOver).',
  expression: 'Task.owner',
})

const askedAlready = unmetCondition(
  'OfferAssignment is not needed: this manager has the case or an offer of it.',
)
const expiresEarlier = unmetCondition('OfferAssignment needs an expiry that is later than the offer.')
const hasExpired = unmetCondition('AcceptAssignment came too late: the offer has expired; offer it again.')
const standsStill = unmetCondition('ExpireAssignment is possible when the time of the offer has passed.')
const leavesNobody = ruleBroken('I1', {
  message: 'an open case would be left without a manager; hand it over instead (HandOver).',
  expression: 'Task.status',
})

/** Commands on who manages the case. */
export const assignmentCommands: readonly Command[] = [
  offerAssignment,
  acceptAssignment,
  declineAssignment,
  expireAssignment,
  handOverCase,
  endAssignment,
]
