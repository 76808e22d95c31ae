import type { CodeableConcept, Coding } from '@medplum/fhirtypes'
import addressType from './codes/address-type.json' with { type: 'json' }
import addressUse from './codes/address-use.json' with { type: 'json' }
import administrativeSex from './codes/administrative-sex.json' with { type: 'json' }
import admissionType from './codes/admission-type.json' with { type: 'json' }
import allergenCategory from './codes/allergen-category.json' with { type: 'json' }
import allergyCriticality from './codes/allergy-criticality.json' with { type: 'json' }
import allergyReactionSeverity from './codes/allergy-reaction-severity.json' with { type: 'json' }
import allergyType from './codes/allergy-type.json' with { type: 'json' }
import ambulatoryStatus from './codes/ambulatory-status.json' with { type: 'json' }
import bedStatus from './codes/bed-status.json' with { type: 'json' }
import contactRole from './codes/contact-role.json' with { type: 'json' }
import degree from './codes/degree-license-certificate.json' with { type: 'json' }
import diagnosisType from './codes/diagnosis-type.json' with { type: 'json' }
import encounterPriority from './codes/encounter-priority.json' with { type: 'json' }
import eventReason from './codes/event-reason.json' with { type: 'json' }
import hospitalService from './codes/hospital-service.json' with { type: 'json' }
import identifierType from './codes/identifier-type.json' with { type: 'json' }
import interpretationCodes from './codes/interpretation-codes.json' with { type: 'json' }
import livingWillCode from './codes/living-will-code.json' with { type: 'json' }
import maritalStatus from './codes/marital-status.json' with { type: 'json' }
import modeOfArrival from './codes/mode-of-arrival-code.json' with { type: 'json' }
import nameAssemblyOrder from './codes/name-assembly-order.json' with { type: 'json' }
import nameType from './codes/name-type.json' with { type: 'json' }
import participation from './codes/participation.json' with { type: 'json' }
import patientClass from './codes/patient-class.json' with { type: 'json' }
import processingId from './codes/processing-id.json' with { type: 'json' }
import providerRole from './codes/provider-role.json' with { type: 'json' }
import readmissionIndicator from './codes/readmission-indicator.json' with { type: 'json' }
import relationship from './codes/relationship.json' with { type: 'json' }
import religion from './codes/religion.json' with { type: 'json' }
import equipmentType from './codes/telecommunication-equipment-type.json' with { type: 'json' }
import useCode from './codes/telecommunication-use-code.json' with { type: 'json' }
import { valued } from './resources/element.ts'
import type { MapContext } from './map-context.ts'
import { namesOf, overrides } from './overrides.ts'
import type { SourceSettings } from './source.ts'
import type { Repetition } from '../../hl7v2/segment.ts'

export interface Code {
  readonly code: string
  readonly system: string
  readonly display?: string
}

interface CodeTable {
  /** HL7 table number, e.g. `0004`. */
  readonly table: string
  readonly codings: Readonly<Record<string, Code>>
  /** Codes of the table that the guide maps to nothing: standard all the same. */
  readonly listed: readonly string[]
}

/** The guide's vocabulary maps, with our differences laid over them. */
const tables = {
  AddressType: addressType,
  AddressUse: addressUse,
  AdministrativeSex: administrativeSex,
  AdmissionType: admissionType,
  AllergenCategory: allergenCategory,
  AllergyCriticality: allergyCriticality,
  AllergyReactionSeverity: allergyReactionSeverity,
  AllergyType: allergyType,
  AmbulatoryStatus: ambulatoryStatus,
  BedStatus: bedStatus,
  ContactRole: contactRole,
  DegreeLicenseCertificate: degree,
  DiagnosisType: diagnosisType,
  EncounterPriority: encounterPriority,
  EventReason: eventReason,
  HospitalService: hospitalService,
  IdentifierType: identifierType,
  InterpretationCodes: interpretationCodes,
  LivingWillCode: livingWillCode,
  MaritalStatus: maritalStatus,
  ModeOfArrivalCode: modeOfArrival,
  NameAssemblyOrder: nameAssemblyOrder,
  NameType: nameType,
  Participation: participation,
  PatientClass: patientClass,
  ProcessingID: processingId,
  ProviderRole: providerRole,
  ReadmissionIndicator: readmissionIndicator,
  Relationship: relationship,
  Religion: religion,
  TelecommunicationEquipmentType: equipmentType,
  TelecommunicationUseCode: useCode,
} as const satisfies Record<string, CodeTable>

export type TableName = keyof typeof tables

