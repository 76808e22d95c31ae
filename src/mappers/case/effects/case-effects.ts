import type { Calendar } from '../../../lib/business-days.ts'
import { withClaims } from '../../us-core/with-claims.ts'
import { isOpenFor, type CaseCourse, type CaseFold, type Persons } from '../../../care-plan/case/case-fold.ts'
import type { CaseRules } from '../../../care-plan/case/case-rules.ts'
import type { PayerSpan } from '../../../care-plan/case/intake.ts'
import type { IdentityReview } from '../../../care-plan/triggers/identity-triggers.ts'
import type { ModelLookup } from '../../../care-plan/models/model-profile.ts'
import { isPastAdmission } from '../../../care-plan/stays/past-movements.ts'
import { readmissionsOf } from '../../../care-plan/stays/readmission.ts'
import type { StayFacts } from '../../../care-plan/stays/stay-facts.ts'
import type { Stay } from '../../../care-plan/stays/stay.ts'
import { leadCase, type TriggerInput } from '../../../care-plan/triggers/trigger-input.ts'
import { transitionsOf } from '../../../care-plan/duties/transition.ts'
import type { ValueChange } from '../../../care-plan/duties/watched-values.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { caseDuties } from './case-duties.ts'
import type { EncounterEffect } from '../lenses/encounter-lens.ts'
import { episodeEffects, teamEffects } from './episode-effects.ts'
import { flagEffects } from './flag-effects.ts'
import { planEffects } from './plan-effects.ts'
import { linkedEpisode } from '../lenses/plan-lens.ts'
import { nounLenses, type NounLenses } from '../nouns/noun-lenses.ts'
import { withPlanContent } from './plan-content.ts'
import { privacyLabels } from './privacy-labels.ts'
import { riskEffects } from './risk-effects.ts'
import { asResource } from '../lenses/slots.ts'
import { taskEffects, timersOf } from './task-effects.ts'

export interface CaseEffectsInput {
  readonly tenant: number
  readonly shard: number
  /** `{cm}` of interface.md 5. */
  readonly canonicalBase: string
  /** Id of the Patient. */
  readonly patient: string
  /** Every visit of the patient. */
  readonly stays: readonly Stay[]
  /** The patients who are this one now. */
  readonly persons?: Persons
  /** Shard of what was theirs; undefined = `shard`. */
  readonly shardOf?: (id: string) => number | undefined
  /** Patient.deceased[x], when true; inexact = `at` is when that was told. */
  readonly deceased?: { readonly at?: string; readonly isInexact?: boolean }
  /** Recorded time at which Patient.deceased was last told, when that was taken back. */
  readonly thoughtDead?: { readonly at: string }
  /** What was said of who is who, as far as people have to look. */
  readonly identityReviews?: readonly IdentityReview[]
  /** When the source of the person's record deleted it (A29), when it stands so. */
  readonly deletedPerson?: { readonly at: string }
  /** Watched values that changed, as messages told. */
  readonly changes?: readonly ValueChange[]
  /** The patient's insurances, as messages told. */
  readonly payers?: () => readonly PayerSpan[]
  /** The Patient, and EpisodeOfCare, CareTeam, CarePlan, Task, Goal and Flag of the patient as they stand, and what is in dutyTypes. */
  readonly compartment: readonly Resource[]
  readonly rules: CaseRules
  readonly models: ModelLookup
  readonly calendar: Calendar
  /** IANA zone of the facility. */
  readonly timeZone: string
  /** meta.source of the message that is being applied. */
  readonly message: string
  /** When what people did happened (dateTime): who joins the team by it joins then. */
  readonly at?: string
}

export interface CaseEffects {
  /** What changed, to be put; resources that stay as they are are not in it. */
  readonly resources: readonly (Resource & { readonly id: string })[]
  /** For every stay, what case management says about its Encounter (see withCaseEffect). */
  readonly encounters: readonly EncounterEffect[]
  /** Every open Task with its due time, past or future, that is not marked as missed. */
  readonly timers: readonly { readonly task: string; readonly due: string }[]
}

