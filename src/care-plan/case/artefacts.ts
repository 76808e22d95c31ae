import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import { contactsSince, type Stretch } from '../load/contact-hours.ts'
import { openActivityStates, openGoalStates, type Activity } from '../nouns/plan.ts'
import { loopsOf } from '../plan/referral-loops.ts'
import { strengthsPerGoal } from '../plan/strength-links.ts'

/** Something that a case under a model must have (domain.md 4.6), and how far it has it. */
export interface Artefact {
  /** Code of the model's `artefacts`. */
  readonly artefact: string
  /** Absent when there is nothing to judge by. */
  readonly met?: boolean
  readonly numerator?: number
  readonly denominator?: number
  /** What was found, in words, without patient data. */
  readonly says: string
}

export interface ArtefactScene {
  readonly file: CaseFile
  readonly stretch: Stretch
  readonly loopClosureDays?: number | undefined
  /** Backup plans of the case, which are no part of the case file; undefined = nobody looked. */
  readonly backupPlans?: number | undefined
}

type Judged = Omit<Artefact, 'artefact'>

/** Every artefact that a model asks for, in its order. */
export const artefactsOf = (codes: readonly string[], scene: ArtefactScene): readonly Artefact[] =>
  codes.map(artefact => ({ artefact, ...(judges[artefact] ?? unknownCode)(scene) }))

/** All of them have to have it. */
function counted(numerator: number, denominator: number, words: string): Judged {
  if (denominator === 0) return { numerator, denominator, says: `No data: there are no ${words}.` }
  return {
    met: numerator === denominator,
    numerator,
    denominator,
    says: `${numerator} of ${denominator} ${words}.`,
  }
}

const found = (isThere: boolean, yes: string, no: string): Judged => ({
  met: isThere,
  says: isThere ? yes : no,
})

const noData = (what: string) => (): Judged => ({ says: `No data: ${what}.` })

const unknownCode = noData('this artefact has no rule here; a person has to look')

const judges: Readonly<Record<string, (scene: ArtefactScene) => Judged>> = {
  assessment: ({ file }) =>
    found(
      file.assessments.some(({ state }) => isConcluded(state)),
      'An assessment is concluded.',
      'No assessment is concluded.',
    ),
  'strengths-assessment': ({ file }) =>
    found(
      file.assessments.some(
        ({ state, conclusions }) =>
          state !== 'entered-in-error' &&
          conclusions.some(({ domain, text }) => domain === 'strengths' && text.trim() !== ''),
      ),
      'Strengths are assessed, with a written conclusion.',
      'No assessment has a written conclusion on strengths.',
    ),
  'strength-per-goal': ({ file }) => {
    const linked = strengthsPerGoal(file)
    return counted(linked.filter(count => count > 0).length, linked.length, 'open goals with a strength')
  },
  'client-expressed-goals': ({ file }) => {
    const goals = file.goals.filter(({ state }) => openGoals.has(state))
    const own = goals.filter(({ expressedBy = '' }) => /^(?:Patient|RelatedPerson)\//.test(expressedBy))
    return counted(own.length, goals.length, 'open goals expressed by the client')
  },
  'therapy-adherence': scene => {
    const begun = servicesOf(scene).filter(one => hasBegun(one, scene.stretch))
    const kept = begun.filter(({ performances }) => performances.length > 0)
    return counted(kept.length, begun.length, 'services under way with sessions recorded as kept or missed')
  },
  'progress-notes': ({ file, stretch }) => {
    const made = contactsSince(file, stretch)
    const noted = made.filter(({ note = '' }) => note.trim() !== '')
    return counted(noted.length, made.length, 'contacts with a progress note')
  },
  'referral-per-need': ({ file }) => {
    const referrals = file.activities.filter(
      ({ kind, state }) => kind === 'referral' && !withdrawn.has(state) && state !== 'cancelled',
    )
    const referred = new Set(referrals.flatMap(({ needs }) => needs))
    const needs = file.needs.filter(({ state }) => openNeeds.has(state))
    return counted(needs.filter(({ id }) => referred.has(id)).length, needs.length, 'needs with a referral')
  },
  schedule: scene => {
    const open = servicesOf(scene).filter(({ state }) => openActivities.has(state))
    const timed = open.filter(one => isTimed(one, scene.file))
    return counted(timed.length, open.length, 'open services with a time')
  },
  'loop-closure': ({ file, stretch, loopClosureDays }) => {
    const { closed, counted: all } = loopsOf(file, stretch, loopClosureDays)
    return counted(closed, all, 'referrals, due or closed, with the loop closed in time')
  },
  companion: ({ file, stretch }) => {
    const visits = file.appointments.filter(
      ({ state, start }) =>
        comingOrKept.has(state) && start !== undefined && startMsOf(start, 'UTC') >= stretch.sinceMs,
    )
    const along = visits.filter(({ companion }) => companion !== undefined)
    return counted(along.length, visits.length, 'appointments with a companion named')
  },
  'backup-plan': ({ backupPlans }) =>
    backupPlans === undefined
      ? { says: 'No data: nobody looked for a backup plan.' }
      : found(
          backupPlans > 0,
          'There is a backup plan (CarePlan of category backup).',
          'There is no backup plan (CarePlan of category backup).',
        ),
  'target-group': ({ file }) =>
    found(
      file.case.targetGroup !== undefined,
      'The target group is recorded.',
      'No target group is recorded (AssignTargetGroup).',
    ),
  'contact-24h': noData('who can be reached round the clock is not recorded here'),
  'choice-indicators': noData('choice of providers is not recorded here'),
  'record-441-18': noData('the record of 42 CFR 441.18(a)(7) is for a person to check'),
}

/** The codes that `artefacts` of a model may have. */
export const artefactCodes: readonly string[] = Object.keys(judges)

const isConcluded = (state: string): boolean => state === 'concluded' || state === 'amended'

const openGoals: ReadonlySet<string> = new Set(openGoalStates)
const openActivities: ReadonlySet<string> = new Set(openActivityStates)
const openNeeds: ReadonlySet<string> = new Set(['confirmed', 'addressed'])
const withdrawn: ReadonlySet<string> = new Set(['declined', 'entered-in-error'])
const comingOrKept: ReadonlySet<string> = new Set(['booked', 'arrived', 'fulfilled'])

const servicesOf = ({ file }: ArtefactScene): readonly Activity[] =>
  file.activities.filter(({ kind, state }) => kind === 'service' && state !== 'entered-in-error')

/** A session of it could have been kept or missed. */
const hasBegun = ({ state, performances, start }: Activity, { untilMs, timeZone }: Stretch): boolean =>
  performances.length > 0 ||
  state === 'in-progress' ||
  state === 'missed' ||
  state === 'completed' ||
  (state === 'scheduled' && start !== undefined && startMsOf(start, timeZone) <= untilMs)

const isTimed = ({ id, days, timeOfDay, start }: Activity, { appointments }: CaseFile): boolean =>
  (days.length > 0 && timeOfDay !== undefined) ||
  start !== undefined ||
  appointments.some(({ activity, state }) => activity === id && comingOrKept.has(state))
