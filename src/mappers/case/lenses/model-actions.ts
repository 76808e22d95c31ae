import type { CadencePhase, ModelProfile } from '../../../care-plan/models/model-profile.ts'
import type { JsonObject } from './json-edit.ts'
import type { CaseNames } from '../names.ts'

interface Row {
  /** Code of {cm}/CodeSystem/task-code. */
  readonly task: string
  readonly title: string
  readonly description: string
  readonly timing?: JsonObject
}

/** The duties of a model as PlanDefinition.action, in the order in which they fall due; marked as derived. */
export const modelActions = (profile: ModelProfile, names: CaseNames): readonly JsonObject[] =>
  rowsOf(profile).map(({ task, title, description, timing }) => ({
    extension: [{ url: names.derived, valueString: 'the profile' }],
    title,
    description,
    code: [{ coding: [{ system: names.taskCode, code: task }] }],
    ...timing,
  }))

function rowsOf(profile: ModelProfile): readonly Row[] {
  const { firstContact, planDueDays, reviewDays, reassessDays, missedService, requiredDomains } = profile
  const { count, unit } = missedService.within
  return [
    {
      task: 'contact',
      title: 'First contact',
      description:
        `Within ${counted(firstContact.businessDays, 'business day')} of opening` +
        (firstContact.sameDayWhenInpatient === true ? ', the same day for an inpatient.' : '.'),
    },
    {
      task: 'assess',
      title: 'Assessment',
      description: `A written conclusion for each of: ${requiredDomains.join(', ') || 'no domain required'}.`,
    },
    {
      task: 'plan-draft',
      title: 'Care plan',
      description: `The plan stands ${counted(planDueDays, 'day')} after opening.`,
      timing: { timingDuration: daysOf(planDueDays) },
    },
    ...profile.cadence.map(contactRow),
    {
      task: 'plan-review',
      title: 'Review of the plan',
      description: `Every ${counted(reviewDays, 'day')}.`,
      timing: { timingTiming: { repeat: everyDays(reviewDays) } },
    },
    ...(reassessDays === undefined
      ? []
      : [
          {
            task: 'reassess',
            title: 'Full reassessment',
            description: `At least every ${counted(reassessDays, 'day')}.`,
            timing: { timingTiming: { repeat: everyDays(reassessDays) } },
          },
        ]),
    {
      task: 'contact',
      title: 'After a missed service',
      description: `Somebody gets in touch within ${count} ${unit.replace('-', ' ')}.`,
    },
  ]
}

function contactRow({ everyDays: days, times, perWeek, inPersonDays }: CadencePhase): Row {
  const often = perWeek === undefined ? `every ${counted(days, 'day')}` : `${perWeek} times a week`
  const repeat = perWeek === undefined ? everyDays(days) : { frequency: perWeek, period: 1, periodUnit: 'wk' }
  return {
    task: 'contact',
    title: 'Contact',
    description:
      `A contact ${often}` +
      (times === undefined ? '' : `, ${times} times`) +
      (inPersonDays === undefined ? '.' : `; face to face at least every ${counted(inPersonDays, 'day')}.`),
    timing: { timingTiming: { repeat: { ...repeat, ...(times !== undefined && { count: times }) } } },
  }
}

const everyDays = (days: number): JsonObject => ({ frequency: 1, period: days, periodUnit: 'd' })

const daysOf = (days: number): JsonObject => ({
  value: days,
  unit: 'day',
  system: 'http://unitsofmeasure.org',
  code: 'd',
})

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
