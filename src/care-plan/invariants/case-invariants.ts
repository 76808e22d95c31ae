import { laterOf } from '../../lib/fhir-time.ts'
import { legalCommands } from '../case/case.ts'
import { listNames, listOfNoun, type CaseFile } from '../case/case-file.ts'
import { isCovered, sharesWithAnybody, type Share } from '../case/consent-cover.ts'
import type { Invariant, InvariantContext, Violation } from './invariant.ts'
import { legalIn, movesBetween, type Machine } from '../machines/machine.ts'
import { machines } from '../machines/machines.ts'
import { acceptedAssignments, isManaged, managementGaps } from '../case/managed-time.ts'
import type { Contact } from '../nouns/contact.ts'
import { isMachineActor } from '../machines/machine-actor.ts'

/** I1: exactly one accountable manager from open to the end, at every instant. */
const oneManager: Invariant = {
  number: 'I1',
  says: 'Exactly one accountable manager per case from open to its end at every instant.',
  violations: file => {
    const accepted = acceptedAssignments(file)
    const [accountable] = accepted
    if (accepted.length > 1)
      return [
        { key: 'several', message: 'two managers have accepted the case; one hands it over (HandOver).' },
      ]
    if (!isManaged(file.case)) return []
    const unmanaged = managementGaps(file).map(({ fromMs, untilMs }) => ({
      key: `gap:${fromMs}`,
      message: untilMs === undefined ? noManager : gap,
      expression: untilMs === undefined ? 'EpisodeOfCare.careManager' : 'Task.executionPeriod',
    }))
    if (!accountable || file.case.manager === accountable.manager) return unmanaged
    return [...unmanaged, { key: 'other', message: otherManager, expression: 'EpisodeOfCare.careManager' }]
  },
}

const noManager =
  'an open case has a manager; offer it (OfferAssignment) and have it accepted (AcceptAssignment), or hand it over (HandOver).'
const gap =
  'somebody was accountable at every instant since the case was opened; assignments may overlap, not leave gaps.'
const otherManager = 'the care manager of the case is who accepted it; give it to another by HandOver.'

/** Activities of these states have left the house. */
const shared: ReadonlySet<string> = new Set(['requested', 'scheduled', 'in-progress'])

interface NamedShare extends Share {
  readonly key: string
  readonly expression: string
}

/** I8: who is told is covered by a consent, or somebody answers for it. Only what a change shares anew is asked. */
const sharedByConsent: Invariant = {
  number: 'I8',
  says: 'A referral, transfer or share needs an active consent that covers recipient and data, or a recorded override with reason.',
  violations: (after, before, context) => {
    if (!before) return []
    const old = new Set(sharesOf(before, context).map(({ key }) => key))
    const shares = sharesOf(after, context).filter(({ key }) => !old.has(key))
    const isSent = isSentAnywhere(after, before)
    if (shares.length === 0 && !isSent) return []
    const denials = context.denials?.() ?? []
    const uncovered = shares
      .filter(share => !isCovered(after, share, denials))
      .map(({ key, expression, dataClass }) => ({
        key,
        expression,
        message: `no active consent covers the recipient for ${dataClass}, or one denies it; have it granted (GrantConsent, scope sharing), the denial taken back (RevokeConsent) or answer for it (OverrideConsent).`,
      }))
    return isSent && !sharesWithAnybody(after, context.at, denials) ? [...uncovered, toNobody] : uncovered
  },
}

/** Transferred by this change, and nobody is named who goes on with it. */
const isSentAnywhere = ({ case: root }: CaseFile, before: CaseFile): boolean =>
  root.state === 'transferred-out' &&
  before.case.state !== 'transferred-out' &&
  root.transferredTo === undefined

const toNobody: Violation = {
  key: 'transfer',
  message:
    'a transfer names who goes on with the case (TransferOut with `to`; by FHIR the extension transferred-to), whom a consent or an override covers; without it, a consent to share with whoever cares for the patient must be in force (GrantConsent, scope sharing).',
  expression: 'EpisodeOfCare.extension',
}

