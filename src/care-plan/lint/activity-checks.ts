import { isCovered } from '../case/consent-cover.ts'
import type { Activity } from '../nouns/plan.ts'
import type { Found, LintScene } from './finding.ts'
import { isOpenActivity } from './goal-checks.ts'

interface Lack {
  readonly isLacking: (activity: Activity) => boolean
  readonly expression: string
  readonly says: string
  /** What AdaptActivity is to change. */
  readonly changes: (scene: LintScene) => Readonly<Record<string, unknown>>
}

const lacking =
  ({ isLacking, expression, says, changes }: Lack) =>
  (scene: LintScene): readonly Found[] =>
    scene.activities
      .filter(activity => isOpenActivity(activity) && isLacking(activity))
      .map(({ id }) => ({
        element: { noun: 'activity', id, expression },
        says,
        mend: adapted(id, changes(scene)),
      }))

export const adapted = (
  activity: string,
  changes: Readonly<Record<string, unknown>>,
): Found['mend'] & object => ({
  command: 'AdaptActivity',
  payload: { activity, changes, reason: '<why>' },
})

export const withoutOwner = lacking({
  isLacking: ({ owner }) => owner === undefined,
  expression: 'ServiceRequest.requester',
  says: 'Nobody sees to it that this is done.',
  changes: ({ file }) => ({ owner: file.case.manager ?? '<owner>' }),
})

export const withoutReason = lacking({
  isLacking: ({ needs }) => needs.length === 0,
  expression: 'ServiceRequest.reasonReference',
  says: 'No need of the case is the reason for this.',
  changes: () => ({ needs: ['<need>'] }),
})

export const withoutGoal = lacking({
  isLacking: ({ goals }) => goals.length === 0,
  expression: 'ServiceRequest.extension',
  says: 'This serves no goal.',
  changes: () => ({ goals: ['<goal>'] }),
})

export const withoutSetting = lacking({
  isLacking: ({ setting }) => setting === undefined,
  expression: 'ServiceRequest.locationCode',
  says: 'Where this takes place is not settled.',
  changes: () => ({ setting: '<setting>' }),
})

/** No coverage or authorisation is kept here yet: the rule says that it could not look. */
export const beyondBenefit = ({ file, plan, activities }: LintScene): readonly Found[] => {
  const visits = activities.filter(activity => isOpenActivity(activity) && activity.kind === 'service')
  if (visits.length === 0) return []
  return [
    {
      element: plan
        ? { noun: 'plan', id: plan.id, expression: 'CarePlan.activity' }
        : { noun: 'case', id: file.case.id, expression: 'EpisodeOfCare' },
      says: `No coverage data: ${visits.length} planned services were not compared with benefit or authorisation.`,
    },
  ]
}

/** The patient and the manager need no consent to know of the plan. */
export const withoutConsent = ({ file, activities, context }: LintScene): readonly Found[] =>
  activities.filter(isOpenActivity).flatMap(({ id, performer }) => {
    if (performer === undefined || performer === `Patient/${file.case.patient}`) return []
    if (performer === file.case.manager) return []
    if (isCovered(file, { recipient: performer, dataClass: 'ServiceRequest', at: context.at })) return []
    return [
      {
        element: { noun: 'activity', id, expression: 'ServiceRequest.performer' },
        says: 'No consent in force lets the performer have this part of the plan.',
        mend: {
          command: 'GrantConsent',
          payload: {
            scope: 'sharing',
            by: '<patient or representative>',
            recipients: [performer],
            classes: ['ServiceRequest'],
          },
        },
      } as const,
    ]
  })
