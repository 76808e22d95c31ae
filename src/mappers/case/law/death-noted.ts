import type { Resource } from '../../../fhir/resource.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import { caseNames } from '../names.ts'
import { extensionOf, withExtension } from '../lenses/slots.ts'

const notedUrl = (canonicalBase: string): string => caseNames(canonicalBase).extension('death-noted-at')

/** When it was written that the patient is dead, where nobody says when that was (Patient.deceasedBoolean). */
export const deathNotedAt = (patient: Resource | undefined, canonicalBase: string): string | undefined =>
  textOf(extensionOf(objectOf(patient?.['_deceasedBoolean']), notedUrl(canonicalBase))?.['valueDateTime'])

export interface DeathWrite {
  /** The Patient as it stood. */
  readonly before: Resource | undefined
  readonly at: string
  readonly canonicalBase: string
}

/**
 * The Patient with the time of the write that first said deceasedBoolean: later writes keep it, who takes the death back
 * takes it out. The same Patient when there is nothing to note.
 */
export function withDeathNoted(patient: Resource, { before, at, canonicalBase }: DeathWrite): Resource {
  const noted = deathNotedAt(patient, canonicalBase)
  const isDead = patient['deceasedBoolean'] === true
  if (isDead === (noted !== undefined)) return patient
  const since = before?.['deceasedBoolean'] === true ? deathNotedAt(before, canonicalBase) : undefined
  const url = notedUrl(canonicalBase)
  const extension = isDead ? { url, valueDateTime: since ?? at } : undefined
  const element = withExtension(objectOf(patient['_deceasedBoolean']), url, extension)
  return withElement(patient, '_deceasedBoolean', Object.keys(element).length > 0 ? element : undefined)
}
