import { describe, expect, it } from 'vitest'
import { machines } from '../../../../src/care-plan/machines/machines.ts'
import type { Need, Score } from '../../../../src/care-plan/nouns/assessment.ts'
import {
  aConsent,
  afterwards,
  anAssignment,
  decided,
  fileOf,
  openFile,
  refusal,
} from '../../../support/case-file.ts'

const because = { reason: 'wrong patient' }

const aNeed = (more: Partial<Need> = {}): Need => ({
  id: 'n1',
  state: 'confirmed',
  text: 'Walks unsafely',
  evidence: [],
  ...more,
})

const aScore = (more: Partial<Score> = {}): Score => ({
  id: 's1',
  state: 'final',
  measure: 'phq-9',
  value: '9',
  inputs: [],
  derivedFrom: ['answers/a1'],
  ...more,
})

const eventsOf = (...[file, noun, id]: [Parameters<typeof decided>[0], string, string]) => {
  const events = decided(file, 'MarkNounEnteredInError', { noun, id, ...because })
  if (!events.ok) throw new Error(events.failure.message)
  return events.value
}

describe('MarkNounEnteredInError', () => {
  it('is a move of every machine with the state, from every other one', () => {
    for (const [noun, machine] of Object.entries(machines)) {
      const moves = machine.moves.filter(({ command }) => command === 'MarkNounEnteredInError')
      const isWithdrawable = noun !== 'case' && machine.states.includes('entered-in-error')
      expect(moves.length, noun).toBe(isWithdrawable ? 1 : 0)
      for (const { from, to } of moves) {
        expect(to).toBe('entered-in-error')
        expect([...from, to].toSorted()).toEqual(machine.states.toSorted())
      }
    }
  })

  it.each(['proposed', 'confirmed', 'declined-by-client', 'inactive'] as const)(
    'withdraws a need that is %s, with the reason and who gave it (I5)',
    state => {
      const file = openFile({}, { needs: [aNeed({ state })] })
      expect(eventsOf(file, 'need', 'n1')).toEqual([
        {
          type: 'NeedEnteredInError',
          noun: 'need',
          id: 'n1',
          changes: { state: 'entered-in-error', ...because, reasonBy: 'Practitioner/noor' },
          ...because,
        },
      ])
    },
  )

  it('keeps the reason in the event alone where the noun has no place for it', () => {
    const flag = { id: 'f1', state: 'open', code: 'fever', at: '2026-10-13T09:00:00-04:00' } as const
    const [event] = eventsOf(openFile({}, { flags: [flag] }), 'flag', 'f1')
    expect(event).toMatchObject({ type: 'RedFlagEnteredInError', ...because })
    expect(event?.changes).toEqual({ state: 'entered-in-error' })
  })

  it('takes the scores that were computed from answers with them, but no others', () => {
    const answers = [
      { id: 'a1', state: 'completed', instrument: 'phq-9|1.0.0', items: [] },
      { id: 'a2', state: 'completed', instrument: 'phq-9|1.0.0', items: [] },
    ] as const
    const scores = [
      aScore(),
      aScore({ id: 's2', derivedFrom: ['answers/a2'] }),
      aScore({ id: 's3', state: 'entered-in-error', reason: 'before' }),
    ]
    const file = openFile({}, { answers, scores })
    expect(eventsOf(file, 'answers', 'a1').map(({ type, id }) => `${type} ${id}`)).toEqual([
      'AnswersEnteredInError a1',
      'ScoreEnteredInError s1',
    ])
    const after = afterwards(file, 'MarkNounEnteredInError', { noun: 'answers', id: 'a1', ...because })
    expect(after.scores.map(({ state, reason }) => [state, reason])).toEqual([
      ['entered-in-error', 'wrong patient'],
      ['final', undefined],
      ['entered-in-error', 'before'],
    ])
    expect(refusal(after, 'MarkNounEnteredInError', { noun: 'answers', id: 'a1', ...because })).toEqual({
      kind: 'illegal-transition',
      code: 'illegal-transition',
      message: 'MarkNounEnteredInError is not possible while the answers is entered-in-error.',
      legal: [],
    })
  })

  it('recalls what was shared on a consent that should never have been', () => {
    const consents = [
      aConsent(),
      aConsent({ id: 'c2', scope: 'sharing', recipients: ['Organization/cbo'] }),
      aConsent({ id: 'c3', scope: 'sharing', recipients: ['Organization/other'] }),
    ]
    const file = openFile({}, { consents })
    expect(eventsOf(file, 'consent', 'c2').map(({ type, id }) => `${type} ${id}`)).toEqual([
      'ConsentEnteredInError c2',
      'SharesRecalled c2',
    ])
    expect(eventsOf(file, 'consent', 'consent-1')).toHaveLength(1)
  })

  it('lets the manager of an unopened case go with the only assignment that made one', () => {
    const file = fileOf({ manager: 'Practitioner/noor' }, { assignments: [anAssignment()] })
    const after = afterwards(file, 'MarkNounEnteredInError', {
      noun: 'assignment',
      id: 'assignment-1',
      ...because,
    })
    expect(after.case.manager).toBeUndefined()
    const two = [anAssignment(), anAssignment({ id: 'assignment-2' })]
    expect(
      eventsOf(fileOf({ manager: 'Practitioner/noor' }, { assignments: two }), 'assignment', 'assignment-2'),
    ).toHaveLength(1)
    const offered = anAssignment({ id: 'o1', state: 'offered' })
    expect(
      eventsOf({ ...file, assignments: [...file.assignments, offered] }, 'assignment', 'o1'),
    ).toHaveLength(1)
    expect(
      eventsOf(fileOf({}, { assignments: [anAssignment()] }), 'assignment', 'assignment-1'),
    ).toHaveLength(1)
  })

  it('is refused for what the case has not', () => {
    const payload = { noun: 'goal', id: 'none', ...because }
    expect(refusal(openFile(), 'MarkNounEnteredInError', payload).code).toBe('unknown-noun')
  })
})

describe('RevokeConsent', () => {
  const revoked = (more: Parameters<typeof aConsent>[0]) => {
    const file = openFile({}, { consents: [aConsent(more)] })
    const events = decided(file, 'RevokeConsent', { consent: 'consent-1', ...because })
    return events.ok ? events.value.map(({ type, changes }) => [type, changes]) : []
  }

  it('names the recipients of a consent to share as recalled, and of no other', () => {
    const recipients = ['Organization/cbo']
    expect(revoked({ scope: 'sharing', recipients })).toEqual([
      ['ConsentRevoked', expect.objectContaining({ state: 'revoked' })],
      ['SharesRecalled', { recipients }],
    ])
    expect(revoked({ scope: 'sharing' })).toHaveLength(1)
    expect(revoked({ scope: 'case-management', recipients })).toHaveLength(1)
  })
})