const lookup: ReadonlyMap<string, ReadonlyMap<string, Code>> = new Map(
  Object.entries<CodeTable>(tables).map(([name, { codings }]) => [
    name,
    new Map(
      [...Object.entries(codings), ...Object.entries(overrides[name] ?? {})].map(([v2, code]) => [
        v2.toUpperCase(),
        code,
      ]),
    ),
  ]),
)

/** Names that senders write in place of codes: those of the codes of FHIR, and our own of HL7 tables (overrides.ts). */
const calledSo: ReadonlyMap<string, ReadonlyMap<string, Code>> = new Map(
  [...lookup].map(([name, codings]) => [
    name,
    new Map([
      ...[...codings.values()].toReversed().map(code => [code.display?.toUpperCase() ?? '', code] as const),
      ...Object.entries(namesOf[name] ?? {}).flatMap(([text, v2]) => {
        const code = codings.get(v2)
        return code ? [[text.toUpperCase(), code] as const] : []
      }),
    ]),
  ]),
)

/**
 * What a v2 code stands for, letter case aside: by the sender's own settings, else ours, else the guide's map, else the
 * one that is called so (Married, INPATIENT); undefined when none has it.
 */
export const mapCode = (table: TableName, code: string, settings?: SourceSettings): Code | undefined =>
  (settings && localCode(settings, code, table, tableNumber(table))) ??
  mappedAs(table, code) ??
  calledSo.get(table)?.get(code.toUpperCase())

const mappedAs = (table: TableName, code: string): Code | undefined =>
  lookup.get(table)?.get(code.toUpperCase())

/** What a sender's settings make of a code, by the name of a map or the number of a table. */
export function localCode(
  { codes }: SourceSettings,
  code: string,
  ...names: readonly string[]
): Code | undefined {
  for (const name of names) {
    const table = codes[name]
    if (table !== undefined && Object.hasOwn(table, code)) return table[code]
  }
  return undefined
}

const listedCodes: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries<CodeTable>(tables).map(([name, { listed }]) => [
    name,
    new Set(listed.map(code => code.toUpperCase())),
  ]),
)

/** A code of the HL7 table, mapped or not; others are made up by the sender. */
const isStandard = (table: TableName, code: string): boolean =>
  mappedAs(table, code) !== undefined || listedCodes.get(table)?.has(code.toUpperCase()) === true

/** HL7 table number behind a vocabulary map. */
const tableNumber = (table: TableName): string => tables[table].table

/** HL7 table 0396 names -> FHIR systems (http://terminology.hl7.org/CodeSystem/v2-0396), as senders write them. */
const SYSTEMS: Readonly<Record<string, string>> = {
  I10: 'http://hl7.org/fhir/sid/icd-10',
  I10C: 'http://hl7.org/fhir/sid/icd-10-cm',
  ICD10: 'http://hl7.org/fhir/sid/icd-10-cm',
  ICD10CM: 'http://hl7.org/fhir/sid/icd-10-cm',
  'ICD-10-CM': 'http://hl7.org/fhir/sid/icd-10-cm',
  I9: 'http://hl7.org/fhir/sid/icd-9-cm',
  I9C: 'http://hl7.org/fhir/sid/icd-9-cm',
  ICD9: 'http://hl7.org/fhir/sid/icd-9-cm',
  I9CDX: 'http://hl7.org/fhir/sid/icd-9-cm',
  'ICD-10': 'http://hl7.org/fhir/sid/icd-10',
  'ICD-9-CM': 'http://hl7.org/fhir/sid/icd-9-cm',
  I10P: 'http://www.cms.gov/Medicare/Coding/ICD10',
  ICD10PCS: 'http://www.cms.gov/Medicare/Coding/ICD10',
  'ICD-10-PCS': 'http://www.cms.gov/Medicare/Coding/ICD10',
  LN: 'http://loinc.org',
  LOINC: 'http://loinc.org',
  SCT: 'http://snomed.info/sct',
  SNOMED: 'http://snomed.info/sct',
  SNOMEDCT: 'http://snomed.info/sct',
  'SNOMED-CT': 'http://snomed.info/sct',
  'SNOMED CT': 'http://snomed.info/sct',
  C4: 'http://www.ama-assn.org/go/cpt',
  CPT: 'http://www.ama-assn.org/go/cpt',
  CPT4: 'http://www.ama-assn.org/go/cpt',
  'CPT-4': 'http://www.ama-assn.org/go/cpt',
  HCPCS: 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
  NUCC: 'http://nucc.org/provider-taxonomy',
  RXNORM: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  NDC: 'http://hl7.org/fhir/sid/ndc',
  CVX: 'http://hl7.org/fhir/sid/cvx',
  UCUM: 'http://unitsofmeasure.org',
  CDCREC: 'urn:oid:2.16.840.1.113883.6.238',
}

