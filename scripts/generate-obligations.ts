/** Writes docs/reference/obligations.md from the rule table itself: `node scripts/generate-obligations.ts`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultCaseRules } from '../src/care-plan/case/case-rules.ts'
import { settingsOf } from '../src/care-plan/duties/duties.ts'
import {
  dutyRules,
  type Circumstances,
  type DueIn,
  type DutyRule,
} from '../src/care-plan/duties/duty-rules.ts'
import { dutyWords, spanWords, triggerWords } from '../src/care-plan/duties/duty-words.ts'
import { minutesOfKind } from '../src/care-plan/load/contact-hours.ts'
import { watchedValues, type WatchedValue } from '../src/care-plan/duties/watched-values.ts'
import { minutesOfDuty } from '../src/care-plan/load/workload.ts'
import type { ModelProfile } from '../src/care-plan/models/model-profile.ts'
import { shippedModels } from '../src/care-plan/models/shipped-models.ts'

export const obligationsPage = join(import.meta.dirname, '../docs/reference/obligations.md')

/** The page as it should be. */
export function obligationsText(): string {
  return [
    '# Obligations',
    '',
    'Made by `npm run generate:obligations` from the rule table itself (`src/care-plan/duties/duty-rules.ts`); a test compares both. Each row: what calls for the duty, what it',
    'is, by when, where the rule comes from. A duty is derived, never typed in: a pure function of what messages told, of what people did, of the model of the case and of',
    'the calendar; `now` is no input. It stands in a Task whose id follows from (case, rule, trigger, n). `GET /cases/{id}/obligations` says for each why it is there and',
    'how its due time was computed.',
    '',
    'Business days skip week-ends and the holidays of `CALENDAR`; day 0 is the day of the trigger; a duty is due at the end of its day, by the zone of who told of the stay that it is about, else by `TIME_ZONE`. Where',
    'the model says how long, the five shipped models stand in the order strengths, clinical, brokerage, intensive, targeted. Of a series only the next duty stands. `stop` =',
    'it can’t be put off past what the law allows; else a person may put it off once by the business days given. `late` = hours past due after which the supervisor gets',
    'it; `model` = as the model says, if it does. The risk of a discharge is high when LACE of the stay is 10 or more, or when people rated the case high since the stay began.',
    '',
    '| rule | Task code | called for by | due | source | put off | late |',
    '|---|---|---|---|---|---|---|',
    ...dutyRules.map(rowOf),
    '',
    '## Watched values',
    '',
    'A message that says a value which its source had not said before, while it had said another of the same patient (of a diagnosis: of the same visit), tells of a change,',
    'once, from when the value was first recorded, whatever came first and however often it is told. Looked at are the values in `CASE_RULES.watched`:',
    '',
    '| value | is | by default |',
    '|---|---|---|',
    ...watchedValues.map(value => `| \`${value}\` | ${watchedWords[value]} | ${byDefault(value)} |`),
    '',
    'The duty falls to the case that was open then; what came with the admission that opened the case is no news to it. A further change of the value, or its end, takes the',
    'place of a duty that nobody has begun. An address, a phone number, a PD1-4 or a list of insurances that a source goes back to is a change again, at most twice a day; so is a list of',
    'insurances that loses an entry. A diagnosis, an allergy or a role that comes back or is left out is none.',
    '',
    '## What is to be done',
    '',
    '| rule id | words |',
    '|---|---|',
    ...Object.entries(dutyWords).map(([rule, words]) => `| \`${rule}\` | ${words} |`),
    '',
    '## Workload',
    '',
    'What-if, the preview of a switch and the linter count the hours a week that a case asks of its manager by one formula (`src/care-plan/load/workload.ts`): the contacts of the',
    'model’s cadence (in its present phase; as many at home as must be face to face, the others by phone) by their minutes, and no less than the minutes that the model asks',
    'for; plus every other open duty once within four weeks, the weekly contact at a facility every week. Minutes recorded in the case take the place of the usual ones of',
    'their kind. The usual ones are defaults of ours [D], for comparing; the switch preview and the linter count the contacts alone.',
    '',
    `Contacts: ${Object.entries(minutesOfKind).map(minutesText).join(', ')} minutes.`,
    '',
    `Duties: ${Object.entries(minutesOfDuty).map(minutesText).join(', ')} minutes.`,
    '',
    '## What becomes of a duty',
    '',
    '- **met**, **late-met**: the case file shows it (a contact made, a visit fulfilled, a plan drafted, an assessment concluded, a red flag resolved, what people recorded',
    '  on the transition) or a person completes the Task with an output. When the fact is taken back, the Task is as people had left it.',
    '- **missed**: the timer’s fact that the due time passed while it was open. A timer waits for one instant: the due time, then the time of escalation.',
    '  A readmission watch whose time passes is met: nothing happened.',
    '- **escalated**: still open so many hours past due, it is the supervisor’s (who offered the case to its manager): `Task.owner`, a note, the event `ObligationEscalated`.',
    '- **waived**: a person decided, with a reason. A duty that its owner declines is asked of others anew, in a further Task.',
    '- **rhythms** (`cadence-contact`, `facility-contact`, `plan-review`) rest while the case is on hold and count from its end; a contact ends one step, for a review it is',
    '  RevisePlan, another plan in force, or a person who completes the Task. `first-contact` and `plan-draft` rest too, as long as they are open, and are due counted from',
    '  the end of the hold.',
    '- **voided**: what called for it is gone or overtaken: trigger cancelled, patient admitted again, patient deceased, case ended, case on hold, model switched, plan',
    '  replaced, stay begun, stay ended, patient on leave, changed again. What was met before it was overtaken stays met; work that a person did is kept.',
    '',
  ].join('\n')
}

