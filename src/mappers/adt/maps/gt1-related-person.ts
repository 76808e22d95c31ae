import type { RelatedPerson } from '@medplum/fhirtypes'
import { cweToCodeableConcept } from '../codes.ts'
import { rowsFor, segmentMap } from '../rows.ts'
import { address, concept, date, dateTime, numbered, personName, telecom } from './row-values.ts'
import { dtmEnd } from '../types/period.ts'
import { valued } from '../resources/element.ts'
import { gender, language } from './pid-patient.ts'

const row = rowsFor<RelatedPerson>()

const ours =
  'The guide has no map of GT1; who pays is a person related to the patient, whom Account.guarantor names.'

/** GT1 -> RelatedPerson. */
export const gt1RelatedPerson = segmentMap(
  'GT1[RelatedPerson]',
  ['identifier', 'name', 'address', 'telecom', 'relationship', 'communication'],
  [
    row({ v2: 'GT1-2', to: 'identifier', via: 'CX[Identifier]', ours, value: numbered }),
    row({ v2: 'GT1-3', to: 'name', via: 'XPN[HumanName]', ours, value: personName }),
    row({ v2: 'GT1-5', to: 'address', via: 'XAD[Address]', ours, value: address }),
    row({ v2: 'GT1-6', to: 'telecom[1]', via: 'XTN[ContactPoint]', ours, value: telecom('home') }),
    row({ v2: 'GT1-7', to: 'telecom[2]', via: 'XTN[ContactPoint]', ours, value: telecom('work') }),
    row({ v2: 'GT1-8', to: 'birthDate', via: '', ours, value: date }),
    row({
      v2: 'GT1-9',
      to: 'gender',
      via: 'CWE[code]',
      ours,
      value: (cwe, { context }) => gender(cwe, context),
    }),
    row({
      v2: 'GT1-11',
      to: 'relationship[1]',
      via: 'CWE[CodeableConcept]',
      ours,
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { map: 'Relationship', at }),
    }),
    row({
      v2: 'GT1-10',
      to: 'relationship[2]',
      via: 'CWE[CodeableConcept]',
      ours,
      value: concept({ table: '0068' }),
    }),
    row({ v2: 'GT1-13', to: 'period.start', via: '', ours, value: dateTime }),
    row({
      v2: 'GT1-14',
      to: 'period.end',
      via: '',
      ours,
      value: (dt, { segment, context, at }) => dtmEnd(valued(dt), segment.text(13) ?? undefined, context, at),
    }),
    row({ v2: 'GT1-18', to: 'telecom[3]', via: 'XTN[ContactPoint]', ours, value: telecom('work') }),
    row({ v2: 'GT1-36', to: 'communication.language', via: 'CWE[CodeableConcept]', ours, value: language }),
  ],
)
