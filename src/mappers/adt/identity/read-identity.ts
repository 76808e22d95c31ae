import type { Identifier } from '@medplum/fhirtypes'
import { namedId } from '../../../lib/ids.ts'
import { fail, ok, type Failure, type Result } from '../../../lib/result.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import type { NamedEvent, PatientName, VisitName } from '../events/adt-event.ts'
import type { Fact } from '../events/fact.ts'
import { fieldText } from '../registers/field-text.ts'
import { hasOldIdentifiers, nameFrom, numbersIn, visitIdOf } from '../events/patient-name.ts'
import type { Fields } from '../registers/registers.ts'
import { cxToIdentifier, identifierKey } from '../types/cx-identifier.ts'
import type { IdentityBody } from './identity-fact.ts'
import { distinct, factsFor, json, numberIn } from './identity-facts-for.ts'
import { accountFacts, movedAccount } from './read-accounts.ts'

/** What a message says of who is who, and of the patient whom MRG names. */
export interface IdentityRead {
  readonly facts: readonly Fact[]
  readonly prior: Prior | undefined
}

/** The patient under the number that MRG says is no longer right. */
export interface Prior {
  readonly patient: PatientName
  /** What MRG says of that patient, for the register of scope ''. */
  readonly fields: Fields
}

/** What an identity event does; `visit` events are about the visit in PV1. */
const does = {
  A18: 'merge',
  A24: 'link',
  A30: 'merge',
  A34: 'merge',
  A35: 'merge-account',
  A36: 'merge',
  A37: 'unlink',
  A39: 'merge',
  A40: 'merge',
  A41: 'merge-account',
  A42: 'merge-visit',
  A43: 'move-patient',
  A44: 'move-account',
  A45: 'move-visit',
  A46: 'rename',
  A47: 'rename',
  A48: 'rename',
  A49: 'rename-account',
  A50: 'rename-visit',
  A51: 'rename-visit',
} as const

export type IdentityTrigger = keyof typeof does

export const isIdentityTrigger = (trigger: string): trigger is IdentityTrigger => Object.hasOwn(does, trigger)

const VISIT_EVENTS: ReadonlySet<string> = new Set(['A42', 'A45', 'A50', 'A51'])

/** Whether an event speaks of the visit in its PV1; of the others PV1 is filled in by custom only. */
export const speaksOfVisit = (trigger: string): boolean =>
  !isIdentityTrigger(trigger) || VISIT_EVENTS.has(trigger)

/**
 * Reads what one group of an identity event says. `other` is the second patient of A24 and A37. Failures:
 * `merge-prior-missing` (MRG-1, MRG-3, MRG-5), `merge-with-itself` (MRG-1), `link-other-missing` (PID).
 */
export function readIdentity(
  event: NamedEvent,
  trigger: IdentityTrigger,
  other: PatientName | undefined,
): Result<IdentityRead> {
  const what = does[trigger]
  if (what === 'link' || what === 'unlink') return linkRead(event, what, other)
  const mrg = event.message.first('MRG')
  if (!mrg) return fail(priorMissing('MRG'))
  const prior = priorOf(mrg, event)
  switch (what) {
    case 'merge':
      return prior ? mergeRead(event, mrg, prior) : fail(priorMissing('MRG-1'))
    case 'rename':
      return renameRead(event, mrg, prior)
    case 'move-patient':
    case 'move-account':
    case 'move-visit':
      return prior ? moveRead(event, mrg, { prior, what }) : fail(priorMissing('MRG-1'))
    case 'merge-visit':
    case 'rename-visit':
      return visitRead(event, mrg, { prior, what, trigger })
    case 'merge-account':
    case 'rename-account': {
      const facts = accountFacts(event, mrg, { prior, what })
      const isNamed = numberIn(mrg, 3, event) !== undefined || prior !== undefined
      return isNamed ? ok({ facts, prior: undefined }) : fail(priorMissing('MRG-3'))
    }
  }
}

const priorMissing = (expression: string): Failure => ({
  kind: 'unprocessable',
  code: 'merge-prior-missing',
  message: 'The message does not say which number is no longer right',
  expression,
})

const withItself: Failure = {
  kind: 'unprocessable',
  code: 'merge-with-itself',
  message: 'MRG-1 and PID-3 name the same patient: nothing can be merged with itself or moved to itself',
  expression: 'MRG-1',
}

