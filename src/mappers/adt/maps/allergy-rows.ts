import type { AllergyIntolerance, AllergyIntoleranceReaction, Extension } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { cweToCodeableConcept, mapCode, type TableName } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, type Row, type Scene } from '../rows.ts'

interface Primitive {
  extension?: Extension[]
}

export type Allergy = AllergyIntolerance & { _type?: Primitive; _criticality?: Primitive }

const row = rowsFor<Allergy>()

const ALTERNATE_CODES = 'http://hl7.org/fhir/StructureDefinition/alternate-codes'

/** Rows of the fields that AL1 and IAM share: 2 (kind of allergen), 4 (severity), 5 (reaction). */
export function allergyRows(segment: 'AL1' | 'IAM'): readonly Row[] {
  const ours = 'What was sent is kept beside the code of FHIR, whose list is shorter.'
  return [
    row({
      v2: `${segment}-2`,
      to: 'category',
      via: 'AllergenType[AllergyIntoleranceCategory]',
      value: (cwe, scene) => code('AllergenCategory', cwe, scene) as 'food' | undefined,
    }),
    row({
      v2: `${segment}-2`,
      to: '_type.extension[1].url',
      via: `"${ALTERNATE_CODES}"`,
      ours,
      value: () => ALTERNATE_CODES,
    }),
    row({
      v2: `${segment}-2`,
      to: '_type.extension[1].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      ours,
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { table: '0127', at }),
    }),
    row({
      v2: `${segment}-2`,
      to: 'type',
      via: 'AllergyType',
      when: ({ segment: { name, text } }) => name !== 'IAM' || !text(9),
      value: (cwe, scene) => code('AllergyType', cwe, scene) as 'allergy' | undefined,
    }),
    row({
      v2: `${segment}-4`,
      to: 'criticality',
      via: 'AllergySeverity[AllergyIntolerance.criticality]',
      value: (cwe, scene) =>
        code('AllergyCriticality', cwe, scene) as AllergyIntolerance['criticality'] | undefined,
    }),
    row({
      v2: `${segment}-4`,
      to: '_criticality.extension[1].url',
      ig: 'criticality.extension[1].url',
      via: `"${ALTERNATE_CODES}"`,
      value: () => ALTERNATE_CODES,
    }),
    row({
      v2: `${segment}-4`,
      to: '_criticality.extension[1].valueCodeableConcept',
      ig: 'criticality.extension[1].valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { table: '0128', at }),
    }),
    row({
      v2: `${segment}-5`,
      to: 'reaction',
      ig: 'reaction.manifestation.text',
      via: 'ST[CodeableConcept]',
      value: reaction,
    }),
  ]
}

/** The FHIR code of a table that has none for some of its codes: those are standard and need no note. */
function code(map: TableName, cwe: Repetition, { context, at }: Scene): string | undefined {
  const sent = valued(cwe)
  const mapped = sent === undefined ? undefined : mapCode(map, sent, context.settings)
  if (sent !== undefined && !mapped && !NO_EQUAL.has(sent.toUpperCase()))
    context.report({ code: 'code-unmapped', expression: at })
  return mapped?.code
}

/** HL7 tables 0127 and 0128: miscellaneous, contraindication, moderate, unknown. */
const NO_EQUAL: ReadonlySet<string> = new Set(['MA', 'MC', 'MO', 'U'])

/** A reaction needs a manifestation (1..*), so that the severity of field 4 can only stand where field 5 says one. */
function reaction(st: Repetition, scene: Scene): AllergyIntoleranceReaction | undefined {
  const { segment, context, at } = scene
  const isCoded = valued(st, 2) !== undefined || valued(st, 3) !== undefined
  const said = valued(st)
  const manifestation = isCoded
    ? cweToCodeableConcept(st, context, { at })
    : said === undefined
      ? undefined
      : { text: said }
  if (!manifestation) return undefined
  const [sent] = segment.repetitions(4)
  const severity = sent && code('AllergyReactionSeverity', sent, scene)
  return {
    manifestation: [manifestation],
    ...(severity !== undefined && { severity: severity as 'mild' }),
  }
}
