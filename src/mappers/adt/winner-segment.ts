import type { Segment } from '../../hl7v2/segment.ts'
import { readText } from './field-text.ts'
import type { MapContext } from './map-context.ts'
import { wordOf, type Said } from './registers.ts'

/** The winning fields of a register as one segment, with whose word each field is. */
export interface WinnerSegment {
  readonly segment: Segment
  readonly contextOf: (field: string) => MapContext
}

/** Puts the winners of one kind of segment together again; a deleted field is absent. */
export function winnerSegment(
  name: string,
  winning: ReadonlyMap<string, Said>,
  contexts: (source: string) => MapContext,
): WinnerSegment {
  const fields: string[] = [name]
  const prefix = `${name}-`
  for (const [field, said] of winning) {
    if (field.startsWith(prefix)) fields[Number(field.slice(prefix.length))] = wordOf(said) ?? ''
  }
  const segment = readText(fields.join('|'))
  return { segment, contextOf: field => contexts(winning.get(field)?.source ?? '|') }
}