const byDefault = (value: WatchedValue): string => (defaultCaseRules.watched.includes(value) ? 'yes' : 'no')

const watchedWords: Readonly<Record<WatchedValue, string>> = {
  payer: 'IN1: company (IN1-3, 4), plan (IN1-2) and policy (IN1-36, 49) of each insurance',
  pcp: 'primary care: PD1-4, ROL and PRT with the role PP or FHCP',
  address: 'PID-11, except addresses known to be wrong (BA) and places of birth (BDL, N)',
  diagnosis: 'codes of DG1, as far as an A08, A28 or A31 tells them first: a movement has effects of its own',
  attending: 'PV1-7 of a running stay, A54; the care team follows in any case',
  phone: 'PID-13',
  allergy: 'AL1 and IAM',
}

const minutesText = ([name, minutes]: readonly [string, number]): string => `\`${name}\` ${minutes}`

function rowOf(rule: DutyRule): string {
  const { id, code = id, on, source, hardStop, snoozeBusinessDays = 2, escalateAfterHours } = rule
  const putOff = hardStop ? 'stop' : snoozeBusinessDays === 0 ? 'no' : `${snoozeBusinessDays} bd`
  const late = escalateAfterHours === undefined ? 'model' : `${escalateAfterHours} h`
  return `| \`${id}\` | \`${code}\` | ${triggerWords[on]} | ${dueText(rule)} | ${source} | ${putOff} | ${late} |`
}

/** The figures of the rule: by default, and where they differ for high risk or by model. */
function dueText(rule: DutyRule): string {
  const dueBy = (circumstances: Partial<Circumstances>): DueIn | undefined =>
    rule.due(settingsOf({ isHighRisk: false, ...circumstances }, { rules: defaultCaseRules }))
  const usual = dueBy({})
  if (usual) {
    const high = dueBy({ isHighRisk: true })
    const other = high && text(high) !== text(usual) ? `, ${text(high)} when the risk is high` : ''
    const named = dueBy({ dueOn: '2026-01-01' })
    return `${text(usual)}${other}${named?.unit === 'on' ? ', the booked visit’s day once there is one' : ''}`
  }
  const conditions = conditionsOf(dueBy)
  return conditions === '' ? series(rule) : conditions
}

function conditionsOf(dueBy: (circumstances: Partial<Circumstances>) => DueIn | undefined): string {
  const byModel = shippedModels.map(model => dueBy({ model }))
  const said = new Set(byModel.map(due => (due ? text(due) : '-')))
  const cases: readonly (readonly [DueIn | undefined, string])[] = [
    [dueBy({ isNewborn: true }), 'for a newborn, or when the model delivers care itself'],
    [dueBy({ isEngaged: true }), 'when people had opened the case'],
    [dueBy({ isMentalHealth: true }), 'after a stay for mental illness (ICD-10 F20 to F99)'],
    [dueBy({ startsOn: '2026-01-01' }), 'before the planned start'],
  ]
  const found = cases.find(([due]) => due)
  if (found?.[0]) return `${text(found[0])} ${found[1]}`
  return said.size > 1 || byModel.every(Boolean)
    ? byModel.map(due => (due ? text(due) : '-')).join(' / ')
    : ''
}

const SERIES: Readonly<Partial<Record<DutyRule['id'], (model: ModelProfile) => string>>> = {
  'cadence-contact': ({ cadence }) =>
    cadence
      .map(({ everyDays, times }) => `${everyDays} days${times === undefined ? '' : ` x ${times}`}`)
      .join(', then '),
  'plan-review': ({ reviewDays }) => `${reviewDays} days`,
  reassess: ({ reassessDays }) => (reassessDays === undefined ? '-' : `${reassessDays} days`),
}

function series({ id }: DutyRule): string {
  const textOf = SERIES[id]
  if (textOf) return shippedModels.map(textOf).join(' / ')
  return id === 'facility-contact' ? '7 days, and again' : 'the date that is given'
}

const text = (due: DueIn): string =>
  due.unit === 'on' ? 'the date that is given' : due.count === 0 ? 'the same day' : spanWords(due)

if (import.meta.main) writeFileSync(obligationsPage, obligationsText())
