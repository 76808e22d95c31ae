import { startMsOf, withTime } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { Appointment, Contact } from '../nouns/contact.ts'
import type { Plan } from '../nouns/plan.ts'

/** Something that people did and that may meet a duty. */
export interface CareFact {
  readonly at: string
  readonly atMs: number
  /** Reference of the resource that shows it. */
  readonly output: string
  /** What it was, in plain words. */
  readonly words: string
}

/** What people did in a case, each list in order of time; what has no readable time is left out. */
export interface CareFacts {
  readonly contacts: readonly (CareFact & { readonly contact: Contact })[]
  /** Visits that took place. */
  readonly visits: readonly (CareFact & { readonly appointment: Appointment })[]
  readonly begunAssessments: readonly CareFact[]
  readonly concludedAssessments: readonly CareFact[]
  /** Births of plans. */
  readonly drafts: readonly CareFact[]
  /** Revisions of plans that are or were active. */
  readonly revisions: readonly (CareFact & { readonly plan: Plan })[]
  /** Activations of plans. */
  readonly activations: readonly (CareFact & { readonly plan: Plan })[]
}

/** Sorted once for a case. */
export function careFacts(file: CaseFile, timeZone: string): CareFacts {
  const timed = (at: string | undefined, output: string, words: string): readonly CareFact[] => {
    const atMs = at === undefined ? Number.NaN : startMsOf(at, timeZone)
    return at === undefined || Number.isNaN(atMs) ? [] : [{ at: withTime(at, timeZone), atMs, output, words }]
  }
  const assessments = file.assessments.filter(({ state }) => state !== 'entered-in-error')
  const plans = file.plans.filter(({ state }) => state !== 'entered-in-error')
  return {
    contacts: file.contacts
      .filter(({ state }) => state === 'made')
      .flatMap(contact =>
        timed(contact.at, `Encounter/${contact.id}`, 'a contact').map(fact => ({ ...fact, contact })),
      )
      .toSorted(byTime),
    visits: file.appointments
      .filter(({ state }) => state === 'fulfilled')
      .flatMap(appointment =>
        timed(appointment.start, `Appointment/${appointment.id}`, 'a visit that took place').map(fact => ({
          ...fact,
          appointment,
        })),
      )
      .toSorted(byTime),
    begunAssessments: assessments
      .flatMap(({ id, start }) => timed(start, `ClinicalImpression/${id}`, 'an assessment'))
      .toSorted(byTime),
    concludedAssessments: assessments
      .filter(({ state }) => state === 'concluded' || state === 'amended')
      .flatMap(({ id, start, end }) =>
        timed(end ?? start, `ClinicalImpression/${id}`, 'a concluded assessment'),
      )
      .toSorted(byTime),
    drafts: plans
      .flatMap(({ id, created, start }) => timed(created ?? start, `CarePlan/${id}`, 'a plan'))
      .toSorted(byTime),
    revisions: plans
      .flatMap(plan =>
        (plan.revisions ?? [])
          .flatMap(at => timed(at, `CarePlan/${plan.id}`, 'a revision of the plan'))
          .map(fact => ({ ...fact, plan })),
      )
      .toSorted(byTime),
    activations: plans
      .filter(({ state }) => activated.has(state))
      .flatMap(plan =>
        timed(plan.start ?? plan.created, `CarePlan/${plan.id}`, 'an active plan').map(fact => ({
          ...fact,
          plan,
        })),
      )
      .toSorted(byTime),
  }
}

const activated: ReadonlySet<Plan['state']> = new Set([
  'active',
  'on-hold',
  'superseded',
  'completed',
  'revoked',
])

const byTime = (a: CareFact, b: CareFact): number => a.atMs - b.atMs || (a.output < b.output ? -1 : 1)
