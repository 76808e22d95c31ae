import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile, Obligation } from '../case/case-file.ts'
import { reviewRules } from '../duties/identity-rules.ts'
import type { Invariant, Violation } from './invariant.ts'
import type { Contact } from '../nouns/contact.ts'
import { taskMove } from '../duties/task-roles.ts'

const changedObligations = (
  after: CaseFile,
  before: CaseFile | undefined,
): readonly { readonly was: Obligation; readonly is: Obligation }[] => {
  const known = new Map((before?.obligations ?? []).map(one => [one.id, one]))
  return after.obligations.flatMap(is => {
    const was = known.get(is.id)
    return was && was !== is ? [{ was, is }] : []
  })
}

/** Who speaks for the rule that asked for a duty. */
export const requestersOf = ({ case: root, assignments }: CaseFile): readonly string[] => [
  ...new Set([
    ...(root.manager === undefined ? [] : [root.manager]),
    ...assignments
      .filter(({ state }) => state === 'accepted')
      .flatMap(({ manager, offeredBy }) => [manager, ...(offeredBy === undefined ? [] : [offeredBy])]),
  ]),
]

const roles: Invariant = {
  number: 'I14',
  says: 'A duty is accepted, started, completed and declined by its owner; owner or requester waive it; the owner changes only from nobody, by who accepts, or by hand-over and escalation.',
  violations: (after, before, { actor }) =>
    changedObligations(after, before).flatMap(({ was, is }) => {
      const isHandedOver = was.owner === before?.case.manager && is.owner === after.case.manager
      const broken = taskMove(isHandedOver ? { ...was, owner: is.owner } : was, is, {
        actor,
        requesters: requestersOf(before ?? after),
      })
      const refused = broken ?? (isTakenByFamily(was, is, actor) ? notTheirs : undefined)
      return refused ? [{ key: `I14 ${is.id} ${is.status} ${is.owner ?? ''}`, ...refused }] : []
    }),
}

/** A duty that nobody owns is taken by any professional, who is a member of the care team by it; not by the family. */
const isTakenByFamily = (was: Obligation, is: Obligation, actor: string): boolean =>
  was.owner === undefined && is.status !== was.status && /^(?:Patient|RelatedPerson)\//.test(actor)

const notTheirs = {
  message:
    'A duty that nobody owns is moved by who is to do it: a professional, who owns it from then on. One that the patient or family is to see to is given to them first (AssignObligation).',
  expression: 'Task.owner',
}

const needsReason: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'on-hold', 'failed'])

const results: Invariant = {
  number: 'I15',
  says: 'A completed duty has an output; one that is rejected, cancelled, on hold or failed says why.',
  violations: ({ obligations }) =>
    obligations.flatMap((one): readonly Violation[] => {
      if (one.status === 'completed' && one.outputs.length === 0 && one.otherOutputs === undefined)
        return [
          {
            key: `I15 ${one.id} output`,
            message: 'A completed duty names what shows it.',
            expression: 'Task.output',
          },
        ]
      return needsReason.has(one.status) && (one.statusReason ?? '').trim() === ''
        ? [
            {
              key: `I15 ${one.id} reason`,
              message: `A duty that is ${one.status} says why.`,
              expression: 'Task.statusReason.text',
            },
          ]
        : []
    }),
}

const underWay: ReadonlySet<string> = new Set(['accepted', 'in-progress', 'on-hold'])

const membership: Invariant = {
  number: 'I16',
  says: 'Who is in the care team follows from Tasks and pins, so a duty under way has an owner.',
  violations: ({ obligations }) =>
    obligations
      .filter(({ status, owner }) => underWay.has(status) && owner === undefined)
      .map(({ id }) => ({
        key: `I16 ${id}`,
        message: 'A duty that is under way has an owner.',
        expression: 'Task.owner',
      })),
}

const voidStaysVoid: Invariant = {
  number: 'I18',
  says: 'What was cancelled with its trigger comes back only with the trigger.',
  violations: (after, before) =>
    changedObligations(after, before)
      .filter(({ was, is }) => was.state === 'voided' && is.state !== 'voided')
      .map(({ is }) => ({
        key: `I18 ${is.id} ${is.state}`,
        message: 'The duty is void because what called for it was withdrawn; it comes back when that does.',
        expression: 'Task.status',
      })),
}

/** Duties that a death leaves standing: those to the family and to the truth of the record. */
const afterDeath: ReadonlySet<string> = new Set(['bereavement', ...reviewRules])
const reached: ReadonlySet<string> = new Set(['planned', 'made', 'attempted'])
const comes: ReadonlySet<string> = new Set(['proposed', 'pending', 'booked', 'waitlist'])

const deceased: Invariant = {
  number: 'I21',
  says: 'After a death nobody is contacted but for bereavement, and every open duty is cancelled.',
  violations: (after, before, { timeZone }) => {
    if (after.case.state !== 'deceased') return []
    const endMs = after.case.end === undefined ? Number.NaN : startMsOf(after.case.end, timeZone)
    const mourned = after.obligations.some(({ rule }) => rule === 'bereavement')
    const isAfter = (at: string | undefined): boolean =>
      at === undefined || !(startMsOf(at, timeZone) <= endMs)
    const known = new Set(
      [...(before?.contacts ?? []), ...(before?.appointments ?? []), ...(before?.flags ?? [])].map(
        ({ id }) => id,
      ),
    )
    const isMourning = (contact: Contact): boolean =>
      mourned && contact.with !== undefined && !contact.with.startsWith('Patient/')
    const contacts = [
      ...after.contacts.filter(one => reached.has(one.state) && isAfter(one.at) && !isMourning(one)),
      ...after.appointments.filter(one => comes.has(one.state) && isAfter(one.start)),
      ...after.flags.filter(one => one.state === 'open' && isAfter(one.at)),
    ]
      .filter(({ id }) => !known.has(id))
      .map(({ id }) => ({
        key: `I21 contact ${id}`,
        message: 'After the death of the patient only those who mourn are contacted: say with whom.',
      }))
    const duties = changedObligations(after, before)
      .filter(({ is }) => !afterDeath.has(is.rule))
      .filter(({ was, is }) => was.state === 'voided' && (is.state === 'due' || is.state === 'missed'))
      .map(({ is }) => ({
        key: `I21 duty ${is.id}`,
        message: 'Duties ended with the death of the patient.',
        expression: 'Task.status',
      }))
    return [...contacts, ...duties]
  },
}

export const obligationInvariants: readonly Invariant[] = [
  roles,
  results,
  membership,
  voidStaysVoid,
  deceased,
]
