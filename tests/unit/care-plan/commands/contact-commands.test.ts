import { describe, expect, it } from 'vitest'
import { checkInScript } from '../../../../src/care-plan/instruments/check-in.ts'
import type { Contact, RedFlag } from '../../../../src/care-plan/nouns/contact.ts'
import { afterwards, decided, namesOf, openFile, refusal } from '../../../support/case-file.ts'

const AT = { at: '2026-12-11T10:00:00-05:00' }
const aContact = (more: Partial<Contact> = {}): Contact => ({
  id: 'k1',
  state: 'planned',
  kind: 'phone',
  at: '2026-11-27T10:00:00-05:00',
  outcome: undefined,
  topics: [],
  redFlags: [],
  ...more,
})
const aFlag = (more: Partial<RedFlag> = {}): RedFlag => ({
  id: 'f1',
  state: 'open',
  code: 'new-symptom',
  at: '2026-12-11T09:00:00-05:00',
  ...more,
})

describe('PlanContact', () => {
  it('puts a contact with whom and when on the case', () => {
    const { contacts } = afterwards(openFile(), 'PlanContact', {
      kind: 'home',
      start: '2026-12-02T10:00:00-05:00',
      with: 'RelatedPerson/sam',
    })
    expect(contacts).toEqual([
      {
        id: 'contact-new-1',
        state: 'planned',
        kind: 'home',
        at: '2026-12-02T10:00:00-05:00',
        by: 'Practitioner/noor',
        with: 'RelatedPerson/sam',
        topics: [],
        redFlags: [],
      },
    ])
  })
})

describe('RecordContact', () => {
  it('records a contact that was not planned, with its minutes, by who tells of it', () => {
    const file = afterwards(openFile(), 'RecordContact', { kind: 'phone', minutes: 22 }, AT)
    expect(file.contacts).toEqual([
      {
        id: 'contact-new-1',
        state: 'made',
        kind: 'phone',
        minutes: 22,
        at: AT.at,
        by: 'Practitioner/noor',
        outcome: 'reached',
        topics: [],
        redFlags: [],
      },
    ])
  })

  it('records a planned contact under its id, at the time when it was made', () => {
    const planned = openFile({}, { contacts: [aContact({ note: 'ask about the stairs' })] })
    const file = afterwards(planned, 'RecordContact', { kind: 'video', minutes: 15, contact: 'k1' }, AT)
    expect(file.contacts).toEqual([
      expect.objectContaining({
        id: 'k1',
        state: 'made',
        kind: 'video',
        minutes: 15,
        at: AT.at,
        note: 'ask about the stairs',
      }),
    ])
  })

  it('lists the topics in their order, each once', () => {
    const { contacts } = afterwards(
      openFile(),
      'RecordContact',
      {
        kind: 'phone',
        minutes: 22,
        topics: ['what-to-do', 'health-status'],
        answers: [{ question: 'has-medicines', answer: 'yes' }],
      },
      AT,
    )
    expect(contacts[0]?.topics).toEqual(['health-status', 'medicines', 'what-to-do'])
    expect(contacts[0]?.redFlags).toEqual([])
  })

  it('raises a red flag for each danger found, told or answered, once', () => {
    const payload = {
      kind: 'phone',
      minutes: 22,
      redFlags: [{ code: 'headache', text: 'new headaches' }, { code: 'low-mood' }],
      answers: [
        { question: 'low-mood', answer: 'yes' },
        { question: 'new-symptoms', answer: 'yes' },
      ],
    }
    const events = decided(openFile(), 'RecordContact', payload, AT)
    expect(namesOf(events)).toEqual(['ContactMade', 'RedFlagRaised', 'RedFlagRaised', 'RedFlagRaised'])
    const { flags, contacts } = afterwards(openFile(), 'RecordContact', payload, AT)
    expect(flags.map(({ code }) => code)).toEqual(['headache', 'low-mood', 'new-symptom'])
    expect(flags[0]).toEqual({
      id: 'flag-new-2',
      state: 'open',
      code: 'headache',
      text: 'new headaches',
      at: AT.at,
      by: 'Practitioner/noor',
      contact: 'contact-new-1',
    })
    expect(flags[2]?.text).toContain('that is new? Yes')
    expect(contacts[0]?.redFlags).toEqual(['headache', 'low-mood', 'new-symptom'])
    expect(contacts[0]?.answers).toEqual(payload.answers)
  })

  it('refuses answers that the script does not know', () => {
    const answers = [{ question: 'feeling', answer: 'blue' }]
    expect(refusal(openFile(), 'RecordContact', { kind: 'phone', minutes: 5, answers }).code).toBe(
      'unknown-answer',
    )
  })

  it('refuses a contact and an appointment that the case does not have', () => {
    const made = { kind: 'phone', minutes: 5 }
    expect(refusal(openFile(), 'RecordContact', { ...made, contact: 'no' }).code).toBe('unknown-noun')
    expect(refusal(openFile(), 'RecordContact', { ...made, appointment: 'no' }).code).toBe('unknown-noun')
  })

  it.each(['made', 'attempted', 'refused', 'entered-in-error'] as const)(
    'is not possible for a contact that is %s already',
    state => {
      const file = openFile({}, { contacts: [aContact({ state })] })
      expect(refusal(file, 'RecordContact', { kind: 'phone', minutes: 5, contact: 'k1' })).toMatchObject({
        code: 'illegal-transition',
        legal: state === 'entered-in-error' ? [] : ['MarkNounEnteredInError'],
      })
    },
  )
})

