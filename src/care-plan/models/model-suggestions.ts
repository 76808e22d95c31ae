import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import { adherenceOf } from '../plan/activity-adherence.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { ModelProfile } from './model-profile.ts'
import { openActivityStates } from '../nouns/plan.ts'

/** A condition of the model's `escalateWhen` that holds now: time to think of another model (domain.md 4.6). */
export interface ModelSuggestion {
  /** Code of `escalateWhen`. */
  readonly when: string
  /** What it means, in words. */
  readonly says: string
  /** What it rests on: references, without patient data. */
  readonly evidence: readonly string[]
  /** What a person would send if they agree; which model is for them to say. */
  readonly command: 'SwitchModel'
}

export interface SuggestionContext {
  readonly model: Pick<ModelProfile, 'escalateWhen' | 'reviewDays'>
  /** When the model began: what was before spoke for the model before. */
  readonly sinceMs: number
  readonly nowMs: number
  readonly timeZone: string
}

/** The conditions of the model that hold now, in its order, each with what it rests on. */
export const modelSuggestions = (file: CaseFile, context: SuggestionContext): readonly ModelSuggestion[] =>
  context.model.escalateWhen.flatMap(when => {
    const rule = conditions[when]
    const evidence = rule?.holds(file, context) ?? []
    return rule && evidence.length > 0
      ? [{ when, says: rule.says, evidence, command: 'SwitchModel' as const }]
      : []
  })

interface Condition {
  readonly says: string
  /** What it rests on; nothing = it doesn't hold. */
  readonly holds: (file: CaseFile, context: SuggestionContext) => readonly string[]
}

const HIGH_LACE = 10
const LOOP_DAYS = 30
const UNMET_REVIEWS = 2
const DAY_MS = 86_400_000

const openFlags: Condition['holds'] = ({ flags }) =>
  flags.filter(({ state }) => state === 'open').map(({ id }) => `Flag/${id}`)

/** The newest LACE of each kind that stands. */
const highLace: Condition['holds'] = ({ risks }) =>
  ['lace-2010', 'lace-modified'].flatMap(method => {
    const newest = risks
      .filter(risk => risk.method === method && risk.state !== 'entered-in-error')
      .toSorted((a, b) => startMsOf(a.at ?? '', 'UTC') - startMsOf(b.at ?? '', 'UTC'))
      .at(-1)
    return newest && Number(newest.value) >= HIGH_LACE ? [`RiskAssessment/${newest.id}`] : []
  })

const twoMisses: Condition['holds'] = ({ activities }, { sinceMs }) =>
  activities
    .filter(({ state, performances }) => {
      const since = performances.filter(({ at }) => startMsOf(at, 'UTC') >= sinceMs)
      return state !== 'entered-in-error' && adherenceOf({ performances: since }).isToAdapt
    })
    .map(({ id }) => `ServiceRequest/${id}`)

const readmitted: Condition['holds'] = ({ transitions }, { sinceMs }) =>
  transitions
    .filter(
      ({ state, start }) =>
        state === 'readmitted' && startMsOf(start ?? '', 'UTC') >= sinceMs - LOOP_DAYS * DAY_MS,
    )
    .map(({ id }) => `CarePlan/${id}`)

/** Reviews of the plan that nobody made in time, since the model began. */
const unmetReviews: Condition['holds'] = ({ obligations }, { sinceMs }) => {
  const unmet = obligations.filter(
    ({ rule, state, due }) =>
      rule === 'plan-review' && state === 'missed' && startMsOf(due ?? '', 'UTC') >= sinceMs,
  )
  return unmet.length >= UNMET_REVIEWS ? unmet.map(({ id }) => `Task/${id}`) : []
}

const openLoops: Condition['holds'] = ({ activities }, { nowMs, timeZone }) =>
  activities
    .filter(
      ({ kind, state }) => kind === 'referral' && (openActivityStates as readonly string[]).includes(state),
    )
    .filter(({ requestedAt }) => {
      if (requestedAt === undefined) return false
      const [asked, now] = [startMsOf(requestedAt, timeZone), nowMs].map(ms =>
        startMsOf(localDate(ms, timeZone), 'UTC'),
      )
      return (now ?? 0) - (asked ?? 0) > LOOP_DAYS * DAY_MS
    })
    .map(({ id }) => `ServiceRequest/${id}`)

const conditions: Readonly<Record<string, Condition>> = {
  'lace-10': { says: 'LACE is 10 or more: a high risk of readmission.', holds: highLace },
  'two-misses': { says: 'Two sessions of a service were missed within 14 days.', holds: twoMisses },
  readmission: { says: 'The patient was readmitted within 30 days of a discharge.', holds: readmitted },
  'red-flag': { says: 'A red flag is open.', holds: openFlags },
  crisis: { says: 'A crisis: a red flag is open.', holds: openFlags },
  'two-unmet-reviews': { says: 'Two reviews of the plan were missed.', holds: unmetReviews },
  'loop-open-30-days': { says: 'A referral is open for more than 30 days.', holds: openLoops },
}

/** The codes that `escalateWhen` of a model may have. */
export const escalationCodes: readonly string[] = Object.keys(conditions)
