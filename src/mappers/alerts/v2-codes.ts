import admissionType from '../adt/codes/admission-type.json' with { type: 'json' }
import addressUse from '../adt/codes/address-use.json' with { type: 'json' }
import allergenCategory from '../adt/codes/allergen-category.json' with { type: 'json' }
import allergyCriticality from '../adt/codes/allergy-criticality.json' with { type: 'json' }
import diagnosisType from '../adt/codes/diagnosis-type.json' with { type: 'json' }
import encounterPriority from '../adt/codes/encounter-priority.json' with { type: 'json' }
import maritalStatus from '../adt/codes/marital-status.json' with { type: 'json' }
import nameType from '../adt/codes/name-type.json' with { type: 'json' }
import patientClass from '../adt/codes/patient-class.json' with { type: 'json' }
import administrativeSex from '../adt/codes/administrative-sex.json' with { type: 'json' }
import relationship from '../adt/codes/relationship.json' with { type: 'json' }
import religion from '../adt/codes/religion.json' with { type: 'json' }
import { overrides } from '../adt/overrides.ts'

interface Coded {
  readonly code: string
  readonly system: string
}

interface CodeTable {
  readonly table: string
  readonly codings: Readonly<Record<string, Coded>>
}

const tables = {
  AddressUse: addressUse,
  AdministrativeSex: administrativeSex,
  AdmissionType: admissionType,
  AllergenCategory: allergenCategory,
  AllergyCriticality: allergyCriticality,
  DiagnosisType: diagnosisType,
  EncounterPriority: encounterPriority,
  MaritalStatus: maritalStatus,
  NameType: nameType,
  PatientClass: patientClass,
  Relationship: relationship,
  Religion: religion,
} as const satisfies Record<string, CodeTable>

export type V2Table = keyof typeof tables

/** Where several v2 codes stand for one: the plain one. The tables list their codes by letter. */
const preferred: Readonly<Partial<Record<V2Table, readonly string[]>>> = {
  AddressUse: ['H', 'B', 'C', 'BA'],
  AdministrativeSex: ['F', 'M', 'O', 'U'],
  MaritalStatus: ['A', 'T'],
  NameType: ['L', 'D', 'M', 'N'],
  PatientClass: ['I', 'O', 'E', 'P', 'V'],
}

/** Keyed by code and by `system|code`, since the elements with a fixed value set have no system. */
const inverse: ReadonlyMap<V2Table, ReadonlyMap<string, string>> = new Map(
  (Object.keys(tables) as V2Table[]).map(name => {
    const rows: readonly (readonly [string, Coded])[] = Object.entries<Coded>({
      ...tables[name].codings,
      ...overrides[name],
    })
    const first = preferred[name] ?? []
    const ordered = rows.toSorted(([one], [other]) => rankIn(first, one) - rankIn(first, other))
    const found = new Map<string, string>()
    for (const [v2, { system, code }] of ordered) {
      for (const key of [`${system}|${code}`, code]) if (!found.has(key)) found.set(key, v2)
    }
    return [name, found]
  }),
)

function rankIn(first: readonly string[], code: string): number {
  const found = first.indexOf(code)
  return found < 0 ? first.length : found
}

/** The v2 code that our tables map to this FHIR code; undefined when none does. The system is left out for `code` elements. */
export const v2Code = (table: V2Table, code: string | undefined, system?: string): string | undefined =>
  code === undefined ? undefined : inverse.get(table)?.get(system === undefined ? code : `${system}|${code}`)

/** The code system of HL7 v2 behind a table: a coding in it is a v2 code as it is. */
export const v2System = (table: V2Table): string =>
  `http://terminology.hl7.org/CodeSystem/v2-${tables[table].table}`
