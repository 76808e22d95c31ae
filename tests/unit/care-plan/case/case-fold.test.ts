import { describe, expect, it } from 'vitest'
import { foldCases, type KnownCase } from '../../../../src/care-plan/case/case-fold.ts'
import { defaultCaseRules } from '../../../../src/care-plan/case/case-rules.ts'
import { stayFacts } from '../../../../src/care-plan/stays/stay-facts.ts'
import { admission, stay } from '../../../support/case-world.ts'

const ZONE = 'America/New_York'
const at = (text: string): number => Date.parse(`${text}-04:00`)

const closedCase: KnownCase = {
  id: 'case-1',
  state: 'closed',
  start: '2026-10-01T09:00:00-04:00',
  startMs: at('2026-10-01T09:00:00'),
  endedMs: at('2026-10-05T09:00:00'),
  isTouched: true,
  isHighRisk: false,
}

/** What a case that was closed on 5 October becomes by admissions on the 1st and on the 12th. */
const folded = (known: KnownCase) =>
  foldCases({
    admissions: stayFacts(
      [stay('e1', [admission('2026-10-01T09:00:00')]), stay('e2', [admission('2026-10-12T09:00:00')])],
      ZONE,
    ).inpatientAdmissions,
    rules: defaultCaseRules,
    idOf: n => `case-${n}`,
    known: [known],
  }).courses.map(({ id, reopening }) => [id, reopening !== undefined])

describe('an admission shortly after a case was closed', () => {
  it('reopens it', () => {
    expect(folded(closedCase)).toEqual([['case-1', true]])
  })

  it('opens another one when it was merged into a case that goes on in its place', () => {
    expect(folded({ ...closedCase, isMerged: true })).toEqual([
      ['case-1', false],
      ['case-2', false],
    ])
  })
})
