import type { Annotation } from '@medplum/fhirtypes'
import { valued } from '../resources/element.ts'
import { rowsFor, segmentMap } from '../rows.ts'
import { dateTime, practitioner } from './row-values.ts'

const row = rowsFor<Annotation>()

const ours = 'The guide has no map of NTE; it is a note of what it follows.'

/** NTE -> Annotation of what it follows. */
export const nteAnnotation = segmentMap(
  'NTE[Annotation]',
  [],
  [
    row({
      v2: 'NTE-3',
      to: 'text',
      via: 'FT',
      ours,
      value: (_ft, { segment }) => {
        const lines = segment.repetitions(3).flatMap(line => valued(line) ?? [])
        return lines.length > 0 ? lines.join('\n') : undefined
      },
    }),
    row({
      v2: 'NTE-5',
      to: 'authorReference(Practitioner)',
      via: 'XCN[Practitioner]',
      ours,
      value: practitioner,
    }),
    row({ v2: 'NTE-6', to: 'time', via: 'DTM', ours, value: dateTime }),
  ],
)