const HL7_TABLE = /^HL7-?0?(\d{3,4})$/i
const OID = /^(?:urn:oid:)?([0-2](?:\.(?:0|[1-9]\d*)){2,})$/
const URL = /^(?:https?|urn):[^\s]+$/

/** The FHIR system for the name of a coding system (CWE.3); undefined where none was given. */
export function codeSystem(name: string | undefined, context: MapContext): string | undefined {
  if (name === undefined) return undefined
  const known = SYSTEMS[name.toUpperCase()]
  if (known !== undefined) return known
  const table = HL7_TABLE.exec(name)?.[1]
  if (table !== undefined) return hl7System(table.padStart(4, '0'))
  const oid = OID.exec(name)?.[1]
  if (oid !== undefined) return `urn:oid:${oid}`
  return URL.test(name) ? name : localSystem(name, context)
}

export const hl7System = (table: string): string => `http://terminology.hl7.org/CodeSystem/v2-${table}`

/** A system of our own for codes that a facility makes up: stable, and never taken for anybody else's. */
export const localSystem = (name: string, { settings, facility }: MapContext): string =>
  `${settings.canonicalBase}/CodeSystem/local/${encodeURIComponent(facility)}/${encodeURIComponent(name)}`

export interface ConceptOptions {
  /** Vocabulary map of the guide. */
  readonly map?: TableName
  /** HL7 table of the field, when there is no map for it. */
  readonly table?: string
  /** `SEG-field`, for the note that a code is neither mapped nor one of its HL7 table. */
  readonly at: string
}

/**
 * CWE, CE, CNE, IS or ID as CodeableConcept: what the map says first, then everything as it was sent, so that nothing
 * is lost when the map is wrong. Source: IG CWE[CodeableConcept].
 */
export function cweToCodeableConcept(
  cwe: Repetition,
  context: MapContext,
  options: ConceptOptions,
): CodeableConcept | undefined {
  const code = valued(cwe, 1)
  const mapped = code === undefined ? undefined : mappedBy(options, code, context)
  if (options.map && code !== undefined && !mapped && !isStandard(options.map, code))
    context.report({ code: 'code-unmapped', expression: options.at })
  const coding = distinct([
    mapped && mappedCoding(mapped),
    codingAt(cwe, [1, 2, 3, 7], context, options),
    codingAt(cwe, [4, 5, 6, 8], context),
    codingAt(cwe, [10, 11, 12, 13], context),
  ])
  const text = valued(cwe, 9) ?? (coding.length === 0 ? (valued(cwe, 2) ?? valued(cwe, 5)) : undefined)
  if (coding.length === 0) return text === undefined ? undefined : { text }
  return text === undefined ? { coding } : { coding, text }
}

function mappedBy({ map, table }: ConceptOptions, code: string, { settings }: MapContext): Code | undefined {
  if (map !== undefined) return mapCode(map, code, settings)
  return table === undefined ? undefined : localCode(settings, code, table)
}

export const mappedCoding = ({ system, code, display }: Code): Coding =>
  display === undefined ? { system, code } : { system, code, display }

/** CWE, IS or ID as one Coding: the mapped one, else as sent. Source: IG CWE[Coding]. */
export function cweToCoding(
  cwe: Repetition,
  context: MapContext,
  options: ConceptOptions,
): Coding | undefined {
  return cweToCodeableConcept(cwe, context, options)?.coding?.[0]
}

function codingAt(
  cwe: Repetition,
  [code, display, system, version]: readonly [number, number, number, number],
  context: MapContext,
  options?: ConceptOptions,
): Coding | undefined {
  const value = valued(cwe, code)
  if (value === undefined) return undefined
  const named =
    codeSystem(valued(cwe, system), context) ?? (options && systemOfField(value, options, context))
  const coding: Coding = {}
  if (named !== undefined) coding.system = named
  const versionText = valued(cwe, version)
  if (versionText !== undefined && named !== undefined) coding.version = versionText
  coding.code = value.replaceAll(/\s+/g, ' ')
  const text = valued(cwe, display)
  if (text !== undefined) coding.display = text
  return coding
}

/** A code without a system belongs to the field's HL7 table when that table has it, else to the facility's own. */
function systemOfField(
  code: string,
  { map, table }: ConceptOptions,
  context: MapContext,
): string | undefined {
  const number = map ? tableNumber(map) : table
  if (number === undefined || number === '') return undefined
  return map === undefined || isStandard(map, code) ? hl7System(number) : localSystem(number, context)
}

function distinct(codings: readonly (Coding | undefined)[]): Coding[] {
  const found: Coding[] = []
  for (const coding of codings) {
    if (coding && !found.some(other => other.system === coding.system && other.code === coding.code))
      found.push(coding)
  }
  return found
}
