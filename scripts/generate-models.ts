/** Writes docs/reference/models.md from the shipped models themselves: `node scripts/generate-models.ts`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelProfile } from '../src/care-plan/models/model-profile.ts'
import { modelMachine } from '../src/care-plan/models/model-life.ts'
import { shippedModels } from '../src/care-plan/models/shipped-models.ts'
import { modelActions } from '../src/mappers/case/lenses/model-actions.ts'
import { modelLens } from '../src/mappers/case/lenses/model-lens.ts'
import { caseNames } from '../src/mappers/case/names.ts'

export const modelsPage = join(import.meta.dirname, '../docs/reference/models.md')

const CM = '{cm}'

const fidelityText: readonly string[] = [
  '## Fidelity',
  '',
  '`suggestions` of `GET /cases/{id}/fidelity` names the codes of `escalateWhen` that hold now, with what each rests on: time to think of another model, which a person chooses (SwitchModel). `lace-10`',
  '(newest LACE of 10 or more), `two-misses` (two sessions of a service within 14 days), `readmission`, `red-flag` and `crisis` (a red flag is open), `two-unmet-reviews` (two reviews of the plan missed),',
  '`loop-open-30-days` (a referral asked for more than 30 days ago). A draft with another code, or an artefact that no rule knows, is refused (`model-invalid`, `legal` lists the codes).',
  '',
  '`GET /cases/{id}/fidelity` counts from when the model in force began. A measure without `expected` is told, not judged; the first week of a model is not judged by the week.',
  '',
  '| measure | numerator | denominator |',
  '|---|---|---|',
  '| `contacts-per-week` | contacts made | weeks since the model began, 1 at least |',
  '| `minutes-per-week` | their minutes | the same |',
  '| `community-share` | contacts at home or accompanied | contacts made |',
  '| `accompanied-share` | with a companion, or a contact of kind accompanied | appointments that took place |',
  '| `strengths-per-goal` | open goals with so many strengths linked to them or to their activities | open goals; `actual` is the goal with the fewest |',
  '| `loop-closure` | referrals closed in time: from the request (`ServiceRequest.authoredOn`) until it was completed, declined or cancelled (`ended-at`) | referrals closed or late |',
  '| `assessment-completeness` | required domains with a written conclusion | required domains |',
  '| `therapy-adherence` | sessions kept | kept, missed or called off late |',
  '',
  '`artefacts` judges what the model says that the case must have, in numbers and words (`says`); without `met` there is nothing to judge by, and the words say so.',
  '',
  '| artefact | met when |',
  '|---|---|',
  '| `assessment` | an assessment is concluded |',
  '| `strengths-assessment` | an assessment has a written conclusion on `strengths` |',
  '| `strength-per-goal` | every open goal has an active strength linked to it or to what is done for it |',
  '| `client-expressed-goals` | every open goal was expressed by the patient or a related person |',
  '| `therapy-adherence` | of every service under way sessions are recorded as kept or missed |',
  '| `progress-notes` | every contact made under the model has a note |',
  '| `referral-per-need` | every confirmed or addressed need has a referral |',
  '| `schedule` | every open service has a time, of its own or by an appointment |',
  '| `loop-closure` | every referral that is closed or due was closed in time |',
  '| `companion` | every appointment under the model, booked or kept, names a companion |',
  "| `backup-plan` | there is a CarePlan of category `backup` that isn't withdrawn |",
  '| `target-group` | the target group of the case is recorded |',
  '| `contact-24h`, `choice-indicators`, `record-441-18` | nothing is recorded here to judge them by: a person has to look |',
  '',
]

/** The page as it should be. */
export function modelsText(): string {
  return [
    '# Models of case management',
    '',
    'Made by `npm run generate:models` from `src/care-plan/models/*.json`; a test compares both. A model is data: how often the manager gets in touch, by when the plan',
    'stands, what an assessment has to conclude, how many cases a manager carries, what fidelity is measured against. Duties follow from it ([obligations](obligations.md)).',
    'Five are shipped; [write a model](../how-to/write-a-model.md) says how to make your own.',
    '',
    `| | ${shippedModels.map(({ id }) => id).join(' | ')} |`,
    `|---|${shippedModels.map(() => '---|').join('')}`,
    ...rows.map(([title, of]) => `| ${title} | ${shippedModels.map(of).join(' | ')} |`),
    '',
    '## The life of a version',
    '',
    '| command | event | from | to |',
    '|---|---|---|---|',
    ...modelMachine.moves.map(
      ({ command, event, from, to }) =>
        `| \`${command}\` | \`${event}\` | ${from.join(', ') || '-'} | ${to} |`,
    ),
    '',
    'A published version never changes: cases rest on it. A case keeps the version that it began with until `SwitchModel`, and a retired version stays with the cases that',
    'have it. `SelectModel` chooses a model from `screened` on and may be said again until the first plan is in force; an active case switches (`SwitchModel`), with the plan',
    'replaced by its next major version. A case on hold is resumed first.',
    '',
    '## In FHIR',
    '',
    'A version is a PlanDefinition of type `workflow-definition` with `url` `{cm}/PlanDefinition/<id>` and `version`; `status` is `draft`, `active` (published) or `retired`.',
    'CarePlan.instantiatesCanonical and EpisodeOfCare.type name it. What R4 has no element for stands in extensions; `action` says the duties in words for other readers and',
    'follows the extensions (actions without the `derived` extension are yours and stay). A client may write one too: it counts as soon as it is whole. What is published',
    'can only be retired there, too (422 `illegal-transition`); publisher, contact and the like may still change.',
    '',
    '| extension `{cm}/StructureDefinition/...` | of `clinical` |',
    '|---|---|',
    ...extensionRows(),
    '',
    '| action | of `clinical` |',
    '|---|---|',
    ...modelActions(clinical(), caseNames(CM)).map(
      action => `| ${String(action['title'])} | ${String(action['description'])} |`,
    ),
    '',
    ...fidelityText,
    '## Load',
    '',
    'A case weighs 1 / ratio. The load of a manager is the sum over the cases from open to closing, 1 = full: `GET /caseload?manager=Practitioner/x`.',
    '`GET /cases/{id}/switch-preview?model=` says what another model would mean: hours a week (contacts a week x what a contact takes in this case, 30 minutes until one was',
    'recorded, and no less than the minutes that the model asks for), the manager’s load before and after, duties raised, gone and moved. It is refused as the command would be.',
    '',
  ].join('\n')
}

