import type { Attendance, Leave, StayPlace } from '../../../care-plan/stays/stay.ts'
import { element } from '../resources/element.ts'
import { referencesIn } from '../resources/encounter-people.ts'
import { readFieldText } from '../registers/field-text.ts'
import type { VisitState } from './ledger.ts'
import { momentOf, type MapContext } from '../map-context.ts'
import type { Movement, VisitFact } from './movements.ts'

/** The leaves that stand: each A21 until the next A22, or until the stay ended. */
export function leavesOf(
  { movements, end }: VisitState,
  idOf: (movement: Movement) => string,
  contexts: (source: string) => MapContext,
): readonly Leave[] {
  const leaves: Leave[] = []
  for (const movement of movements.live) {
    const { event, last } = movement
    const open = leaves.at(-1)
    const isOut = open !== undefined && open.back === undefined
    if (event === 'A21') {
      const expectedReturn = expectedAt(last, contexts)
      const leave = {
        id: idOf(movement),
        out: last.when.text,
        ...(expectedReturn !== undefined && { expectedReturn }),
      }
      if (isOut)
        leaves[leaves.length - 1] = { ...open, ...leave, id: open.id ?? leave.id, out: open.out ?? leave.out }
      else leaves.push(leave)
    } else if (event === 'A22') {
      if (isOut) leaves[leaves.length - 1] = { ...open, back: last.when.text }
      else leaves.push({ back: last.when.text })
    }
  }
  const open = leaves.at(-1)
  return open && end && open.back === undefined
    ? [...leaves.slice(0, -1), { ...open, back: end.text }]
    : leaves
}

/** Who attended when, by the spans that the movements and the last update give. */
export const attendanceOf = (
  { attending }: VisitState,
  contexts: (source: string) => MapContext,
): readonly Attendance[] =>
  attending.map(({ value, start, end }) => ({
    who: referencesIn(7, value, contexts),
    ...(start && { from: start.text }),
    ...(end && { until: end.text }),
  }))

/** What a movement announces, as FHIR time. */
export const expectedAt = (
  { expected, source }: Pick<VisitFact, 'expected' | 'source'>,
  contexts: (source: string) => MapContext,
): string | undefined =>
  expected === undefined
    ? undefined
    : momentOf(readFieldText(expected)?.text() ?? undefined, contexts(source), 'PV2')?.text

/** PL, as far as case management tells places apart. */
export function stayPlace(text: string | undefined): StayPlace | undefined {
  const pl = text === undefined ? undefined : readFieldText(text)
  const part = (component: number): string | undefined => pl?.text(component) ?? undefined
  return element<StayPlace>({ facility: part(4), unit: part(1), room: part(2), bed: part(3) })
}
