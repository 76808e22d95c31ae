import { describe, expect, test } from 'vitest'
import { messageFlags } from '../../../../src/mappers/adt/message-flags.ts'
import { er7, type Er7 } from '../../../support/adt/er7.ts'
import { mapped, memory } from '../../../support/adt/memory.ts'

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

  test('and its verdict says so', () => {
    const store = memory()
    expect(store.take(er7({ event: 'Z99', id: '1', at: '20261001080000' })).flags).toEqual([
      'movement-unknown:ZBE',
    ])
  })
})
