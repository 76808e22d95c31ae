import type { Flag } from '@medplum/fhirtypes'
import type { Readmission } from '../../../care-plan/stays/readmission.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { CaseIds } from '../case-record.ts'
import { lensOf } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { asResource, extensionOf, textAt, withReason } from '../lenses/slots.ts'
import { nativeStatus, standingSlot, type Standing } from '../lenses/standing.ts'

interface FlagState {
  readonly standing: Standing<string>
  readonly start: string | undefined
}

const flagLens = (names: CaseNames) =>
  lensOf<FlagState>({
    standing: standingSlot(names.derived, nativeStatus),
    start: textAt('period', 'start'),
  })

export interface FlagInput {
  readonly readmissions: readonly Readmission[]
  readonly compartment: readonly Resource[]
  readonly names: CaseNames
  readonly ids: CaseIds
  readonly patient: string
}

/** One Flag for each readmission; one that no longer counts was an error. */
export function flagEffects({
  readmissions,
  compartment,
  names,
  ids,
  patient,
}: FlagInput): readonly Resource[] {
  const lens = flagLens(names)
  const wanted = new Map(
    readmissions.map(
      ({ admission }) => [ids.flag(admission.stay.encounter, 'readmission'), admission] as const,
    ),
  )
  const found = compartment.filter(
    resource => resource.resourceType === 'Flag' && extensionOf(resource, names.derived) !== undefined,
  )
  const raised = [...wanted].map(([id, admission]) => {
    const flag =
      found.find(resource => resource.id === id) ??
      newFlag({ id, patient, encounter: admission.stay.encounter }, names)
    const { own } = lens.read(flag).standing
    return lens.write(flag, { standing: { own }, start: admission.at })
  })
  const withdrawn = found
    .filter(({ id }) => id === undefined || !wanted.has(id))
    .map(flag => {
      const before = lens.read(flag)
      const overlay = { state: 'entered-in-error', reason: 'trigger cancelled' }
      return lens.write(flag, { ...before, standing: { own: before.standing.own, overlay } })
    })
  return [...raised, ...withdrawn]
}

function newFlag(
  birth: { readonly id: string; readonly patient: string; readonly encounter: string },
  names: CaseNames,
): Resource {
  const flag: Flag = {
    resourceType: 'Flag',
    id: birth.id,
    status: 'active',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/flag-category', code: 'admin' }] },
    ],
    code: { coding: [{ system: names.flag, code: 'readmission' }], text: 'Unplanned readmission' },
    subject: { reference: `Patient/${birth.patient}` },
    encounter: { reference: `Encounter/${birth.encounter}` },
  }
  return asResource(withReason(asResource(flag), names.derived, 'unplanned admission soon after a stay'))
}
