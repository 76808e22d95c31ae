import { Type } from 'typebox'
import type { ModelProfile } from './model-profile.ts'

const closed = { additionalProperties: false } as const
const DAYS_MAX = 3660

const days = (description: string) => Type.Integer({ description, minimum: 1, maximum: DAYS_MAX })
const share = (description: string) => Type.Number({ description, minimum: 0, maximum: 1 })
const codes = (description: string) =>
  Type.Array(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,63}$' }), {
    description,
    maxItems: 50,
    uniqueItems: true,
  })

export const modelIdSchema = Type.String({
  description: 'Id of the model: a code of small letters, digits and hyphens.',
  pattern: '^[a-z][a-z0-9-]{0,39}$',
  examples: ['intensive'],
})

export const modelVersionSchema = Type.String({
  description: 'Version: three numbers.',
  pattern: '^(0|[1-9][0-9]{0,4})\\.(0|[1-9][0-9]{0,4})\\.(0|[1-9][0-9]{0,4})$',
  examples: ['1.0.0'],
})

const titleSchema = Type.String({
  description: 'Title for people.',
  minLength: 1,
  maxLength: 200,
  pattern: '^\\S(.*\\S)?$',
})

/** What a clone may be given of its own. */
export const cloneSchema = Type.Object(
  {
    id: Type.Optional(modelIdSchema),
    title: Type.Optional(titleSchema),
  },
  closed,
)

const cadencePhaseSchema = Type.Object(
  {
    everyDays: days('A contact every so many days.'),
    inPersonDays: Type.Optional(days('Face to face at least every so many days.')),
    times: Type.Optional(
      Type.Integer({
        description: 'Holds for so many contacts; every phase but the last has it.',
        minimum: 1,
        maximum: 1000,
      }),
    ),
    perWeek: Type.Optional(
      Type.Integer({ description: 'At least so many a week.', minimum: 1, maximum: 50 }),
    ),
  },
  closed,
)

/** What may be edited in a draft: all but its id, version and state. */
export const modelContentSchema = Type.Object(
  {
    title: titleSchema,
    description: Type.Optional(
      Type.String({ minLength: 1, maxLength: 2000, pattern: '^\\S([\\s\\S]*\\S)?$' }),
    ),
    ratio: Type.Number({ description: 'Cases per full-time manager.', minimum: 0.1, maximum: 1000 }),
    cadence: Type.Array(cadencePhaseSchema, {
      description: 'Contacts, phase after phase; the last one holds for ever.',
      minItems: 1,
      maxItems: 20,
    }),
    firstContact: Type.Object(
      {
        businessDays: Type.Integer({ minimum: 0, maximum: 60 }),
        sameDayWhenInpatient: Type.Optional(Type.Boolean()),
      },
      { ...closed, description: 'First contact after the case was opened.' },
    ),
    planDueDays: days('The plan stands so many days after opening.'),
    reviewDays: days('The plan is reviewed every so many days.'),
    reassessDays: Type.Optional(days('A full reassessment every so many days.')),
    reassessGraceDays: Type.Optional(days('So long it may be late before it is flagged.')),
    requiredDomains: codes('Domains that an assessment needs a written conclusion for (I4).'),
    artefacts: codes('What a case under this model must have.'),
    delivery: Type.Enum(
      ['client-and-supports', 'several-providers', 'others-only', 'manager-and-team', 'others-linked'],
      { description: 'Who delivers.' },
    ),
    missedService: Type.Object(
      {
        within: Type.Object(
          {
            unit: Type.Enum(['business-days', 'days', 'hours']),
            count: Type.Integer({ minimum: 0, maximum: 1000 }),
          },
          { ...closed, description: 'So soon somebody gets in touch after a missed service.' },
        ),
        adaptAfterMisses: Type.Optional(
          Type.Integer({
            description: 'So many misses in 14 days call for a change of the plan.',
            minimum: 1,
            maximum: 50,
          }),
        ),
        accompanyNext: Type.Optional(Type.Boolean({ description: 'The manager comes along next time.' })),
      },
      closed,
    ),
    escalateAfterHours: Type.Optional(
      Type.Integer({
        description: 'Overdue duties go to the supervisor after so many hours.',
        minimum: 1,
        maximum: 8784,
      }),
    ),
    escalateWhen: codes('When to think of another model.'),
    fidelity: Type.Object(
      {
        contactsPerWeek: Type.Optional(Type.Number({ minimum: 0, maximum: 50 })),
        minutesPerWeek: Type.Optional(Type.Number({ minimum: 0, maximum: 10_080 })),
        communityShare: Type.Optional(share('Contacts in the community among all, 0 to 1.')),
        accompaniedShare: Type.Optional(share('Appointments that the manager came along to, 0 to 1.')),
        strengthsPerGoal: Type.Optional(Type.Integer({ minimum: 0, maximum: 20 })),
        loopClosureDays: Type.Optional(days('Referrals are closed within so many days.')),
      },
      { ...closed, description: 'What fidelity is measured against; what is left out is not judged.' },
    ),
  },
  closed,
)

/** A whole profile: what is published by API or read from a PlanDefinition must be one. */
export const modelSchema = Type.Object(
  {
    id: modelIdSchema,
    version: modelVersionSchema,
    state: Type.Enum(['draft', 'published', 'retired']),
    ...modelContentSchema.properties,
  },
  closed,
)

export type ModelContent = Omit<ModelProfile, 'id' | 'version' | 'state'>
