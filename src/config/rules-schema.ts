/** CASE_RULES (interface.md 6), defaults filled in; care-plan/case/case-rules.ts says what each key means. */
export interface CaseRulesConfig {
  readonly intake: readonly IntakeConfig[]
  readonly reopenDays: number
  readonly readmissionDays: number
  readonly readmission: { readonly classes: readonly StayClassName[]; readonly afterAgainstAdvice: boolean }
  readonly transition: {
    readonly contactBusinessDays: number
    readonly visitDaysHigh: number
    readonly visitDays: number
    readonly medRecDays: number
  }
  readonly lateAfterHours: number
  readonly watched: readonly (typeof watched)[number][]
  readonly bereavement: boolean
  readonly secondPersonCloses: boolean
}

interface IntakeConfig {
  readonly id: string
  readonly when: {
    readonly class?: StayClassName
    readonly minAge?: number
    readonly payer?: readonly string[]
    readonly diagnosis?: readonly string[]
    readonly edVisits6Months?: number
  }
  readonly caseType: (typeof caseTypes)[number]
  readonly task: (typeof tasks)[number]
}

type StayClassName = (typeof classes)[number]

const classes = ['inpatient', 'emergency', 'observation', 'outpatient'] as const
const tasks = ['screen', 'outreach', 'none'] as const
const watched = ['payer', 'pcp', 'address', 'diagnosis', 'attending', 'phone', 'allergy'] as const
const caseTypes = [
  'acute',
  'chronic',
  'catastrophic',
  'behavioural',
  'maternal-newborn',
  'social',
  'ltss',
  'transition',
] as const

const number = (fallback: number, maximum: number, description: string, minimum = 0): object => ({
  type: 'integer',
  minimum,
  maximum,
  default: fallback,
  description,
})
const yesOrNo = (fallback: boolean, description: string): object => ({
  type: 'boolean',
  default: fallback,
  description,
})
const texts = (description: string): object => ({
  type: 'array',
  minItems: 1,
  items: { type: 'string', minLength: 1 },
  description,
})
/** What is left out of it has the defaults of its own keys. */
const group = (properties: object): object => ({
  type: 'object',
  additionalProperties: false,
  default: {},
  properties,
})

const when = {
  ...group({
    class: { type: 'string', enum: classes, description: 'of the stay on arrival; inpatient when left out' },
    minAge: { type: 'integer', minimum: 0, maximum: 130, description: 'whole years on the day of arrival' },
    payer: texts('numbers or names of insurance companies (IN1-3, IN1-4), one is enough'),
    diagnosis: texts('beginnings of codes of the stay’s diagnoses, one is enough; dots make no difference'),
    edVisits6Months: {
      type: 'integer',
      minimum: 1,
      maximum: 100,
      description: 'so many arrivals in emergency departments in six months, this one included',
    },
  }),
  description: 'all that is given must hold, as of the arrival',
}

const intake = {
  type: 'object',
  required: ['id', 'caseType'],
  additionalProperties: false,
  properties: {
    id: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,63}$' },
    when,
    caseType: { type: 'string', enum: caseTypes },
    task: { type: 'string', enum: tasks, default: 'screen', description: 'what is asked for' },
  },
}

/** JSON Schema of CASE_RULES, as `casewire serve --print-schema rules` prints it. */
export const rulesSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'CASE_RULES: what opens a case, what is watched, and the figures of duties',
  type: 'object',
  additionalProperties: false,
  properties: {
    intake: {
      type: 'array',
      items: intake,
      default: [
        { id: 'inpatient-admission', when: { class: 'inpatient' }, caseType: 'acute', task: 'screen' },
      ],
      description:
        'the first rule that an arrival fulfils opens a case, when every case of the patient has ended',
    },
    reopenDays: number(30, 3650, 'a case closed for no longer is reopened instead of a new one'),
    readmissionDays: number(30, 365, 'an unplanned return within so many days is a readmission', 1),
    readmission: group({
      classes: {
        type: 'array',
        items: { type: 'string', enum: classes },
        uniqueItems: true,
        default: ['inpatient'],
        description: 'classes of stays that count beside inpatient ones',
      },
      afterAgainstAdvice: yesOrNo(false, 'a return after leaving against medical advice counts'),
    }),
    transition: group({
      contactBusinessDays: number(2, 30, 'contact after a discharge', 1),
      visitDaysHigh: number(7, 90, 'visit after a discharge with a high risk', 1),
      visitDays: number(14, 90, 'visit after a discharge', 1),
      medRecDays: number(30, 90, 'reconciliation of the medication', 1),
    }),
    lateAfterHours: number(72, 8760, 'what was recorded so much later than it happened alerts nobody'),
    watched: {
      type: 'array',
      items: { type: 'string', enum: watched },
      uniqueItems: true,
      default: ['payer', 'pcp', 'address', 'diagnosis'],
      description: 'values whose change calls for a duty',
    },
    bereavement: yesOrNo(true, 'a death calls for a word with the family'),
    secondPersonCloses: yesOrNo(true, 'another person approves a closure than who proposed it'),
  },
} as const
