import { describe, expect, it } from 'vitest'
import type { CaseFile, Obligation } from '../../../../src/care-plan/case/case-file.ts'
import {
  bulkReassign,
  handedDuties,
  handOver,
  notBefore,
  type Successor,
} from '../../../../src/care-plan/case/hand-over.ts'
import { anAssignment, contextOf, openFile } from '../../../support/case-file.ts'

const NOOR = 'Practitioner/noor'
const SAM = 'Practitioner/sam'
const AT = '2026-10-13T10:00:00-04:00'

function eventsOf(successor: Omit<Successor, 'to'> = {}, file: CaseFile = openFile()) {
  const events = handOver(file, { to: SAM, ...successor }, contextOf())
  if (!events.ok) throw new Error(events.failure.message)
  return events.value
}

describe('a case that goes to another manager', () => {
  it('is given with an assignment that begins as the old one ends', () => {
    expect(eventsOf()).toEqual([
      {
        ...{ type: 'AssignmentAccepted', noun: 'assignment', id: 'assignment-new-1' },
        changes: { state: 'accepted', manager: SAM, offeredBy: NOOR, offeredAt: AT, start: AT },
      },
      {
        ...{ type: 'CaseHandedOver', noun: 'assignment', id: 'assignment-1' },
        changes: { state: 'handed-over', end: AT },
      },
      expect.objectContaining({
        ...{ type: 'ManagerAssigned', noun: 'case' },
        changes: expect.objectContaining({ manager: SAM }),
        reason: 'A manager accepted the case.',
      }),
    ])
  })

  it('keeps the reason with both assignments and the case', () => {
    const [born, over, changed] = eventsOf({ reason: 'leave' })
    expect(born).toMatchObject({ reason: 'leave' })
    expect(over).toMatchObject({ changes: { reason: 'leave' }, reason: 'leave' })
    expect(changed).toMatchObject({ reason: 'leave' })
  })

  it('names the organisation of the new manager, and who answers for a share that no consent covers', () => {
    const [born, , changed] = eventsOf({ organization: 'Organization/o2', consentOverride: 'urgent' })
    expect(born?.changes).toMatchObject({ organization: 'Organization/o2' })
    expect(changed?.changes).toMatchObject({
      overrides: [{ recipient: 'Organization/o2', reason: 'urgent', by: NOOR, at: AT }],
    })
    expect(eventsOf({ organization: 'Organization/o2' })[2]?.changes).not.toHaveProperty('overrides')
    expect(eventsOf({ consentOverride: 'urgent' })[2]?.changes).not.toHaveProperty('overrides')
  })

  it('may have begun earlier, and not begin later than the hand-over', () => {
    const earlier = '2026-10-13T09:00:00-04:00'
    expect(eventsOf({ start: earlier })[0]?.changes).toMatchObject({ start: earlier, offeredAt: earlier })
    const later = handOver(openFile(), { to: SAM, start: '2026-10-13T10:00:01-04:00' }, contextOf())
    expect(later).toMatchObject({ ok: false, failure: { code: 'case-condition' } })
    const sameInstant = handOver(openFile(), { to: SAM, start: '2026-10-13T14:00:00Z' }, contextOf())
    expect(sameInstant.ok).toBe(true)
  })

  it('is had by somebody, and by somebody else', () => {
    expect(handOver(openFile({}, { assignments: [] }), { to: SAM }, contextOf())).toMatchObject({
      failure: { code: 'illegal-transition', legal: ['OfferAssignment', 'AcceptAssignment'] },
    })
    expect(handOver(openFile(), { to: NOOR }, contextOf())).toMatchObject({
      failure: { code: 'case-condition', message: expect.stringContaining('does not manage it already') },
    })
  })
})

describe('the duties of a manager who hands over', () => {
  const duty = (id: string, more: Partial<Obligation> = {}): Obligation => ({
    ...{ id, state: 'due', rule: 'plan-draft', trigger: 'opened', status: 'accepted', outputs: [] },
    ...{ owner: NOOR },
    ...more,
  })
  const handed = (...obligations: readonly Obligation[]) => handedDuties(openFile({}, { obligations }), SAM)

  it('are the successor’s when they are due or missed; what was only requested is ready', () => {
    const event = { type: 'ObligationAssigned', noun: 'obligation' }
    expect(handed(duty('o1'), duty('o2', { state: 'missed', status: 'requested' }))).toEqual([
      { ...event, id: 'o1', changes: { owner: SAM, status: 'accepted' } },
      { ...event, id: 'o2', changes: { owner: SAM, status: 'ready' } },
    ])
    expect(eventsOf({}, openFile({}, { obligations: [duty('o1')] }))[2]).toMatchObject({ id: 'o1' })
  })

  it.each(['met', 'late-met', 'waived', 'voided'] as const)('stay where they are once they are %s', state => {
    expect(handed(duty('o1', { state }))).toEqual([])
  })

  it('stay with anybody else who owns them, and with nobody', () => {
    const { owner: _, ...free } = duty('o3')
    expect(handed(duty('o1', { owner: 'Practitioner/pt' }), duty('o2', { owner: SAM }), free)).toEqual([])
    const { manager: _m, ...root } = openFile().case
    expect(handedDuties({ ...openFile({}, { obligations: [free] }), case: root }, SAM)).toEqual([])
    expect(handedDuties(openFile({}, { obligations: [duty('o1')] }), NOOR)).toEqual([])
  })
})

describe('an end', () => {
  it('is never before its start', () => {
    expect(notBefore(undefined, AT)).toBe(AT)
    expect(notBefore('2026-10-13T11:00:00-04:00', AT)).toBe('2026-10-13T11:00:00-04:00')
    expect(notBefore('2026-10-13T09:00:00-04:00', AT)).toBe(AT)
  })
})

describe('a caseload that goes to another manager', () => {
  it('says so of every case, and leaves those of others', () => {
    const others = openFile({}, { assignments: [anAssignment({ manager: 'Practitioner/else' })] })
    const done = bulkReassign([others, openFile()], { from: NOOR, to: SAM, reason: 'leave' }, () =>
      contextOf(),
    )
    if (!done.ok) throw new Error(done.failure.message)
    expect(done.value).toHaveLength(1)
    expect(done.value[0]?.events.at(-1)).toMatchObject({ type: 'CaseloadTransferred', reason: 'leave' })
  })
})
