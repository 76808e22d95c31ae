import type { MapContext } from './map-context.ts'
import { winners, type Register, type Said } from './registers.ts'

/** What was said about a patient, or about one visit, with what stands of it. */
export interface Scope {
  readonly patientId: string
  readonly shard: number
  /** Encounter id; undefined for the patient as such. */
  readonly visitId?: string
  readonly register: Register
  /** Per plain field the last word of all sources. */
  readonly winning: ReadonlyMap<string, Said>
  readonly contexts: (source: string) => MapContext
}

export const scopeOf = (parts: Omit<Scope, 'winning'>): Scope => ({
  ...parts,
  winning: winners(parts.register),
})