/** MRG-1, before 2.4 also MRG-4. */
function priorOf(mrg: Segment, { message, context }: NamedEvent): PatientName | undefined {
  const isOld = hasOldIdentifiers(message)
  return (
    nameFrom(numbersIn(mrg, isOld ? [1, 4] : [1], context), context) ??
    nameFrom(numbersIn(mrg, [4], context), context)
  )
}

/** Of a list in MRG-1 that repeats the number in PID-3 first, the patient whom its other numbers name. */
function priorBeside({ message, context }: NamedEvent, mrg: Segment): PatientName | undefined {
  const pid = message.first('PID')
  const right = pid ? numbersIn(pid, [2, 3, 4], context).map(({ identifier }) => identifier) : []
  return nameFrom(
    numbersIn(mrg, [1, 4], context).filter(({ identifier }) => without([identifier], right).length > 0),
    context,
  )
}

/** The patients whom the numbers in MRG-1 would make, had they come alone; those that PID says too are the survivor's. */
function lesserPriors({ message, context }: NamedEvent, mrg: Segment): readonly string[] {
  const { tenant, patientIdPrecedence } = context.settings
  const pid = message.first('PID')
  const right = pid ? numbersIn(pid, [2, 3, 4], context).map(({ identifier }) => identifier) : []
  const wrong = numbersIn(mrg, hasOldIdentifiers(message) ? [1, 4] : [1], context)
  const ofPersons = wrong.filter(({ rank }) => rank <= patientIdPrecedence.length)
  const keys = without(
    ofPersons.map(({ identifier }) => identifier),
    right,
  ).map(identifierKey)
  return distinct(keys.map(key => namedId(tenant, 'Patient', key).id))
}

function linkRead(
  event: NamedEvent,
  kind: 'link' | 'unlink',
  other: PatientName | undefined,
): Result<IdentityRead> {
  if (!other) {
    return fail({
      kind: 'unprocessable',
      code: 'link-other-missing',
      message: 'The message does not name a second patient',
      expression: 'PID',
    })
  }
  if (other.id === event.patient.id) return fail(withItself)
  const said = { from: event.patient.id, to: other.id, subjects: [event.patient.id, other.id] }
  return ok({ facts: factsFor(event, kind, said), prior: undefined })
}

function mergeRead(event: NamedEvent, mrg: Segment, named: PatientName): Result<IdentityRead> {
  const { patient } = event
  const prior = named.id === patient.id ? priorBeside(event, mrg) : named
  if (!prior || prior.id === patient.id) return fail(withItself)
  const said = { from: prior.id, to: patient.id, old: json(prior.identifiers) }
  const accounts = accountFacts(event, mrg, { prior, what: 'merge-account' })
  const lesser = lesserPriors(event, mrg).filter(id => id !== prior.id && id !== patient.id)
  return ok({
    facts: [
      ...factsFor(event, 'merge', { ...said, subjects: [prior.id, patient.id] }),
      ...lesser.flatMap(from =>
        factsFor(event, 'merge', { from, to: patient.id, isLesser: true, subjects: [from, patient.id] }),
      ),
      ...accounts,
    ],
    prior: { patient: prior, fields: priorFields(mrg, event) },
  })
}

/** A47 and its forerunners: PID says the numbers that are right, MRG those that were. */
function renameRead(event: NamedEvent, mrg: Segment, prior: PatientName | undefined): Result<IdentityRead> {
  const { message, context, patient } = event
  const pid = message.first('PID')
  const right = pid ? numbersIn(pid, [2, 3, 4], context).map(({ identifier }) => identifier) : []
  const wrong = numbersIn(mrg, [1, 2, 4], context).map(({ identifier }) => identifier)
  if (wrong.length === 0) return fail(priorMissing('MRG-1'))
  const to = prior ?? patient
  const said = {
    ...{ from: patient.id, to: to.id, subjects: distinct([patient.id, to.id]) },
    old: json(without(wrong, right)),
    current: json(without(right, wrong)),
  }
  return ok({ facts: factsFor(event, 'rename', said), prior: undefined })
}

interface MoveFrame {
  readonly prior: PatientName
  readonly what: 'move-patient' | 'move-account' | 'move-visit'
}

