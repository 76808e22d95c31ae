import { businessDays } from './due-in.ts'
import type { DutyRule } from './duty-rules.ts'

/** What a change of a watched value calls for (adt.md 3.4, UPDATE; domain.md 5, A08 and A31). */
export const watchedRules: readonly DutyRule[] = [
  {
    id: 'coverage-check',
    on: 'payer-changed',
    due: () => businessDays(1),
    source: 'default of Casewire: A08, another coverage is verified again',
  },
  {
    id: 'licence-check',
    code: 'fact-review',
    on: 'address-changed',
    due: () => businessDays(2),
    source: 'default of Casewire: A08, licence and calendar where the patient lives now; I11',
  },
  {
    id: 'stratify-again',
    code: 'assess',
    on: 'diagnosis-changed',
    due: () => businessDays(2),
    source: 'default of Casewire: A08, another diagnosis is stratified again',
  },
  {
    id: 'provider-notice',
    code: 'notify',
    on: 'pcp-changed',
    due: () => businessDays(2),
    source: 'default of Casewire: A08, who cares for the patient is told of the case',
  },
  {
    id: 'provider-notice',
    code: 'notify',
    on: 'attending-changed',
    due: () => businessDays(1),
    source: 'default of Casewire: A54, who cares for the patient is told of the case',
  },
  {
    id: 'contact-data',
    code: 'fact-review',
    on: 'phone-changed',
    due: () => businessDays(2),
    source: 'default of Casewire: A08, the patient is reached another way',
  },
  {
    id: 'allergy-review',
    code: 'plan-review',
    on: 'allergy-changed',
    due: () => businessDays(1),
    source: 'default of Casewire: A60, another allergy in the context of the plan',
  },
]
