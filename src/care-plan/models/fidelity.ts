import { startMsOf } from '../../lib/fhir-time.ts'
import { adherenceOf } from '../plan/activity-adherence.ts'
import { artefactsOf, type Artefact } from '../case/artefacts.ts'
import { rounded } from '../load/caseload.ts'
import type { CaseFile } from '../case/case-file.ts'
import { modelSpans } from './model-in-force.ts'
import { modelSuggestions, type ModelSuggestion } from './model-suggestions.ts'
import type { ModelLookup, ModelProfile } from './model-profile.ts'
import { contactsSince, type Stretch } from '../load/contact-hours.ts'
import { loopsOf } from '../plan/referral-loops.ts'
import { strengthsPerGoal } from '../plan/strength-links.ts'

/** How well one thing that the model asks for is done. */
export interface Measure {
  readonly measure: string
  /** What the model asks for; absent when it asks for nothing: told, not judged. */
  readonly expected?: number
  /** Absent when there is nothing to count yet. */
  readonly actual?: number
  /** Absent when it isn't judged, or can't be yet. */
  readonly met?: boolean
  readonly numerator: number
  readonly denominator: number
  readonly since: string
}

export interface Fidelity {
  readonly model: { readonly id: string; readonly version: string; readonly title: string }
  /** When the model began: what was before counts for the model before. */
  readonly since: string
  readonly measures: readonly Measure[]
  /** What the model says that the case must have. */
  readonly artefacts: readonly Artefact[]
  /** Which conditions of the model's `escalateWhen` hold. */
  readonly suggestions: readonly ModelSuggestion[]
}

interface FidelityContext {
  readonly models: ModelLookup
  readonly timeZone: string
  readonly nowMs: number
  /** Backup plans of the case, which are no part of the case file; undefined = nobody looked. */
  readonly backupPlans?: number
}

/** Fidelity of a case to the model in force at `nowMs`; undefined while there is none that the registry knows. */
export function fidelityOf(
  file: CaseFile,
  { models, timeZone, nowMs, backupPlans }: FidelityContext,
): Fidelity | undefined {
  const span = modelSpans(file, models, timeZone).findLast(({ sinceMs }) => sinceMs <= nowMs)
  if (!span) return undefined
  const { model, since, sinceMs } = span
  const stretch = { sinceMs, untilMs: nowMs, timeZone }
  const counts = [
    ...weekly(file, model, stretch),
    ...shares(file, model, stretch),
    strengths(file, model),
    loops(file, model, stretch),
    assessed(file, model),
    adherence(file, stretch),
  ]
  return {
    model: { id: model.id, version: model.version, title: model.title },
    since,
    measures: counts.map(count => judged(count, since)),
    artefacts: artefactsOf(model.artefacts, {
      ...{ file, stretch, backupPlans },
      loopClosureDays: model.fidelity.loopClosureDays,
    }),
    suggestions: modelSuggestions(file, { model, sinceMs, nowMs, timeZone }),
  }
}

interface Count {
  readonly measure: string
  readonly expected?: number | undefined
  readonly numerator: number
  readonly denominator: number
  /** Numerator / denominator unless said otherwise. */
  readonly actual?: number | undefined
  readonly isEarly?: boolean
}

function judged(
  { measure, expected, numerator, denominator, isEarly, ...given }: Count,
  since: string,
): Measure {
  const exact = given.actual ?? (denominator > 0 ? numerator / denominator : undefined)
  const actual = exact === undefined ? undefined : rounded(exact)
  const isJudged = expected !== undefined && exact !== undefined && isEarly !== true
  return {
    measure,
    ...(expected !== undefined && { expected }),
    ...(actual !== undefined && { actual }),
    // What is shown decides: 3.999 of 4 a week is 4.
    ...(isJudged && { met: (actual ?? 0) >= expected }),
    numerator: rounded(numerator),
    denominator: rounded(denominator),
    since,
  }
}

const WEEK_MS = 7 * 86_400_000

