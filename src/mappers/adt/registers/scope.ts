import type { MapContext } from '../map-context.ts'
import { winners } from './register-index.ts'
import type { Register, Said } from './registers.ts'
import { referenceTo } from '../resources/shared-values.ts'

/** What was said about a patient, or about one visit, with what stands of it. */
export interface Scope {
  /** The subject that it was said of; it makes ids for ever. */
  readonly patientId: string
  /** Whose it is now, where that is another patient: merged, moved. */
  readonly ownerId?: string | undefined
  readonly shard: number
  /** Encounter id; undefined for the patient as such. */
  readonly visitId?: string | undefined
  readonly register: Register
  /** Per plain field the last word of all sources. */
  readonly winning: ReadonlyMap<string, Said>
  readonly contexts: (source: string) => MapContext
  /** Reference to the patient whose record it is in now. */
  readonly subject: { reference: string }
}

/** NOTE: every scope has all of its parts in one order, be they undefined: what is derived of it runs on one shape. */
export const scopeOf = ({
  patientId,
  ownerId,
  shard,
  visitId,
  register,
  contexts,
}: Omit<Scope, 'winning' | 'subject'>): Scope => ({
  patientId,
  ownerId,
  shard,
  visitId,
  register,
  winning: winners(register),
  contexts,
  subject: referenceTo(`Patient/${ownerId ?? patientId}`),
})

/** Reference to the visit, where it was said of one. */
export const encounterIn = ({ visitId }: Scope): { reference: string } | undefined =>
  visitId === undefined ? undefined : referenceTo(`Encounter/${visitId}`)
