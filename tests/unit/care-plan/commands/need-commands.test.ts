import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import {
  barrierMachine,
  needMachine,
  strengthMachine,
  type Barrier,
  type Need,
  type Score,
  type Strength,
} from '../../../../src/care-plan/nouns/assessment.ts'
import { afterwards, decided, fileOf, openFile, refusal } from '../../../support/case-file.ts'

const NOW = '2026-10-13T10:00:00-04:00'
const aNeed = (more: Partial<Need> = {}): Need => ({
  id: 'n1',
  state: 'confirmed',
  text: 'A ride',
  evidence: [],
  ...more,
})
const aStrength = (more: Partial<Strength> = {}): Strength => ({
  id: 's1',
  state: 'active',
  kind: 'family',
  text: 'Sam drives',
  linkedTo: [],
  ...more,
})
const aBarrier = (more: Partial<Barrier> = {}): Barrier => ({
  id: 'b1',
  state: 'open',
  text: 'No car',
  ...more,
})
const aScore = (more: Partial<Score> = {}): Score => ({
  id: 'x1',
  state: 'final',
  measure: 'phq-9',
  tableVersion: '2001',
  value: '8',
  interpretation: 'mild',
  inputs: [{ name: 'q1', value: '8' }],
  derivedFrom: [],
  ...more,
})
const withNeeds = (...needs: readonly Need[]): CaseFile => openFile({}, { needs })

describe('a need', () => {
  it('is identified as a proposal with its author', () => {
    const code = { system: 'http://snomed.info/sct', code: '160695008' }
    const file = afterwards(openFile({}, { scores: [aScore()] }), 'IdentifyNeed', {
      text: 'A ride',
      domain: 'social-needs',
      code,
      evidence: ['x1'],
    })
    expect(file.needs).toEqual([
      {
        id: 'need-new-1',
        state: 'proposed',
        text: 'A ride',
        domain: 'social-needs',
        code,
        evidence: ['x1'],
        identifiedBy: 'Practitioner/noor',
        at: NOW,
      },
    ])
  })

  it.each([['x9'], ['answers/x1']])('has no evidence that is not in the case: %s', evidence => {
    const file = openFile({}, { scores: [aScore()] })
    expect(refusal(file, 'IdentifyNeed', { text: 'x', evidence: [evidence] })).toMatchObject({
      code: 'unknown-noun',
    })
  })

  it.each([
    ['DeferNeed', 'deferred'],
    ['DeclineNeed', 'declined-by-client'],
  ])('%s keeps reason and author (I5)', (name, state) => {
    const events = decided(withNeeds(aNeed()), name, { need: 'n1', reason: 'Later.' })
    expect(events).toMatchObject({
      value: [{ reason: 'Later.', changes: { state, reason: 'Later.', reasonBy: 'Practitioner/noor' } }],
    })
  })

  it('is taken up again without the reason it was put off for', () => {
    const deferred = aNeed({ state: 'deferred', reason: 'Later.', reasonBy: 'Practitioner/x' })
    for (const name of ['ConfirmNeed', 'AddressNeed']) {
      const [need] = afterwards(withNeeds(deferred), name, { need: 'n1' }).needs
      expect(need).not.toHaveProperty('reason')
      expect(need).not.toHaveProperty('reasonBy')
    }
  })

  it.each([
    ['ResolveNeed', 'resolved'],
    ['DeactivateNeed', 'inactive'],
  ])('%s takes a reason or none', (name, state) => {
    const file = withNeeds(aNeed({ state: 'deferred', reason: 'Later.', reasonBy: 'Practitioner/x' }))
    const [bare] = afterwards(file, name, { need: 'n1' }).needs
    expect(bare).toMatchObject({ state })
    expect(bare).not.toHaveProperty('reason')
    expect(afterwards(file, name, { need: 'n1', reason: 'Done.' }).needs[0]).toMatchObject({
      state,
      reason: 'Done.',
      reasonBy: 'Practitioner/noor',
    })
  })

  it('is ranked; what the order leaves out follows in the order it had', () => {
    const file = withNeeds(
      aNeed({ id: 'n1', priority: 1 }),
      aNeed({ id: 'n2', priority: 2 }),
      aNeed({ id: 'n3' }),
      aNeed({ id: 'n4' }),
      aNeed({ id: 'n5', priority: 3, state: 'resolved' }),
    )
    const events = decided(file, 'PrioritiseNeeds', { order: ['n3', 'n2'] })
    expect(events).toMatchObject({
      value: [
        { type: 'NeedPrioritised', id: 'n3', changes: { priority: 1 } },
        { id: 'n1', changes: { priority: 3 } },
      ],
    })
    expect(events.ok && events.value).toHaveLength(2)
  })

  it('is not ranked once it is over', () => {
    const file = withNeeds(aNeed({ state: 'resolved' }))
    expect(refusal(file, 'PrioritiseNeeds', { order: ['n1'] })).toMatchObject({
      code: 'illegal-transition',
      legal: ['ConfirmNeed', 'MarkNounEnteredInError'],
    })
  })
})

