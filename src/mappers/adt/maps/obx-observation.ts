import type { Extension, Observation } from '@medplum/fhirtypes'
import { hl7System } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { cweToUnit, toRange } from '../types/quantity.ts'
import { observedIn, VALUE_ELEMENTS } from './obx-value.ts'
import { concept, dateTime, entity, extensionRows, organization, practitioner } from './row-values.ts'

interface Primitive {
  extension?: Extension[]
}

const row = rowsFor<Observation & { _status?: Primitive }>()

const ALTERNATE_CODES = 'http://hl7.org/fhir/StructureDefinition/alternate-codes'
const ABSENT = 'http://terminology.hl7.org/CodeSystem/data-absent-reason'
const url = (name: string): string => `http://hl7.org/fhir/StructureDefinition/${name}`

/** OBX -> Observation, in the guide's order; OBX-31 (action) is read with the list. */
export const obxObservation = segmentMap(
  'OBX[Observation]',
  [
    'identifier',
    'category',
    'performer',
    'interpretation',
    'referenceRange',
    'component',
    'dataAbsentReason.coding',
  ],
  [
    row({
      v2: 'OBX-3',
      to: 'code',
      via: 'CWE[CodeableConcept]',
      value: concept(),
    }),
    ...extensionRows({
      v2: 'OBX-4',
      path: 'extension[5]',
      url: '{cm}/StructureDefinition/observation-sub-id',
      element: 'valueString',
      via: 'OG.1',
      ours: 'Tells like observations apart where nobody knows what the sender means by it; kept whole as text.',
      value: og => [1, 2, 3, 4].map(part => valued(og, part)).find(part => part !== undefined),
    }),
    ...VALUE_ELEMENTS.map(({ element: name, via, ig }) =>
      row({
        v2: 'OBX-5',
        to: name,
        via,
        ...(ig !== undefined && { ig }),
        when: scene => observedIn(scene)?.element === name,
        value: (field, scene) =>
          scene.segment.repetitions(5)[0]?.raw === field.raw
            ? (observedIn(scene)?.value as never)
            : undefined,
      }),
    ),
    row({
      v2: 'OBX-5',
      to: 'component',
      via: 'varies',
      ours: 'An observation has one value; further repetitions of OBX-5 are components, under another code than its own (obs-7).',
      when: ({ segment }) => segment.rawField(5).includes('~'),
      value: (field, scene) => {
        if (scene.segment.repetitions(5)[0]?.raw === field.raw) return undefined
        const observed = observedIn(scene, field)
        return observed && !observed.isText
          ? { code: { text: 'Further value' }, [observed.element]: observed.value }
          : undefined
      },
    }),
    row({
      v2: 'OBX-7',
      to: 'referenceRange',
      ig: 'referenceRange.text',
      via: '',
      value: referenceRange,
    }),
    row({
      v2: 'OBX-8',
      to: 'interpretation',
      via: 'CWE[CodeableConcept]',
      value: concept({ map: 'InterpretationCodes' }),
    }),
    ...extensionRows({
      v2: 'OBX-10',
      path: 'extension[2]',
      url: url('observation-nature-of-abnormal-test'),
      igUrl: 'uri',
      element: 'valueCodeableConcept',
      via: 'CWE[CodeableConcept]',
      value: concept({ table: '0080' }),
    }),
    row({
      v2: 'OBX-11',
      to: 'status',
      via: 'ObservationResultStatusCodesInterpretation',
      value: id => statusOf(valued(id)),
    }),
    row({
      v2: 'OBX-11',
      to: '_status.extension[1].url',
      ig: 'status.extension[1].url',
      via: `"${ALTERNATE_CODES}"`,
      when: keepsStatus,
      value: () => ALTERNATE_CODES,
    }),
    row({
      v2: 'OBX-11',
      to: '_status.extension[1].valueCodeableConcept.coding.code',
      ig: 'status.extension[1].valueCodeableConcept.coding.code',
      via: 'ID[code]',
      when: keepsStatus,
      value: id => valued(id)?.replaceAll(/\s+/g, ' '),
    }),
    row({
      v2: 'OBX-11',
      to: '_status.extension[1].valueCodeableConcept.coding.system',
      ig: 'status.extension[1].valueCodeableConcept.coding.system',
      via: `"${hl7System('0085')}"`,
      when: keepsStatus,
      value: () => hl7System('0085'),
    }),
    row({
      v2: 'OBX-11',
      to: 'dataAbsentReason.coding[2].code',
      via: '"not-asked"',
      when: isNotAsked,
      value: () => 'not-asked',
    }),
    row({
      v2: 'OBX-11',
      to: 'dataAbsentReason.coding[2].system',
      via: `"${ABSENT}"`,
      when: isNotAsked,
      value: () => ABSENT,
    }),
    row({ v2: 'OBX-14', to: 'effectiveDateTime', via: '', value: dateTime }),
    row({
      v2: 'OBX-15',
      to: 'performer[2]',
      ig: 'performer[2](Organization)',
      via: 'CWE[Organization]',
      when: ({ segment }) => segment.rawField(23) === '',
      value: cwe => {
        const display = valued(cwe, 2) ?? valued(cwe, 1)
        return display === undefined ? undefined : { type: 'Organization', display }
      },
    }),
    row({
      v2: 'OBX-16',
      to: 'performer[1]',
      ig: 'performer[1](PractitionerRole.practitioner(Practitioner))',
      via: 'XCN[Practitioner]',
      differs:
        'The Practitioner itself performs: a PractitionerRole that only repeats that it observed says nothing of the person.',
      value: practitioner,
    }),
    row({
      v2: 'OBX-17',
      to: 'method',
      via: 'CWE[CodeableConcept]',
      value: concept(),
    }),
    row({
      v2: 'OBX-18',
      to: 'device',
      ig: 'device(Device.identifier)',
      via: 'EI[Identifier-Extension]',
      value: (ei, scene) => {
        const identifier = entity(ei, scene)
        return identifier && { type: 'Device', identifier }
      },
    }),
    ...extensionRows({
      v2: 'OBX-19',
      path: 'extension[3]',
      ig: 'extension[2]',
      url: url('observation-analysis-date-time'),
      element: 'valueDateTime',
      via: '',
      value: dateTime,
    }),
    row({ v2: 'OBX-20', to: 'bodySite', via: 'CWE[CodeableConcept]', value: concept() }),
    row({ v2: 'OBX-21', to: 'identifier', via: 'EI[Identifier-Extension]', value: entity }),
    row({ v2: 'OBX-21', to: 'identifier.type.coding.code', via: '"FILL"', value: () => 'FILL' }),
    row({
      v2: 'OBX-21',
      to: 'identifier.type.coding.system',
      via: '"http://terminology.hl7.org/CodeSystem/v2-0203"',
      ours: 'A type code needs its system; the guide gives none for this row.',
      value: () => hl7System('0203'),
    }),
    row({
      v2: 'OBX-23',
      to: 'performer[2]',
      ig: 'performer[2](Organization)',
      via: 'XON[Organization]',
      value: organization,
    }),
    row({
      v2: 'OBX-25',
      to: 'performer[3]',
      ig: 'performer[2](PractitionerRole[1].practitioner)',
      via: 'XCN[Practitioner]',
      differs: 'As OBX-16: the Practitioner itself.',
      value: practitioner,
    }),
    row({
      v2: 'OBX-29',
      to: 'category[1].coding.code',
      via: 'table 0936',
      value: id => valued(id),
    }),
    row({
      v2: 'OBX-29',
      to: 'category[1].coding.system',
      via: `"${hl7System('0936')}"`,
      value: () => hl7System('0936'),
    }),
    row({
      v2: 'OBX-33',
      to: 'specimen',
      ig: 'specimen(Specimen.identifier[2])',
      via: 'EIP[Identifier-FillerAssignedIdentifier]',
      when: ({ segment }) => segment.repetitions(33).length === 1,
      value: eip => {
        const value = valued(eip, 2) ?? valued(eip, 1)
        return value === undefined ? undefined : { type: 'Specimen', identifier: { value } }
      },
    }),
  ],
)

