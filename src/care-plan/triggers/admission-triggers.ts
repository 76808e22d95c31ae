import { localDate } from '../../lib/fhir-time.ts'
import { isOpenFor, type CaseFold } from '../case/case-fold.ts'
import type { Overtaken, Trigger } from '../duties/duties.ts'
import { leadCase, triggerOf, type TriggerInput } from './trigger-input.ts'
import type { Movement, StayFacts } from '../stays/stay-facts.ts'
import type { StayClass } from '../stays/stay.ts'

/** Every inpatient stay is reviewed, planned for and told of, in the case that leads, unless it is none after all. */
export function admissionTriggers(admission: Movement, { fold, facts }: AdmissionInput): readonly Trigger[] {
  const course = leadCase(fold, admission)
  if (!course) return []
  const overtaken = turnedOutpatient(admission, facts)
  return [{ ...triggerOf('inpatient-admission', admission, course), ...(overtaken && { overtaken }) }]
}

interface AdmissionInput {
  readonly fold: CaseFold
  readonly facts: Pick<StayFacts, 'live'>
}

const outside: ReadonlySet<StayClass> = new Set(['outpatient', 'observation'])
const told: ReadonlySet<StayClass> = new Set(['inpatient', ...outside])

/** Movements that may change the class of a stay. */
const turns: ReadonlySet<Movement['kind']> = new Set([
  'registration',
  'admission',
  'class-change',
  'transfer',
])

/** A07, or an update of the class: the stay went on as an outpatient or an observation. */
function turnedOutpatient(admission: Movement, { live }: Pick<StayFacts, 'live'>): Overtaken | undefined {
  const { stay } = admission
  if (stay.class === 'inpatient') return undefined
  const last = live.findLast(
    movement => movement.stay === stay && turns.has(movement.kind) && told.has(movement.classAfter),
  )
  const now = told.has(stay.class) ? stay.class : last?.classAfter
  if (now === undefined || !outside.has(now)) return undefined
  const turn = last && outside.has(last.classAfter) ? last : undefined
  return {
    reason: 'trigger cancelled',
    recorded: (turn ?? admission).recorded,
    ...(turn && { atMs: turn.atMs }),
  }
}

const arrivals: ReadonlySet<Movement['kind']> = new Set(['registration', 'admission'])

/** The patient has come, on the day planned or before: there is nothing to be made ready any more. */
function begun({ stay }: Movement, { live }: Pick<StayFacts, 'live'>): Overtaken | undefined {
  const arrival = live.find(movement => movement.stay === stay && arrivals.has(movement.kind))
  return arrival && { reason: 'stay begun', recorded: arrival.recorded, atMs: arrival.atMs }
}

/**
 * A stay that is announced (A05, A14; the movement's time is the planned start) while a case is open: the patient is to
 * be ready for it. It doesn't matter to the case that the stay itself opens.
 */
export const preAdmissionTriggers = ({
  fold,
  facts,
  timeZone,
}: Pick<TriggerInput, 'fold' | 'facts' | 'timeZone'>): readonly Trigger[] =>
  facts.live
    .filter(({ kind, isHistoric }) => kind === 'pre-admission' && isHistoric !== true)
    .filter((movement, i, all) => all.findLastIndex(({ stay }) => stay === movement.stay) === i)
    .flatMap(movement => {
      const course = fold.courses.find(
        one => isOpenFor(fold, one, movement) && one.opening?.admission.stay !== movement.stay,
      )
      if (!course) return []
      const overtaken = begun(movement, facts)
      return [
        {
          ...triggerOf('pre-admission', movement, course),
          ...(overtaken && { overtaken }),
          at: movement.recorded,
          atMs: movement.recordedMs,
          startsOn: localDate(movement.atMs, movement.stay.timeZone ?? timeZone),
        },
      ]
    })
