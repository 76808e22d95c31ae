import type { Instant } from '../../../lib/clock.ts'
import type { Moment } from '../events/fact.ts'
import type { Movement, VisitFact } from './movements.ts'
import { admissions } from './movement-kinds.ts'

/**
 * An admission (A01, A04, A06) to a visit that was over: recorded after the discharge, and of a later time that nobody had
 * told by then. It takes the discharge back as an A13 does, which the sender left out (adt.md 3.2.5: by effective time); what
 * only repeats an admission takes nothing back.
 */
export interface Return {
  readonly fact: VisitFact
  /** When the visit was over before. */
  readonly end: Instant
  /** Only an update said that it was over. */
  readonly isOfUpdate?: true
}

/** A discharge that only an update told (PV1-45 without an A03). */
export interface ToldEnd {
  readonly value: Moment
  readonly stamp: string
}

/** In recorded order, of facts in recorded order; what an update told of the end counts where no A03 did. */
export function returnsIn(sorted: readonly VisitFact[], said: ToldEnd | undefined): readonly Return[] {
  const returns: Return[] = []
  const told = new Set<Instant>()
  const update = sorted.some(({ event }) => event === 'A03') ? undefined : said
  let isUpdated = false
  let end: Instant | undefined
  for (const fact of sorted) {
    if (fact.isHistoric) continue
    if (update && !isUpdated && update.stamp < fact.stamp) {
      isUpdated = true
      end = update.value.instant
    }
    if (fact.event === 'A03') end = later(end, endOf(fact))
    else if (fact.event === 'A13') end = undefined
    else if (isAdmitting(fact)) {
      const at = admittedAt(fact)
      if (end !== undefined && at > end && !told.has(at)) {
        returns.push({ fact, end, ...(update && { isOfUpdate: true }) })
        end = undefined
      }
      told.add(at)
    }
  }
  return returns
}

/** How often the patient had come back by the time that a fact is of: what is told of another course is another movement. */
export function courseOf(fact: VisitFact, returns: readonly Return[]): number {
  const at = fact.event === 'A03' ? endOf(fact) : admittedAt(fact)
  return returns.filter(({ fact: back, end }) => at > (fact.event === 'A03' ? admittedAt(back) : end)).length
}

/** Whether a return takes a discharge back. */
export const isOvertaken =
  ({ fact: back }: Return) =>
  ({ event, first, last }: Movement): boolean =>
    event === 'A03' && first.recordedAt.instant <= back.recordedAt.instant && endOf(last) < admittedAt(back)

const isAdmitting = ({ event, action }: VisitFact): boolean =>
  action !== 'UPDATE' && (admissions as ReadonlySet<string>).has(event)

const admittedAt = ({ admitted, when }: VisitFact): Instant => (admitted ?? when).instant

const endOf = ({ discharged, when }: VisitFact): Instant => (discharged ?? when).instant

const later = (a: Instant | undefined, b: Instant): Instant => (a !== undefined && a > b ? a : b)