/**
 * What follows for case management from all that is known about a patient's stays. A function of the stays and of what
 * people did, never of what it derived before nor of `now`: any order of the same messages ends in the same resources,
 * and a replay changes none.
 */
export function caseEffects(input: CaseEffectsInput): CaseEffects {
  const { patient, rules, timeZone } = input
  const { lenses, ids, record, facts, death, fold, triggers, triggerInput, context } = caseDuties(input)
  const about = { courses: fold.courses, death, record, lenses, ids, patient }
  const tasks = taskEffects({ ...about, facts, triggers, context })
  const plans = planEffects({ ...about, tasks, timeZone, transitions: transitionsOf(triggerInput) })
  const episodes = episodeEffects(about)
  const readmissions = readmissionsOf(facts, rules, timeZone)
  const encounters = input.stays.map(stay => ({
    encounter: stay.encounter,
    isReadmission: readmissions.some(({ admission }) => admission.stay === stay),
    episodes: episodesOf(stay, facts, fold),
  }))
  const { compartment, at } = input
  const teams = teamEffects({ ...about, tasks, episodes, compartment, stays: encounters, at })
  const flags = flagEffects({
    readmissions: readmissions.filter(({ admission }) => !isPastAdmission(admission, facts, rules)),
    compartment: input.compartment,
    names: lenses.names,
    ids,
    patient,
  })
  const risks = riskEffects({
    ...{ patient, facts, ids, timeZone, stays: input.stays, compartment: input.compartment },
    caseAt: discharge => engagedCase(leadCase(fold, discharge), triggerInput),
    lenses: nounLenses(input.canonicalBase),
  })
  const contents = plans.map(plan => planContent(plan, teams, triggerInput, nounLenses(input.canonicalBase)))
  const labelled = privacyLabels({ patient, compartment, encounters, names: lenses.names })
  const standing = new Set(input.compartment)
  return {
    resources: [...episodes, ...teams, ...contents, ...tasks, ...flags, ...risks]
      .map(labelled)
      .filter(resource => !standing.has(resource))
      .map(resource =>
        withClaims(asResource({ ...resource, meta: { ...resource.meta, source: input.message } })),
      ),
    encounters,
    timers: timersOf(tasks, lenses),
  }
}

function planContent(
  plan: Resource,
  teams: readonly Resource[],
  { files }: Pick<TriggerInput, 'files'>,
  lenses: NounLenses,
): Resource {
  const caseId = linkedEpisode(plan)
  const file = files.get(caseId ?? '')
  if (!file) return plan
  return withPlanContent(plan, { file, lenses, team: teams.find(one => linkedEpisode(one) === caseId)?.id })
}

/** Scores are kept for a case that people opened; of any other they can be computed when somebody asks. */
const engagedCase = (
  course: CaseCourse | undefined,
  { files }: Pick<TriggerInput, 'files'>,
): string | undefined => (course && files.get(course.id)?.case.openedAt !== undefined ? course.id : undefined)

/** The cases that were open when the patient came, or else left; one that was taken back never was. */
function episodesOf(stay: Stay, facts: StayFacts, fold: CaseFold): readonly string[] {
  const openings = fold.courses.flatMap(({ opening }) => opening?.admission ?? [])
  const moments = [
    ...facts.inpatientAdmissions,
    ...facts.emergencyArrivals,
    ...facts.discharges,
    ...openings,
  ].filter(movement => movement.stay === stay)
  return fold.courses
    .filter(({ standing }) => standing !== 'withdrawn')
    .filter(course =>
      moments.some(
        moment =>
          isOpenFor(fold, course, moment) ||
          (course.endMs === moment.atMs && (fold.concerns?.(course, moment) ?? true)),
      ),
    )
    .map(({ id }) => id)
}
