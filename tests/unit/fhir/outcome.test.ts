import { describe, expect, it } from 'vitest'
import { okOutcome, outcomeOf } from '../../../src/fhir/outcome.ts'

describe('outcomeOf', () => {
  it('writes one issue with the issue type of the failure kind and the element at fault', () => {
    const outcome = outcomeOf({
      kind: 'conflict',
      code: 'x-y',
      message: 'Already there',
      expression: 'Task.status',
    })
    expect(outcome).toEqual({
      resourceType: 'OperationOutcome',
      issue: [
        { severity: 'error', code: 'conflict', diagnostics: 'Already there', expression: ['Task.status'] },
      ],
    })
  })

  it('leaves expression out when the failure names no element', () => {
    expect(outcomeOf({ kind: 'gone', code: 'x-y', message: 'Deleted' }).issue).toEqual([
      { severity: 'error', code: 'deleted', diagnostics: 'Deleted' },
    ])
  })

  it('writes every listed fault in place of the one message', () => {
    const outcome = outcomeOf({
      kind: 'invalid',
      code: 'x-y',
      message: 'Two faults',
      issues: [
        { severity: 'error', code: 'required', diagnostics: 'a', expression: 'Task.status' },
        { severity: 'warning', code: 'value', diagnostics: 'b' },
      ],
    })
    expect(outcome.issue).toEqual([
      { severity: 'error', code: 'required', diagnostics: 'a', expression: ['Task.status'] },
      { severity: 'warning', code: 'value', diagnostics: 'b' },
    ])
  })

  it('falls back on the message when the list of faults is empty', () => {
    expect(outcomeOf({ kind: 'invalid', code: 'x-y', message: 'm', issues: [] }).issue).toHaveLength(1)
  })
})

describe('okOutcome', () => {
  it('is a single information issue', () => {
    expect(okOutcome('All good').issue).toEqual([
      { severity: 'information', code: 'informational', diagnostics: 'All good' },
    ])
  })
})