/** A first week that isn't over counts as a whole one, and isn't judged. */
function weekly(file: CaseFile, { fidelity }: ModelProfile, stretch: Stretch): readonly Count[] {
  const made = contactsSince(file, stretch)
  const elapsed = (stretch.untilMs - stretch.sinceMs) / WEEK_MS
  const frame = { denominator: Math.max(1, elapsed), isEarly: elapsed < 1 }
  const minutes = made.reduce((sum, contact) => sum + (contact.minutes ?? 0), 0)
  return [
    {
      measure: 'contacts-per-week',
      expected: fidelity.contactsPerWeek,
      numerator: made.length,
      ...frame,
    },
    { measure: 'minutes-per-week', expected: fidelity.minutesPerWeek, numerator: minutes, ...frame },
  ]
}

const inCommunity: ReadonlySet<string> = new Set(['home', 'accompanied'])
const attended: ReadonlySet<string> = new Set(['arrived', 'fulfilled'])

function shares(file: CaseFile, { fidelity }: ModelProfile, stretch: Stretch): readonly Count[] {
  const made = contactsSince(file, stretch)
  const visits = file.appointments.filter(
    ({ state, start }) => attended.has(state) && start !== undefined && isWithin(start, stretch),
  )
  const alongAt = new Set(
    made.flatMap(({ kind, appointment }) => (kind === 'accompanied' ? (appointment ?? []) : [])),
  )
  return [
    {
      measure: 'community-share',
      expected: fidelity.communityShare,
      numerator: made.filter(({ kind }) => inCommunity.has(kind)).length,
      denominator: made.length,
    },
    {
      measure: 'accompanied-share',
      expected: fidelity.accompaniedShare,
      numerator: visits.filter(({ id, companion }) => companion !== undefined || alongAt.has(id)).length,
      denominator: visits.length,
    },
  ]
}

const isWithin = (at: string, { sinceMs, untilMs, timeZone }: Stretch): boolean => {
  const atMs = startMsOf(at, timeZone)
  return atMs >= sinceMs && atMs <= untilMs
}

/** Every goal counts: the actual figure is that of the goal with the fewest strengths. */
function strengths(file: CaseFile, { fidelity: { strengthsPerGoal: expected } }: ModelProfile): Count {
  const linked = strengthsPerGoal(file)
  return {
    measure: 'strengths-per-goal',
    expected,
    numerator: linked.filter(count => count >= (expected ?? 1)).length,
    denominator: linked.length,
    actual: linked.length > 0 ? Math.min(...linked) : undefined,
  }
}

function loops(file: CaseFile, { fidelity: { loopClosureDays } }: ModelProfile, stretch: Stretch): Count {
  const { closed, counted } = loopsOf(file, stretch, loopClosureDays)
  return {
    measure: 'loop-closure',
    expected: loopClosureDays === undefined ? undefined : 1,
    numerator: closed,
    denominator: counted,
  }
}

/** Domains with a written conclusion among those that the model requires, whenever they were concluded (I4). */
function assessed(file: CaseFile, { requiredDomains }: ModelProfile): Count {
  const concluded = new Set(
    file.assessments
      .filter(({ state }) => state !== 'entered-in-error')
      .flatMap(({ conclusions }) => conclusions.map(({ domain }) => domain)),
  )
  return {
    measure: 'assessment-completeness',
    expected: 1,
    numerator: requiredDomains.filter(domain => concluded.has(domain)).length,
    denominator: requiredDomains.length,
  }
}

/** Kept sessions of all services; no model sets a figure for it, so it is told and not judged. */
function adherence(file: CaseFile, stretch: Stretch): Count {
  const performances = file.activities
    .filter(({ kind, state }) => kind === 'service' && state !== 'entered-in-error')
    .flatMap(activity => activity.performances.filter(({ at }) => isWithin(at, stretch)))
  const { kept, missed, lateCancelled } = adherenceOf({ performances })
  return { measure: 'therapy-adherence', numerator: kept, denominator: kept + missed + lateCancelled }
}
