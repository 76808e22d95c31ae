import { daysBetween } from '../../../lib/calendar-date.ts'
import { localDate, startMsOf, withTime } from '../../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../../lib/result.ts'
import {
  caseMatrix,
  decideCase,
  endedStates,
  evolveCase,
  type CaseCommand,
  type CaseCommandKind,
  type CaseState,
} from '../../../care-plan/case/case.ts'
import { caseTypes, type CaseRules } from '../../../care-plan/case/case-rules.ts'
import type { ModelLookup } from '../../../care-plan/models/model-profile.ts'
import type { CaseRoot } from '../../../care-plan/nouns/case-root.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { lawfulModels } from './case-model-law.ts'
import type { CaseLenses } from '../case-record.ts'
import {
  caseCodec,
  caseImages,
  caseOfCode,
  codeOfCase,
  statedState,
  withExactState,
  type CaseCode,
} from '../lenses/case-status.ts'
import {
  allowedWithoutReason,
  openedWithoutConsent,
  openingOf,
  pauseOf,
  unreviewedPause,
  type EvidenceContext,
} from './episode-evidence.ts'
import { isEndedCase, unknownCaseTypes, type EpisodeState } from '../lenses/episode-lens.ts'
import { legalStates, legalStatuses, meantCommands } from './episode-moves.ts'
import { bornMarks, keptMarks, localInstant, marked, type MarksContext } from './episode-marks.ts'
import { hasModelCoding } from '../nouns/case-type-slots.ts'
import { movedEpisode } from '../nouns/case-lens.ts'
import { textOf } from '../lenses/json-edit.ts'
import { textAt } from '../lenses/slots.ts'
import { shownState, withoutMark } from '../lenses/standing.ts'
import { contiguous } from '../lenses/status-history.ts'

export interface EpisodeChange {
  readonly before: Resource | undefined
  readonly after: Resource
}

export interface EpisodeLawContext extends MarksContext, EvidenceContext {
  readonly door: 'fhir' | 'peer'
  readonly lenses: CaseLenses
  readonly rules: Pick<CaseRules, 'reopenDays' | 'secondPersonCloses'>
  readonly models: ModelLookup
}

/**
 * What a written EpisodeOfCare of a case becomes. Who changes only the native status means the one legal command that
 * leads there, who changes the state extension the command that leads to that state; number, standing and history are
 * computed, whatever was sent. Fails with `illegal-transition`, `case-condition`,
 * `derived-element`, `model-unknown` or `case-type-unknown`.
 */
export function lawfulEpisode(change: EpisodeChange, context: EpisodeLawContext): Result<Resource> {
  const { before } = change
  const { names } = context.lenses
  const known = before ? unknownCaseTypes(before, names) : []
  if (unknownCaseTypes(change.after, names).some(code => !known.includes(code))) return fail(unknownType)
  const modelled = underKnownModel(change, context)
  if (!modelled.ok) return modelled
  return movedByPeople({ before, after: modelled.value }, context)
}

/** The case with the models that it may have, a new one in the version that was meant; the coding follows the last. */
function underKnownModel(
  { before, after }: EpisodeChange,
  { lenses: { root, names }, models }: EpisodeLawContext,
): Result<Resource> {
  const is = root.read(after)
  const lawful = lawfulModels({ was: before && root.read(before), is }, models)
  if (!lawful.ok) return lawful
  const isCoded = lawful.value.length === 0 || hasModelCoding(after, names)
  if (isCoded && sameValue(lawful.value, is.models)) return ok(after)
  return ok(root.write(root.write(after, { ...is, models: [] }), { ...is, models: lawful.value }))
}

function movedByPeople(change: EpisodeChange, context: EpisodeLawContext): Result<Resource> {
  const { before, after } = change
  if (!before) return newCase(after, context)
  const state = context.lenses.episode.read(before)
  const root = context.lenses.root.read(before)
  const evidence = { ...context, was: root, is: context.lenses.root.read(after) }
  const allowed = allowedWithoutReason(evidence)
  if (allowed) return fail(allowed)
  const target = targetOf(change, context)
  const fixed = changedFixed({ before, after, isMoved: target !== undefined }, context)
  if (fixed !== undefined) return fail(fixedElement(fixed))
  if (target === undefined) return ok(keptMarks(settled(after, state, state, context), root, context))
  const commands = commandsTo({ target, state, root }, context)
  const [command, ...others] = commands
  if (!command || others.length > 0) return fail(noCommand({ root, target }, commands))
  const current = { ...root, ...caseOfCode(shownState(state.standing)) }
  const isPause = command.kind === 'HoldCase' && command.hold === 'pause'
  const unreviewed = isPause ? unreviewedPause(evidence) : undefined
  if (unreviewed) return fail(unreviewed)
  const decided = decideCase(current, isPause ? pauseOf(evidence) : command)
  if (!decided.ok)
    return decided.failure.code === 'case-condition' ? fail(atStatus(decided.failure, target, root)) : decided
  const unopened =
    command.kind === 'RejectClosure' ? openedWithoutConsent(root, evidence.is, context) : undefined
  if (unopened) return fail(unopened)
  const code = codeOfCase(decided.value.reduce(evolveCase, current))
  const written = settled(after, state, moved(state, code, context), context)
  return ok(marked(written, { root, command: command.kind }, context))
}

