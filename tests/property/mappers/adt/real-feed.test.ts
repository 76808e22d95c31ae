import { describe, expect, test } from 'vitest'
import { delivered, inOrder } from '../../../support/adt/hospital-ending.ts'
import { realFeed, realMix } from '../../../support/adt/real-feed.ts'

const options = { patients: 60, messages: 1_000, seed: 20_261_122, prefix: 'F' }

describe('the feed of a real hospital (adt.md 2)', () => {
  test.each([1_000, 6_000])('of %i messages has the shares of the events within a point', messages => {
    const feed = realFeed({ ...options, messages })
    expect(feed).toHaveLength(messages)
    for (const [event, of] of Object.entries(realMix)) {
      const share = (100 * feed.filter(one => one.event === event).length) / messages
      expect(Math.abs(share - of / 100), event).toBeLessThan(0.1)
    }
  })

  test('is the same for the same seed, and another for another one', () => {
    expect(realFeed(options)).toEqual(realFeed(options))
    expect(realFeed({ ...options, seed: 1 })).not.toEqual(realFeed(options))
  })

  test('changes nothing by 85 to 95 of a hundred of its updates', { timeout: 120_000 }, async () => {
    const feed = realFeed({ ...options, patients: 40, messages: 500 })
    const store = await delivered(
      feed.map(({ text }) => text),
      { ...inOrder, batch: 20 },
    )
    const updates = store.verdicts().filter(({ trigger }) => trigger === 'A08' || trigger === 'A31')
    const idle = updates.filter(({ outcome }) => outcome === 'no-change')
    expect((100 * idle.length) / updates.length).toBeGreaterThan(85)
    expect((100 * idle.length) / updates.length).toBeLessThan(95)
    expect(store.verdicts().filter(({ outcome }) => outcome === 'dead-letter')).toEqual([])
  })
})
