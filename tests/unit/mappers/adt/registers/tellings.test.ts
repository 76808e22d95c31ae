import type { Encounter } from '@medplum/fhirtypes'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addTellings, tellingsOf } from '../../../../../src/mappers/adt/registers/tellings.ts'
import { joinedTellings, tell, type Register } from '../../../../../src/mappers/adt/registers/registers.ts'
import type { Er7 } from '../../../../support/adt/er7.ts'
import { only, told } from '../../../../support/adt/told.ts'

const [ann, bo] = ['1^DOC^ANN', '2^WEST^BO']
const admit: Er7 = { event: 'A01', id: '1', at: '20261001080000', pv1: { 2: 'O', 7: ann } }
const update = (hour: string, pv1: Er7['pv1'] = {}): Er7 => ({
  event: 'A08',
  id: `U${hour}`,
  at: `20261001${hour}0000`,
  pv1,
})

const encounterAfter = (messages: readonly Er7[]): Encounter =>
  only(told(messages), 'Encounter') as unknown as Encounter
const attendersOf = ({ participant = [] }: Encounter) =>
  participant.map(({ individual, period }) => [
    individual?.display,
    period?.start?.slice(11, 16),
    period?.end?.slice(11, 16),
  ])
const anyOrder = (messages: readonly Er7[], check: (encounter: Encounter) => void): void => {
  const order = fc.shuffledSubarray([...messages], { minLength: messages.length })
  fc.assert(
    fc.property(order, shuffled => {
      check(encounterAfter(shuffled))
    }),
    { numRuns: 24 },
  )
}

describe('a value that is said again', () => {
  test('holds since an update said it first, in any order of delivery', () => {
    const messages = [admit, update('10', { 7: bo }), update('11', { 7: bo }), update('14', { 7: bo })]
    anyOrder(messages, encounter =>
      expect(attendersOf(encounter)).toEqual([
        ['ANN DOC', '08:00', '14:00'],
        ['BO WEST', '14:00', undefined],
      ]),
    )
  })

  test('after another holds since it came back, and who was between is kept', () => {
    const messages = [
      admit,
      update('10', { 7: bo }),
      update('11', { 7: bo }),
      update('12', { 7: ann }),
      update('13', { 7: ann }),
      update('14', { 7: ann }),
    ]
    anyOrder(messages, encounter =>
      expect(attendersOf(encounter)).toEqual([
        ['ANN DOC', '08:00', '14:00'],
        ['BO WEST', '14:00', '16:00'],
        ['ANN DOC', '16:00', undefined],
      ]),
    )
  })

  test('counts from the movement that was recorded before it', () => {
    const handedOver: Er7 = { event: 'A54', id: '2', at: '20261001110000', pv1: { 7: ann } }
    const messages = [
      admit,
      update('10', { 7: bo }),
      handedOver,
      update('12', { 7: bo }),
      update('13', { 7: bo }),
    ]
    anyOrder(messages, encounter =>
      expect(attendersOf(encounter).at(-1)).toEqual(['BO WEST', '16:00', undefined]),
    )
  })

  test('changes the class of a visit when it was said first', () => {
    const messages = [admit, update('10', { 2: 'I' }), update('12', { 2: 'I' })]
    anyOrder(messages, ({ class: now, classHistory }) => {
      expect(now.code).toBe('IMP')
      expect(classHistory?.map(({ period }) => period.end?.slice(11, 16))).toEqual(['14:00'])
    })
  })
})

describe('tellings in a register', () => {
  test('are all kept to the second, whatever order they come in', () => {
    const said = (recorded: string) => {
      const fields = { 'PV1-7': ann }
      addTellings(fields, recorded)
      return fields
    }
    const times = ['2026-10-01T08:00:00.000Z', '1999-12-31T23:59:59.000Z', '2026-10-01T08:00:01.000Z']
    const taken = (order: readonly string[]): Register =>
      order.reduce<Register>((register, time) => tell(register, 'A|B', `${time}|1|x`, said(time)), {})
    const register = taken(times)
    expect(taken(times.toReversed())).toEqual(register)
    expect(tellingsOf(register, 'A|B', 'PV1-7')).toEqual(
      times.toSorted().map(recorded => ({ text: ann, recorded })),
    )
    expect(joinedTellings('b a', 'a c')).toBe('a b c')
  })
})
