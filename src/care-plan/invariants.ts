import { assessmentInvariants } from './invariants/assessment-invariants.ts'
import { caseInvariants } from './invariants/case-invariants.ts'
import type { Invariant } from './invariant.ts'
import { obligationInvariants } from './invariants/obligation-invariants.ts'
import { planInvariants } from './invariants/plan-invariants.ts'

/** Every rule of domain.md 4.3 that is checked over a case file, in the order in which they are named to a caller. */
export const invariants: readonly Invariant[] = [
  ...caseInvariants,
  ...planInvariants,
  ...assessmentInvariants,
  ...obligationInvariants,
]
