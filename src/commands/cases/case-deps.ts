import type { Calendar } from '../../lib/business-days.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { FailureIssue } from '../../lib/result.ts'
import type { CaseRules } from '../../care-plan/case/case-rules.ts'
import type { ModelLookup } from '../../care-plan/models/model-profile.ts'
import type { SourceSettings } from '../../mappers/adt/source.ts'
import type { Store } from '../ports/store.ts'
import type { ModelRegistry } from './model-registry.ts'
import type { JournalSettings } from '../journal/cloud-event.ts'
import type { OutboxTarget } from '../work/unit-of-work.ts'

/** What the case API needs; app-cases.ts wires it. */
export interface CaseDeps {
  readonly store: Store
  readonly ids: Ids
  readonly clock: Clock
  readonly tenant: number
  /** Own FHIR base URL, without a slash at its end. */
  readonly base: string
  /** `{cm}`. */
  readonly canonicalBase: string
  /** Peers that changes are pushed to. */
  readonly targets: readonly OutboxTarget[]
  /** How the events of cases are kept and sent. */
  readonly journal: JournalSettings
  /** Every fault of a resource (fhir/validation/validate-resource.ts). */
  readonly validate: (resource: unknown) => readonly FailureIssue[]
  readonly rules: CaseRules
  readonly calendar: Calendar
  /** IANA zone of the facility. */
  readonly timeZone: string
  readonly models: ModelLookup
  /** Where they come from. */
  readonly registry: ModelRegistry
  /** How the ADT messages of a patient are read: the stays follow from them. */
  readonly settings: SourceSettings
}
