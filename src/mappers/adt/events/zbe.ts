import { escapeText } from '../../../hl7v2/escapes.ts'
import type { Message } from '../../../hl7v2/message.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import type { CancelEvent, MovementEvent, VisitEvent } from './fact.ts'
import { rank, takenBack } from '../visits/movement-kinds.ts'

/** What ZBE says of a movement (IHE PAM, adt.md 3.2.8). */
export interface MovementSegment {
  /** ZBE-1: the ids of one movement. */
  readonly ids: readonly string[]
  readonly action: 'INSERT' | 'UPDATE' | 'CANCEL'
  /** ZBE-5 = Y */
  readonly isHistoric: boolean
  /** ZBE-6: the event that the movement was, where that is one. */
  readonly original: MovementEvent | undefined
  /** ZBE-7: ward that is responsible, by its name or number, as a point of care (PL). */
  readonly ward: string | undefined
  readonly nursingWard: string | undefined
  readonly scope: string | undefined
}

/** HL7 Germany has DELETE for CANCEL, and REFERENCE where a message only names a movement that another told. */
const ACTIONS: Readonly<Record<string, MovementSegment['action']>> = {
  INSERT: 'INSERT',
  UPDATE: 'UPDATE',
  CANCEL: 'CANCEL',
  DELETE: 'CANCEL',
}
const REFERENCE = 'REFERENCE'

const actionIn = (zbe: Segment): string | undefined => zbe.text(4)?.toUpperCase()

/** Whether ZBE-4 is an action that somebody has defined. */
export const isAction = (action: string): boolean => action === REFERENCE || Object.hasOwn(ACTIONS, action)

/** ZBE where it says something of the movement that the message tells: its ids, its time, its wards. */
export function ownMovement(message: Message): Segment | undefined {
  const zbe = message.first('ZBE')
  return zbe && actionIn(zbe) === REFERENCE ? undefined : zbe
}

export function movementSegment(message: Message): MovementSegment | undefined {
  const zbe = ownMovement(message)
  if (!zbe) return undefined
  const ids = zbe.repetitions(1).flatMap(ei => ei.text(1) ?? [])
  const scope = zbe.text(9)
  const original = zbe.text(6)?.toUpperCase()
  const ward = (field: number): string | undefined => {
    const name = zbe.text(field) ?? zbe.text(field, 10) ?? undefined
    return name === undefined ? undefined : escapeText(name)
  }
  return {
    ids,
    action: ACTIONS[actionIn(zbe) ?? ''] ?? 'INSERT',
    isHistoric: zbe.text(5)?.toUpperCase() === 'Y',
    original: original !== undefined && isMovement(original) ? original : undefined,
    ward: ward(7),
    nursingWard: ward(8),
    scope: scope === undefined || scope === null ? undefined : escapeText(scope),
  }
}

/**
 * What a message tells, its ZBE taken into account: an update or cancel is of the movement that it names, whatever event
 * it came by. Undefined when a Z99 says neither which event nor which movement.
 */
export function visitEventOf(trigger: string, zbe: MovementSegment | undefined): VisitEvent | undefined {
  const isPlain = isMovement(trigger) || isCancel(trigger)
  if (!zbe) return isPlain ? trigger : undefined
  if (isCancel(trigger)) return trigger
  const meant = zbe.original ?? (isMovement(trigger) ? trigger : undefined)
  if (zbe.action === 'CANCEL') return (meant && cancelOf.get(meant)) ?? (isNamed(zbe) ? 'Z99' : undefined)
  if (zbe.action === 'INSERT' && isMovement(trigger)) return trigger
  return meant ?? (isNamed(zbe) && zbe.action === 'UPDATE' ? 'Z99' : undefined)
}

const isNamed = ({ ids }: MovementSegment): boolean => ids.length > 0

export const isMovement = (event: string): event is MovementEvent => Object.hasOwn(rank, event)

export const isCancel = (event: string): event is CancelEvent =>
  event === 'A23' || Object.hasOwn(takenBack, event)

/** The event that takes a movement back; none for A07. */
export const cancelOf: ReadonlyMap<MovementEvent, CancelEvent> = new Map(
  Object.entries(takenBack).flatMap(([cancel, movements]) =>
    movements.map(movement => [movement, cancel as CancelEvent] as const),
  ),
)
