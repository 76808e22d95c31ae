import type { EpisodeOfCare } from '@medplum/fhirtypes'
import { endedStates, identifiedCase } from '../../../care-plan/case/case.ts'
import type { CaseCourse } from '../../../care-plan/case/case-fold.ts'
import { caseTypes } from '../../../care-plan/case/case-rules.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { caseCodec, caseImages, caseOfCode, type CaseCode } from './case-status.ts'
import { lensOf, type Lens } from './lens.ts'
import { rememberedBy } from '../../../lib/remembered-lists.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, type JsonObject } from './json-edit.ts'
import type { CaseNames } from '../names.ts'
import { withCaseLink } from '../nouns/case-link.ts'
import { asResource, extensionAt, identifierOf, textAt } from './slots.ts'
import { shownState, standingSlot, type Overlay, type Standing } from './standing.ts'
import { contiguous, historySlot, type StatusPeriod } from './status-history.ts'

/** A case as it stands in its EpisodeOfCare. */
export interface EpisodeState {
  readonly number: string | undefined
  readonly standing: Standing<CaseCode>
  readonly history: readonly StatusPeriod[]
  readonly start: string | undefined
  readonly end: string | undefined
  /** `high` when people rated the case so. */
  readonly acuity: string | undefined
}

/** One for the same names: an EpisodeOfCare is read once, whoever asks. */
export const episodeLens = rememberedBy((names: CaseNames): Lens<EpisodeState> =>
  lensOf<EpisodeState>({
    number: identifierOf(names.caseNumber),
    standing: standingSlot(names.derived, caseCodec(names.state)),
    history: historySlot(names.derived),
    start: textAt('period', 'start'),
    end: textAt('period', 'end'),
    acuity: extensionAt(names.acuity, 'valueCode'),
  }),
)

/** An EpisodeOfCare is a case when its type says so (architecture D1). */
export const isCase = (resource: Resource, names: CaseNames): boolean =>
  resource.resourceType === 'EpisodeOfCare' && caseCodings(resource, names).length > 0

/** Codes of an EpisodeOfCare that are none of the code system of case types. */
export const unknownCaseTypes = (resource: Resource, names: CaseNames): readonly string[] =>
  caseCodings(resource, names)
    .map(({ code }) => textOf(code) ?? '')
    .filter(code => !(caseTypes as readonly string[]).includes(code))

const caseCodings = (resource: Resource, names: CaseNames): readonly JsonObject[] =>
  listOf(resource['type'])
    .flatMap(type => listOf(objectOf(type)['coding']))
    .filter(isObject)
    .filter(({ system }) => system === names.caseType)

export const isEndedCase = (code: CaseCode): boolean => endedStates.has(caseOfCode(code).state)

/** When people ended the case: the start of the last status that they gave it. */
export function endedByPeople({ standing, history, start, end }: EpisodeState): string | undefined {
  if (!isEndedCase(standing.own)) return undefined
  const given = history.findLast(period => period.reason === undefined)
  return given?.status === caseImages[standing.own] ? (given.start ?? end ?? start) : (end ?? start)
}

/** What facts lay over a case, from when on. */
export interface CaseOverlay extends Overlay<CaseCode> {
  readonly start: string
}

/**
 * The state to write: the case begins when its first admission did, then follow the statuses that people gave it, then
 * those of the facts. An ended case is left alone by all but the facts that reopen it.
 */
export function derivedEpisode(
  before: EpisodeState,
  course: Pick<CaseCourse, 'start' | 'id'>,
  overlays: readonly CaseOverlay[],
): EpisodeState {
  const { own } = before.standing
  const [first, ...later] = before.history.filter(period => period.reason === undefined)
  const begun = { status: first?.status ?? caseImages[own], start: course.start }
  const history = contiguous([
    begun,
    ...later.map(({ status, start }) => ({ status, ...(start !== undefined && { start }) })),
    ...overlays.map(({ state, reason, start }) => ({ status: caseImages[state], start, reason })),
  ])
  const top = overlays.at(-1)
  const standing = { own, ...(top && { overlay: { state: top.state, reason: top.reason } }) }
  return {
    ...before,
    standing,
    history,
    start: course.start,
    end: endOf(before, standing, history),
  }
}

function endOf(
  before: EpisodeState,
  standing: Standing<CaseCode>,
  history: readonly StatusPeriod[],
): string | undefined {
  if (!isEndedCase(shownState(standing))) return undefined
  return history.length > 1 ? history.at(-1)?.start : endedByPeople(before)
}

export interface EpisodeBirth {
  readonly course: CaseCourse
  readonly patient: string
  readonly team: string
  readonly caseType: string
}

/** A new case, identified. */
export function newEpisode({ course, patient, team, caseType }: EpisodeBirth, names: CaseNames): Resource {
  const episode: EpisodeOfCare = {
    resourceType: 'EpisodeOfCare',
    id: course.id,
    extension: [{ url: names.state, valueCode: identifiedCase.state }],
    identifier: [{ system: names.caseNumber, value: course.id }],
    status: 'planned',
    type: [{ coding: [{ system: names.caseType, code: caseType }] }],
    patient: { reference: `Patient/${patient}` },
    team: [{ reference: `CareTeam/${team}` }],
  }
  return withCaseLink(asResource(episode), course.id, names)
}
