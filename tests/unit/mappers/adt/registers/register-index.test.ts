import { describe, expect, test } from 'vitest'
import { sameWords, type Words } from '../../../../../src/mappers/adt/registers/register-index.ts'
import { scopeOf } from '../../../../../src/mappers/adt/registers/scope.ts'

const listSaidOn = (day: string, group: string, item: string): Words =>
  scopeOf({
    ...{ patientId: 'p', shard: 1 },
    register: { 'A|B': { [`2026-03-${day}T00:00:00.000Z|1|a`]: { [group]: '', [`${group}/k`]: item } } },
    contexts: () => {
      throw new Error('what is compared are words')
    },
  })

describe('a list that is said again on another day', () => {
  test.each<readonly [what: string, group: string, item: string, isSame: boolean]>([
    ['an insurance without an end', 'IN1', 'IN1|1|P^Plan|17|Insurer||||||||20260101', true],
    ['an insurance that ends', 'IN1', 'IN1|1|P^Plan|17|Insurer||||||||20260101|20260303', false],
    ['a procedure of which no time is said', 'PR1', 'PR1|1||4711', true],
    ['a procedure at a time', 'PR1', 'PR1|1||4711||20260303', false],
    ['somebody in a role', 'ROL', 'ROL||AD|AT|7^Doe', true],
    ['somebody whose role ended', 'ROL', 'ROL||UN|AT|7^Doe', false],
    ['somebody whose part ended', 'PRT', 'PRT||UN||AT|7^Doe', false],
    ['a relative', 'NK1', 'NK1|1|Doe^Jane', true],
  ])('of %s', (_what, group, item, isSame) => {
    const [first, again] = [listSaidOn('02', group, item), listSaidOn('04', group, item)]
    expect(sameWords(first, again)).toBe(isSame)
    expect(sameWords(first, listSaidOn('02', group, item))).toBe(true)
  })
})
