import type { CaseState } from './case.ts'
import { endedStates } from './case.ts'
import type { CaseRules, CaseType } from './case-rules.ts'
import type { Death } from './death.ts'
import type { Movement } from './stay-facts.ts'

/** A case that is on record, with what people (not facts) made of it. */
export interface KnownCase {
  readonly id: string
  /** The state that people gave it; what facts laid over it (death, withdrawal, reopening) is not counted. */
  readonly state: CaseState
  readonly startMs: number
  readonly start: string
  /** When people ended it. */
  readonly endedMs?: number
  /** Somebody worked on it: a case that nobody touched may be taken back. */
  readonly isTouched: boolean
  readonly isHighRisk: boolean
  /** It was joined to another case, which goes on in its place. */
  readonly isMerged?: boolean
}

/** A case as the facts have it. */
export interface CaseCourse {
  readonly id: string
  readonly startMs: number
  readonly start: string
  /** First instant at which it has ended, by people or by death. */
  readonly endMs?: number
  readonly isDeceased: boolean
  /** The admission that opened it; none when people opened it or when its admission was taken back. */
  readonly opening?: { readonly admission: Movement; readonly caseType: CaseType }
  /** The admission that reopened it after people had closed it. */
  readonly reopening?: Movement
  readonly standing: 'live' | 'kept' | 'withdrawn'
  readonly isHighRisk: boolean
}

export interface CaseFoldInput {
  readonly admissions: readonly Movement[]
  readonly death?: Death
  readonly rules: CaseRules
  /** Id of the n-th case of the patient, n from 1. */
  readonly idOf: (n: number) => string
  /** Everything on record, cases that people opened included. */
  readonly known: readonly KnownCase[]
}

export interface CaseFold {
  /** Cases in order of their number, then those that people opened. */
  readonly courses: readonly CaseCourse[]
  /** Admissions after the patient's death: a contradiction for people to look at. */
  readonly afterDeath: readonly Movement[]
}

const DAY_MS = 86_400_000

/**
 * Folds the live inpatient admissions, in effective order, into cases: an admission while no case is open (as of its
 * own time) opens the next one, or reopens one closed a short while ago. Case n is the n-th by time whatever the order
 * of arrival, so what people did to case n stays with case n.
 */
export function foldCases(input: CaseFoldInput): CaseFold {
  const { known, idOf, death } = input
  const numbered = new Set(
    Array.from({ length: known.length + input.admissions.length }, (_, i) => idOf(i + 1)),
  )
  const byId = new Map(known.map(one => [one.id, one]))
  const manual = known.filter(({ id }) => !numbered.has(id)).map(one => courseOf(one, 'live', death))
  const afterDeath = input.admissions.filter(({ atMs }) => death !== undefined && atMs > death.atMs)
  const folded = input.admissions
    .filter(({ atMs }) => death === undefined || atMs <= death.atMs)
    .reduce<readonly CaseCourse[]>((courses, admission) => {
      if (manual.some(course => isOpenAt(course, admission.atMs))) return courses
      return admit(courses, admission, input, byId)
    }, [])
  const left = Array.from({ length: known.length }, (_, i) => byId.get(idOf(folded.length + i + 1)))
    .filter(one => one !== undefined)
    .map(one => courseOf(one, one.isTouched ? 'kept' : 'withdrawn', death))
  return { courses: [...folded, ...left, ...manual], afterDeath }
}

/** Whether the case was open at an instant; asked about facts as of their own time. */
export const isOpenAt = (course: CaseCourse, atMs: number): boolean =>
  course.standing !== 'withdrawn' &&
  course.startMs <= atMs &&
  (course.endMs === undefined || atMs < course.endMs)

function admit(
  courses: readonly CaseCourse[],
  admission: Movement,
  input: CaseFoldInput,
  byId: ReadonlyMap<string, KnownCase>,
): readonly CaseCourse[] {
  const last = courses.at(-1)
  if (last && (isOpenAt(last, admission.atMs) || isEndedAt(last, admission.atMs))) return courses
  const lastKnown = last && byId.get(last.id)
  if (last && lastKnown && isReopened(lastKnown, admission, input.rules)) {
    return [...courses.slice(0, -1), reopened(last, admission, input.death)]
  }
  const rule = input.rules.intake.find(({ when }) => when.class === admission.classAfter)
  if (!rule) return courses
  const id = input.idOf(courses.length + 1)
  const one = byId.get(id)
  if (one?.endedMs !== undefined && one.endedMs < admission.atMs) {
    return admit([...courses, courseOf(one, 'kept', input.death)], admission, input, byId)
  }
  return [...courses, openedBy(admission, { id, one, rule, death: input.death })]
}

/** The patient's last admission and death are the same instant: nothing begins any more. */
const isEndedAt = (course: CaseCourse, atMs: number): boolean => course.isDeceased && course.endMs === atMs

/** People closed it, and the patient is back soon enough. */
const isReopened = (one: KnownCase, admission: Movement, rules: CaseRules): boolean =>
  one.state === 'closed' &&
  one.isMerged !== true &&
  one.endedMs !== undefined &&
  admission.atMs >= one.endedMs &&
  admission.atMs - one.endedMs <= rules.reopenDays * DAY_MS

function reopened(course: CaseCourse, admission: Movement, death: Death | undefined): CaseCourse {
  const { endMs: _ended, ...open } = course
  return { ...open, ...endOf(undefined, death, course), standing: 'live', reopening: admission }
}

interface Opening {
  readonly id: string
  readonly one: KnownCase | undefined
  readonly rule: { readonly caseType: CaseType }
  readonly death: Death | undefined
}

const openedBy = (admission: Movement, { id, one, rule, death }: Opening): CaseCourse => ({
  id,
  startMs: admission.atMs,
  start: admission.at,
  ...endOf(one, death, { startMs: admission.atMs }),
  opening: { admission, caseType: rule.caseType },
  standing: 'live',
  isHighRisk: one?.isHighRisk ?? false,
})

const courseOf = (
  one: KnownCase,
  standing: CaseCourse['standing'],
  death: Death | undefined,
): CaseCourse => ({
  id: one.id,
  startMs: one.startMs,
  start: one.start,
  ...endOf(endedStates.has(one.state) ? { endedMs: one.startMs, ...one } : undefined, death, one),
  standing,
  isHighRisk: one.isHighRisk,
})

/** A case ends when people end it or the patient dies, whichever comes first. */
function endOf(
  ended: Pick<KnownCase, 'state' | 'endedMs'> | undefined,
  death: Death | undefined,
  { startMs }: Pick<CaseCourse, 'startMs'>,
): { readonly endMs?: number; readonly isDeceased: boolean } {
  const endedMs = ended?.endedMs
  const isBefore =
    death !== undefined && endedMs !== undefined && endedMs <= death.atMs && ended?.state !== 'deceased'
  const isDeceased = death !== undefined && startMs <= death.atMs && !isBefore
  const endMs = isDeceased ? death.atMs : endedMs
  return { isDeceased, ...(endMs !== undefined && { endMs }) }
}
