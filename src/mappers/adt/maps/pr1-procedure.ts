import type { CodeableConcept, Procedure } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { shiftedTime } from '../../../lib/fhir-time.ts'
import { cweToCodeableConcept } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateTimeOf } from '../map-context.ts'
import { rowsFor, segmentMap, type Row, type Scene } from '../rows.ts'
import { eiToIdentifier } from '../types/ei-identifier.ts'
import { concept, dateTime, entity, integer, place, practitioner } from './row-values.ts'

const row = rowsFor<Procedure>()

const SNOMED = 'http://snomed.info/sct'

/** PR1 -> Procedure, in the guide's order; the status, and PR1-20 (action), are read with the list. */
export const pr1Procedure = segmentMap(
  'PR1[Procedure]',
  ['identifier', 'performer', 'reasonCode', 'partOf'],
  [
    row({ v2: 'PR1-3', to: 'code', ig: 'code[1]', via: 'CNE[CodeableConcept]', value: code }),
    row({
      v2: 'PR1-4',
      to: 'code.text',
      via: '',
      when: ({ segment }) => !segment.text(3, 9),
      value: st => valued(st),
    }),
    row({
      v2: 'PR1-5',
      to: 'performedDateTime',
      via: '',
      when: scene => ended(scene) === undefined,
      value: dateTime,
    }),
    row({
      v2: 'PR1-5',
      to: 'performedPeriod.start',
      via: '',
      when: scene => ended(scene) !== undefined,
      value: dateTime,
    }),
    row({ v2: 'PR1-6', to: 'category', via: 'CWE[CodeableConcept]', value: concept({ table: '0230' }) }),
    row({ v2: 'PR1-7', to: 'performedPeriod.end', via: '', value: (_nm, scene) => ended(scene) }),
    ...performer('PR1-8', 1, '88189002'),
    ...performer('PR1-11', 2, '304292004'),
    ...performer('PR1-12', 3),
    row({ v2: 'PR1-15', to: 'reasonCode', via: 'CWE[CodeableConcept]', value: concept() }),
    row({ v2: 'PR1-19', to: 'identifier', via: 'EI[Identifier-Extension]', value: entity }),
    row({ v2: 'PR1-23', to: 'location(Location)', via: 'PL[Location]', value: place }),
    row({
      v2: 'PR1-25',
      to: 'partOf',
      ig: 'partOf(Procedure.identifier)',
      via: 'EI[Identifier-Extension]',
      value: (ei, { context }) => {
        const identifier = eiToIdentifier(ei, context)
        return identifier && { type: 'Procedure', identifier }
      },
    }),
  ],
)

function performer(v2: string, slot: 1 | 2 | 3, role?: string): readonly Row[] {
  const path = `performer[${slot}]` as const
  const actor = row({
    v2,
    to: `${path}.actor(Practitioner)`,
    via: 'XCN[Practitioner]',
    value: practitioner,
  })
  if (role === undefined) return [actor]
  return [
    actor,
    row({ v2, to: `${path}.function.coding.code`, via: `"${role}"`, value: () => role }),
    row({
      v2,
      to: `${path}.function.coding.system`,
      ig: `${path}.function.coding.uri`,
      via: `"${SNOMED}"`,
      value: () => SNOMED,
    }),
  ]
}

/** When it ended, where it began at a time of day and took minutes (PR1-7). */
function ended({ segment, context }: Scene): string | undefined {
  const [minutes] = segment.rawField(7) === '' ? [] : segment.repetitions(7)
  const count = minutes && integer(minutes, 1, 100_000)
  const start = count === undefined ? undefined : dateTimeOf(segment.text(5) ?? undefined, context, 'PR1-5')
  return start === undefined || count === undefined || start.length <= DATE_LENGTH
    ? undefined
    : shiftedTime(start, count * 60_000)
}

/** `YYYY-MM-DD` */
const DATE_LENGTH = 10

/** The code, a code without a system being of the one that PR1-2 names; then the same with its modifiers (PR1-16). */
function code(cne: Repetition, { segment, context, at }: Scene): CodeableConcept | undefined {
  const said = cweToCodeableConcept(cne, context, { at })
  const [first, ...others] = said?.coding ?? []
  if (!first) return said
  const method = METHODS[segment.text(2)?.toUpperCase() ?? '']
  const main = first.system === undefined && method ? { system: method, ...first } : first
  const modifiers = segment.rawField(16) === '' ? [] : segment.repetitions(16)
  const names = modifiers.flatMap(modifier => valued(modifier) ?? [])
  const modified = names.length === 0 ? [] : [{ ...main, code: [main.code, ...names].join(':') }]
  return { ...said, coding: [main, ...modified, ...others] }
}

/** PR1-2, the coding system's old place (HL7 table 0089). */
const METHODS: Readonly<Record<string, string>> = {
  C4: 'http://www.ama-assn.org/go/cpt',
  CPT: 'http://www.ama-assn.org/go/cpt',
  CPT4: 'http://www.ama-assn.org/go/cpt',
  I10P: 'http://www.cms.gov/Medicare/Coding/ICD10',
  ICD10: 'http://www.cms.gov/Medicare/Coding/ICD10',
  I9: 'http://hl7.org/fhir/sid/icd-9-cm',
  I9C: 'http://hl7.org/fhir/sid/icd-9-cm',
}
