import { expect, test } from 'vitest'
import { readMessage } from '../../../../../src/hl7v2/read-message.ts'
import { fieldText, readText } from '../../../../../src/mappers/adt/registers/field-text.ts'
import { contextOf } from '../../../../../src/mappers/adt/map-context.ts'
import { er7 } from '../../../../support/adt/er7.ts'
import { settings } from '../../../../support/adt/memory.ts'

const context = contextOf('ADTAPP|VALLEY', settings, () => undefined)

test.each([
  ['^~\\E\\', [undefined, '\\']],
  ['A^B~\\T\\~C', ['A', '&', 'C']],
  ['~^~A\\S\\', [undefined, 'A^']],
  ['A~^^~B', ['A', undefined, 'B']],
])('the repetitions of %s are kept in their places', (field, firsts) => {
  const read = readMessage(er7({ event: 'A01', id: '1', at: '20261001', pv1: { 39: field } }))
  if (!read.ok) throw new Error('it must be read')
  const segment = read.value.first('PV1')
  if (!segment) throw new Error('it has a PV1')
  const kept = readText(`PL |${fieldText(segment, 39, read.value, context)}`)
  expect(kept.repetitions(1).map(repetition => repetition.text(1))).toEqual(firsts)
})
