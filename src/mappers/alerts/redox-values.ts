import type { Component, Leaf, Repetition } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import identifierTypes from '../adt/codes/identifier-type.json' with { type: 'json' }

/** The parts of Redox's data models that come again and again, as v2 writes them. */

const OID = /^[0-2](?:\.\d+){2,}$/
const KNOWN_TYPES: ReadonlySet<string> = new Set([
  ...Object.keys(identifierTypes.codings),
  ...identifierTypes.listed,
])

/** `IDType` is the kind of the number (HL7 table 0203), or who assigned it: a name or an OID. */
function kindOf(idType: string | undefined): { readonly assigner: Component; readonly type: Leaf } {
  if (idType === undefined) return { assigner: undefined, type: undefined }
  if (KNOWN_TYPES.has(idType)) return { assigner: undefined, type: idType }
  return { assigner: OID.test(idType) ? ['', idType, 'ISO'] : [idType], type: undefined }
}

/** `{ ID, IDType }` as CX. */
export function redoxCx(identifier: unknown): Repetition | undefined {
  const id = textAt(identifier, 'ID')
  const { assigner, type } = kindOf(textAt(identifier, 'IDType'))
  return id === undefined ? undefined : [id, '', '', assigner, type]
}

/** A provider as XCN. */
export function redoxXcn(provider: unknown): Repetition | undefined {
  const npi = textAt(provider, 'NPI')
  const [id, idType] = npi === undefined ? [textAt(provider, 'ID'), textAt(provider, 'IDType')] : [npi, 'NPI']
  const name = ['LastName', 'FirstName', 'MiddleName'].map(part => textAt(provider, part))
  if (id === undefined && name.every(part => part === undefined)) return undefined
  const { assigner, type } = kindOf(idType)
  const [degree] = listAt(provider, 'Credentials')
  return [id, ...name, '', '', textAt(degree), '', assigner, '', '', '', type]
}

/** A person's name as XPN. */
export function redoxXpn(person: unknown): Repetition | undefined {
  const name = ['LastName', 'FirstName', 'MiddleName'].map(part => textAt(person, part))
  return name.every(part => part === undefined) ? undefined : name
}

export function redoxXad(address: unknown): Repetition | undefined {
  const [street, city, state, zip, country, county] = [
    'StreetAddress',
    'City',
    'State',
    'ZIP',
    'Country',
    'County',
  ].map(part => textAt(address, part))
  if ([street, city, state, zip, country, county].every(part => part === undefined)) return undefined
  return [[street], '', city, state, zip, country, '', '', county]
}

const dialled = (value: string, use: string, equipment: string): Repetition => [
  ...['', use, equipment, '', '', '', '', '', '', '', ''],
  value,
]

/** Telephones of the home, mobile ones and mail. */
export const homeNumbers = (person: unknown): readonly Repetition[] => [
  ...numbers(person, 'Home', 'PRN', 'PH'),
  ...numbers(person, 'Mobile', 'PRS', 'CP'),
  ...listAt(person, 'EmailAddresses').flatMap((address): readonly Repetition[] => {
    const mail = textAt(address) ?? textAt(address, 'Address')
    return mail === undefined ? [] : [['', 'NET', 'Internet', mail]]
  }),
]

export const officeNumbers = (person: unknown): readonly Repetition[] => [
  ...numbers(person, 'Office', 'WPN', 'PH'),
  ...numbers(person, 'Business', 'WPN', 'PH'),
]

function numbers(person: unknown, kind: string, use: string, equipment: string): readonly Repetition[] {
  const number = textAt(at(person, 'PhoneNumber'), kind)
  return number === undefined ? [] : [dialled(number, use, equipment)]
}

/** Names of code sets that Redox writes otherwise than HL7 table 0396. */
const CODE_SETS: Readonly<Record<string, string>> = {
  'ICD-10': 'I10C',
  'ICD-9': 'I9C',
  'SNOMED CT': 'SCT',
  'SNOMED-CT': 'SCT',
}

/** `{ Code, Codeset, Name | Description }` as CWE. */
export function redoxCwe(coded: unknown): Repetition | undefined {
  const [code, name] = [textAt(coded, 'Code'), textAt(coded, 'Name') ?? textAt(coded, 'Description')]
  if (code === undefined && name === undefined) return undefined
  const set = textAt(coded, 'Codeset')
  return [code, name, set && (CODE_SETS[set] ?? set)]
}

/** A place as PL: department, room, bed, facility. */
export function redoxPl(location: unknown): Repetition | undefined {
  const place = ['Department', 'Room', 'Bed', 'Facility'].map(part => textAt(location, part))
  return place.every(part => part === undefined) ? undefined : place
}

/** Words by the first letters of which v2 has codes; what is none of them goes as it came. */
export const worded = (
  words: Readonly<Record<string, string>>,
  text: string | undefined,
): string | undefined => (text === undefined ? undefined : (words[text.toLowerCase()] ?? text))

export const sexes: Readonly<Record<string, string>> = { male: 'M', female: 'F', other: 'O', unknown: 'U' }

export const maritalStates: Readonly<Record<string, string>> = {
  single: 'S',
  'never married': 'S',
  married: 'M',
  divorced: 'D',
  widowed: 'W',
  separated: 'A',
  'legally separated': 'A',
  'domestic partner': 'P',
  'common law': 'C',
  unknown: 'U',
  other: 'O',
}

export const relations: Readonly<Record<string, string>> = {
  self: 'SEL',
  spouse: 'SPO',
  husband: 'SPO',
  wife: 'SPO',
  child: 'CHD',
  parent: 'PAR',
  mother: 'MTH',
  father: 'FTH',
  sibling: 'SIB',
  brother: 'BRO',
  sister: 'SIS',
  friend: 'FND',
  guardian: 'GRD',
  other: 'OTH',
}
