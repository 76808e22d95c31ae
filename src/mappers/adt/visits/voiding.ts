import { byEffect, type Cancel, type Movement, type Movements, type VisitFact } from './movements.ts'
import { admissions, plans } from './movement-kinds.ts'

/** Why a visit is none: it was cancelled, or deleted as an error. */
export interface Voiding {
  readonly fact: VisitFact
  readonly status: 'cancelled' | 'entered-in-error'
}

/**
 * The A23 that deleted the visit, or the cancel that leaves no admission alive; one whose target isn't known yet counts
 * too. Cancels of a plan count while none is left, and a plan recorded since then stands.
 */
export function voidingOf({ live, cancels, deletion }: Movements): Voiding | undefined {
  if (deletion) return { fact: deletion, status: 'entered-in-error' }
  if (live.some(isAdmission)) return undefined
  const announced = live.filter(isPlan)
  const voiding = cancels.filter(cancel => isVoiding(cancel, announced))
  const last = voiding.findLast(({ target }) => target !== undefined) ?? voiding.at(-1)
  return last && { fact: last.fact, status: 'cancelled' }
}

function isVoiding({ event, fact }: Cancel, announced: readonly Movement[]): boolean {
  if (event === 'A11') return !announced.some(({ last }) => last.recordedAt.instant > fact.recordedAt.instant)
  return (event === 'A27' || event === 'A38') && announced.length === 0
}

export const isAdmission = ({ event }: Pick<Movement, 'event'>): boolean => admissions.has(event)

export const isPlan = ({ event }: Pick<Movement, 'event'>): boolean => plans.has(event)

/** What is told of the visit: what stands; of one that is void its course as it was recorded. */
export function toldOf({ live, dead, deadBy }: Movements, voiding: Voiding | undefined): readonly Movement[] {
  if (!voiding) return live
  const isOfCourse = (movement: Movement): boolean =>
    isAdmission(movement) || isPlan(movement) || deadBy.get(movement) === voiding.fact
  return [...live, ...dead.filter(isOfCourse)].toSorted(byEffect)
}

/** Without the movements that only mend the history, where they would change what holds now; unless there are no others. */
export function presentOf(told: readonly Movement[]): readonly Movement[] {
  const last = told.findLastIndex(movement => !isHistoric(movement))
  return last < 0 || last === told.length - 1
    ? told
    : told.filter((movement, index) => index <= last || !isHistoric(movement))
}

/** The same of some of a visit's movements: what only historic ones say of it doesn't hold now, unless all are. */
export const presentAmong = (
  told: readonly Movement[],
  isMeant: (movement: Movement) => boolean,
): readonly Movement[] => {
  const meant = told.filter(isMeant)
  if (!told.some(isHistoric)) return meant
  return meant.every(isHistoric) && !told.every(isHistoric) ? [] : presentOf(meant)
}

export const isHistoric = ({ members }: Movement): boolean =>
  members.every(member => member.isHistoric === true)