/** HL7 table 0085 -> observation-status (required). */
const statuses: Readonly<Record<string, Observation['status']>> = {
  A: 'amended',
  B: 'amended',
  C: 'corrected',
  D: 'entered-in-error',
  F: 'final',
  I: 'registered',
  N: 'registered',
  O: 'registered',
  P: 'preliminary',
  R: 'preliminary',
  S: 'preliminary',
  U: 'final',
  V: 'final',
  W: 'entered-in-error',
  X: 'cancelled',
}

const statusOf = (code: string | undefined): Observation['status'] =>
  statuses[code?.toUpperCase() ?? ''] ?? 'unknown'

/** X says less than `cancelled`, and a code outside the table is all that is known. */
function keepsStatus({ segment, context, at }: Scene): boolean {
  const code = segment.text(11)?.toUpperCase()
  const isUnknown = code !== undefined && !Object.hasOwn(statuses, code)
  if (isUnknown) context.report({ code: 'code-unmapped', expression: at })
  return isUnknown || code === 'X'
}

function isNotAsked(scene: Scene): boolean {
  return scene.segment.text(11)?.toUpperCase() === 'N' && observedIn(scene) === undefined
}

const RANGE = /^(-?\d+(?:\.\d+)?)\s*-\s*(-?\d+(?:\.\d+)?)$/

/** The text as sent, and the bounds where it is two numbers. */
function referenceRange(
  ...[st, scene]: Parameters<Parameters<typeof row>[0]['value']>
): NonNullable<Observation['referenceRange']>[number] | undefined {
  const said = valued(st)
  if (said === undefined) return undefined
  const [, low, high] = RANGE.exec(said) ?? []
  const unit = cweToUnit(scene.segment.repetitions(6)[0], scene)
  return { ...(low !== undefined && toRange(low, high, unit, scene)), text: said }
}
