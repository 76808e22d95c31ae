import { describe, expect, it } from 'vitest'
import { readMessage } from '../../../../../src/hl7v2/read-message.ts'
import { qualityOf } from '../../../../../src/mappers/adt/events/data-quality.ts'
import { settings } from '../../../../support/adt/memory.ts'

const notes = (...segments: readonly string[]): readonly string[] => {
  const message = readMessage(segments.join('\r'))
  if (!message.ok) throw new Error('the message can be read')
  return qualityOf(message.value, settings).notes
}
const msh = (time = '20261005183000-0400', event = 'A01', id = '1'): string =>
  `MSH|^~\\&|ENGINE|VALLEY|CW|CW|${time}||ADT^${event}|${id}|P|2.5.1`
const pid = 'PID|1||M1^^^VALLEY^MR||DOE^JANE||19800101|F'
const pv1 = (visit = 'V1', patientClass = 'I'): string =>
  `PV1|1|${patientClass}|MED^1^A${'|'.repeat(16)}${visit}`

describe('what is odd about a message', () => {
  it('is nothing about a good one', () => {
    expect(notes(msh(), 'EVN|A01|20261005183000', pid, pv1())).toEqual([])
  })

  it.each([
    ['a visit without a number', [msh(), pid, pv1('')], 'visit-number-missing:PV1-19'],
    ['times without a zone', [msh('20261005183000'), pid, pv1()], 'time-without-zone:MSH-7'],
    ['no control id', [msh(undefined, 'A01', ''), pid, pv1()], 'control-id-missing:MSH-10'],
    ['a Z-segment that nobody reads', [msh(), pid, pv1(), 'ZPI|1|x'], 'segment-not-read:ZPI'],
    ['a code that no table knows', [msh(), pid, pv1('V1', '@')], 'code-unmapped:PV1-2'],
    ['no identifier of the patient', [msh(), 'PID|1||||DOE'], 'adt-patient-identifier-missing:PID-3'],
    ['an event that is not mapped', [msh(undefined, 'A99'), pid], 'event-not-mapped:MSH-9'],
  ])('names %s', (_what, segments, note) => {
    expect(notes(...segments)).toContain(note)
  })

  it('names no visit number where the message says that there is no visit', () => {
    expect(notes(msh(), pid, pv1('', 'N'))).toEqual([])
  })

  it('names what is odd once, however often it is there', () => {
    expect(notes(msh(), pid, pv1(), 'ZPI|1', 'ZPI|2')).toEqual(['segment-not-read:ZPI'])
  })
})