const clinical = (): ModelProfile => {
  const found = shippedModels.find(({ id }) => id === 'clinical')
  if (!found) throw new Error('clinical is shipped')
  return found
}

type Row = readonly [title: string, of: (model: ModelProfile) => string]

const rows: readonly Row[] = [
  ['title', ({ title }) => title],
  ['version', ({ version }) => version],
  ['cases per manager', ({ ratio }) => String(ratio)],
  ['contacts', ({ cadence }) => cadence.map(phaseText).join(', then ')],
  [
    'first contact after opening',
    ({ firstContact: { businessDays, sameDayWhenInpatient } }) =>
      `${businessDays} business day${businessDays === 1 ? '' : 's'}${sameDayWhenInpatient === true ? ', the same day when inpatient' : ''}`,
  ],
  ['plan after opening', ({ planDueDays }) => `${planDueDays} days`],
  ['review of the plan', ({ reviewDays }) => `every ${reviewDays} days`],
  [
    'reassessment',
    ({ reassessDays, reassessGraceDays }) =>
      reassessDays === undefined ? '-' : `every ${reassessDays} days, ${reassessGraceDays ?? 0} of grace`,
  ],
  ['domains to conclude (I4)', ({ requiredDomains }) => codes(requiredDomains)],
  ['must have', ({ artefacts }) => codes(artefacts)],
  ['who delivers', ({ delivery }) => `\`${delivery}\``],
  [
    'after a missed service',
    ({ missedService: { within, adaptAfterMisses, accompanyNext } }) =>
      `contact within ${within.count} ${within.unit.replace('-', ' ')}` +
      (adaptAfterMisses === undefined ? '' : `; ${adaptAfterMisses} in 14 days change the plan`) +
      (accompanyNext === true ? '; the manager comes along next time' : ''),
  ],
  ['to the supervisor', ({ escalateAfterHours }) => `${escalateAfterHours ?? '-'} h past due`],
  ['think of another model', ({ escalateWhen }) => codes(escalateWhen)],
  [
    'fidelity',
    ({ fidelity }) =>
      Object.entries(fidelity)
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
  ],
]

const codes = (list: readonly string[]): string => list.map(code => `\`${code}\``).join(', ') || '-'

const phaseText = ({ everyDays, perWeek, times, inPersonDays }: ModelProfile['cadence'][number]): string =>
  (perWeek === undefined ? `every ${everyDays} days` : `${perWeek} a week`) +
  (times === undefined ? '' : ` x ${times}`) +
  (inPersonDays === undefined ? '' : `, in person every ${inPersonDays} days`)

function extensionRows(): readonly string[] {
  const lens = modelLens(caseNames(CM))
  const written = lens.write(lens.blank('x'), clinical()) as unknown as {
    readonly extension: readonly { readonly url: string }[]
  }
  return written.extension.map(({ url, ...value }) => {
    const name = url.slice(url.lastIndexOf('/') + 1)
    return `| \`${name}\` | \`${JSON.stringify(value)}\` |`
  })
}

if (import.meta.main) writeFileSync(modelsPage, modelsText())
