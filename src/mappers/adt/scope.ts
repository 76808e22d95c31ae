import type { MapContext } from './map-context.ts'
import { winners } from './register-index.ts'
import type { Register, Said } from './registers.ts'
import { referenceTo } from './shared-values.ts'

/** What was said about a patient, or about one visit, with what stands of it. */
export interface Scope {
  /** The subject that it was said of; it makes ids for ever. */
  readonly patientId: string
  /** Whose it is now, where that is another patient: merged, moved. */
  readonly ownerId?: string
  readonly shard: number
  /** Encounter id; undefined for the patient as such. */
  readonly visitId?: string
  readonly register: Register
  /** Per plain field the last word of all sources. */
  readonly winning: ReadonlyMap<string, Said>
  readonly contexts: (source: string) => MapContext
  /** Reference to the patient whose record it is in now. */
  readonly subject: { reference: string }
}

export const scopeOf = (parts: Omit<Scope, 'winning' | 'subject'>): Scope => ({
  ...parts,
  winning: winners(parts.register),
  subject: referenceTo(`Patient/${parts.ownerId ?? parts.patientId}`),
})

/** Reference to the visit, where it was said of one. */
export const encounterIn = ({ visitId }: Scope): { reference: string } | undefined =>
  visitId === undefined ? undefined : referenceTo(`Encounter/${visitId}`)
