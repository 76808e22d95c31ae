import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { evolve } from '../../../../src/care-plan/machines/domain-event.ts'
import {
  caseIdentified,
  identifyCase,
  identifyCasePayload,
} from '../../../../src/care-plan/case/identify-case.ts'
import { contextOf, fileOf } from '../../../support/case-file.ts'

const payload = { patient: 'p1', caseType: 'acute', reason: 'bicycle accident' } as const

describe('a case that people identify', () => {
  it('is identified, begins at the time of the fact and says why', () => {
    const root = identifyCase(
      { ...payload, assigner: 'Organization/valley', assignerKind: 'hospital' },
      contextOf(),
    )
    if (!root.ok) throw new Error(root.failure.message)
    expect(root.value).toMatchObject({
      id: 'case-new-1',
      patient: 'p1',
      state: 'identified',
      caseType: 'acute',
      assigner: 'Organization/valley',
      assignerKind: 'hospital',
      start: '2026-10-13T10:00:00-04:00',
      reason: 'bicycle accident',
    })
    const event = caseIdentified(root.value)
    expect(event).toMatchObject({ type: 'CaseIdentified', reason: 'bicycle accident' })
    expect(evolve(fileOf(), event).case).toMatchObject(root.value)
  })

  it.each([
    { ...payload, caseType: 'unheard-of' },
    { ...payload, patient: 'Patient/p1' },
    { ...payload, reason: ' ' },
    { ...payload, assigner: 'Practitioner/x' },
    { ...payload, more: 1 },
    { patient: 'p1', caseType: 'acute' },
  ])('is refused as %j', body => {
    expect(Value.Check(identifyCasePayload, body)).toBe(false)
  })
})