const moves = [
  ['ConfirmNeed', {}],
  ['AddressNeed', {}],
  ['DeferNeed', { reason: 'x' }],
  ['DeclineNeed', { reason: 'x' }],
  ['ResolveNeed', {}],
  ['DeactivateNeed', {}],
] as const

describe('the machine of a need', () => {
  it.each(needMachine.states.flatMap(state => moves.map(([name, more]) => [state, name, more] as const)))(
    'while %s takes %s exactly when it has the move',
    (state, name, more) => {
      const move = needMachine.moves.find(
        one => one.command === name && (one.from as readonly string[]).includes(state),
      )
      const events = decided(withNeeds(aNeed({ state })), name, { need: 'n1', ...more })
      expect(events.ok).toBe(move !== undefined)
      if (events.ok) expect(events.value).toMatchObject([{ type: move?.event, changes: { state: move?.to } }])
    },
  )

  it.each(moves)('%s does not know a need that is not there', (name, more) => {
    expect(refusal(openFile(), name, { need: 'n9', ...more })).toMatchObject({ code: 'unknown-noun' })
  })
})

describe('a strength', () => {
  it('is recorded with who embodies it', () => {
    const file = afterwards(openFile(), 'RecordStrength', {
      kind: 'family',
      text: 'Sam drives on Tuesdays',
      embodiedBy: 'RelatedPerson/sam',
    })
    expect(file.strengths).toEqual([
      {
        id: 'strength-new-1',
        state: 'active',
        kind: 'family',
        text: 'Sam drives on Tuesdays',
        embodiedBy: 'RelatedPerson/sam',
        by: 'Practitioner/noor',
        at: NOW,
        linkedTo: [],
      },
    ])
  })

  const linked = openFile(
    {},
    {
      strengths: [aStrength({ linkedTo: ['g1'] })],
      goals: [{ id: 'g1' }, { id: 'g2' }] as unknown as CaseFile['goals'],
      activities: [{ id: 'a1' }] as unknown as CaseFile['activities'],
    },
  )

  it('is linked to goals and activities, each once', () => {
    const file = afterwards(linked, 'LinkStrength', { strength: 's1', to: ['g1', 'a1', 'g2'] })
    expect(file.strengths[0]).toMatchObject({ state: 'active', linkedTo: ['g1', 'a1', 'g2'] })
  })

  it('is not linked to what is not in the case, nor while it does not count', () => {
    expect(refusal(linked, 'LinkStrength', { strength: 's1', to: ['g9'] })).toMatchObject({
      code: 'unknown-noun',
    })
    const off = { ...linked, strengths: [aStrength({ state: 'inactive' })] }
    expect(refusal(off, 'LinkStrength', { strength: 's1', to: ['g1'] })).toMatchObject({
      code: 'illegal-transition',
      legal: ['ReactivateStrength', 'MarkNounEnteredInError'],
    })
  })

  const steps = ['ConfirmStrength', 'DeactivateStrength', 'ReactivateStrength']
  it.each(strengthMachine.states.flatMap(state => steps.map(name => [state, name] as const)))(
    'while %s takes %s exactly when its machine has the move',
    (state, name) => {
      const move = strengthMachine.moves.find(
        one => one.command === name && (one.from as readonly string[]).includes(state),
      )
      const events = decided(openFile({}, { strengths: [aStrength({ state })] }), name, { strength: 's1' })
      expect(events.ok).toBe(move !== undefined)
      if (events.ok) expect(events.value).toMatchObject([{ type: move?.event, changes: { state: move?.to } }])
    },
  )

  it('loses the reason it was laid aside for when it helps again', () => {
    const aside = afterwards(openFile({}, { strengths: [aStrength()] }), 'DeactivateStrength', {
      strength: 's1',
      reason: 'Moved away.',
    })
    expect(aside.strengths[0]).toMatchObject({ state: 'inactive', reason: 'Moved away.' })
    const again = afterwards(aside, 'ReactivateStrength', { strength: 's1' })
    expect(again.strengths[0]).not.toHaveProperty('reason')
  })
})

describe('a barrier', () => {
  it('is raised, for a goal or for all', () => {
    const goals = [{ id: 'g1' }] as unknown as CaseFile['goals']
    const file = afterwards(openFile({}, { goals }), 'RaiseBarrier', { text: 'No car', goal: 'g1' })
    expect(file.barriers).toEqual([
      { id: 'barrier-new-1', state: 'open', text: 'No car', goal: 'g1', by: 'Practitioner/noor', at: NOW },
    ])
    expect(refusal(openFile(), 'RaiseBarrier', { text: 'No car', goal: 'g1' })).toMatchObject({
      code: 'unknown-noun',
    })
  })

  const steps = [
    ['ConfirmBarrier', {}],
    ['RemoveBarrier', { reason: 'Sam drives.' }],
    ['AcceptBarrier', {}],
  ] as const
  it.each(barrierMachine.states.flatMap(state => steps.map(([name, more]) => [state, name, more] as const)))(
    'while %s takes %s exactly when its machine has the move',
    (state, name, more) => {
      const move = barrierMachine.moves.find(
        one => one.command === name && (one.from as readonly string[]).includes(state),
      )
      const events = decided(openFile({}, { barriers: [aBarrier({ state })] }), name, {
        barrier: 'b1',
        ...more,
      })
      expect(events.ok).toBe(move !== undefined)
      if (events.ok)
        expect(events.value).toMatchObject([{ type: move?.event, changes: { state: move?.to, ...more } }])
    },
  )
})

