import { memoryIn } from '../../../lib/memory-in.ts'
import { derivePatient } from './derive.ts'
import type { Derived } from './derived.ts'
import { noting, type NotedIssue } from '../events/noted-issues.ts'
import { isSilent, type Register } from '../registers/registers.ts'
import type { Scope } from '../registers/scope.ts'
import type { SourceSettings } from '../source.ts'

/** What was derived of a patient whom nobody is tied to, by whose settings, and what could not be mapped. */
interface Known {
  readonly patientId: string
  readonly ownerId: string | undefined
  readonly settings: readonly SourceSettings[]
  readonly resources: readonly Derived[]
  readonly issues: readonly NotedIssue[]
}

/** By what was said of the patient as such: registers never change. */
const known = memoryIn<Register, Known>()

/** Patient and all that is the patient's own: what a message led to is what stands before the next one. */
export function patientResources(scope: Scope): readonly Derived[] {
  const { register, patientId, ownerId, contexts } = scope
  const remembered = known.get(register)
  if (remembered && isOf(remembered, scope)) {
    for (const [source, issue] of remembered.issues) contexts(source).report(issue)
    return remembered.resources
  }
  const issues: NotedIssue[] = []
  const resources = derivePatient({ ...scope, contexts: noting(scope, issues) })
  const settings = Object.keys(register).map(source => contexts(source).settings)
  // Of nobody's word there is one register for all.
  if (!isSilent(register)) known.set(register, { patientId, ownerId, settings, resources, issues })
  return resources
}

/** The same follows from a register that says the same. */
export function keepSamePatient(before: Register, after: Register): void {
  const remembered = known.get(before)
  if (remembered && !isSilent(after)) known.set(after, remembered)
}

const isOf = (
  { patientId, ownerId, settings }: Known,
  { register, contexts, ...is }: Pick<Scope, 'patientId' | 'ownerId' | 'register' | 'contexts'>,
): boolean =>
  patientId === is.patientId &&
  ownerId === is.ownerId &&
  Object.keys(register).every((source, at) => contexts(source).settings === settings[at])