/** What a case tells whom: a transfer, managers of another organisation, referrals. */
function sharesOf(
  { case: root, assignments, activities }: CaseFile,
  { at }: InvariantContext,
): readonly NamedShare[] {
  const to = root.transferredTo
  const transfer: readonly NamedShare[] =
    to === undefined
      ? []
      : [
          {
            key: `transfer:${to}`,
            recipient: to,
            dataClass: 'EpisodeOfCare',
            at,
            expression: 'EpisodeOfCare.extension',
          },
        ]
  const managers = assignments.flatMap(({ id, state, organization }): readonly NamedShare[] =>
    state !== 'accepted' || organization === undefined || organization === root.assigner
      ? []
      : [
          {
            key: `manager:${id}`,
            recipient: organization,
            dataClass: 'EpisodeOfCare',
            at,
            expression: 'Task.owner',
          },
        ],
  )
  const referrals = activities.flatMap(({ id, kind, state, performer }): readonly NamedShare[] =>
    kind !== 'referral' || performer === undefined || !shared.has(state)
      ? []
      : [
          {
            key: `referral:${id}:${performer}`,
            recipient: performer,
            dataClass: 'ServiceRequest',
            at,
            expression: 'ServiceRequest.performer',
          },
        ],
  )
  return [...transfer, ...managers, ...referrals]
}

const outbound: ReadonlySet<string> = new Set(['planned', 'made', 'attempted'])

/** I9: a prohibition of contact blocks every contact after it; what was before is kept. */
const noProhibitedContact: Invariant = {
  number: 'I9',
  says: 'While contacting the patient is prohibited, no contact is planned or made.',
  violations: (after, before) => {
    const { isContactProhibited, contactProhibition } = after.case
    if (!isContactProhibited || !before) return []
    const since = contactProhibition?.since
    return after.contacts
      .filter(contact => isNewContact(contact, before) && outbound.has(contact.state))
      .filter(({ at }) => since === undefined || laterOf(since, at) === at || since === at)
      .map(({ id }) => ({
        key: id,
        message: 'contacting the patient is prohibited; it can be allowed again by AllowContact.',
        expression: 'Encounter.status',
      }))
  },
}

function isNewContact({ id, state, at }: Contact, before: CaseFile): boolean {
  const stood = before.contacts.find(one => one.id === id)
  return stood?.state !== state || stood.at !== at
}

/** I13: a status changes only by a move of its machine, and by somebody at some time. */
const movesByTheTable: Invariant = {
  number: 'I13',
  says: 'Status changes only through its state machine, each with actor, time of the fact and time recorded.',
  violations: (after, before, context) => {
    if (!before) return []
    const moves = Object.entries(machines).flatMap(([noun, machine]) =>
      movedIn(noun as keyof typeof machines, { before, after }).map(move => ({ noun, machine, ...move })),
    )
    const illegal = moves
      .filter(({ machine, from, to }) => !isLegal(machine, from, to))
      .filter(({ noun }) => noun !== 'case' || !isMerge(before, after))
      .map(({ noun, machine, id, from, to }) => ({
        key: `${noun}:${id}`,
        message: `no command leads a ${machine.noun} from ${from} to ${to}; legal: ${(noun === 'case' ? legalCommands(before.case) : legalIn(machine, from)).join(', ')}.`,
      }))
    const { actor, at, recorded } = context
    const isStamped = actor !== '' && at !== '' && recorded !== ''
    return moves.length > 0 && !isStamped ? [...illegal, unstamped] : illegal
  },
}

const unstamped: Violation = {
  key: 'stamp',
  message: 'a status changes by somebody, at a time, and is recorded at a time.',
}

interface StateMove {
  readonly id: string
  readonly from: string
  readonly to: string
}

