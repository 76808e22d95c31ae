import { describe, expect, it } from 'vitest'
import type { StayMovement } from '../../../../src/care-plan/stays/stay.ts'
import { linesBy, opened, withModels } from '../../../support/case-acts.ts'
import { admission, after, discharge, emptyWorld, stay, type World } from '../../../support/case-world.ts'

const told = (recorded: string): Partial<StayMovement> => ({ recorded })
const typesOf = ({ compartment }: World): readonly string[] =>
  [...new Set(compartment.map(({ resourceType }) => resourceType))].toSorted()
const then = (world: World, ...stays: Parameters<typeof after>[1]): World => after(world, stays, withModels)

const current = stay('now', [admission('2026-10-05T18:30:00')])
const river = (): World => opened(then(emptyWorld, current), '2026-10-06T09:00:00-04:00')

describe('an admission that was told when it was long over', () => {
  const late = told('2026-10-06T10:00:00-04:00')

  it('opens no case and calls for nothing when its stay ended longer ago than anything is owed', () => {
    const past = stay('then', [
      admission('2026-06-01T08:00:00', late),
      discharge('2026-06-05T08:00:00', '01', late),
    ])
    expect(typesOf(then(emptyWorld, past))).toEqual([])
    const world = river()
    expect(then(world, past, current).compartment).toEqual(then(world, current).compartment)
  })

  it('does neither when the discharge had been told in its time', () => {
    const past = stay('then', [
      admission('2026-06-01T08:00:00', late),
      discharge('2026-06-05T08:00:00', '01'),
    ])
    expect(typesOf(then(emptyWorld, past))).toEqual([])
  })

  it('opens a case when something is owed still, or when the patient is still there', () => {
    const owed = stay('then', [
      admission('2026-09-20T08:00:00', late),
      discharge('2026-10-01T08:00:00', '01', late),
    ])
    const there = stay('then', [admission('2026-06-01T08:00:00', late)])
    expect(typesOf(then(emptyWorld, owed))).toContain('EpisodeOfCare')
    expect(typesOf(then(emptyWorld, there))).toContain('EpisodeOfCare')
  })
})

describe('a movement that only mends the history (ZBE-5, PV1-51)', () => {
  const historic = { isHistoric: true } as const

  it('opens no case, and calls for nothing in a case that is open', () => {
    const past = stay('then', [
      admission('2026-10-06T08:00:00', historic),
      discharge('2026-10-07T08:00:00', '01', historic),
    ])
    expect(typesOf(then(emptyWorld, past))).toEqual([])
    const world = river()
    const lines = (of: World) =>
      ['admission-notice', 'notify', 'contact', 'med-rec'].map(rule => linesBy(of, rule))
    expect(lines(then(world, past, current))).toEqual(lines(then(world, current)))
  })

  it('counts as what was there before: the next admission is a readmission', () => {
    const before = stay('then', [
      admission('2026-09-20T08:00:00', historic),
      discharge('2026-09-28T08:00:00', '01', historic),
    ])
    const flagsOf = ({ compartment }: World) =>
      compartment.filter(({ resourceType }) => resourceType === 'Flag')
    expect(flagsOf(then(emptyWorld, before, current))).toHaveLength(1)
    const again = stay('later', [
      admission('2026-10-20T08:00:00', historic),
      discharge('2026-10-21T08:00:00', '01', historic),
    ])
    expect(flagsOf(then(emptyWorld, before, again))).toHaveLength(0)
  })
})
