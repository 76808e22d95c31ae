import type { CaseState } from './case.ts'
import { endedStates } from './case.ts'
import type { CaseRules, CaseType, IntakeRule, IntakeTask } from './case-rules.ts'
import type { Death } from '../stays/death.ts'
import type { Movement } from '../stays/stay-facts.ts'
import type { Stay } from '../stays/stay.ts'

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
  readonly opening?: Intake
  /** The admission that reopened it after people had closed it. */
  readonly reopening?: Movement
  readonly standing: 'live' | 'kept' | 'withdrawn'
  readonly isHighRisk: boolean
}

export interface Intake {
  readonly admission: Movement
  readonly caseType: CaseType
  readonly task?: IntakeTask
}

export interface CaseFoldInput {
  /** Arrivals that may open a case (intake.ts), in effective order. */
  readonly admissions: readonly Movement[]
  /** The rule of intake that an arrival fulfils; by class alone when left out. */
  readonly ruleFor?: (arrival: Movement) => IntakeRule | undefined
  readonly death?: Death
  readonly rules: CaseRules
  /** Id of the n-th case of the patient, n from 1; where several are one now, of that one of them. */
  readonly idOf: (n: number, person?: string) => string
  /** Left out for a patient who was always one. */
  readonly persons?: Persons
  /** Everything on record, cases that people opened included. */
  readonly known: readonly KnownCase[]
}

/** Patients who are one now, and were not always: each had cases of their own, and keeps them. */
export interface Persons {
  readonly ids: readonly string[]
  /** Which of them a stay was of at an instant. */
  readonly whose: (stay: Stay, atMs: number) => string
  /** As which of them one was known at an instant. */
  readonly knownAs: (person: string, atMs: number) => string
  /** Of whom a case that people opened was, as far as that is known. */
  readonly homeOf: (caseId: string) => string | undefined
}

/** When something happened, and to whom: in a stay, or told of one of the patients who are one now. */
type CaseMoment = Pick<Movement, 'atMs'> & Partial<Pick<Movement, 'stay'>> & { readonly person?: string }

export interface CaseFold {
  /** Whether a case was of the patient whom a movement was of, as of its own time; they always are where this is left out. */
  readonly concerns?: (course: CaseCourse, moment: CaseMoment) => boolean
  /** Of which patient a case was before merges; left out where there were none. */
  readonly homeOf?: (caseId: string) => string | undefined
  /** Cases in order of their number, then those that people opened. */
  readonly courses: readonly CaseCourse[]
  /** Admissions after the patient's death: a contradiction for people to look at. */
  readonly afterDeath: readonly Movement[]
}

const DAY_MS = 86_400_000

/**
 * Folds the live inpatient admissions, in effective order, into cases: an admission while no case is open (as of its
 * own time) opens the next one, or reopens one closed a short while ago. Case n is the n-th by time whatever the order
 * of arrival, so what people did to case n stays with case n. Of patients who were merged, each admission is asked about
 * as the patient who it was then.
 */
export function foldCases(input: CaseFoldInput): CaseFold {
  const { known, death, persons = solo } = input
  const idOf = (n: number, person: string): string => input.idOf(n, person === '' ? undefined : person)
  const homes = homesOf({ ...input, idOf }, persons)
  const byId = new Map(known.map(one => [one.id, one]))
  const manual = known.filter(({ id }) => !homes.has(id)).map(one => courseOf(one, 'live', death))
  const concerns = concernsOf(homes, persons)
  const afterDeath = input.admissions.filter(({ atMs }) => death !== undefined && atMs > death.atMs)
  const folded = new Map<string, readonly CaseCourse[]>()
  for (const admission of input.admissions) {
    if (death !== undefined && admission.atMs > death.atMs) continue
    const person = persons.whose(admission.stay, admission.atMs)
    const own = folded.get(person) ?? []
    const others = persons.ids.filter(id => id !== person).flatMap(id => folded.get(id) ?? [])
    const isOpen = (course: CaseCourse): boolean =>
      isOpenAt(course, admission.atMs) && concerns(course, admission)
    if (manual.some(isOpen) || others.some(isOpen)) continue
    folded.set(person, admit(own, admission, { ...input, idOf: n => idOf(n, person) }, byId))
  }
  const left = persons.ids.flatMap(person =>
    Array.from({ length: known.length }, (_, i) =>
      byId.get(idOf((folded.get(person)?.length ?? 0) + i + 1, person)),
    )
      .filter(one => one !== undefined)
      .map(one => courseOf(one, one.isTouched ? 'kept' : 'withdrawn', death)),
  )
  const all = persons.ids.flatMap(person => folded.get(person) ?? [])
  const inOrder = persons.ids.length > 1 ? all.toSorted(byStart) : all
  return {
    courses: [...inOrder, ...left, ...manual],
    afterDeath,
    ...(persons.ids.length > 1 && {
      concerns,
      homeOf: (id: string) => homes.get(id) ?? persons.homeOf(id),
    }),
  }
}

