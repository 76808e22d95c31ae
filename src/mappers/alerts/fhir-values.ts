import type { Component, Leaf, Repetition } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import { v2Code, v2System, type V2Table } from './v2-codes.ts'

/** FHIR data types as v2 writes them: the way back of the maps in mappers/adt/types. What is no such value is left out. */

const DATE_TIME =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?\d*)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

/** A date, dateTime or instant as DTM, as precise as it is. */
export function dtm(text: string | undefined): string | undefined {
  const parts = DATE_TIME.exec(text ?? '')
  if (parts === null) return undefined
  const [, year = '', month = '', day = '', hour = '', minute = '', second = '', fraction = '', zone = ''] =
    parts
  const offset = zone === 'Z' ? '+0000' : zone.replace(':', '')
  return [year, month, day, hour, minute, second, fraction, offset].join('')
}

export const dtmAt = (value: unknown, ...path: readonly (string | number)[]): string | undefined =>
  dtm(textAt(value, ...path))

const OWN_ASSIGNER = /\/sid\/assigner\/([^/]+)$/

/** An identifier system as HD: what our own made-up systems name, else OID, UUID or URI. */
function authority(system: string | undefined, namespace?: string): Component {
  if (system === undefined) return namespace
  const [, own] = OWN_ASSIGNER.exec(system) ?? []
  if (own !== undefined) return decoded(own) === namespace ? [namespace] : ['', decoded(own)]
  if (system.startsWith('urn:oid:')) return [namespace, system.slice('urn:oid:'.length), 'ISO']
  if (system.startsWith('urn:uuid:')) return [namespace, system.slice('urn:uuid:'.length), 'UUID']
  return [namespace, system, 'URI']
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const TYPES = 'http://terminology.hl7.org/CodeSystem/v2-0203'

const codingIn = (concept: unknown, system: string): unknown =>
  listAt(concept, 'coding').find(coding => textAt(coding, 'system') === system)

/** Identifier as CX; one without a value is none. */
export function cx(identifier: unknown): Repetition | undefined {
  const value = textAt(identifier, 'value')
  if (value === undefined) return undefined
  const type = textAt(codingIn(at(identifier, 'type'), TYPES), 'code') ?? textAt(identifier, 'type', 'text')
  const assigner = textAt(identifier, 'assigner', 'display')
  const period = [dtmAt(identifier, 'period', 'start'), dtmAt(identifier, 'period', 'end')]
  return [value, '', '', authority(textAt(identifier, 'system'), assigner), type, '', ...period]
}

/** HumanName as XPN; given names after the first stand together, as v2 has them. */
export function xpn(name: unknown): Repetition | undefined {
  const [first, ...others] = texts(name, 'given')
  const family = textAt(name, 'family') ?? (first === undefined ? textAt(name, 'text') : undefined)
  if (family === undefined && first === undefined) return undefined
  const [suffix, degree, ...titles] = texts(name, 'suffix')
  const use = v2Code('NameType', textAt(name, 'use'))
  const period = [dtmAt(name, 'period', 'start'), dtmAt(name, 'period', 'end')]
  return [
    ...[family, first, others.join(' '), suffix, texts(name, 'prefix').join(' '), degree, use],
    ...['', '', '', '', ...period, titles.join(' ')],
  ]
}

export const texts = (value: unknown, ...path: readonly string[]): readonly string[] =>
  listAt(value, ...path).flatMap(item => textAt(item) ?? [])

/** Address as XAD. */
export function xad(address: unknown): Repetition | undefined {
  const [street, other, ...more] = texts(address, 'line')
  const place = ['city', 'state', 'postalCode', 'country'].map(name => textAt(address, name))
  const district = textAt(address, 'district')
  if ([street, ...place, district].every(part => part === undefined)) return undefined
  const kind = textAt(address, 'type') === 'postal' ? 'M' : v2Code('AddressUse', textAt(address, 'use'))
  const period = [dtmAt(address, 'period', 'start'), dtmAt(address, 'period', 'end')]
  return [
    ...[[street], other, ...place, kind, '', district, '', '', '', ...period],
    ...['', '', '', '', more.join(', ')],
  ]
}

const EQUIPMENT: Readonly<Record<string, string>> = { phone: 'PH', fax: 'FX', email: 'Internet', pager: 'BP' }
const USES: Readonly<Record<string, string>> = { home: 'PRN', work: 'WPN', mobile: 'PRS', temp: 'VHN' }

/** ContactPoint as XTN, mail without a use as on the network; kinds that v2 has none for (url, sms, other) are left out. */
export function xtn(contact: unknown): Repetition | undefined {
  const [value, system = 'phone'] = [textAt(contact, 'value'), textAt(contact, 'system')]
  const equipment = EQUIPMENT[system]
  if (value === undefined || equipment === undefined) return undefined
  const isMail = system === 'email'
  const use = USES[textAt(contact, 'use') ?? ''] ?? (isMail ? 'NET' : undefined)
  const period = [dtmAt(contact, 'period', 'start'), dtmAt(contact, 'period', 'end')]
  const tail = [
    '',
    '',
    '',
    '',
    '',
    '',
    '',
    isMail ? '' : value,
    ...period,
    '',
    '',
    '',
    textAt(contact, 'rank'),
  ]
  return ['', use, equipment, isMail ? value : '', ...tail]
}

/** What HL7 table 0396 calls a system; others keep their URI. */
const SYSTEM_NAMES: Readonly<Record<string, string>> = {
  'http://hl7.org/fhir/sid/icd-10': 'I10',
  'http://hl7.org/fhir/sid/icd-10-cm': 'I10C',
  'http://hl7.org/fhir/sid/icd-9-cm': 'I9C',
  'http://loinc.org': 'LN',
  'http://snomed.info/sct': 'SCT',
  'http://www.ama-assn.org/go/cpt': 'C4',
  'http://www.nlm.nih.gov/research/umls/rxnorm': 'RXNORM',
  'http://hl7.org/fhir/sid/ndc': 'NDC',
  'http://hl7.org/fhir/sid/cvx': 'CVX',
}

function systemName(system: string | undefined): string | undefined {
  if (system === undefined) return undefined
  const [, table] = /^http:\/\/terminology\.hl7\.org\/CodeSystem\/v2-(\d{4})$/.exec(system) ?? []
  return table === undefined ? (SYSTEM_NAMES[system] ?? system) : `HL7${table}`
}

/** CodeableConcept as CWE: two codings and the text. */
export function cwe(concept: unknown): Repetition | undefined {
  const [one, other] = listAt(concept, 'coding').filter(coding => textAt(coding, 'code') !== undefined)
  const text = textAt(concept, 'text')
  if (one === undefined) return text === undefined ? undefined : ['', text]
  const parts = (coding: unknown): readonly Leaf[] => [
    textAt(coding, 'code'),
    textAt(coding, 'display'),
    systemName(textAt(coding, 'system')),
  ]
  return [...parts(one), ...parts(other), textAt(one, 'version'), textAt(other, 'version'), text]
}

/** A concept by the code of a v2 table, where it is in that table or ours maps to it; else as it was sent. */
export function cweOf(table: V2Table, concept: unknown): Repetition | undefined {
  const code = codeOf(table, concept)
  return code === undefined ? cwe(concept) : [code]
}

export function codeOf(table: V2Table, concept: unknown): string | undefined {
  const own = textAt(codingIn(concept, v2System(table)), 'code')
  if (own !== undefined) return own
  const codings = [...listAt(concept, 'coding'), concept]
  return codings.map(coding => v2Code(table, textAt(coding, 'code'), textAt(coding, 'system'))).find(Boolean)
}

const NPI = 'http://hl7.org/fhir/sid/us-npi'

/** Practitioner (undefined where the reference leads nowhere) as XCN; `display` is what the reference calls it. */
export function xcn(practitioner: unknown, display: string | undefined): Repetition | undefined {
  const identifiers = listAt(practitioner, 'identifier')
  const npi = identifiers.find(identifier => textAt(identifier, 'system') === NPI)
  const number = npi ?? identifiers.find(identifier => textAt(identifier, 'value') !== undefined)
  const [family, given, more, suffix, prefix] = xpn(listAt(practitioner, 'name')[0]) ?? []
  if (number === undefined && family === undefined && given === undefined)
    return display === undefined ? undefined : ['', display]
  const assigner = npi === undefined ? authority(textAt(number, 'system')) : ''
  const type = npi === undefined ? textAt(codingIn(at(number, 'type'), TYPES), 'code') : 'NPI'
  return [textAt(number, 'value'), family, given, more, suffix, prefix, '', '', assigner, '', '', '', type]
}

const WIDE: Readonly<Record<string, number>> = { si: 4, bu: 7, lvl: 8, wi: 7, wa: 1, ro: 2, bd: 3 }
const DEPTH_MAX = 10

/**
 * A Location with all that it is part of as PL. `find` follows a reference. Of a place whose name begins with that of
 * the one around it (as ours do) the rest is its own.
 */
export function pl(location: unknown, find: (reference: unknown) => unknown): Repetition | undefined {
  const parts: (string | undefined)[] = Array.from({ length: 8 })
  let place = location
  for (let depth = 0; place !== undefined && depth < DEPTH_MAX; depth += 1) {
    const around = find(at(place, 'partOf'))
    const kind = textAt(at(place, 'physicalType', 'coding', 0), 'code') ?? ''
    const name = ownName(textAt(place, 'name'), textAt(around, 'name'))
    const unknown = depth > 0 ? 0 : isFacility(place, find) ? 4 : 1
    const component = Object.hasOwn(WIDE, kind) ? (WIDE[kind] as number) : unknown
    if (component > 0) parts[component - 1] ??= name
    place = around
  }
  return parts.some(part => part !== undefined) ? parts : undefined
}

/** Many servers have one Location for the whole of a hospital, called as it is. */
function isFacility(place: unknown, find: (reference: unknown) => unknown): boolean {
  const managing = at(place, 'managingOrganization')
  const name = textAt(find(managing), 'name') ?? textAt(managing, 'display')
  return name !== undefined && name === textAt(place, 'name')
}

const ownName = (name: string | undefined, around: string | undefined): string | undefined =>
  name !== undefined && around !== undefined && name.startsWith(`${around} `)
    ? name.slice(around.length + 1)
    : name
