import type { NamedEvent } from './adt-event.ts'
import type { MovementEvent, VisitEvent } from './fact.ts'
import { isHistoric } from './visit-fact.ts'
import { isCancel, movementSegment, visitEventOf } from './zbe.ts'

/** Fields of PV1 and PV2 that a message doesn't speak of as the visit's last word: facts have them, or they are no more. */
export interface Withheld {
  readonly pv1: (field: number) => boolean
  readonly pv2: (field: number) => boolean
  /** Only what numbers the visit is taken: the message mends the history. */
  readonly isHistoric: boolean
}

/** What a cancel repeats although it is no longer so: class, places, discharge and plans of what it takes back. */
const CANCELLED = { pv1: [2, 3, 11, 36, 37, 42, 45], pv2: [8, 9] }
/** One that comes and says a discharge time contradicts itself; the event holds. */
const COME = { pv1: [36, 37, 45], pv2: [] }
const PLANNED = { pv1: [3, 36, 37, 42, 45], pv2: [8] }
const TRACKED = { pv1: [3, 11], pv2: [] }

const byEvent: Readonly<Partial<Record<MovementEvent, Fields>>> = {
  A01: COME,
  A04: COME,
  A05: PLANNED,
  A06: COME,
  A07: COME,
  A09: TRACKED,
  A10: TRACKED,
  A14: PLANNED,
  A15: { pv1: [42], pv2: [] },
  A16: { pv1: [36, 37, 42, 45], pv2: [9] },
  A21: COME,
  A22: COME,
  A54: { pv1: [7], pv2: [] },
  A61: { pv1: [9], pv2: [] },
}

interface Fields {
  readonly pv1: readonly number[]
  readonly pv2: readonly number[]
}

/** PV1-19 and PV1-50. */
const NUMBERS: ReadonlySet<number> = new Set([19, 50])

export function withheldOf({ message, trigger }: Pick<NamedEvent, 'message' | 'trigger'>): Withheld {
  if (isHistoric(message)) {
    return { pv1: field => !NUMBERS.has(field), pv2: () => true, isHistoric: true }
  }
  const { pv1, pv2 } = fieldsOf(visitEventOf(trigger, movementSegment(message)))
  return { pv1: field => pv1.includes(field), pv2: field => pv2.includes(field), isHistoric: false }
}

function fieldsOf(event: VisitEvent | undefined): Fields {
  if (event === undefined) return NONE
  // Its PV1-44 is the time of the admission that it takes back.
  if (event === 'A11') return { ...CANCELLED, pv1: [...CANCELLED.pv1, 44] }
  if (event === 'A55') return { ...CANCELLED, pv1: [...CANCELLED.pv1, 7] }
  if (event === 'A62') return { ...CANCELLED, pv1: [...CANCELLED.pv1, 9] }
  if (event === 'Z99' || isCancel(event)) return CANCELLED
  return byEvent[event] ?? NONE
}

const NONE: Fields = { pv1: [], pv2: [] }
