import type { SegmentDraft } from '../../hl7v2/write-message.ts'
import { at, listAt, textAt } from '../../lib/json-view.ts'
import type { BundleGraph } from './bundle-graph.ts'
import { cwe, cx, dtmAt, texts, xad, xpn, xtn } from './fhir-values.ts'
import { v2Code } from './v2-codes.ts'

/** FHIR subscriber-relationship as HL7 table 0063 has it. */
const RELATIONS: Readonly<Record<string, string>> = {
  self: 'SEL',
  spouse: 'SPO',
  child: 'CHD',
  parent: 'PAR',
  common: 'DOM',
  other: 'OTH',
}

/** IN1 of each Coverage that holds, in the order that they pay. */
export function insuranceSegments(patient: unknown, graph: BundleGraph): readonly SegmentDraft[] {
  return graph
    .ofType('Coverage')
    .filter(coverage => graph.find(at(coverage, 'beneficiary'), coverage) === patient)
    .filter(coverage => textAt(coverage, 'status') === 'active')
    .toSorted((one, other) => orderOf(one) - orderOf(other))
    .map((coverage, index) => {
      const [payor] = listAt(coverage, 'payor')
      const company = graph.find(payor, coverage)
      const name = textAt(company, 'name') ?? textAt(payor, 'display')
      const [identifier] = listAt(coverage, 'identifier')
      const relation = codingOf(at(coverage, 'relationship'), 'subscriber-relationship')
      const subscriber = graph.find(at(coverage, 'subscriber'), coverage)
      return {
        name: 'IN1',
        fields: {
          1: String(index + 1),
          2: [[textAt(identifier, 'value'), '', assignerName(textAt(identifier, 'system'))]],
          3: listAt(company, 'identifier').map(cx),
          4: name === undefined ? undefined : [[name]],
          5: listAt(company, 'address').map(xad),
          7: listAt(company, 'telecom').map(xtn),
          8: classValue(coverage, 'group', 'value'),
          9: classValue(coverage, 'group', 'name'),
          12: dtmAt(coverage, 'period', 'start'),
          13: dtmAt(coverage, 'period', 'end'),
          15: [cwe(at(coverage, 'type'))],
          16: subscriber === patient ? undefined : listAt(subscriber, 'name').map(xpn),
          17: RELATIONS[relation ?? ''],
          35: classValue(coverage, 'plan', 'value'),
          36: textAt(coverage, 'subscriberId'),
        },
      }
    })
}

const orderOf = (coverage: unknown): number => Number(textAt(coverage, 'order') ?? Infinity)

const assignerName = (system: string | undefined): string | undefined =>
  system === undefined ? undefined : (/\/sid\/assigner\/([^/]+)$/.exec(system)?.[1] ?? system)

const codingOf = (concept: unknown, name: string): string | undefined =>
  textAt(
    listAt(concept, 'coding').find(coding => textAt(coding, 'system')?.endsWith(`/${name}`)),
    'code',
  )

const classValue = (coverage: unknown, type: string, element: 'value' | 'name'): string | undefined =>
  textAt(
    listAt(coverage, 'class').find(found => codingOf(at(found, 'type'), 'coverage-class') === type),
    element,
  )

const CATEGORY_TABLE = 'AllergenCategory'

/** AL1 of each allergy that was not entered in error. */
export function allergySegments(patient: unknown, graph: BundleGraph): readonly SegmentDraft[] {
  return graph
    .ofType('AllergyIntolerance')
    .filter(allergy => graph.find(at(allergy, 'patient'), allergy) === patient)
    .filter(
      allergy =>
        codingOf(at(allergy, 'verificationStatus'), 'allergyintolerance-verification') !== 'entered-in-error',
    )
    .map((allergy, index) => ({
      name: 'AL1',
      fields: {
        1: String(index + 1),
        2: v2Code(CATEGORY_TABLE, texts(allergy, 'category')[0]),
        3: [cwe(at(allergy, 'code'))],
        4: v2Code('AllergyCriticality', textAt(allergy, 'criticality')),
        5: listAt(allergy, 'reaction').flatMap(reaction =>
          listAt(reaction, 'manifestation').map(manifestation => [
            textAt(manifestation, 'text') ?? textAt(manifestation, 'coding', 0, 'display'),
          ]),
        ),
        6: dtmAt(allergy, 'onsetDateTime'),
      },
    }))
}
