import type { Resource } from '../../../fhir/resource.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { caseNames } from '../names.ts'
import { listOf } from '../../../lib/list-of.ts'
import { objectOf, textOf, withElement, type JsonObject } from './json-edit.ts'
import { lensOf, type Slot } from './lens.ts'
import { derivedRows, extensionOf, sortedRows, tagOf, withReason, type RowShape } from './slots.ts'

/** What case management adds to an Encounter. */
export interface EncounterEffect {
  readonly encounter: string
  readonly isReadmission: boolean
  /** Ids of the cases it belongs to. */
  readonly episodes: readonly string[]
}

interface EncounterState {
  readonly isReadmission: boolean
  /** References, sorted. */
  readonly episodes: readonly string[]
}

/** HL7 table 0092, code R = Readmission (http://terminology.hl7.org/CodeSystem/v2-0092). */
const readmission = { system: 'http://terminology.hl7.org/CodeSystem/v2-0092', code: 'R' }

const episodeRow = (derivedUrl: string): RowShape<string> => ({
  keyOf: reference => reference,
  read: row => textOf(row['reference']) ?? '',
  write: (row, reference) => withReason({ ...row, reference }, derivedUrl, 'stay belongs to the case'),
})

/** hospitalization.reAdmission as far as it is derived: what PV1-13 said stands. */
const readmissionSlot = (derivedUrl: string): Slot<boolean> => ({
  get: resource => extensionOf(currentMark(resource), derivedUrl) !== undefined,
  set: (resource, value) => {
    if (value && Object.keys(currentMark(resource)).length > 0) return resource
    const mark = value
      ? withReason({ coding: [readmission] }, derivedUrl, 'unplanned admission soon after a stay')
      : undefined
    const hospitalization = withElement(objectOf(resource['hospitalization']), 'reAdmission', mark)
    return withElement(resource, 'hospitalization', hospitalization)
  },
})

const currentMark = (resource: Resource): JsonObject =>
  objectOf(objectOf(resource['hospitalization'])['reAdmission'])

/** The Encounter with what case management says about it, and a tag for each case that it gives it; all else as it was. */
export function withCaseEffect(
  encounter: Resource,
  effect: EncounterEffect,
  canonicalBase: string,
): Resource {
  const { derived, caseNumber } = caseNames(canonicalBase)
  const row = episodeRow(derived)
  const lens = lensOf<EncounterState>({
    isReadmission: readmissionSlot(derived),
    episodes: derivedRows('episodeOfCare', derived, row),
  })
  const pinned = new Set(
    listOf(encounter['episodeOfCare'])
      .map(objectOf)
      .filter(reference => !extensionOf(reference, derived))
      .map(reference => textOf(reference['reference'])),
  )
  const episodes = effect.episodes
    .map(id => `EpisodeOfCare/${id}`)
    .filter(reference => !pinned.has(reference))
  const is = sortedRows(episodes, row)
  const was = lens.read(encounter).episodes
  const written = lens.write(encounter, { isReadmission: effect.isReadmission, episodes: is })
  if (sameValue(was, is)) return written
  const tag = (reference: string): Slot<boolean> =>
    tagOf(caseNumber, reference.slice('EpisodeOfCare/'.length))
  const untagged = [...was, ...is]
    .filter(reference => !pinned.has(reference))
    .reduce((one, reference) => tag(reference).set(one, false), written)
  return is.reduce((one, reference) => tag(reference).set(one, true), untagged)
}
