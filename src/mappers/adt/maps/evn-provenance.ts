import type { Provenance } from '@medplum/fhirtypes'
import { cweToCodeableConcept } from '../codes.ts'
import { valued } from '../resources/element.ts'
import { dateTimeOf } from '../map-context.ts'
import { rowsFor, segmentMap } from '../rows.ts'
import { hdOf } from '../types/hd.ts'
import { xcnToReference } from '../types/xcn-practitioner.ts'

const row = rowsFor<Provenance>()

const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type'

/** EVN -> Provenance, in the guide's order. */
export const evnProvenance = segmentMap(
  'EVN[Provenance]',
  ['reason', 'agent'],
  [
    row({
      v2: 'EVN-4',
      to: 'reason',
      via: 'CWE[CodeableConcept]',
      value: (cwe, { context, at }) => cweToCodeableConcept(cwe, context, { map: 'EventReason', at }),
    }),
    row({
      v2: 'EVN-5',
      to: 'agent.who(Practitioner)',
      via: 'XCN[Practitioner]',
      value: (xcn, { context }) => xcnToReference(xcn, context),
    }),
    row({
      v2: 'EVN-5',
      to: 'agent.type.coding.code',
      via: '"enterer"',
      ours: 'Tells the operator apart from the sender, who is an agent too.',
      value: () => 'enterer',
    }),
    row({
      v2: 'EVN-5',
      to: 'agent.type.coding.system',
      via: `"${PARTICIPANT}"`,
      ours: 'Tells the operator apart from the sender, who is an agent too.',
      value: () => PARTICIPANT,
    }),
    row({
      v2: 'EVN-6',
      to: 'occurredDateTime',
      via: '',
      value: (dtm, { context, at }) => dateTimeOf(valued(dtm), context, at),
    }),
    row({
      v2: 'EVN-7',
      to: 'location(Location)',
      via: 'HD[Location]',
      value: hd => {
        const facility = hdOf(hd)
        const display = facility?.namespace ?? facility?.universalId
        return display === undefined ? undefined : { display }
      },
    }),
  ],
)