describe('RecordAttempt and RecordRefusal', () => {
  it('record what kept a contact from being made', () => {
    const file = afterwards(openFile(), 'RecordAttempt', { kind: 'phone', outcome: 'no-answer' }, AT)
    expect(file.contacts).toEqual([
      expect.objectContaining({ state: 'attempted', outcome: 'no-answer', at: AT.at, kind: 'phone' }),
    ])
    const refused = afterwards(openFile(), 'RecordRefusal', { kind: 'home', why: 'no visitors' }, AT)
    expect(refused.contacts).toEqual([
      expect.objectContaining({ state: 'refused', outcome: 'refused', reason: 'no visitors' }),
    ])
  })

  it('end a planned contact', () => {
    const planned = openFile({}, { contacts: [aContact()] })
    const tried = { kind: 'phone', outcome: 'voicemail', contact: 'k1' }
    expect(afterwards(planned, 'RecordAttempt', tried, AT).contacts).toEqual([
      expect.objectContaining({ id: 'k1', state: 'attempted', at: AT.at }),
    ])
    const file = afterwards(planned, 'RecordRefusal', { kind: 'phone', contact: 'k1' }, AT)
    expect(file.contacts[0]?.state).toBe('refused')
    expect(refusal(file, 'RecordAttempt', tried).code).toBe('illegal-transition')
    expect(refusal(file, 'RecordRefusal', { kind: 'phone', contact: 'none' }).code).toBe('unknown-noun')
  })
})

describe('a red flag', () => {
  it('is raised by itself, or for a contact of the case', () => {
    const file = openFile({}, { contacts: [aContact({ state: 'made' })] })
    const { flags } = afterwards(file, 'RaiseRedFlag', { code: 'fever', contact: 'k1' }, AT)
    expect(flags).toEqual([
      { id: 'flag-new-1', state: 'open', code: 'fever', at: AT.at, by: 'Practitioner/noor', contact: 'k1' },
    ])
    expect(refusal(file, 'RaiseRedFlag', { code: 'fever', contact: 'k2' }).code).toBe('unknown-noun')
  })

  it.each([
    ['ambulatory-visit', ['RedFlagResolved', 'OutcomeRecorded'], 'yes'],
    ['emergency-room', ['RedFlagResolved', 'OutcomeRecorded'], 'no'],
    ['none', ['RedFlagResolved'], undefined],
  ] as const)('that led to %s raises %j', (ledTo, names, value) => {
    const file = openFile({}, { flags: [aFlag()] })
    const payload = { flag: 'f1', ledTo, note: 'seen' }
    expect(namesOf(decided(file, 'ResolveRedFlag', payload, AT))).toEqual(names)
    const after = afterwards(file, 'ResolveRedFlag', payload, AT)
    expect(after.flags).toEqual([{ ...aFlag(), state: 'resolved', end: AT.at, ledTo, note: 'seen' }])
    expect(after.scores.map(score => score.value)).toEqual(value === undefined ? [] : [value])
  })

  it('counts an emergency room visit avoided with what it was counted from', () => {
    const file = openFile({}, { flags: [aFlag()] })
    const { scores } = afterwards(file, 'ResolveRedFlag', { flag: 'f1', ledTo: 'ambulatory-visit' }, AT)
    expect(scores).toEqual([
      {
        id: 'score-new-1',
        state: 'final',
        measure: 'er-avoided',
        tableVersion: '1',
        value: 'yes',
        inputs: [
          { name: 'red-flag', value: 'f1' },
          { name: 'code', value: 'new-symptom' },
          { name: 'led-to', value: 'ambulatory-visit' },
        ],
        at: AT.at,
        by: 'Practitioner/noor',
        derivedFrom: [],
      },
    ])
  })

  it('is not resolved before it was raised', () => {
    const file = openFile({}, { flags: [aFlag()] })
    const before = { at: '2026-12-11T08:59:00-05:00' }
    expect(refusal(file, 'ResolveRedFlag', { flag: 'f1', ledTo: 'none' }, before).code).toBe(
      'period-backwards',
    )
  })

  it('is resolved once', () => {
    const file = openFile({}, { flags: [aFlag({ state: 'resolved' })] })
    expect(refusal(file, 'ResolveRedFlag', { flag: 'f1', ledTo: 'none' })).toMatchObject({
      code: 'illegal-transition',
      legal: ['MarkNounEnteredInError'],
    })
    expect(refusal(file, 'ResolveRedFlag', { flag: 'f2', ledTo: 'none' }).code).toBe('unknown-noun')
  })
})

describe('the check-in script', () => {
  it('asks about each of the five topics', () => {
    expect([...new Set(checkInScript.questions.map(({ topic }) => topic))]).toEqual([
      'health-status',
      'medicines',
      'appointments',
      'home-services',
      'what-to-do',
    ])
  })

  it('has questions and answers that can be told apart', () => {
    const ids = checkInScript.questions.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { answers } of checkInScript.questions)
      expect(new Set(answers.map(({ code }) => code)).size).toBe(answers.length)
  })
})
