import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergeable } from '../../../src/care-plan/case/case.ts'
import { listNames, type CaseFile } from '../../../src/care-plan/case/case-file.ts'
import { commands } from '../../../src/care-plan/commands/commands.ts'
import { evolveAll, type DomainEvent } from '../../../src/care-plan/machines/domain-event.ts'
import { brokenRule } from '../../../src/care-plan/invariants/invariant.ts'
import { invariants } from '../../../src/care-plan/invariants/invariants.ts'
import { contextOf, openFile } from '../../support/case-file.ts'
import { aGoal, anActivity, aNeed } from '../../support/plan-file.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 20_000 : 500
const context = contextOf()

const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 4 })

/** A case at any point before its closure, with parts in any number. */
const file = (id: string) =>
  fc
    .record({
      state: fc.constantFrom(...mergeable),
      isWaitlisted: fc.boolean(),
      reason: fc.option(fc.constant('so it was'), { nil: undefined }),
      goals: ids,
      needs: ids,
      activities: ids,
    })
    .map(({ state, isWaitlisted, reason, ...parts }): CaseFile => {
      const base = openFile(
        { id, state, isWaitlisted: state === 'on-hold' && isWaitlisted, ...(reason && { reason }) },
        {
          goals: parts.goals.map(one => aGoal({ id: one })),
          needs: parts.needs.map(one => aNeed({ id: one })),
          activities: parts.activities.map(one => anActivity({ id: one })),
        },
      )
      return base
    })

const decided = (
  name: string,
  to: CaseFile,
  payload: Record<string, string>,
  others: readonly CaseFile[],
) => {
  const result = commands
    .get(name)
    ?.decide(to, payload, context, id => others.find(one => one.case.id === id))
  if (!result?.ok) throw new Error(JSON.stringify(result))
  return result.value
}

const told = (before: CaseFile, events: readonly DomainEvent[]): CaseFile =>
  evolveAll(
    before,
    events.filter(({ id }) => id === before.case.id),
  )

test('a merge of two cases loses no part of either, breaks no rule, and taken back leaves them as they were', () => {
  fc.assert(
    fc.property(file('lead'), file('double'), (lead, double) => {
      const merge = decided('MergeCases', lead, { other: 'double', reason: 'twice' }, [lead, double])
      expect(merge.every(({ noun }) => noun === 'case')).toBe(true)
      const [lead2, double2] = [told(lead, merge), told(double, merge)]
      for (const list of Object.values(listNames)) {
        expect(lead2[list]).toEqual(lead[list])
        expect(double2[list]).toEqual(double[list])
      }
      expect(double2.case.state).toBe('closed')
      expect(lead2.case.state).toBe(lead.case.state)
      for (const [before, after] of [
        [lead, lead2],
        [double, double2],
      ] as const)
        expect(brokenRule(invariants, { before, after }, context)).toBeUndefined()
      const back = decided('UnmergeCases', double2, { reason: 'two' }, [lead2, double2])
      expect(told(lead2, back)).toEqual(lead)
      expect(brokenRule(invariants, { before: double2, after: told(double2, back) }, context)).toBeUndefined()
      const { since: _was, ...root } = double.case
      const { since: _is, ...restored } = told(double2, back).case
      expect(restored).toEqual(root)
    }),
    { numRuns },
  )
})