describe('what begins on a case', () => {
  it.each([
    ['IdentifyNeed', { text: 'x' }],
    ['RecordStrength', { kind: 'home', text: 'x' }],
    ['RaiseBarrier', { text: 'x' }],
  ])('%s is refused once it has ended', (name, payload) => {
    expect(refusal(fileOf({ state: 'closed' }), name, payload)).toMatchObject({ code: 'illegal-transition' })
  })
})

describe('RecordOutcome', () => {
  it('adds a figure of a measure that has no table', () => {
    expect(afterwards(openFile(), 'RecordOutcome', { measure: 'er-avoided', value: 'yes' }).scores).toEqual([
      {
        id: 'score-new-1',
        state: 'final',
        measure: 'er-avoided',
        value: 'yes',
        inputs: [],
        at: NOW,
        by: 'Practitioner/noor',
        derivedFrom: [],
      },
    ])
  })

  it('takes interpretation and version from our table where it is one of ours', () => {
    const file = afterwards(openFile(), 'RecordOutcome', {
      measure: 'phq-9',
      value: 14,
      inputs: [{ name: 'paper form', value: 14 }],
    })
    expect(file.scores[0]).toMatchObject({
      value: '14',
      interpretation: 'moderate',
      tableVersion: '2001',
      inputs: [{ name: 'paper form', value: '14' }],
    })
  })

  it('reads yes and no by the table of a screen', () => {
    const inputs = [{ name: 'asked', value: 'yes' }]
    const of = (value: string) =>
      afterwards(openFile(), 'RecordOutcome', { measure: 'hunger-vital-sign', value, inputs }).scores[0]
        ?.interpretation
    expect([of('yes'), of('no')]).toEqual(['at-risk', 'no-risk'])
  })

  it.each([
    [{ measure: 'phq-9', value: 8 }],
    [{ measure: 'lace', value: 8, tableVersion: '1' }],
    [{ measure: 'lace', value: 8, inputs: [{ name: 'L', value: 5 }] }],
  ])('refuses a figure of a table without version and inputs (I22): %j', payload => {
    expect(refusal(openFile(), 'RecordOutcome', payload)).toMatchObject({
      code: 'rule-broken',
      rule: 'I22',
    })
  })

  it.each([
    [{ measure: 'phq-9', value: 28, inputs: [{ name: 'paper form', value: 28 }] }, 'value'],
    [{ measure: 'phq-9', value: 'yes', inputs: [{ name: 'paper form', value: 'yes' }] }, 'value'],
    [{ measure: 'phq-9', value: 3.5, inputs: [{ name: 'paper form', value: 3.5 }] }, 'value'],
    [{ measure: 'phq-9', value: 14, inputs: [{ name: 'paper form', value: 13 }] }, 'inputs'],
    [{ measure: 'hunger-vital-sign', value: 2, inputs: [{ name: 'asked', value: 'yes' }] }, 'value'],
  ])('refuses a figure that our table can not have given: %j', (payload, expression) => {
    expect(refusal(openFile(), 'RecordOutcome', payload)).toMatchObject({
      code: 'figure-impossible',
      expression,
    })
  })

  it('does not know a goal that is not there', () => {
    expect(refusal(openFile(), 'RecordOutcome', { measure: 'm', value: 1, goal: 'g9' })).toMatchObject({
      code: 'unknown-noun',
    })
  })
})

describe('AmendScore', () => {
  const file = openFile({}, { scores: [aScore()] })

  it('amends a figure with the reason; its meaning follows', () => {
    const events = decided(file, 'AmendScore', {
      score: 'x1',
      value: 14,
      inputs: [{ name: 'q1', value: 14 }],
      reason: 'Misread.',
    })
    expect(events).toMatchObject({
      value: [
        {
          type: 'ScoreAmended',
          reason: 'Misread.',
          changes: {
            state: 'amended',
            value: '14',
            interpretation: 'moderate',
            reason: 'Misread.',
            inputs: [{ name: 'q1', value: '14' }],
          },
        },
      ],
    })
  })

  it('keeps the inputs where none are given', () => {
    const [score] = afterwards(file, 'AmendScore', { score: 'x1', value: 3, reason: 'x' }).scores
    expect(score).toMatchObject({ interpretation: 'minimal', inputs: [{ name: 'q1', value: '8' }] })
  })

  it('does not bring back what was an error', () => {
    const wrong = openFile({}, { scores: [aScore({ state: 'entered-in-error' })] })
    expect(refusal(wrong, 'AmendScore', { score: 'x1', value: 3, reason: 'x' })).toMatchObject({
      code: 'illegal-transition',
    })
    expect(refusal(file, 'AmendScore', { score: 'x2', value: 3, reason: 'x' })).toMatchObject({
      code: 'unknown-noun',
    })
  })
})
