import { addDays } from '../../lib/calendar-date.ts'
import { localDate } from '../../lib/fhir-time.ts'
import { leadCase, followUpOf, overtakingAdmission, type TriggerInput } from '../triggers/trigger-input.ts'
import { isKnownDisposition } from '../stays/disposition.ts'
import { isPastDischarge } from '../stays/past-movements.ts'
import type { Movement } from '../stays/stay-facts.ts'

/**
 * What became of the thirty days after a discharge to the community. A discharge to a facility opens none: its hand-over
 * is a duty of its own (invariant I17). `stabilised` is what people say when they complete the plan.
 */
export type TransitionState = 'discharged-community' | 'stabilised' | 'readmitted' | 'died' | 'voided'

/** Transition of care after one discharge; its key is (case, discharge). */
export interface Transition {
  readonly caseId: string
  readonly discharge: Movement
  readonly state: Exclude<TransitionState, 'stabilised'>
  readonly isDispositionUnknown: boolean
}

/**
 * The transitions of all discharges to the community, those that were taken back included: a plan that was ever opened
 * says that it is void, in whatever order the messages came.
 */
export function transitionsOf(input: TriggerInput): readonly Transition[] {
  const { facts, fold, rules } = input
  const discharges = facts.discharges.filter(one => !isPastDischarge(one, facts, rules))
  return [...discharges, ...facts.withdrawnDischarges].flatMap(discharge => {
    const kind = followUpOf(discharge, input)
    const course = leadCase(fold, discharge)
    if (!course || (kind !== 'discharge-to-community' && kind !== 'discharge-against-advice')) return []
    return [
      {
        caseId: course.id,
        discharge,
        state: stateOf(discharge, input),
        isDispositionUnknown: !isKnownDisposition(discharge.disposition),
      },
    ]
  })
}

function stateOf(discharge: Movement, input: TriggerInput): Transition['state'] {
  if (!input.facts.discharges.includes(discharge)) return 'voided'
  if (overtakingAdmission(discharge, input)) return 'readmitted'
  return isDiedWithin(discharge, input) ? 'died' : 'discharged-community'
}

/** Who dies a year later didn't die in transition. */
const isDiedWithin = (discharge: Movement, { death, rules, timeZone }: TriggerInput): boolean =>
  death !== undefined &&
  localDate(death.atMs, timeZone) <= addDays(localDate(discharge.atMs, timeZone), rules.readmissionDays)