function moveRead(event: NamedEvent, mrg: Segment, { prior, what }: MoveFrame): Result<IdentityRead> {
  const { context, patient, visit, message } = event
  const pid = message.first('PID')
  const moved = prior.identifiers
  const target =
    what === 'move-patient' && pid
      ? (nameFrom(
          numbersIn(pid, [3, 2], context).filter(({ identifier }) => without([identifier], moved).length > 0),
          context,
        ) ?? patient)
      : patient
  if (prior.id === target.id) return fail(withItself)
  const said = { from: prior.id, to: target.id, subjects: [prior.id, target.id] }
  const read = { prior: { patient: prior, fields: priorFields(mrg, event) } }
  if (what === 'move-patient')
    return ok({ ...read, facts: factsFor(event, 'move', { ...said, old: json(moved) }) })
  const number = what === 'move-account' ? 3 : 5
  const found = numberIn(mrg, number, event)
  if (!found) return fail(priorMissing(`MRG-${number}`))
  if (what === 'move-account') {
    const moves = factsFor(event, 'move', { ...said, account: identifierKey(found) })
    return ok({ ...read, facts: [...moves, ...movedAccount(event, mrg, prior)] })
  }
  const from = visitIdOf(prior, found, context)
  const to = visit?.id ?? visitIdOf(target, found, context)
  return ok({
    ...read,
    facts: [
      ...factsFor(event, 'move', { ...said, visit: from }),
      ...factsFor(event, 'visit-rename', {
        ...{ from: to, to: from, subjects: said.subjects },
        ...changedNumber(found, visit),
      }),
    ],
  })
}

/** The number that a visit has now where it differs from the one that it had. */
const changedNumber = (
  old: Identifier,
  visit: VisitName | undefined,
): Pick<IdentityBody, 'old' | 'current'> =>
  !visit || identifierKey(visit.identifier) === identifierKey(old)
    ? {}
    : { old: json([old]), current: json([visit.identifier]) }

interface VisitFrame {
  readonly prior: PatientName | undefined
  readonly what: 'merge-visit' | 'rename-visit'
  readonly trigger: IdentityTrigger
}

/** A42, A50: MRG-5 to PV1-19; A51: MRG-6 to PV1-50. */
function visitRead(
  event: NamedEvent,
  mrg: Segment,
  { prior, what, trigger }: VisitFrame,
): Result<IdentityRead> {
  const { visit, patient, context, message } = event
  const isAlternate = trigger === 'A51'
  const field = isAlternate ? 6 : 5
  const old = numberIn(mrg, field, event)
  if (!old || !visit) return fail(priorMissing(visit ? `MRG-${field}` : 'PV1-19'))
  const owner = prior ?? patient
  const subjects = distinct([owner.id, patient.id])
  const isNamedByOther = isAlternate && visit.field !== 'PV1-50'
  const alternate = message.first('PV1')?.repetitions(50)[0]
  const now = isAlternate && alternate ? cxToIdentifier(alternate, context, 'PV1-50') : visit.identifier
  const before = isNamedByOther ? visit.id : visitIdOf(owner, old, context)
  const numbers = { old: json([old]), current: json(now ? [now] : []) }
  const facts =
    what === 'merge-visit'
      ? factsFor(event, 'visit-merge', { from: before, to: visit.id, subjects, old: json([old]) })
      : factsFor(event, 'visit-rename', { from: visit.id, to: before, subjects, ...numbers })
  return ok({ facts, prior: undefined })
}

/**
 * A06 and A07 may give the visit another number: MRG-5 to PV1-19, as an A50 does, and where accounts number visits MRG-3
 * to PID-18, as an A49. An MRG that repeats what holds says nothing; whose the visit is isn't in question (MRG-1).
 */
export function newNumbers(event: NamedEvent): readonly Fact[] {
  const { visit, patient, message, context, trigger } = event
  const mrg = message.first('MRG')
  if (!mrg || !visit || (trigger !== 'A06' && trigger !== 'A07')) return []
  const old = numberIn(mrg, 5, event)
  const accounts = accountFacts(event, mrg, { prior: undefined, what: 'rename-account' })
  if (!old) return accounts
  const ofAccount = accounts.filter(({ kind }) => kind === 'account-rename')
  if (identifierKey(old) === identifierKey(visit.identifier)) return ofAccount
  const said = { from: visit.id, to: visitIdOf(patient, old, context), subjects: [patient.id] }
  return [...factsFor(event, 'visit-rename', { ...said, ...changedNumber(old, visit) }), ...ofAccount]
}

function priorFields(mrg: Segment, { message, context }: NamedEvent): Fields {
  const said = [1, 7].map(field => [`MRG-${field}`, fieldText(mrg, field, message, context)] as const)
  return Object.fromEntries(said.filter(([, text]) => text !== '' && text !== '""'))
}

function without(some: readonly Identifier[], others: readonly Identifier[]): readonly Identifier[] {
  const keys = new Set(others.map(identifierKey))
  return some.filter(identifier => !keys.has(identifierKey(identifier)))
}
