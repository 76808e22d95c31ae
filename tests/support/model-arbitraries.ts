import fc from 'fast-check'
import { artefactCodes } from '../../src/care-plan/case/artefacts.ts'
import { escalationCodes } from '../../src/care-plan/models/model-suggestions.ts'
import type { ModelProfile } from '../../src/care-plan/models/model-profile.ts'

const days = fc.integer({ min: 1, max: 400 })
const code = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/)
const codes = fc.uniqueArray(code, { maxLength: 4 })
const share = fc.integer({ min: 0, max: 100 }).map(percent => percent / 100)
const words = fc.stringMatching(/^[A-Za-z]([A-Za-z "<&é]{0,20}[a-z])?$/)

const cadence = fc
  .array(
    fc.record(
      {
        everyDays: days,
        times: fc.integer({ min: 1, max: 50 }),
        inPersonDays: days,
        perWeek: fc.integer({ min: 1, max: 7 }),
      },
      { requiredKeys: ['everyDays', 'times'] },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map(phases =>
    phases.map(({ times, ...phase }, i) => (i === phases.length - 1 ? phase : { ...phase, times })),
  )

const content = fc.record(
  {
    title: words,
    description: words,
    ratio: fc.integer({ min: 1, max: 2000 }).map(tenths => tenths / 10),
    cadence,
    firstContact: fc.record(
      { businessDays: fc.integer({ min: 0, max: 30 }), sameDayWhenInpatient: fc.boolean() },
      { requiredKeys: ['businessDays'] },
    ),
    planDueDays: days,
    reviewDays: days,
    reassessDays: days,
    requiredDomains: codes,
    artefacts: fc.subarray([...artefactCodes]),
    delivery: fc.constantFrom(
      'client-and-supports' as const,
      'several-providers' as const,
      'others-only' as const,
      'manager-and-team' as const,
      'others-linked' as const,
    ),
    missedService: fc.record(
      {
        within: fc.record({
          unit: fc.constantFrom('business-days' as const, 'days' as const, 'hours' as const),
          count: fc.integer({ min: 0, max: 90 }),
        }),
        adaptAfterMisses: fc.integer({ min: 1, max: 9 }),
        accompanyNext: fc.boolean(),
      },
      { requiredKeys: ['within'] },
    ),
    escalateAfterHours: fc.integer({ min: 1, max: 500 }),
    escalateWhen: fc.subarray([...escalationCodes]),
    fidelity: fc.record(
      {
        contactsPerWeek: fc.integer({ min: 0, max: 700 }).map(hundredths => hundredths / 100),
        minutesPerWeek: fc.integer({ min: 0, max: 600 }),
        communityShare: share,
        accompaniedShare: share,
        strengthsPerGoal: fc.integer({ min: 0, max: 3 }),
        loopClosureDays: days,
      },
      { requiredKeys: [] },
    ),
  },
  {
    requiredKeys: [
      'title',
      'ratio',
      'cadence',
      'firstContact',
      'planDueDays',
      'reviewDays',
      'requiredDomains',
      'artefacts',
      'delivery',
      'missedService',
      'escalateWhen',
      'fidelity',
    ],
  },
)

const version = fc
  .tuple(fc.nat(20), fc.nat(20), fc.nat(20))
  .map(([major, minor, patch]) => `${major}.${minor}.${patch}`)

/** Whole models of every shape. */
export const anyModel: fc.Arbitrary<ModelProfile> = fc
  .tuple(
    content,
    fc.record({
      id: code,
      version,
      state: fc.constantFrom('draft' as const, 'published' as const, 'retired' as const),
    }),
  )
  .map(([fields, head]) => ({ ...fields, ...head }))
