import type { PatientContact, RelatedPerson } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept, hl7System } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateOf, dateTimeOf } from '../map-context.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { cxToIdentifier } from '../types/cx-identifier.ts'
import { dtmEnd } from '../types/period.ts'
import { xadToAddress } from '../types/xad-address.ts'
import { xonToReference } from '../types/xon-organization.ts'
import { xpnToHumanName } from '../types/xpn-human-name.ts'
import { xtnToContactPoint } from '../types/xtn-contact-point.ts'
import { gender, language } from './pid-patient.ts'

const row = rowsFor<RelatedPerson>()
const contactRow = rowsFor<{ contact: PatientContact[] }>()

/** NK1 -> RelatedPerson, in the guide's order. */
export const nk1RelatedPerson = segmentMap(
  'NK1[RelatedPerson]',
  ['name', 'relationship', 'address', 'telecom', 'identifier', 'communication'],
  [
    row({ v2: 'NK1-2', to: 'name[1]', via: 'XPN[HumanName]', value: name }),
    row({ v2: 'NK1-3', to: 'relationship[1]', via: 'CWE[CodeableConcept]', value: relationship }),
    row({ v2: 'NK1-4', to: 'address[1]', via: 'XAD[Address]', value: address }),
    row({ v2: 'NK1-5', to: 'telecom[1]', via: 'XTN[ContactPoint]', value: telecom }),
    row({ v2: 'NK1-6', to: 'telecom[2]', via: 'XTN[ContactPoint]', value: telecom }),
    row({ v2: 'NK1-6', to: 'telecom[2].use', via: '"work"', value: () => 'work' as const }),
    row({ v2: 'NK1-7', to: 'relationship[2]', via: 'CWE[CodeableConcept]', value: role }),
    row({ v2: 'NK1-8', to: 'period.start', via: '', value: time }),
    row({ v2: 'NK1-9', to: 'period.end', via: '', value: end }),
    row({ v2: 'NK1-12', to: 'identifier[1]', via: 'CX[Identifier]', value: identifier }),
    row({ v2: 'NK1-15', to: 'gender', via: 'CWE[Code]', value: (cwe, { context }) => gender(cwe, context) }),
    row({
      v2: 'NK1-16',
      to: 'birthDate',
      via: '',
      value: (dtm, { context, at }) => dateOf(valued(dtm), context, at),
    }),
    row({ v2: 'NK1-20', to: 'communication.language', via: 'CWE[CodeableConcept]', value: language }),
    row({ v2: 'NK1-30', to: 'name[2]', via: 'XPN[HumanName]', value: name }),
    row({ v2: 'NK1-31', to: 'telecom[3]', via: 'XTN[ContactPoint]', value: telecom }),
    row({ v2: 'NK1-32', to: 'address[2]', via: 'XAD[Address]', value: address }),
    row({ v2: 'NK1-33', to: 'identifier[2]', via: 'CX[Identifier]', value: identifier }),
    row({ v2: 'NK1-37', to: 'identifier[3].value', via: '', when: keepsSsn, value: st => valued(st) }),
    row({
      v2: 'NK1-37',
      to: 'identifier[3].system',
      via: '"http://hl7.org/fhir/sid/us-ssn"',
      when: keepsSsn,
      value: () => 'http://hl7.org/fhir/sid/us-ssn',
    }),
    row({
      v2: 'NK1-37',
      to: 'identifier[3].type.coding.code',
      via: '"SS"',
      when: keepsSsn,
      value: () => 'SS',
    }),
    row({
      v2: 'NK1-37',
      to: 'identifier[3].type.coding.system',
      via: `"${hl7System('0203')}"`,
      ours: 'A type code needs its system; the guide gives none for this row.',
      when: keepsSsn,
      value: () => hl7System('0203'),
    }),
    row({ v2: 'NK1-40', to: 'telecom[4]', via: 'XTN[ContactPoint]', value: telecom }),
    row({ v2: 'NK1-41', to: 'telecom[5]', via: 'XTN[ContactPoint]', value: telecom }),
  ],
)

/** NK1 -> Patient.contact, in the guide's order: for organisations (employer, agency, insurer), which are no person. */
export const nk1Patient = segmentMap(
  'NK1[Patient]',
  ['contact', 'contact.relationship', 'contact.telecom'],
  [
    contactRow({ v2: 'NK1-2', to: 'contact.name', via: 'XPN[HumanName]', value: name }),
    contactRow({
      v2: 'NK1-3',
      to: 'contact.relationship[1]',
      via: 'CWE[CodeableConcept]',
      value: relationship,
    }),
    contactRow({ v2: 'NK1-4', to: 'contact.address', via: 'XAD[Address]', value: address }),
    contactRow({ v2: 'NK1-5', to: 'contact.telecom[1]', via: 'XTN[ContactPoint]', value: telecom }),
    contactRow({ v2: 'NK1-6', to: 'contact.telecom[2]', via: 'XTN[ContactPoint]', value: telecom }),
    contactRow({
      v2: 'NK1-6',
      to: 'contact.telecom[2].use',
      via: '"work"',
      value: (xtn, scene) => telecom(xtn, scene) && ('work' as const),
    }),
    contactRow({ v2: 'NK1-7', to: 'contact.relationship[2]', via: 'CWE[CodeableConcept]', value: role }),
    contactRow({ v2: 'NK1-8', to: 'contact.period.start', via: '', value: time }),
    contactRow({ v2: 'NK1-9', to: 'contact.period.end', via: '', value: end }),
    contactRow({
      v2: 'NK1-13',
      to: 'contact.organization(Organization)',
      ig: 'contact.organization[1](Organization)',
      via: 'XON[Organization]',
      value: (xon, { context }) => xonToReference(xon, context),
    }),
    contactRow({
      v2: 'NK1-15',
      to: 'contact.gender',
      via: 'CWE[Code]',
      value: (cwe, { context }) => gender(cwe, context),
    }),
    contactRow({ v2: 'NK1-40', to: 'contact.telecom[3]', via: 'XTN[ContactPoint]', value: telecom }),
    contactRow({ v2: 'NK1-41', to: 'contact.telecom[4]', via: 'XTN[ContactPoint]', value: telecom }),
  ],
)

function name(xpn: Repetition, { context, at }: Scene) {
  return xpnToHumanName(xpn, context, at)
}

function address(xad: Repetition, { context, at }: Scene) {
  return xadToAddress(xad, context, at)
}

function telecom(xtn: Repetition, { context, at }: Scene) {
  return xtnToContactPoint(xtn, context, at)
}

function relationship(cwe: Repetition, { context, at }: Scene) {
  return cweToCodeableConcept(cwe, context, { map: 'Relationship', at })
}

function role(cwe: Repetition, { context, at }: Scene) {
  return cweToCodeableConcept(cwe, context, { map: 'ContactRole', at })
}

function time(dt: Repetition, { context, at }: Scene) {
  return dateTimeOf(valued(dt), context, at)
}

function end(dt: Repetition, { segment, context, at }: Scene) {
  return dtmEnd(valued(dt), segment.text(8) ?? undefined, context, at)
}

function identifier(cx: Repetition, { context, at }: Scene) {
  return cxToIdentifier(cx, context, at)
}

function keepsSsn({ context }: Scene): boolean {
  return context.settings.ssn === 'keep'
}
