import { foldCases, type CaseFold } from '../../../care-plan/case/case-fold.ts'
import { intakeArrivals, intakeRuleFor, type IntakeFacts } from '../../../care-plan/case/intake.ts'
import { deathOf, type Death, type DeathFacts } from '../../../care-plan/stays/death.ts'
import type { DutyContext, Trigger } from '../../../care-plan/duties/duties.ts'
import { isPastAdmission } from '../../../care-plan/stays/past-movements.ts'
import { stayFacts, type StayFacts } from '../../../care-plan/stays/stay-facts.ts'
import type { TriggerInput } from '../../../care-plan/triggers/trigger-input.ts'
import { triggersOf } from '../../../care-plan/triggers/triggers.ts'
import type { CaseEffectsInput } from './case-effects.ts'
import {
  caseIds,
  caseLenses,
  caseRecord,
  knownCases,
  type CaseIds,
  type CaseLenses,
  type CaseRecord,
} from '../case-record.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { textOf } from '../lenses/json-edit.ts'
import { deathNotedAt } from '../law/death-noted.ts'
import { codesOfStay, mentalHealthStays } from './diagnoses.ts'
import { dutyFiles } from './duty-files.ts'
import { conditionCodes } from './risk-effects.ts'
import { settledIn } from './settled.ts'

/** What calls for duties of a patient's cases, and all that was looked at to know it. */
export interface CaseDuties {
  readonly lenses: CaseLenses
  readonly ids: CaseIds
  readonly record: CaseRecord
  readonly facts: StayFacts
  readonly death: Death | undefined
  readonly fold: CaseFold
  readonly triggerInput: TriggerInput
  readonly triggers: readonly Trigger[]
  readonly context: DutyContext
}

const patientIn = (patient: string, compartment: readonly Resource[]): Resource | undefined =>
  compartment.find(({ resourceType, id }) => resourceType === 'Patient' && id === patient)

const birthDateOf = (patient: string, compartment: readonly Resource[]): string | undefined =>
  textOf(patientIn(patient, compartment)?.['birthDate'])

/** Patient.deceased[x], whoever wrote it; of deceasedBoolean when it was written, as far as that is known. */
function deceasedOf({
  patient,
  compartment,
  canonicalBase,
  stays,
}: CaseEffectsInput): DeathFacts['deceased'] {
  const found = patientIn(patient, compartment)
  const at = textOf(found?.['deceasedDateTime'])
  if (at !== undefined) return { at }
  if (found?.['deceasedBoolean'] !== true) return undefined
  const noted = deathNotedAt(found, canonicalBase) ?? (stays.length > 0 ? undefined : found.meta?.lastUpdated)
  return noted === undefined ? {} : { at: noted, isInexact: true }
}

/** The pure core of duties (domain.md 0.3): facts, model profiles and calendars in, triggers out; `now` is no input. */
export function caseDuties(input: CaseEffectsInput): CaseDuties {
  const { patient, rules, calendar, timeZone, models, thoughtDead, deletedPerson, changes } = input
  const lenses = caseLenses(input.canonicalBase)
  const ids = caseIds(input)
  const record = caseRecord(input.compartment, lenses.names)
  const facts = stayFacts(input.stays, timeZone)
  const deceased = input.deceased ?? deceasedOf(input)
  const known = knownCases(record, lenses, timeZone)
  const recordedMs = known.flatMap(one => (one.state === 'deceased' ? (one.endedMs ?? []) : []))
  const death = deathOf({ stays: facts, timeZone, recordedMs, ...(deceased && { deceased }) })
  const intake: IntakeFacts = {
    ...{ stays: facts, timeZone },
    birthDate: () => birthDateOf(patient, input.compartment),
    diagnosesOf: encounter => codesOfStay(encounter, input.compartment),
    ...(input.payers && { payers: input.payers }),
  }
  const fold = foldCases({
    admissions: intakeArrivals(facts, rules).filter(one => !isPastAdmission(one, facts, rules)),
    ruleFor: arrival => intakeRuleFor(arrival, rules, intake),
    ...(death && { death }),
    rules,
    idOf: (n, person = patient) => ids.episode(person, n),
    ...(input.persons && { persons: input.persons }),
    known,
  })
  const files = dutyFiles(input.compartment, input.canonicalBase, fold.courses)
  const triggerInput: TriggerInput = {
    facts,
    fold,
    files,
    models,
    settled: settledIn(record, ids, lenses, timeZone),
    mentalHealthStays: () => mentalHealthStays(input.compartment),
    birthDate: () => birthDateOf(patient, input.compartment),
    conditions: () => conditionCodes(input.compartment),
    stays: input.stays,
    ...(death && { death }),
    ...(thoughtDead && { thoughtDead }),
    ...(deletedPerson && { deletedPerson }),
    ...(input.identityReviews && { identityReviews: input.identityReviews }),
    ...(changes && { changes }),
    rules,
    timeZone,
  }
  const triggers = triggersOf(triggerInput)
  const context: DutyContext = { rules, calendar, timeZone, files }
  return { lenses, ids, record, facts, death, fold, triggerInput, triggers, context }
}
