import { businessDays, days } from './due-in.ts'
import type { DueIn, DutyRule, DutySettings, TriggerKind } from './duty-rules.ts'
import type { ModelProfile } from '../models/model-profile.ts'

const contactRule = (settings: DutySettings): DueIn => businessDays(settings.contactBusinessDays)
const infoRule = (): DueIn => days(2)
const visitRule = (settings: DutySettings): DueIn =>
  days(settings.isHighRisk ? settings.visitDaysHigh : settings.visitDays)
const medRecStop = (settings: DutySettings): DueIn => days(settings.medRecDays)
const medRecRule = (settings: DutySettings): DueIn =>
  settings.dueOn === undefined ? medRecStop(settings) : { unit: 'on', date: settings.dueOn }
const watchRule = (settings: DutySettings): DueIn => days(settings.readmissionDays)
const when = (holds: boolean | undefined, due: DueIn): DueIn | undefined => (holds === true ? due : undefined)

const TCM = 'CMS transitional care management 99495/99496'
const contactSource = `${TCM}: interactive contact within 2 business days of the discharge`
const infoSource = 'HEDIS TRC: receipt of discharge information on the day of discharge or the two days after'
const visitSource = `${TCM}: visit within 14 days, within 7 when the complexity is high`
const medRecSource = `HEDIS TRC: medication reconciliation by day 30; ${TCM}: no later than the visit`
const watchSource = 'HRRP: unplanned readmission within 30 days of the discharge'
const follow =
  'CMS HEDIS FUH: follow-up after hospitalisation for mental illness from 6 years of age, the day of discharge excluded'

/** What follows from a discharge to where the patient lives, in the transition plan. */
const afterDischarge = (on: TriggerKind): readonly DutyRule[] => [
  { id: 'discharge-info', on, due: infoRule, source: infoSource, hardStop: infoRule, isTransition: true },
  { id: 'follow-up-visit', on, due: visitRule, source: visitSource, hardStop: visitRule, isTransition: true },
  { id: 'med-rec', on, due: medRecRule, source: medRecSource, hardStop: medRecStop, isTransition: true },
  {
    id: 'readmission-watch',
    on,
    due: watchRule,
    source: watchSource,
    snoozeBusinessDays: 0,
    isTransition: true,
  },
  {
    id: 'home-visit',
    on,
    due: ({ model, isNewborn }) => when(isNewborn === true || isDeliveredByTeam(model), days(3)),
    source:
      'default of Casewire: home visit within 3 days for a newborn or under a model that delivers care itself',
    isTransition: true,
  },
  {
    id: 'reassess-after-discharge',
    code: 'reassess',
    on,
    due: ({ isEngaged }) => when(isEngaged, days(30)),
    hardStop: () => days(30),
    source: 'MLTSS/LTSS: reassessment and plan update within 30 days of an inpatient discharge',
    isTransition: true,
  },
  {
    id: 'mental-health-7',
    code: 'follow-up-visit',
    on,
    due: ({ isMentalHealth }) => when(isMentalHealth, days(7)),
    hardStop: () => days(7),
    source: follow,
    isTransition: true,
  },
  {
    id: 'mental-health-30',
    code: 'follow-up-visit',
    on,
    due: ({ isMentalHealth }) => when(isMentalHealth, days(30)),
    hardStop: () => days(30),
    source: follow,
    isTransition: true,
  },
]

const isDeliveredByTeam = (model: ModelProfile | undefined): boolean => model?.delivery === 'manager-and-team'

/** What follows from the discharge of an inpatient, wherever to (domain.md 2.12, 5). */
export const dischargeRules: readonly DutyRule[] = [
  {
    id: 'contact',
    on: 'discharge-to-community',
    due: contactRule,
    hardStop: contactRule,
    source: contactSource,
    isTransition: true,
  },
  ...afterDischarge('discharge-to-community'),
  {
    id: 'contact',
    on: 'discharge-against-advice',
    due: () => businessDays(1),
    hardStop: contactRule,
    source: 'default of Casewire: A03 07, urgent contact',
    isTransition: true,
    isUrgent: true,
  },
  ...afterDischarge('discharge-against-advice'),
  {
    id: 'handover',
    on: 'discharge-to-facility',
    due: () => businessDays(1),
    source: 'default of Casewire: A03 to a facility, warm hand-over acknowledged; I17',
  },
  {
    id: 'handover',
    on: 'discharge-to-acute-care',
    due: () => businessDays(1),
    source: 'default of Casewire: A03 to a facility, warm hand-over acknowledged; I17',
  },
  {
    id: 'readmission-watch',
    on: 'discharge-to-acute-care',
    due: watchRule,
    source: watchSource,
    snoozeBusinessDays: 0,
  },
]