interface FixedChange extends EpisodeChange {
  readonly before: Resource
  /** A status was asked for: when a case ends is then the law's to say, whatever was sent. */
  readonly isMoved: boolean
}

/** Expression of an element that nobody changes by hand; what a client leaves out is put back. */
function changedFixed(
  { before, after, isMoved }: FixedChange,
  { lenses, timeZone }: EpisodeLawContext,
): string | undefined {
  const [was, is] = [lenses.episode.read(before), lenses.episode.read(after)]
  if (patientSlot.get(before) !== patientSlot.get(after)) return 'EpisodeOfCare.patient'
  const isOther = (one: string | undefined, other: string | undefined): boolean =>
    other !== undefined &&
    other !== one &&
    !(one !== undefined && startMsOf(one, timeZone) === startMsOf(other, timeZone))
  if (isOther(was.start, is.start)) return 'EpisodeOfCare.period.start'
  return !isMoved && isOther(was.end, is.end) ? 'EpisodeOfCare.period.end' : undefined
}

const patientSlot = textAt('patient', 'reference')

/** What a peer wrote, legal or not: the state it names, else what its native status means. */
export function recordedEpisode({ before, after }: EpisodeChange, context: EpisodeLawContext): Resource {
  const { lenses } = context
  if (!before) return born(after, context)
  const state = lenses.episode.read(before)
  const own = patientSlot.set(after, patientSlot.get(before))
  const code = caseCodec(lenses.names.state).read(after)
  return settled(own, state, moved(state, code, context), context)
}

/** What a change asks for: the state, when the extension changed; the native status, when that changed. */
interface Target {
  readonly state?: CaseState
  readonly status?: string
}

function targetOf({ before, after }: EpisodeChange, { lenses }: EpisodeLawContext): Target | undefined {
  const [was, state] = [before, after].map(resource => resource && statedState(resource, lenses.names.state))
  const [native, status] = [before, after].map(resource => textOf(resource?.['status']))
  const isStated = state !== undefined && state !== was
  if (!isStated && status === native) return undefined
  return { ...(isStated && { state }), ...(status !== undefined && status !== native && { status }) }
}

type Wanted = Pick<Evidence, 'target' | 'state' | 'root'>

function commandsTo({ target, state, root }: Wanted, context: EpisodeLawContext): readonly CaseCommand[] {
  const from = caseOfCode(shownState(state.standing)).state
  return meantCommands({ ...root, from }, target.state !== undefined)
    .map(kind => commandOf(kind, { from, target, state, root, context }))
    .filter(command => leadsTo(caseMatrix[from][command.kind], command, { from, target }))
}

function leadsTo(
  to: CaseState | undefined,
  command: CaseCommand,
  { from, target }: { readonly from: CaseState; readonly target: Target },
): boolean {
  if (to === undefined || to === from) return false
  const isWaitlisted = command.kind === 'HoldCase' && command.hold === 'waitlist'
  return (
    (target.state === undefined || to === target.state) &&
    (target.status === undefined || caseImages[isWaitlisted ? 'waitlist' : to] === target.status)
  )
}

interface Evidence {
  readonly from: CaseState
  readonly target: Target
  readonly state: EpisodeState
  readonly root: CaseRoot
  readonly context: EpisodeLawContext
}

/** A command with the evidence that a FHIR write can give; the rest is vouched for by who writes. */
function commandOf(kind: CaseCommandKind, { from, target, state, root, context }: Evidence): CaseCommand {
  const { at, timeZone, actor } = context
  const { reopenDays, secondPersonCloses } = context.rules
  switch (kind) {
    case 'OpenCase':
      return openingOf(root, context)
    case 'HoldCase': {
      const isWaitlist = target.status === undefined ? from === 'screened' : target.status === 'waitlist'
      return { kind, hold: isWaitlist ? 'waitlist' : 'pause' }
    }
    case 'ReopenCase': {
      const closed = localDate(startMsOf(state.end ?? at, timeZone), timeZone)
      const today = localDate(startMsOf(at, timeZone), timeZone)
      return { kind, closedForDays: daysBetween(closed, today), reopenDays }
    }
    case 'ApproveClosure':
      return { kind, isSecondPerson: !secondPersonCloses || root.closure?.proposedBy !== actor }
    case 'RecordOutreach':
      return { kind, attempt: { on: at.slice(0, 10), medium: '' } }
    default:
      return { kind }
  }
}

