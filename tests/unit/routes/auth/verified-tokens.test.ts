import { expect, test } from 'vitest'
import { verifiedTokens } from '../../../../src/routes/auth/verified-tokens.ts'

test('a token is known until its time, and not at it', () => {
  const tokens = verifiedTokens<string>(10)
  tokens.set('a', 'A', 1_000)
  expect([tokens.get('a', 999), tokens.get('b', 0), tokens.get('a', 1_000), tokens.get('a', 0)]).toEqual([
    'A',
    undefined,
    undefined,
    undefined,
  ])
})

test('the one that was not used for longest goes', () => {
  const tokens = verifiedTokens<string>(2)
  tokens.set('a', 'A', 10)
  tokens.set('b', 'B', 10)
  tokens.get('a', 0)
  tokens.set('c', 'C', 10)
  expect([tokens.get('a', 0), tokens.get('b', 0), tokens.get('c', 0)]).toEqual(['A', undefined, 'C'])
})
