import type { Segment } from '../../../hl7v2/segment.ts'
import { readText } from './field-text.ts'
import type { MapContext } from '../map-context.ts'
import { wordOf, type Said } from './registers.ts'
import type { ContextBy } from '../rows.ts'

/** The winning fields of a register as one segment, with whose word each field is. */
export interface WinnerSegment {
  readonly segment: Segment
  readonly contextOf: (field: string) => MapContext
  /** The one of whoever said all of it, else `contextOf`. */
  readonly by: ContextBy
}

/**
 * Puts the winners of one kind of segment together again; a deleted field is absent. Of the fields in `instead` what is
 * there holds, nothing where that is undefined.
 */
export function winnerSegment(
  name: string,
  winning: ReadonlyMap<string, Said>,
  contexts: (source: string) => MapContext,
  instead: ReadonlyMap<string, Said | undefined> = NOTHING,
): WinnerSegment {
  const fields: string[] = [name]
  const prefix = `${name}-`
  let [source, isOfOne]: [string | undefined, boolean] = [undefined, true]
  const put = (field: string, said: Said): void => {
    const at = Number(field.slice(prefix.length))
    // Without gaps, which would make the list a slow one.
    while (fields.length <= at) fields.push('')
    fields[at] = wordOf(said) ?? ''
    isOfOne &&= source === undefined || source === said.source
    source = said.source
  }
  for (const [field, said] of winning)
    if (field.startsWith(prefix) && (instead === NOTHING || !instead.has(field))) put(field, said)
  for (const [field, said] of instead) if (said) put(field, said)
  const saidOf = (field: string): Said | undefined =>
    instead.has(field) ? instead.get(field) : winning.get(field)
  const contextOf = (field: string): MapContext => contexts(saidOf(field)?.source ?? '|')
  return {
    segment: readText(fields.join('|')),
    contextOf,
    by: isOfOne ? contexts(source ?? '|') : contextOf,
  }
}

const NOTHING: ReadonlyMap<string, undefined> = new Map()
