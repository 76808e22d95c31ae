/**
 * Makes `src/mappers/adt/codes/*.json` from the vocabulary maps of the HL7 v2-to-FHIR guide:
 * `node scripts/generate-code-tables.ts [FOLDER]`, FOLDER = the guide's maps (default `$CASEWIRE_DATA/v2-to-fhir`).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCsv } from './csv.ts'

/** Guide's name of a map -> our file; only the maps that a row or a data type uses. */
export const codeMaps = {
  AddressType: 'AddressType[Type]',
  AddressUse: 'AddressType[Use]',
  AdministrativeSex: 'AdministrativeSex',
  AdmissionType: 'AdmissionType',
  AllergenCategory: 'AllergenType[AllergyIntoleranceCategory]',
  AllergyCriticality: 'AllergySeverity[AllergyIntolerance.criticality]',
  AllergyReactionSeverity: 'AllergySeverity[AllergyIntolerance.reaction.severity]',
  AllergyType: 'AllergyType',
  AmbulatoryStatus: 'AmbulatoryStatus',
  BedStatus: 'BedStatus',
  ContactRole: 'ContactRole',
  DegreeLicenseCertificate: 'DegreeLicenseCertificate',
  DiagnosisType: 'DiagnosisType',
  EncounterPriority: 'EncounterPriority',
  EventReason: 'EventReason',
  HospitalService: 'HospitalService',
  IdentifierType: 'IdentifierType',
  InterpretationCodes: 'InterpretationCodes',
  LivingWillCode: 'LivingWillCode',
  MaritalStatus: 'MaritalStatus',
  ModeOfArrivalCode: 'ModeOfArrivalCode',
  NameAssemblyOrder: 'NameAssemblyOrder',
  NameType: 'NameType',
  Participation: 'Participation',
  PatientClass: 'PatientClass[EncounterClass]',
  ProcessingID: 'ProcessingID',
  ProviderRole: 'ProviderRole',
  ReadmissionIndicator: 'ReadmissionIndicator',
  Relationship: 'Relationship',
  Religion: 'Religion',
  TelecommunicationEquipmentType: 'TelecommunicationEquipmentType',
  TelecommunicationUseCode: 'TelecommunicationUseCode',
} as const

const REPOSITORY = 'HL7/v2-to-fhir'

/** The text of one table: where it comes from, its v2 table number, code -> FHIR coding, and listed codes without one. */
export function codeTable(folder: string, map: string): string {
  const path = `codesystems/HL7 Concept Map_ ${map} - Sheet1.csv`
  const commit = readFileSync(join(folder, 'INDEX.tsv'), 'utf8')
    .split('\n')
    .find(line => line.startsWith(path))
    ?.split('\t')[3]
  if (commit === undefined) throw new Error(`INDEX.tsv does not list ${path}`)
  const rows = readCsv(readFileSync(join(folder, path), 'utf8'))
    .slice(2)
    .filter(row => row[0]?.trim())
  const columns = { code: 6, display: 8, displayAside: 7, system: 9 }
  const codings = rows.flatMap(row => {
    const at = (column: number): string => row[column]?.trim() ?? ''
    const code = at(columns.code)
    if (code === '') return []
    const system = [at(columns.system), at(columns.display)].find(text => /^(https?:|urn:)/.test(text)) ?? ''
    const display =
      [at(columns.display), at(columns.displayAside)].find(text => text !== '' && text !== system) ?? at(1)
    return [[at(0), { code, system, display }] as const]
  })
  const table = rows[0]?.[2]?.replace(/^HL7?0*/, '').padStart(4, '0') ?? ''
  const listed = rows
    .map(row => row[0]?.trim() ?? '')
    .filter(code => !codings.some(([mapped]) => mapped === code))
  const source = { repository: REPOSITORY, commit, path: `mappings/${path}` }
  return `${JSON.stringify({ source, table, codings: Object.fromEntries(codings), listed }, null, 1)}\n`
}

export const codeFile = (name: string): string =>
  `src/mappers/adt/codes/${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.json`

if (import.meta.main) {
  const folder = process.argv[2] ?? join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'v2-to-fhir')
  for (const [name, map] of Object.entries(codeMaps)) writeFileSync(codeFile(name), codeTable(folder, map))
}
