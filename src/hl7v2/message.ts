import type { Delimiters } from './delimiters.ts'
import type { Finding } from './finding.ts'
import type { Segment } from './segment.ts'

/** One HL7 v2 message: segments in the order sent, unknown and Z-segments among them. */
export interface Message {
  readonly delimiters: Delimiters
  readonly segments: readonly Segment[]
  readonly warnings: readonly Finding[]
  readonly first: (name: string) => Segment | undefined
  readonly all: (name: string) => readonly Segment[]
}

/** `first` and `all` of some segments: their names are asked for many times over. */
export function bySegmentName(segments: readonly Segment[]): Pick<Message, 'first' | 'all'> {
  const named = new Map<string, Segment[]>()
  for (const segment of segments) {
    const alike = named.get(segment.name)
    if (alike) alike.push(segment)
    else named.set(segment.name, [segment])
  }
  return { first: name => named.get(name)?.[0], all: name => named.get(name) ?? NONE }
}

const NONE: readonly Segment[] = []