const solo: Persons = {
  ids: [''],
  whose: () => '',
  knownAs: person => person,
  homeOf: () => undefined,
}

const byStart = (a: CaseCourse, b: CaseCourse): number => a.startMs - b.startMs || (a.id < b.id ? -1 : 1)

/** Of whom each case is that has a number, on record or to come. */
function homesOf(
  {
    known,
    admissions,
    idOf,
  }: Pick<CaseFoldInput, 'known' | 'admissions'> & {
    readonly idOf: (n: number, person: string) => string
  },
  persons: Persons,
): ReadonlyMap<string, string> {
  const count = known.length + admissions.length
  return new Map(
    persons.ids.flatMap(person =>
      Array.from({ length: count }, (_, i) => [idOf(i + 1, person), person] as const),
    ),
  )
}

const concernsOf =
  (
    homes: ReadonlyMap<string, string>,
    { knownAs, whose, homeOf }: Persons,
  ): NonNullable<CaseFold['concerns']> =>
  ({ id }, { stay, atMs, person }) => {
    const home = homes.get(id) ?? homeOf(id)
    const other = stay ? whose(stay, atMs) : person && knownAs(person, atMs)
    return home === undefined || other === undefined || knownAs(home, atMs) === other
  }

/** Whether a movement fell into a case: it was open then, and of the same patient as far as was known then. */
export const isOpenFor = ({ concerns }: CaseFold, course: CaseCourse, moment: CaseMoment): boolean =>
  isOpenAt(course, moment.atMs) && (concerns?.(course, moment) ?? true)

/** Whether the case was open at an instant; asked about facts as of their own time. */
const isOpenAt = (course: CaseCourse, atMs: number): boolean =>
  course.standing !== 'withdrawn' &&
  course.startMs <= atMs &&
  (course.endMs === undefined || atMs < course.endMs)

function admit(
  courses: readonly CaseCourse[],
  admission: Movement,
  input: CaseFoldInput,
  byId: ReadonlyMap<string, KnownCase>,
): readonly CaseCourse[] {
  const { rules } = input
  const byClass = (): IntakeRule | undefined =>
    rules.intake.find(({ when }) => (when.class ?? 'inpatient') === admission.classAfter)
  const rule = input.ruleFor ? input.ruleFor(admission) : byClass()
  if (!rule && admission.classAfter !== 'inpatient') return courses
  const last = courses.at(-1)
  if (last && (isOpenAt(last, admission.atMs) || isEndedAt(last, admission.atMs))) return courses
  const lastKnown = last && byId.get(last.id)
  if (last && lastKnown && isReopened(lastKnown, admission, rules)) {
    return [...courses.slice(0, -1), reopened(last, admission, input.death)]
  }
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
  readonly rule: IntakeRule
  readonly death: Death | undefined
}

const openedBy = (admission: Movement, { id, one, rule, death }: Opening): CaseCourse => ({
  id,
  startMs: admission.atMs,
  start: admission.at,
  ...endOf(one, death, { startMs: admission.atMs }),
  opening: { admission, caseType: rule.caseType, ...(rule.task && { task: rule.task }) },
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
