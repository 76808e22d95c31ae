import type { CodeableConcept, Condition, EncounterDiagnosis } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateTimeOf } from '../map-context.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { restricted } from '../resources/security-labels.ts'
import { assignerSystem } from '../types/hd.ts'
import { xcnToReference } from '../types/xcn-practitioner.ts'

const row = rowsFor<Condition>()
const diagnosisRow = rowsFor<{ diagnosis: EncounterDiagnosis[] }>()

const ASSERTED = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate'
export const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status'

/** DG1 -> Condition, in the guide's order. */
export const dg1Condition = segmentMap(
  'DG1[Condition]',
  ['identifier', 'meta.security'],
  [
    row({
      v2: 'DG1-3',
      to: 'code',
      ig: 'code[1]',
      via: 'CWE[CodeableConcept]',
      value: diagnosisCode,
    }),
    row({
      v2: 'DG1-4',
      to: 'code.text',
      ig: 'code[1].text',
      via: '',
      value: st => valued(st),
    }),
    row({
      v2: 'DG1-5',
      to: 'onsetDateTime',
      via: '',
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({
      v2: 'DG1-16',
      to: 'asserter(Practitioner)',
      via: 'XCN[Practitioner]',
      value: (xcn, { context }) => xcnToReference(xcn, context),
    }),
    row({
      v2: 'DG1-18',
      to: 'meta.security',
      via: 'ID[Coding]',
      ours: 'What its sender calls confidential is restricted, and stays out of what is broadcast; the guide leaves it out.',
      value: id => restricted(valued(id)),
    }),
    row({ v2: 'DG1-19', to: 'extension[1].url', via: `"${ASSERTED}"`, value: () => ASSERTED }),
    row({
      v2: 'DG1-19',
      to: 'extension[1].valueDateTime',
      via: '',
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({
      v2: 'DG1-19',
      to: 'recordedDate',
      via: '',
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({
      v2: 'DG1-20',
      to: 'identifier',
      via: 'EI[Identifier-Extension]',
      value: (ei, { context }) => {
        const value = valued(ei, 1)
        if (value === undefined) return undefined
        const authority = {
          namespace: valued(ei, 2),
          universalId: valued(ei, 3),
          universalIdType: valued(ei, 4),
        }
        return { system: assignerSystem(authority, context), value }
      },
    }),
    row({
      v2: 'DG1-21',
      to: 'verificationStatus.coding.code',
      via: 'SegmentActionCode',
      when: ({ segment }) => segment.text(21)?.toUpperCase() === 'D',
      value: () => 'entered-in-error',
    }),
    row({
      v2: 'DG1-21',
      to: 'verificationStatus.coding.system',
      via: `"${VERIFICATION}"`,
      when: ({ segment }) => segment.text(21)?.toUpperCase() === 'D',
      value: () => VERIFICATION,
    }),
  ],
)

/** DG1 -> Encounter.diagnosis: what belongs to the visit; the rest stands in the Condition that it refers to. */
export const dg1Encounter = segmentMap(
  'DG1[Encounter]',
  ['diagnosis'],
  [
    diagnosisRow({
      v2: 'DG1-6',
      to: 'diagnosis.use',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { map: 'DiagnosisType', at }),
    }),
    diagnosisRow({
      v2: 'DG1-15',
      to: 'diagnosis.rank',
      via: '',
      value: nm => {
        const rank = Number(valued(nm))
        return Number.isInteger(rank) && rank > 0 && rank < 1000 ? rank : undefined
      },
    }),
  ],
)

/** The description (DG1-4) is the text; a code without a system is of the one that DG1-2 names. */
function diagnosisCode(cwe: Repetition, { segment, context, at }: Scene): CodeableConcept | undefined {
  const concept = cweToCodeableConcept(cwe, context, { at })
  if (!concept) return undefined
  const method = METHODS[segment.text(2)?.toUpperCase() ?? '']
  const coding = concept.coding?.map(item =>
    item.system === undefined && method ? { system: method, ...item } : item,
  )
  const text = segment.text(4) ?? concept.text
  return { ...(coding && { coding }), ...(text !== undefined && { text }) }
}

/** DG1-2, the coding system's old place (HL7 table 0053). */
const METHODS: Readonly<Record<string, string>> = {
  I10: 'http://hl7.org/fhir/sid/icd-10',
  I10C: 'http://hl7.org/fhir/sid/icd-10-cm',
  ICD10: 'http://hl7.org/fhir/sid/icd-10-cm',
  I9: 'http://hl7.org/fhir/sid/icd-9-cm',
  I9C: 'http://hl7.org/fhir/sid/icd-9-cm',
  ICD9: 'http://hl7.org/fhir/sid/icd-9-cm',
}
