import type { NounName } from '../../../care-plan/case/case-file.ts'
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
  const kept = keptByResource()
  const lenses = Object.values(makers).map(make =>
    remembering(make(names) as unknown as NounLens<NounName>, kept),
  )
  const byType = new Map<string, NounLens<NounName>[]>()
  for (const lens of lenses)
    for (const type of lens.types) byType.set(type, [...(byType.get(type) ?? []), lens])
  const byNoun = new Map(lenses.map(lens => [lens.noun, lens]))
  const result: NounLenses = {
    names,
    statedCase: resource => {
      const about = kept(resource)
      about.stated ??= statedCase(resource, names) ?? false
      return about.stated === false ? undefined : about.stated
    },
    of: <N extends NounName>(noun: N) => byNoun.get(noun) as unknown as NounLens<N>,
    fitting: resource => {
      const about = kept(resource)
      about.fits ??= byType.get(resource.resourceType)?.find(lens => lens.is(resource)) ?? false
      return about.fits === false ? undefined : about.fits
    },
  }
  made.set(canonicalBase, result)
  return result
}

/** What was found out about a resource. */
interface Kept {
  stated?: string | false
  fits?: NounLens<NounName> | false
  /** What it was read as last: hardly one is ever read as two nouns. */
  noun?: NounName
  state?: ReturnType<NounLens<NounName>['read']>
}

/**
 * What is found out about a resource is remembered as long as the resource lives: one write of a case reads it before, after,
 * for its duties and for its journal, and resources never change. In one
 * WeakMap, for each is work for V8's collector.
 */
function keptByResource(): (resource: object) => Kept {
  const known = new WeakMap<object, Kept>()
  return resource => {
    const seen = known.get(resource)
    if (seen) return seen
    const fresh: Kept = {}
    known.set(resource, fresh)
    return fresh
  }
}

function remembering(lens: NounLens<NounName>, kept: (resource: object) => Kept): NounLens<NounName> {
  return {
    ...lens,
    read: resource => {
      const known = kept(resource)
      if (known.noun === lens.noun && known.state) return known.state
      const state = lens.read(resource)
      known.noun = lens.noun
      known.state = state
      return state
    },
  }
}
