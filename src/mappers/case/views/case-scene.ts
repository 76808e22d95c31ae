import type { Calendar } from '../../../lib/business-days.ts'
import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import type { CaseRules } from '../../../care-plan/case/case-rules.ts'
import type { ModelLookup } from '../../../care-plan/models/model-profile.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { PatientStays } from '../../adt/visits/patient-stays.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'

/** What a view of a case is computed from: all of one patient's record as it was known at one time. */
export interface CaseScene {
  readonly file: CaseFile
  /** Of the case: changes whenever anything of it does. */
  readonly version: string
  readonly patient: string
  readonly tenant: number
  readonly shard: number
  /** The patient's compartment, other cases and foreign resources included. */
  readonly compartment: readonly Resource[]
  readonly stays: PatientStays
  readonly lenses: NounLenses
  readonly canonicalBase: string
  readonly rules: CaseRules
  readonly calendar: Calendar
  readonly timeZone: string
  readonly models: ModelLookup
  /** The clock at the time asked for. */
  readonly nowMs: number
  /** The time asked for, when it was not now. */
  readonly at?: string
}
