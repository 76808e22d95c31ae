/**
 * A model of case management (domain.md 4.6): versioned data, no code. Shipped in models/*.json, cloned and edited by
 * tenants; PlanDefinition is its FHIR face. A case keeps the version it started with until SwitchModel.
 */
export interface ModelProfile {
  /** `clinical`, or a tenant's own. */
  readonly id: string
  readonly version: string
  readonly state: 'draft' | 'published' | 'retired'
  readonly title: string
  readonly description?: string
  /** Cases per full-time manager: a case weighs acuity / ratio. */
  readonly ratio: number
  /** Cadence in order: the first phase holds for `times` contacts, the last for ever. */
  readonly cadence: readonly CadencePhase[]
  readonly firstContact: { readonly businessDays: number; readonly sameDayWhenInpatient?: boolean }
  readonly planDueDays: number
  readonly reviewDays: number
  readonly reassessDays?: number
  readonly reassessGraceDays?: number
  /** Domains that an assessment needs a conclusion for (I4). */
  readonly requiredDomains: readonly string[]
  /** Codes of what a case under this model must have: see fidelity. */
  readonly artefacts: readonly string[]
  readonly delivery:
    | 'client-and-supports'
    | 'several-providers'
    | 'others-only'
    | 'manager-and-team'
    | 'others-linked'
  readonly missedService: {
    readonly within: { readonly unit: 'business-days' | 'days' | 'hours'; readonly count: number }
    /** So many misses in 14 days call for a change of the plan. */
    readonly adaptAfterMisses?: number
    readonly accompanyNext?: boolean
  }
  /** Duties nobody took go to the supervisor after so many hours past due. */
  readonly escalateAfterHours?: number
  /** When to think of another model: codes. */
  readonly escalateWhen: readonly string[]
  /** What fidelity is measured against; absent = not measured. */
  readonly fidelity: {
    readonly contactsPerWeek?: number
    readonly minutesPerWeek?: number
    /** 0 to 1. */
    readonly communityShare?: number
    readonly accompaniedShare?: number
    readonly strengthsPerGoal?: number
    readonly loopClosureDays?: number
  }
}

export interface CadencePhase {
  /** A contact every so many days. */
  readonly everyDays: number
  /** Face to face at least every so many days. */
  readonly inPersonDays?: number
  readonly times?: number
  /** At least so many contacts a week, when it is more than one every so many days. */
  readonly perWeek?: number
}

/** The profile of a model and version; undefined when the registry has none. */
export type ModelLookup = (id: string, version?: string) => ModelProfile | undefined

/** A registry without a profile: nothing follows from the models of cases. */
export const noModels: ModelLookup = () => undefined
