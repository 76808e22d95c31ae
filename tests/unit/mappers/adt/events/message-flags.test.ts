import { describe, expect, test } from 'vitest'
import { readMessage } from '../../../../../src/hl7v2/read-message.ts'
import { messageFlags } from '../../../../../src/mappers/adt/events/message-flags.ts'
import { readAdtEvents } from '../../../../../src/mappers/adt/events/read-event.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { mapped, memory, settings } from '../../../../support/adt/memory.ts'

const readAs = (segments: readonly string[]) => {
  const read = readMessage(segments.join('\r'))
  if (!read.ok) throw new Error('unreadable')
  return read.value
}

const flagsOf = (event: string, ...segments: readonly string[]): readonly string[] => {
  const message: Er7 = { event, id: '1', at: '20261001080000', segments }
  return messageFlags(mapped(er7(message)))
}

describe('a message whose event lacks what it is about is flagged', () => {
  test('Z99 that says neither which event nor which movement', () => {
    expect(flagsOf('Z99')).toEqual(['movement-unknown:ZBE'])
    expect(flagsOf('Z99', 'ZBE|M1|20261001080000||NONSENSE|N|A08')).toEqual([
      'value-invalid:ZBE-4',
      'value-invalid:ZBE-6',
      'movement-unknown:ZBE',
    ])
    expect(flagsOf('Z99', 'ZBE|M1|20261001080000||UPDATE|N|A02')).toEqual([])
  })

  test('an action that ZBE-4 does not know, whatever the event', () => {
    expect(flagsOf('A02', 'ZBE|M1|20261001080000||CHANGE|N')).toEqual(['value-invalid:ZBE-4'])
    expect(flagsOf('A02', 'ZBE|M1|20261001080000||insert|N')).toEqual([])
  })

  test('A35, A41 and A49 that name a patient and no account', () => {
    for (const event of ['A35', 'A41', 'A49'])
      expect(flagsOf(event, 'MRG|M1^^^VALLEY^MR')).toEqual(['account-missing:MRG-3'])
  })

  test('a movement or cancel of a visit that nothing names', () => {
    const of = (event: string, cut: RegExp, text = '') =>
      messageFlags(mapped(er7({ event, id: '1', at: '20261001080000' }).replace(cut, text)))
    expect(of('A03', /PV1[^\r]*\r/)).toEqual(['visit-number-missing:PV1'])
    expect(of('A03', /V1\^\^\^VALLEY\^VN/)).toEqual(['visit-number-missing:PV1-19'])
    expect(of('A13', /V1\^\^\^VALLEY\^VN/)).toEqual(['visit-number-missing:PV1-19'])
    expect(of('A08', /PV1[^\r]*\r/)).toEqual([])
    expect(of('A31', /PV1[^\r]*\r/)).toEqual([])
    expect(of('A01', /PV1\|\|I\|[^\r]*\r/, 'PV1||N\r')).toEqual([])
  })

  test('a type or an event in small letters, which is read as if in capitals', () => {
    const small = er7({ event: 'A01', id: '1', at: '20261001080000' }).replace('ADT^A01', 'adt^a01')
    const event = mapped(small)
    expect([event.trigger, event.fact?.kind]).toEqual(['A01', 'movement'])
    expect(messageFlags(event)).toEqual(['event-recased:MSH-9'])
    expect(messageFlags(mapped(small.replace('adt^a01', '').replace('EVN|A01', 'EVN|a01')))).toEqual([
      'event-recased:MSH-9',
    ])
  })

  test('2400 is midnight at the end of that day, and a birth stays on it', () => {
    const event: Er7 = {
      ...{ event: 'A03', id: '1', at: '20261001235900', recorded: '20261002000500' },
      ...{ pid: { 7: '198001012400' }, pv1: { 44: '20260930', 45: '202610012400' } },
    }
    expect(messageFlags(mapped(er7(event)))).toEqual(['time-end-of-day:PID-7', 'time-end-of-day:PV1-45'])
    const store = memory()
    store.take(er7(event))
    const of = (type: string) => store.resources().find(({ resourceType }) => resourceType === type)
    expect(of('Encounter')).toMatchObject({ period: { end: '2026-10-02T00:00:00-04:00' } })
    expect(of('Patient')).toMatchObject({ birthDate: '1980-01-01' })
    expect(of('Patient')).not.toHaveProperty('_birthDate')
  })

  test('a third patient of A24 or A37, who counts for nothing', () => {
    const pids = ['M1', 'M2', 'M3'].map(number => `PID|||${number}^^^VALLEY^MR`)
    for (const event of ['A24', 'A37']) {
      const of = (patients: readonly string[]) =>
        readAdtEvents(
          readAs([`MSH|^~\\&|ADTAPP|VALLEY|||20261001||ADT^${event}|1|P|2.5`, 'EVN||20261001', ...patients]),
          settings,
        )
      const [three, two] = [of(pids), of(pids.slice(0, 2))]
      if (!three.ok || !two.ok) throw new Error('refused')
      const flags = ({ value }: typeof three) =>
        value.map(one => (one.kind === 'mapped' ? messageFlags(one) : undefined))
      expect(flags(three)).toEqual([['segment-repeated:PID'], []])
      expect(flags(two)).toEqual([[], []])
    }
  })

  test('a group of several that can be none; all of them make the message a dead letter', () => {
    const group = (right: string, wrong: string) => [`PID|||${right}^^^VALLEY^MR`, `MRG|${wrong}^^^VALLEY^MR`]
    const merge = (...groups: readonly (readonly string[])[]) =>
      readAdtEvents(
        readAs(['MSH|^~\\&|ADTAPP|VALLEY|||20261001||ADT^A40|1|P|2.5', 'EVN||20261001', ...groups.flat()]),
        settings,
      )
    const read = merge(group('M1', 'M1'), group('M2', 'M3'), ['PID|||M4^^^VALLEY^MR'])
    const events = read.ok ? read.value.filter(event => event.kind === 'mapped') : []
    expect(events.map(({ identity }) => identity.map(({ kind }) => kind))).toEqual([['merge', 'merge']])
    expect(events.flatMap(messageFlags)).toEqual(['merge-with-itself:MRG-1', 'merge-prior-missing:MRG'])
    expect(merge(group('M1', 'M1'), group('M2', 'M2'))).toMatchObject({
      failure: { code: 'merge-with-itself', expression: 'MRG-1' },
    })
  })

  test('several patients or visits where the event has room for one, of which the first counts', () => {
    expect(flagsOf('A01', 'PID|||M2^^^VALLEY^MR', 'PV1||I|||||||||||||||||V2^^^VALLEY^VN')).toEqual([
      'segment-repeated:PID',
      'segment-repeated:PV1',
    ])
  })

  test('not several priors of one patient: each is merged', () => {
    const segments = ['PID|||M1^^^VALLEY^MR', 'MRG|M2^^^VALLEY^MR', 'MRG|M3^^^VALLEY^MR']
    const text = ['MSH|^~\\&|ADTAPP|VALLEY|||20261001||ADT^A40|1|P|2.5', 'EVN||20261001', ...segments]
    const read = readAdtEvents(readAs(text), settings)
    const events = read.ok ? read.value.filter(event => event.kind === 'mapped') : []
    expect(events.map(({ prior }) => prior?.patient.identifiers[0]?.value)).toEqual(['M2', 'M3'])
    expect(events.flatMap(messageFlags)).toEqual([])
  })

  test('and its verdict says so', () => {
    const store = memory()
    expect(store.take(er7({ event: 'Z99', id: '1', at: '20261001080000' })).flags).toEqual([
      'movement-unknown:ZBE',
    ])
  })
})
