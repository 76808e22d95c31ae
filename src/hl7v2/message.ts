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
