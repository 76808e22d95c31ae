import { assessmentInvariants } from './assessment-invariants.ts'
import { caseInvariants } from './case-invariants.ts'
import type { Invariant } from './invariant.ts'
import { obligationInvariants } from './obligation-invariants.ts'
import { planInvariants } from './plan-invariants.ts'

/** Every rule of domain.md 4.3 that is checked over a case file, in the order in which they are named to a caller. */
export const invariants: readonly Invariant[] = [
  ...caseInvariants,
  ...planInvariants,
  ...assessmentInvariants,
  ...obligationInvariants,
]