interface Files {
  readonly before: CaseFile
  readonly after: CaseFile
}

/** Nouns that stood before and have another state now. */
function movedIn(noun: keyof typeof machines, { before, after }: Files): readonly StateMove[] {
  const [former, states] = [statesOf(before, noun), statesOf(after, noun)]
  if (former === states) return []
  const stood = new Map(former.map(({ id, state }) => [id, state]))
  return states.flatMap(({ id, state: to }) => {
    const from = stood.get(id)
    return from === undefined || from === to ? [] : [{ id, from, to }]
  })
}

interface Stated {
  readonly id: string
  readonly state: string
}

const statesOf = (file: CaseFile, noun: keyof typeof machines): readonly Stated[] =>
  noun === 'case' ? [file.case] : noun in listNames ? (listOfNoun(file, noun) as readonly Stated[]) : []

/** What should never have been may be marked so from everywhere. */
const isLegal = (machine: Machine, from: string, to: string): boolean =>
  to === 'entered-in-error' || movesBetween(machine, from, to).length > 0

/** The case was joined to another one, or parted from it: only those commands change the mark. */
const isMerge = (before: CaseFile, after: CaseFile): boolean =>
  (before.case.mergedInto === undefined) !== (after.case.mergedInto === undefined)

const finalGoals: ReadonlySet<string> = new Set(['completed', 'cancelled', 'rejected', 'entered-in-error'])

/** I23: what a case needs to be closed. */
const closedInDueForm: Invariant = {
  number: 'I23',
  says: 'Closure needs a reason, the goals’ final state, outcomes, communication to the next provider and no open red flag.',
  violations: (after, before) => {
    // What is joined to another case goes on there; a closure that was proposed is decided first.
    if (!isClosedNow(after, before)) return []
    if (after.case.mergedInto !== undefined && before?.case.state !== 'closing') return []
    const missing = missingForClosure(after)
    return missing.length === 0
      ? []
      : [{ key: 'closure', message: `a case can't be closed yet; missing: ${missing.join('; ')}.` }]
  },
}

/** What is missing for a closure in due form, in words; the closing case's check list. */
export function missingForClosure({ case: root, goals, scores, flags }: CaseFile): readonly string[] {
  const { reason, outcomes, communicatedTo } = root.closure ?? {}
  const hasOutcome = outcomes !== undefined || scores.some(({ state }) => state !== 'entered-in-error')
  const rows: readonly (readonly [isMissing: boolean, words: string])[] = [
    [reason === undefined, 'the reason (ProposeClosure)'],
    [
      goals.some(({ state }) => !finalGoals.has(state)),
      'a final state of every goal (AchieveGoal, RetireGoal)',
    ],
    [!hasOutcome, 'outcomes (ProposeClosure, RecordOutcome)'],
    [communicatedTo === undefined, 'who of primary care or the next providers was told (communicatedTo)'],
    [flags.some(({ state }) => state === 'open'), 'the end of every open red flag (ResolveRedFlag)'],
  ]
  return rows.flatMap(([isMissing, words]) => (isMissing ? [words] : []))
}

const isClosedNow = (after: CaseFile, before: CaseFile | undefined): boolean =>
  after.case.state === 'closed' && before !== undefined && before.case.state !== 'closed'

/** I24: a machine may propose a closure, a person closes. */
const closedByPerson: Invariant = {
  number: 'I24',
  says: 'A case is never closed by the machine, only proposed.',
  violations: (after, before, { actor }) =>
    isClosedNow(after, before) && isMachineActor(actor)
      ? [
          {
            key: 'machine',
            message: 'a person closes a case; the service can only propose it (ProposeClosure).',
          },
        ]
      : [],
}

/** Rules on the case, its people and what they may share. */
export const caseInvariants: readonly Invariant[] = [
  oneManager,
  sharedByConsent,
  noProhibitedContact,
  movesByTheTable,
  closedInDueForm,
  closedByPerson,
]
