import { spanOf, startMsOf, withTime } from '../../lib/fhir-time.ts'
import type { Stay, StayMovement } from './stay.ts'

/** A movement with the stay it belongs to and its effective time, ready to be compared. */
export interface Movement extends StayMovement {
  readonly stay: Stay
  readonly atMs: number
  readonly recordedMs: number
  /** When it was first recorded. */
  readonly knownMs: number
}

/** The movements that case management acts on, each kind in effective order over all stays of a patient. */
export interface StayFacts {
  /** What stands (not cancelled, of a visit that stands). */
  readonly live: readonly Movement[]
  /** First inpatient admission of each stay. */
  readonly inpatientAdmissions: readonly Movement[]
  /** First emergency registration or admission of each stay. */
  readonly emergencyArrivals: readonly Movement[]
  /** The discharge that ended each finished stay. */
  readonly discharges: readonly Movement[]
  /** Discharges that were taken back. */
  readonly withdrawnDischarges: readonly Movement[]
  /** Inpatient admissions that were taken back. */
  readonly withdrawnAdmissions: readonly Movement[]
  /** Everything, dead movements included, by id. */
  readonly byId: ReadonlyMap<string, Movement>
}

/** Reads what happened, dead movements set apart. A movement without a readable time is left out. */
export function stayFacts(stays: readonly Stay[], timeZone: string): StayFacts {
  const all = stays.flatMap(stay => stay.movements.flatMap(movement => timed(stay, movement, timeZone)))
  const ordered = all.toSorted(byEffectiveTime)
  const live = ordered.filter(isLive)
  return {
    live,
    inpatientAdmissions: firstOfStay(live.filter(isInpatientAdmission)),
    emergencyArrivals: firstOfStay(
      live.filter(
        ({ kind, classAfter }) =>
          (kind === 'registration' || kind === 'admission') && classAfter === 'emergency',
      ),
    ),
    discharges: lastOfStay(
      live.filter(({ kind, stay }) => kind === 'discharge' && stay.status === 'finished'),
    ),
    withdrawnDischarges: ordered.filter(movement => movement.kind === 'discharge' && !isLive(movement)),
    withdrawnAdmissions: ordered.filter(movement => isInpatientAdmission(movement) && !isLive(movement)),
    byId: new Map(ordered.map(movement => [movement.id, movement])),
  }
}

/** A stay's class when it ended: the discharge may not say it. */
export const endedInpatient = (discharge: Movement): boolean =>
  discharge.classAfter === 'inpatient' ||
  (discharge.classAfter === 'other' && discharge.stay.class === 'inpatient')

const isInpatientAdmission = ({ kind, classAfter }: StayMovement): boolean =>
  kind === 'admission' && classAfter === 'inpatient'

const deadStatuses: ReadonlySet<Stay['status']> = new Set(['cancelled', 'entered-in-error'])

const isLive = (movement: Movement): boolean =>
  movement.cancelledAt === undefined && !deadStatuses.has(movement.stay.status)

function timed(stay: Stay, movement: StayMovement, timeZone: string): readonly Movement[] {
  const at = spanOf(movement.at, timeZone)
  if (!at) return []
  const effective = withTime(movement.at, timeZone)
  const recorded = spanOf(movement.recorded, timeZone)
  const known = recorded ? withTime(movement.recorded, timeZone) : effective
  const recordedMs = (recorded ?? at).startMs
  const knownMs = movement.knownSince === undefined ? recordedMs : startMsOf(movement.knownSince, timeZone)
  return [{ ...movement, at: effective, recorded: known, stay, atMs: at.startMs, recordedMs, knownMs }]
}

/** At one moment: what is announced, who comes, where to, who goes on leave and returns, who leaves (adt.md 3.2.5). */
const rank: Readonly<Record<Movement['kind'], number>> = {
  'pre-admission': 0,
  registration: 1,
  admission: 2,
  'class-change': 2,
  transfer: 3,
  'pending-transfer': 4,
  'pending-discharge': 4,
  departure: 4,
  arrival: 4,
  attending: 4,
  consulting: 4,
  leave: 5,
  return: 6,
  discharge: 7,
}

/** Never by arrival: effective time, then event rank, then recorded time, then the movement's id. */
const byEffectiveTime = (a: Movement, b: Movement): number =>
  a.atMs - b.atMs ||
  rank[a.kind] - rank[b.kind] ||
  a.recordedMs - b.recordedMs ||
  (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

const firstOfStay = (movements: readonly Movement[]): readonly Movement[] =>
  movements.filter((movement, i) => movements.findIndex(other => other.stay === movement.stay) === i)

const lastOfStay = (movements: readonly Movement[]): readonly Movement[] =>
  movements.filter((movement, i) => movements.findLastIndex(other => other.stay === movement.stay) === i)
