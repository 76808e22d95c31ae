import { hash } from 'node:crypto'
import type { Message } from '../../hl7v2/message.ts'
import type { Segment } from '../../hl7v2/segment.ts'
import { segmentText } from './field-text.ts'
import type { MapContext } from './map-context.ts'

/** Segments that come as a list: present, it replaces what this source said before; absent, it says nothing (adt.md 3.2.9). */
export type Group = 'NK1' | 'DG1' | 'IN1'

/**
 * A group as register fields: `NK1` for the list as a whole and `NK1/<key>` for each item. A DG1 with an action code
 * (DG1-21) changes only itself: then there is no list.
 */
export function groupFields(
  group: Group,
  message: Message,
  context: MapContext,
): Readonly<Record<string, string>> {
  const segments = message.all(group)
  if (segments.length === 0) return {}
  const isAction = group === 'DG1' && segments.some(segment => typeof segment.text(21) === 'string')
  const fields: Record<string, string> = isAction ? {} : { [group]: '' }
  for (const segment of segments) {
    const name = identities[group](segment)
    if (name === undefined) continue
    fields[freeKey(fields, `${group}/`, name)] = segmentText(segment, message, context)
  }
  return fields
}

/** Two items that look alike are told apart by their place among their likes. */
function freeKey(fields: Readonly<Record<string, string>>, prefix: string, name: string): string {
  for (let n = 1; ; n += 1) {
    const key = prefix + hash('sha256', `${name}\n${n}`, 'hex').slice(0, 16)
    if (!Object.hasOwn(fields, key)) return key
  }
}

/**
 * What makes an item the same from one message to the next, since set ids (field 1) only number a list: an identifier
 * where the segment has one, else what it is about. Undefined for an item that says nothing.
 */
const identities: Readonly<Record<Group, (segment: Segment) => string | undefined>> = {
  NK1: nk1 =>
    nk1.text(33) ??
    nk1.text(12) ??
    joined(nk1.text(2), nk1.text(2, 2), nk1.text(13), nk1.text(3) ?? nk1.text(7)),
  DG1: dg1 =>
    dg1.text(20) ?? joined(dg1.text(3) ?? dg1.text(3, 2) ?? dg1.text(4), dg1.text(3, 3), dg1.text(6)),
  IN1: in1 => joined(in1.text(2) ?? in1.text(2, 2), in1.text(3) ?? in1.text(4), in1.text(36) ?? in1.text(49)),
}

function joined(...parts: readonly (string | null | undefined)[]): string | undefined {
  const said = parts.map(part => part?.toUpperCase() ?? '')
  return said.some(part => part !== '') ? said.join('^') : undefined
}
