import type { NounName } from '../../../care-plan/case-file.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { caseNames, type CaseNames } from '../names.ts'
import { answersLens } from './answers-lens.ts'
import { assessmentLens } from './assessment-lens.ts'
import { assignmentLens } from './assignment-lens.ts'
import { caseLens } from './case-lens.ts'
import { barrierLens } from './barrier-lens.ts'
import { consentLens } from './consent-lens.ts'
import { needLens } from './need-lens.ts'
import { riskLens } from './risk-lens.ts'
import { scoreLens } from './score-lens.ts'
import { strengthLens } from './strength-lens.ts'
import { appointmentLens } from './appointment-lens.ts'
import { contactLens } from './contact-lens.ts'
import { flagLens } from './flag-lens.ts'
import { transitionLens } from './transition-lens.ts'
import { activityLens } from './activity-lens.ts'
import { casePlanLens } from './case-plan-lens.ts'
import { goalLens } from './goal-lens.ts'
import { obligationLens } from './obligation-lens.ts'
import { statedCase } from './case-link.ts'
import type { NounLens, NounLensMaker } from './noun-lens.ts'

/** One row per noun. The first whose types and `is` fit a resource is its lens. */
const makers: { readonly [N in NounName]?: NounLensMaker<N> } = {
  case: caseLens,
  assignment: assignmentLens,
  consent: consentLens,
  assessment: assessmentLens,
  answers: answersLens,
  strength: strengthLens,
  barrier: barrierLens,
  score: scoreLens,
  risk: riskLens,
  need: needLens,
  contact: contactLens,
  appointment: appointmentLens,
  flag: flagLens,
  transition: transitionLens,
  plan: casePlanLens,
  goal: goalLens,
  activity: activityLens,
  obligation: obligationLens,
}

export interface NounLenses {
  readonly names: CaseNames
  /** `statedCase` of case-link.ts, remembered as long as the resource lives. */
  readonly statedCase: (resource: Resource) => string | undefined
  readonly of: <N extends NounName>(noun: N) => NounLens<N>
  /** The lens of a resource that belongs to a case; undefined when it is none of our nouns (a CareTeam, a Procedure). */
  readonly fitting: (resource: { readonly resourceType: string }) => NounLens<NounName> | undefined
}

/** Made once for each base: a process has one. */
const made = new Map<string, NounLenses>()

export function nounLenses(canonicalBase: string): NounLenses {
  const known = made.get(canonicalBase)
  if (known) return known
  const names = caseNames(canonicalBase)
  const lenses = Object.values(makers).map(make => remembering(make(names) as unknown as NounLens<NounName>))
  const byType = new Map<string, NounLens<NounName>[]>()
  for (const lens of lenses)
    for (const type of lens.types) byType.set(type, [...(byType.get(type) ?? []), lens])
  const fits = new WeakMap<object, NounLens<NounName> | false>()
  const stated = new WeakMap<Resource, string | false>()
  const byNoun = new Map(lenses.map(lens => [lens.noun, lens]))
  const result: NounLenses = {
    names,
    statedCase: resource => {
      const seen = stated.get(resource)
      if (seen !== undefined) return seen === false ? undefined : seen
      const found = statedCase(resource, names)
      stated.set(resource, found ?? false)
      return found
    },
    of: <N extends NounName>(noun: N) => byNoun.get(noun) as unknown as NounLens<N>,
    fitting: resource => {
      const seen = fits.get(resource)
      if (seen !== undefined) return seen || undefined
      const found = byType.get(resource.resourceType)?.find(lens => lens.is(resource))
      fits.set(resource, found ?? false)
      return found
    },
  }
  made.set(canonicalBase, result)
  return result
}

/**
 * What was read of a resource is remembered as long as the resource lives: one write of a case reads it before, after,
 * for its duties and for its journal, and resources never change.
 */
function remembering(lens: NounLens<NounName>): NounLens<NounName> {
  const known = new WeakMap<Resource, ReturnType<typeof lens.read>>()
  return {
    ...lens,
    read: resource => {
      const state = known.get(resource) ?? lens.read(resource)
      known.set(resource, state)
      return state
    },
  }
}
