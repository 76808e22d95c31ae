import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import type { EncounterEffect } from '../lenses/encounter-lens.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { CaseNames } from '../names.ts'
import { linkedEpisode } from '../lenses/plan-lens.ts'
import { derivedRows, reasonOf, withReason } from '../lenses/slots.ts'
import { caseNumberOf } from '../lenses/task-lens.ts'

const CONFIDENTIALITY = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'
const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
/** HL7 table 0717: what an access restriction (ARV) is about. */
const RESTRICTION = 'http://terminology.hl7.org/CodeSystem/v2-0717'

/** Whether meta.security says that not everybody may know: restricted, or sensitive for a reason that is named. */
export const isProtected = (resource: Resource): boolean => protections(resource).length > 0

const protections = ({ meta }: Resource): readonly JsonObject[] =>
  listOf(objectOf(meta)['security']).filter(isObject).filter(isProtection)

function isProtection({ system, code }: JsonObject): boolean {
  if (system === CONFIDENTIALITY) return code === 'R' || code === 'V'
  return system === ACT_CODE || system === RESTRICTION
}

/** The labels of each thing that case management derives of one patient. */
export interface PrivacyInput {
  readonly patient: string
  /** The Patient and the Encounters are among them. */
  readonly compartment: readonly Resource[]
  readonly encounters: readonly EncounterEffect[]
  readonly names: CaseNames
}

/**
 * Gives what is derived of a patient the labels of the Patient and of the stays that belong to its case (adt.md 3.5,
 * Privacy); they go when their source loses them. Labels of people stay as they are.
 */
export function privacyLabels(input: PrivacyInput): (resource: Resource) => Resource {
  const { patient, compartment, encounters, names } = input
  const own = new Map<string, readonly JsonObject[]>(
    compartment
      .filter(
        ({ resourceType, id }) =>
          resourceType === 'Encounter' || (resourceType === 'Patient' && id === patient),
      )
      .map(resource => [`${resource.resourceType}/${resource.id ?? ''}`, protections(resource)]),
  )
  const ofPatient = own.get(`Patient/${patient}`) ?? []
  const isAnything = [...own.values()].some(labels => labels.length > 0)
  const slot = labelSlot(names)
  const labelsOf = (resource: Resource): readonly JsonObject[] => {
    if (!isAnything) return []
    const caseId = caseOf(resource, names)
    const about = textOf(objectOf(resource['encounter'])['reference'])
    const stays = encounters.filter(({ episodes }) => caseId !== undefined && episodes.includes(caseId))
    return [
      ...ofPatient,
      ...stays.flatMap(({ encounter }) => own.get(`Encounter/${encounter}`) ?? []),
      ...(about === undefined ? [] : (own.get(about) ?? [])),
    ]
  }
  return resource => {
    const meta = objectOf(resource.meta)
    if (!isAnything && meta['security'] === undefined) return resource
    const given = new Set(
      listOf(meta['security'])
        .filter(isObject)
        .filter(row => !slot.isDerived(row))
        .map(keyOf),
    )
    const labels = distinct(labelsOf(resource)).filter(label => !given.has(keyOf(label)))
    return slot.set(resource, labels)
  }
}

function caseOf(resource: Resource, names: CaseNames): string | undefined {
  if (resource.resourceType === 'EpisodeOfCare') return resource.id
  return resource.resourceType === 'Task' ? caseNumberOf(resource, names) : linkedEpisode(resource)
}

const keyOf = ({ system, code }: JsonObject): string => `${textOf(system) ?? ''}|${textOf(code) ?? ''}`

const distinct = (labels: readonly JsonObject[]): readonly JsonObject[] => [
  ...new Map(labels.map(label => [keyOf(label), label])).values(),
]

const REASON = 'label of the patient or the stay'

/** The rows of meta.security that are derived: a row that nobody derived is a person's. */
function labelSlot(names: CaseNames) {
  const isDerived = (row: JsonObject): boolean => reasonOf(row, names.derived) !== ''
  const rows = derivedRows<JsonObject>('security', names.derived, {
    keyOf,
    read: row => row,
    write: (_row, { system, code, display }) =>
      withReason(
        {
          ...(system !== undefined && { system }),
          ...(code !== undefined && { code }),
          ...(display !== undefined && { display }),
        },
        names.derived,
        REASON,
      ),
  })
  return {
    isDerived,
    set: (resource: Resource, labels: readonly JsonObject[]): Resource => {
      const meta = objectOf(resource.meta) as unknown as Resource
      const before = listOf(meta['security'])
      if (labels.length === 0 && !before.filter(isObject).some(isDerived)) return resource
      const after = rows.set(meta, labels)
      if (JSON.stringify(before) === JSON.stringify(listOf(after['security']))) return resource
      return withElement(resource, 'meta', after as unknown as JsonObject)
    },
  }
}
