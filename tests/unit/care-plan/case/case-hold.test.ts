import { describe, expect, it } from 'vitest'
import { restingOnHold, resumptionsOf } from '../../../../src/care-plan/case/case-hold.ts'
import type { Trigger } from '../../../../src/care-plan/duties/duties.ts'
import type { Anchor } from '../../../../src/care-plan/duties/series.ts'
import { openFile } from '../../../support/case-file.ts'

const timeZone = 'America/New_York'
const day = (n: number): Anchor => ({
  at: `2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`,
  atMs: Date.parse(`2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`),
})
const trigger = {
  ...{ kind: 'contact-cadence', id: 'model:x', caseId: 'c1', isHighRisk: false },
  ...{ recorded: day(1).at, recordedMs: day(1).atMs },
} as const satisfies Omit<Trigger, 'at' | 'atMs'>

describe('a case on hold', () => {
  const one: Trigger = { ...trigger, ...day(5) }
  const held = (since?: string) => ({
    case: { ...openFile({ state: 'on-hold' }).case, since } as ReturnType<typeof openFile>['case'],
  })

  it('asks nobody to keep a rhythm from then on', () => {
    expect(restingOnHold(one, held(day(6).at))).toEqual({
      ...one,
      overtaken: { reason: 'case on hold', recorded: day(6).at, atMs: day(6).atMs },
    })
    expect(restingOnHold(one, held('2026-10-06')).overtaken?.atMs).toBe(Date.parse('2026-10-06T00:00:00Z'))
  })

  it('since nobody knows when, lets stand whatever was done', () => {
    expect(restingOnHold(one, held()).overtaken).toEqual({
      reason: 'case on hold',
      recorded: one.at,
      atMs: Number.POSITIVE_INFINITY,
    })
  })

  it('changes nothing for a case that goes on, nor for what was overtaken anyway', () => {
    expect(restingOnHold(one, openFile())).toBe(one)
    const overtaken = { reason: 'model switched', recorded: day(6).at } as const
    expect(restingOnHold({ ...one, overtaken }, held(day(6).at)).overtaken).toBe(overtaken)
  })

  it('went on at the times that can be read, in order', () => {
    const file = openFile({ resumptions: [day(9).at, 'some day', day(3).at] })
    expect(resumptionsOf(file, timeZone)).toEqual([day(3), day(9)])
    expect(resumptionsOf(openFile(), timeZone)).toEqual([])
  })
})
