import type { FieldDraft, Repetition, SegmentDraft } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import type { BundleGraph } from './bundle-graph.ts'
import { cwe, cweOf, cx, dtmAt, xad, xcn, xpn, xtn } from './fhir-values.ts'
import { v2Code } from './v2-codes.ts'

const EXTENSION = 'http://hl7.org/fhir/StructureDefinition/'
const US_CORE = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-'

/** PID and PD1 of a Patient; `account` numbers what Encounter.account refers to. */
export function patientSegments(
  patient: unknown,
  graph: BundleGraph,
  account: Repetition | undefined,
): readonly SegmentDraft[] {
  const birthTime = dtmAt(
    extension(at(patient, '_birthDate'), `${EXTENSION}patient-birthTime`),
    'valueDateTime',
  )
  const maiden = textAt(extension(patient, `${EXTENSION}patient-mothersMaidenName`), 'valueString')
  const religion = at(extension(patient, `${EXTENSION}patient-religion`), 'valueCodeableConcept')
  const fields: Record<number, FieldDraft> = {
    1: '1',
    3: listAt(patient, 'identifier').map(cx),
    5: listAt(patient, 'name').map(xpn),
    6: maiden === undefined ? undefined : [[maiden]],
    7: birthTime ?? dtmAt(patient, 'birthDate'),
    8: v2Code('AdministrativeSex', textAt(patient, 'gender')),
    10: usCore(patient, 'race'),
    11: listAt(patient, 'address').map(xad),
    13: listAt(patient, 'telecom').map(xtn),
    15: [language(at(patient, 'communication', 0, 'language'))],
    16: [cweOf('MaritalStatus', at(patient, 'maritalStatus'))],
    17: [cweOf('Religion', religion)],
    18: [account],
    22: usCore(patient, 'ethnicity'),
    23: birthPlace(extension(patient, `${EXTENSION}patient-birthPlace`)),
    24: yesNo(textAt(patient, 'multipleBirthBoolean')),
    25: textAt(patient, 'multipleBirthInteger'),
    29: dtmAt(patient, 'deceasedDateTime'),
    30: yesNo(textAt(patient, 'deceasedBoolean')) ?? (textAt(patient, 'deceasedDateTime') && 'Y'),
  }
  const general = listAt(patient, 'generalPractitioner').map(reference =>
    xcn(graph.find(reference, patient), textAt(reference, 'display')),
  )
  return [
    { name: 'PID', fields },
    ...(general.some(found => found !== undefined) ? [{ name: 'PD1', fields: { 4: general } }] : []),
  ]
}

const extension = (element: unknown, url: string): unknown =>
  listAt(element, 'extension').find(found => textAt(found, 'url') === url)

const yesNo = (text: string | undefined): string | undefined =>
  text === 'true' ? 'Y' : text === 'false' ? 'N' : undefined

/** The codes of a race or ethnicity, or its words where it has none. */
function usCore(patient: unknown, name: 'race' | 'ethnicity'): FieldDraft {
  const parts = listAt(extension(patient, US_CORE + name), 'extension')
  const codes = parts.flatMap(part => {
    const code = textAt(part, 'valueCoding', 'code')
    return code === undefined ? [] : [[code, textAt(part, 'valueCoding', 'display'), 'CDCREC']]
  })
  const text = textAt(
    parts.find(part => textAt(part, 'url') === 'text'),
    'valueString',
  )
  return codes.length > 0 || text === undefined ? codes : [['', text]]
}

/** A language tag goes without its system, as v2 senders write it. */
function language(concept: unknown): Repetition | undefined {
  const tag = listAt(concept, 'coding').find(coding => textAt(coding, 'system') === 'urn:ietf:bcp:47')
  return tag === undefined ? cwe(concept) : [textAt(tag, 'code'), textAt(tag, 'display')]
}

function birthPlace(place: unknown): string | undefined {
  const address = at(place, 'valueAddress')
  const parts = ['city', 'state', 'country'].flatMap(name => textAt(address, name) ?? [])
  return textAt(address, 'text') ?? (parts.length > 0 ? parts.join(', ') : undefined)
}

/** NK1 of each related person, and of the persons among Patient.contact. */
export function partySegments(patient: unknown, related: readonly unknown[]): readonly SegmentDraft[] {
  const parties = [...related, ...listAt(patient, 'contact')]
  return parties.map((party, index) => ({
    name: 'NK1',
    fields: {
      1: String(index + 1),
      2: [...listAt(party, 'name')].map(xpn),
      3: [cweOf('Relationship', listAt(party, 'relationship')[0])],
      4: listAt(party, 'address').map(xad),
      5: listAt(party, 'telecom').map(xtn),
      8: dtmAt(party, 'period', 'start'),
      9: dtmAt(party, 'period', 'end'),
      15: v2Code('AdministrativeSex', textAt(party, 'gender')),
      16: dtmAt(party, 'birthDate'),
      33: listAt(party, 'identifier').map(cx),
    },
  }))
}
