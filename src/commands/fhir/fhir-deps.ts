import type { Clock } from '../../lib/clock.ts'
import type { Ids } from '../../lib/ids.ts'
import type { FailureIssue, Result } from '../../lib/result.ts'
import type { Stay } from '../../care-plan/stays/stay.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { Packages } from '../../fhir/validation/profiles/packages.ts'
import type { Access } from '../../fhir/smart/access.ts'
import type { ObligationExplanation } from '../../mappers/case/explain-obligations.ts'
import type { ConsequenceDeps } from '../case-consequences.ts'
import type { JournalSettings } from '../journal/cloud-event.ts'
import type { Store } from '../ports/store.ts'
import type { OutboxTarget } from '../work/unit-of-work.ts'

/** What the FHIR door needs; app.ts wires it. */
export interface FhirDeps {
  readonly store: Store
  readonly ids: Ids
  readonly clock: Clock
  readonly tenant: number
  /** Own base URL, e.g. `http://127.0.0.1:8080/fhir`: no slash at the end. */
  readonly base: string
  /** `{cm}`. */
  readonly canonicalBase: string
  /** Peers that changes are pushed to. */
  readonly targets: readonly OutboxTarget[]
  /** How the events of cases are kept and sent. */
  readonly journal?: JournalSettings
  /** Every fault of a resource by R4 itself (fhir/validation/validate-resource.ts). */
  readonly validate: (resource: unknown) => readonly FailureIssue[]
  /** What is loaded of IG_PACKAGES; undefined = none is configured. */
  readonly packages?: Packages
  /** The law over case-owned resources (mappers/case/law/law.ts). */
  readonly applyCaseLaw: ApplyCaseLaw
  /** How duties follow from what is written; without it, none do. */
  readonly consequences?: ConsequenceDeps
  /** Why each duty of a case is there. */
  readonly dutiesOf?: (caseId: string) => Promise<readonly ObligationExplanation[]>
  /**
   * What reads, searches and writes of this request are limited to: the access of its caller. Undefined = everything. It is
   * here and not an argument, so that nothing that reads can leave it out.
   */
  readonly access?: Access
}

/** On whose behalf a request runs. */
export interface Caller {
  /** `Practitioner/123`; stands in the audit. */
  readonly actor: string
  readonly requestId: string
  /** What the caller's token allows; undefined = everything (no authentication, the service itself). */
  readonly access?: Access
}

export interface CaseLawInput {
  /** The EpisodeOfCare, CareTeam, CarePlan, Task and Goal of the patients concerned, before and after, as they stand. */
  readonly compartment: readonly Resource[]
  /** What the caller wants to write. */
  readonly changed: readonly Resource[]
  /** What the caller wants to delete, as it stands. */
  readonly removed?: readonly Resource[]
  readonly actor: string
  readonly door: 'fhir' | 'peer'
  readonly at: string
  readonly canonicalBase: string
  /** The visits of a patient, as messages told. */
  readonly staysOf?: (patient: string) => readonly Stay[]
}

/** What to write instead, derived changes included; a failure when the change breaks the law. */
export type ApplyCaseLaw = (input: CaseLawInput) => Result<readonly Resource[]>

/** The types that the law looks at. */
export const caseTypes: ReadonlySet<string> = new Set([
  'EpisodeOfCare',
  'CareTeam',
  'CarePlan',
  'Task',
  'Goal',
])
