import { describe, expect, it } from 'vitest'
import { mergeable } from '../../../../src/care-plan/case/case.ts'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { commands } from '../../../../src/care-plan/commands/commands.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { invariants } from '../../../../src/care-plan/invariants/invariants.ts'
import { contextOf, openFile, refusal } from '../../../support/case-file.ts'

const AT = '2026-10-13T10:00:00-04:00'
const lead = openFile({ id: 'lead' })
const double = openFile({ id: 'double', reason: 'as it was' })

const run = (name: string, file: CaseFile, payload: Record<string, string>, others: readonly CaseFile[]) => {
  const result = commands
    .get(name)
    ?.decide(file, payload, contextOf(), id => others.find(one => one.case.id === id))
  if (!result) throw new Error('no such command')
  return result
}

const merge = (file: CaseFile, other: CaseFile) =>
  run('MergeCases', file, { other: other.case.id, reason: 'twice' }, [file, other])

const failureOf = (result: ReturnType<typeof run>) => {
  if (result.ok) throw new Error('it was not refused')
  return result.failure
}

describe('MergeCases', () => {
  it('says on both cases what became of them', () => {
    expect(merge(lead, double)).toEqual({
      ok: true,
      value: [
        {
          type: 'CasesMerged',
          noun: 'case',
          id: 'lead',
          changes: { mergedFrom: ['double'] },
          reason: 'twice',
        },
        {
          type: 'CasesMerged',
          noun: 'case',
          id: 'double',
          changes: {
            state: 'closed',
            since: AT,
            end: AT,
            reason: 'twice',
            closure: { reason: 'duplicate' },
            mergedInto: {
              case: 'lead',
              state: 'open',
              since: '2026-10-13T09:00:00-04:00',
              reason: 'as it was',
            },
          },
          reason: 'twice',
        },
      ],
    })
  })

  it('adds to those that were merged before, and ends no case before it began', () => {
    const before = openFile({ id: 'lead', mergedFrom: ['first'] })
    const early = openFile({ id: 'double', start: '2026-10-20T09:00:00-04:00' })
    const merged = merge(before, early)
    expect(merged.ok && merged.value.map(({ changes }) => changes)).toEqual([
      { mergedFrom: ['first', 'double'] },
      expect.objectContaining({ end: '2026-10-20T09:00:00-04:00' }),
    ])
  })

  it('remembers that the duplicate waited for capacity', () => {
    const waiting = openFile({ id: 'double', state: 'on-hold', isWaitlisted: true })
    const merged = merge(lead, waiting)
    expect(merged.ok && merged.value[1]?.changes).toMatchObject({
      isWaitlisted: false,
      mergedInto: { state: 'on-hold', waited: 'yes' },
    })
  })

  it('is refused for itself, for a case of somebody else, and for none', () => {
    expect(failureOf(merge(lead, lead)).code).toBe('case-condition')
    const stranger = openFile({ id: 'other', patient: 'p2' })
    expect(failureOf(merge(lead, stranger))).toMatchObject({ code: 'unknown-noun', expression: 'other' })
    expect(refusal(lead, 'MergeCases', { other: 'none', reason: 'x' }).code).toBe('unknown-noun')
  })

  it('is refused once either has ended, and for a duplicate whose closure is proposed', () => {
    const closed = openFile({ id: 'lead', state: 'closed' })
    expect(failureOf(merge(closed, double))).toMatchObject({
      code: 'illegal-transition',
      legal: ['ReopenCase', 'MarkEnteredInError'],
    })
    for (const state of ['closing', 'closed', 'declined', 'deceased', 'entered-in-error'] as const) {
      const failure = failureOf(merge(lead, openFile({ id: 'double', state })))
      expect(failure.code).toBe('illegal-transition')
      expect(failure.legal).not.toContain('MergeCases')
    }
    for (const state of mergeable) expect(merge(lead, openFile({ id: 'double', state })).ok).toBe(true)
  })
})

describe('UnmergeCases', () => {
  const mergedInto = { case: 'lead', state: 'on-hold', waited: 'yes', reason: 'as it was' } as const
  const joined = openFile({
    id: 'double',
    state: 'closed',
    end: AT,
    closure: { reason: 'duplicate' },
    mergedInto,
  })

  it('takes the mark off both, and leaves what else was merged', () => {
    const survivor = openFile({ id: 'lead', mergedFrom: ['first', 'double'] })
    const back = run('UnmergeCases', joined, { reason: 'two' }, [survivor, joined])
    expect(back.ok && back.value).toEqual([
      {
        type: 'CasesUnmerged',
        noun: 'case',
        id: 'double',
        changes: {
          state: 'on-hold',
          isWaitlisted: true,
          since: AT,
          reason: 'as it was',
          end: undefined,
          closure: undefined,
          mergedInto: undefined,
        },
        reason: 'two',
      },
      { type: 'CasesUnmerged', noun: 'case', id: 'lead', changes: { mergedFrom: ['first'] }, reason: 'two' },
    ])
    const alone = run('UnmergeCases', joined, { reason: 'two' }, [joined])
    expect(alone.ok && alone.value).toHaveLength(1)
  })

  it('is for a case that was merged only', () => {
    const closed = openFile({ state: 'closed' })
    expect(refusal(closed, 'UnmergeCases', { reason: 'x' }).code).toBe('case-condition')
    expect(refusal(openFile(), 'UnmergeCases', { reason: 'x' }).code).toBe('illegal-transition')
  })

  it('is what reopens a merged case; ReopenCase does not', () => {
    expect(refusal(joined, 'ReopenCase', { reason: 'x' })).toMatchObject({
      code: 'case-condition',
      message: expect.stringContaining('UnmergeCases'),
    })
  })
})

describe('the rules', () => {
  const numberOf = (before: CaseFile, after: CaseFile): string | undefined =>
    brokenRule(invariants, { before, after }, contextOf())?.rule

  it('let a case be closed without due form by a merge alone', () => {
    const mergedInto = { case: 'lead', state: 'open' } as const
    const closed = { ...double, case: { ...double.case, state: 'closed' as const } }
    expect(numberOf(double, closed)).toBe('I13')
    expect(numberOf(double, { ...closed, case: { ...closed.case, mergedInto } })).toBeUndefined()
    const closing = openFile({ id: 'double', state: 'closing' })
    expect(numberOf(closing, { ...closed, case: { ...closed.case, mergedInto } })).toBe('I23')
  })
})
