import { startMsOf } from '../../lib/fhir-time.ts'
import { caseload, rounded, type Capacity, type Weighed } from '../load/caseload.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { ModelLookup, ModelProfile } from './model-profile.ts'
import { contactsPerWeek, contactsSince, hoursPerWeek, minutesIn } from '../load/contact-hours.ts'

export interface Change {
  /** Null while there is none. */
  readonly before: number | null
  readonly after: number
}

/** What another model means for a case and its manager. */
export interface SwitchPreview {
  readonly from: NamedModel | null
  readonly to: NamedModel
  readonly contactsPerWeek: Change
  /** Minutes that a contact by phone is taken to last. */
  readonly minutesPerContact: number
  readonly hoursPerWeek: Change
  readonly capacity: LoadChange | null
}

export interface LoadChange {
  readonly manager: string
  readonly before: number
  readonly after: number
  /** More than one manager can carry. */
  readonly isOver: boolean
}

interface NamedModel {
  readonly id: string
  readonly version: string
  readonly title: string
}

export interface PreviewContext {
  readonly models: ModelLookup
  readonly timeZone: string
  readonly nowMs: number
  /** The manager's other cases. */
  readonly others: readonly Weighed[]
  readonly capacity?: Capacity
}

/** Hours and capacity before and after a switch, as far as numbers go; duties are compared by what-if. */
export function switchPreview(file: CaseFile, to: ModelProfile, context: PreviewContext): SwitchPreview {
  const used = file.case.models.at(-1)
  const from = used && context.models(used.model, used.version)
  const minutes = minutesIn(file)
  const made = madeUnder(file, used?.since, context)
  return {
    from: from ? named(from) : null,
    to: named(to),
    contactsPerWeek: {
      before: from ? rounded(contactsPerWeek(from, made)) : null,
      after: rounded(contactsPerWeek(to)),
    },
    minutesPerContact: rounded(minutes('phone')),
    hoursPerWeek: {
      before: from ? rounded(hoursPerWeek(from, { minutes, made })) : null,
      after: rounded(hoursPerWeek(to, { minutes })),
    },
    capacity: loadChange(file, { from, to }, context),
  }
}

const named = ({ id, version, title }: ModelProfile): NamedModel => ({ id, version, title })

function madeUnder(file: CaseFile, since: string | undefined, { timeZone, nowMs }: PreviewContext): number {
  if (since === undefined) return 0
  return contactsSince(file, { sinceMs: startMsOf(since, timeZone), untilMs: nowMs, timeZone }).length
}

function loadChange(
  { case: { manager, acuity } }: CaseFile,
  { from, to }: { readonly from: ModelProfile | undefined; readonly to: ModelProfile },
  { others, capacity }: PreviewContext,
): LoadChange | null {
  if (manager === undefined) return null
  const before = caseload([...others, ...(from ? [{ ratio: from.ratio, acuity }] : [])], capacity)
  const after = caseload([...others, { ratio: to.ratio, acuity }], capacity)
  return { manager, before: rounded(before), after: rounded(after), isOver: after > 1 }
}