/** People gave the case a state: what facts had laid over it is adopted, and time goes on from there. */
function moved(state: EpisodeState, code: CaseCode, context: EpisodeLawContext): EpisodeState {
  const next = movedEpisode(state, code, localInstant(context))
  const isSame = state.history.at(-1)?.status === caseImages[code]
  return {
    ...next,
    end: isEndedCase(code) ? (isSame ? state.end : next.history.at(-1)?.start) : undefined,
  }
}

/** The written resource with the computed elements as they have to be. */
function settled(
  after: Resource,
  before: EpisodeState,
  state: EpisodeState,
  { lenses }: EpisodeLawContext,
): Resource {
  const { names, episode } = lenses
  const unmarked = state.standing.overlay ? after : withoutMark(after, names.derived)
  const read = episode.read(unmarked)
  const isEnded = isEndedCase(shownState(state.standing))
  const written = episode.write(unmarked, {
    ...read,
    number: before.number ?? after.id,
    standing: state.standing,
    history: state.history,
    start: state.start,
    end: isEnded ? state.end : undefined,
  })
  return withExactState(written, names.state)
}

function newCase(after: Resource, context: EpisodeLawContext): Result<Resource> {
  const { state } = caseOfCode(context.lenses.episode.read(after).standing.own)
  if (endedStates.has(state)) return fail(endedAtBirth)
  const is = context.lenses.root.read(after)
  // What a peer opened it opened elsewhere; its Consent comes when it comes.
  const unopened = context.door === 'fhir' ? openedWithoutConsent({}, is, context) : undefined
  return unopened ? fail(unopened) : ok(born(after, context))
}

/** With the statuses that are legal, where no evidence would make the one that was asked for one of them. */
function atStatus(failure: Failure, { status }: Target, root: CaseRoot): Failure {
  const legal = legalStatuses({ ...root, from: root.state })
  const isHopeless = status !== undefined && !legal.includes(status)
  return { ...failure, expression: 'EpisodeOfCare.status', ...(isHopeless && { legal }) }
}

/** A case that people opened: its number is its id, its history begins where its period does. */
function born(after: Resource, context: EpisodeLawContext): Resource {
  const { lenses } = context
  const state = lenses.episode.read(after)
  const start = state.start ?? localInstant(context)
  const { own } = state.standing
  const history = state.history.length > 0 ? state.history : contiguous([{ status: caseImages[own], start }])
  const written = lenses.episode.write(after, { ...state, number: after.id, start, history })
  return bornMarks(withExactState(written, lenses.names.state), withTime(start, context.timeZone), context)
}

const endedAtBirth: Failure = {
  kind: 'illegal-transition',
  code: 'illegal-transition',
  message: 'A case begins before it ends: create it as planned, waitlist or active.',
  expression: 'EpisodeOfCare.status',
  legal: ['planned', 'waitlist', 'active', 'onhold'],
}

const unknownType: Failure = {
  kind: 'unprocessable',
  code: 'case-type-unknown',
  message: 'The code is none of the case types.',
  expression: 'EpisodeOfCare.type',
  legal: caseTypes,
}

const fixedElement = (expression: string): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message: `${expression} of a case follows from what happened and can't be changed.`,
  expression,
})

interface NoCommand {
  readonly root: CaseRoot
  readonly target: Target
}

function noCommand({ root, target }: NoCommand, commands: readonly CaseCommand[]): Failure {
  const found = commands.map(({ kind }) => kind)
  const why =
    found.length > 1
      ? `${found.join(' and ')} lead there: say which by the state extension`
      : target.status === 'finished'
        ? 'finished approves a closure: propose it first (ProposeClosure, by FHIR the state extension closing)'
        : 'no command leads to what was written'
  const standing = { ...root, from: root.state }
  const states = legalStates(standing)
  const isStated = target.state !== undefined
  const more = isStated || states.length === 0 ? '' : ` The state extension leads to ${states.join(', ')}.`
  return {
    kind: 'illegal-transition',
    code: 'illegal-transition',
    message: `The case is ${root.state}; ${why}.${more}`,
    expression: 'EpisodeOfCare.status',
    legal: isStated ? states : legalStatuses(standing),
  }
}
