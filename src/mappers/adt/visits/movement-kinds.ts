import type { CancelEvent, MovementEvent } from '../events/fact.ts'

/** Which movements a cancel may take back (adt.md 3.4); A23 takes back all of a visit. */
export const takenBack: Readonly<Record<Exclude<CancelEvent, 'A23'>, readonly MovementEvent[]>> = {
  A11: ['A01', 'A04', 'A06'],
  A12: ['A02'],
  A13: ['A03'],
  A25: ['A16'],
  A26: ['A15'],
  A27: ['A14'],
  A32: ['A10'],
  A33: ['A09'],
  A38: ['A05'],
  A52: ['A21'],
  A53: ['A22'],
  A55: ['A54'],
  A62: ['A61'],
}

/** At one moment: what is announced, who comes, where to, who goes on leave and returns, who leaves (adt.md 3.2.5). */
export const rank: Readonly<Record<MovementEvent, number>> = {
  A05: 0,
  A14: 0,
  A04: 1,
  A01: 2,
  A06: 3,
  A07: 3,
  A02: 4,
  A09: 4,
  A10: 4,
  A15: 4,
  A16: 4,
  A54: 4,
  A61: 4,
  A21: 5,
  A22: 6,
  A03: 7,
}

/**
 * What has to be recorded between two reports of an event for the second to be another movement and no repeat; events
 * that are not here happen again and again in a visit: theirs are told apart by the minute.
 */
export const partedBy: Readonly<Partial<Record<MovementEvent, readonly (MovementEvent | CancelEvent)[]>>> = {
  A01: ['A11'],
  A03: ['A13'],
  A04: ['A11'],
  A05: ['A38'],
  A06: ['A11', 'A07'],
  A07: ['A06'],
  A14: ['A27'],
  A15: ['A26', 'A02'],
  A16: ['A25', 'A13'],
  A21: ['A52', 'A22'],
  A22: ['A53', 'A21'],
}

/** By which a visit comes about; without any of them left it is cancelled. */
export const admissions: ReadonlySet<MovementEvent> = new Set(['A01', 'A04', 'A06'])

/** By which a visit is announced. */
export const plans: ReadonlySet<MovementEvent> = new Set(['A05', 'A14'])

/** By which the patient comes to an assigned place. */
export const moves: ReadonlySet<MovementEvent> = new Set(['A01', 'A02', 'A03', 'A04', 'A06', 'A07', 'A22'])

/** Whose class (PV1-2) is that of the visit from then on; what others say of it is an update. */
export const classing: ReadonlySet<MovementEvent> = new Set(['A01', 'A02', 'A04', 'A05', 'A06', 'A07', 'A14'])
