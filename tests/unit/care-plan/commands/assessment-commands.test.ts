import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { auditC } from '../../../../src/care-plan/instruments/audit-c.ts'
import { strengthsList } from '../../../../src/care-plan/instruments/home-strengths.ts'
import { phq9 } from '../../../../src/care-plan/instruments/phq-gad.ts'
import { machines } from '../../../../src/care-plan/machines/machines.ts'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import type { Assessment } from '../../../../src/care-plan/nouns/assessment.ts'
import { answersInAll, answersWorth } from '../../../support/answers.ts'
import { afterwards, decided, fileOf, openFile, refusal } from '../../../support/case-file.ts'

const NOW = '2026-10-13T10:00:00-04:00'

const only = ({ assessments: [one, other] }: CaseFile): Assessment => {
  if (!one || other) throw new Error('there must be one assessment')
  return one
}

const started = (requiredDomains = ['cognition', 'mood']): CaseFile =>
  afterwards(openFile(), 'StartAssessment', { requiredDomains })

const withConclusions = (...domains: readonly string[]): CaseFile =>
  domains.reduce(
    (file, domain) => afterwards(file, 'ConcludeDomain', { domain, text: `On ${domain}.` }),
    started(),
  )

const concluded = (): CaseFile =>
  afterwards(withConclusions('cognition', 'mood'), 'ConcludeAssessment', { summary: 'All in all.' })

const inState = (state: Assessment['state']): CaseFile => {
  const file = started()
  return { ...file, assessments: [{ ...only(file), state }] }
}

describe('an assessment', () => {
  it('is planned, then started under the same id', () => {
    const planned = afterwards(openFile(), 'PlanAssessment', { requiredDomains: ['mood'] })
    expect(only(planned)).toEqual({
      id: 'assessment-new-1',
      state: 'planned',
      requiredDomains: ['mood'],
      conclusions: [],
      answers: [],
      scores: [],
    })
    const file = afterwards(planned, 'StartAssessment', { assessment: 'assessment-new-1' })
    expect(only(file)).toMatchObject({
      state: 'in-progress',
      start: NOW,
      assessor: 'Practitioner/noor',
      requiredDomains: ['mood'],
    })
  })

  it('asks for the domains of the model that holds', () => {
    const models = [
      { model: 'brokerage', version: '1.0.0', since: NOW },
      { model: 'clinical', version: '2.0.0', since: NOW },
    ]
    const lookup = (id: string, version?: string): ModelProfile | undefined =>
      id === 'clinical' && version === '2.0.0'
        ? ({ requiredDomains: ['function', 'finances'] } as unknown as ModelProfile)
        : undefined
    const file = afterwards(openFile({ models }), 'StartAssessment', {}, { models: lookup })
    expect(only(file).requiredDomains).toEqual(['function', 'finances'])
  })

  it('asks for six domains where no model says which', () => {
    expect(only(afterwards(openFile(), 'StartAssessment')).requiredDomains).toEqual([
      'function',
      'cognition',
      'mood',
      'social-needs',
      'home-and-family',
      'finances',
    ])
  })

  it('has no device as its assessor', () => {
    const file = afterwards(openFile(), 'StartAssessment', {}, { actor: 'Device/local' })
    expect(only(file).assessor).toBeUndefined()
  })

  it('knows the one before it', () => {
    const file = afterwards(concluded(), 'StartAssessment', {}, { newId: () => 'second' })
    expect(file.assessments.find(({ id }) => id === 'second')?.previous).toBe('assessment-new-1')
  })

  it.each(['PlanAssessment', 'StartAssessment'])('is not begun by %s once the case has ended', name => {
    expect(refusal(fileOf({ state: 'closed' }), name)).toMatchObject({ kind: 'illegal-transition' })
  })

  it('is not concluded while a required domain has no conclusion, and says which (I4)', () => {
    expect(refusal(withConclusions('mood'), 'ConcludeAssessment', { summary: 'x' })).toMatchObject({
      kind: 'business-rule',
      code: 'rule-broken',
      rule: 'I4',
      message: 'I4: these domains have no written conclusion: cognition (ConcludeDomain).',
    })
  })

  it('is concluded with a summary when all domains are', () => {
    expect(only(concluded())).toMatchObject({
      state: 'concluded',
      summary: 'All in all.',
      end: NOW,
      conclusions: [
        { domain: 'cognition', text: 'On cognition.', by: 'Practitioner/noor', at: NOW },
        { domain: 'mood', text: 'On mood.', by: 'Practitioner/noor', at: NOW },
      ],
    })
  })

  it('does not end before it started', () => {
    const file = withConclusions('cognition', 'mood')
    const early = { at: '2026-10-12T10:00:00-04:00' }
    expect(only(afterwards(file, 'ConcludeAssessment', { summary: 'x' }, early)).end).toBe(NOW)
  })

  it('takes a later conclusion on a domain for the former', () => {
    const file = afterwards(withConclusions('mood'), 'ConcludeDomain', { domain: 'mood', text: 'Better.' })
    expect(only(file).conclusions.map(({ text }) => text)).toEqual(['Better.'])
  })

  it('is amended with a reason, again and again', () => {
    const change = {
      assessment: 'assessment-new-1',
      reason: 'A slip.',
      conclusions: [{ domain: 'mood', text: 'Low.' }],
    }
    const once = afterwards(concluded(), 'AmendAssessment', change)
    expect(only(once)).toMatchObject({ state: 'amended', reason: 'A slip.', summary: 'All in all.' })
    expect(only(once).conclusions).toMatchObject([{ domain: 'cognition' }, { text: 'Low.' }])
    const twice = afterwards(once, 'AmendAssessment', {
      assessment: 'assessment-new-1',
      reason: 'Another.',
      summary: 'New.',
    })
    expect(only(twice)).toMatchObject({ state: 'amended', summary: 'New.' })
  })

  it.each([
    ['RefuseAssessment', 'refused'],
    ['AbandonAssessment', 'not-completed'],
  ])('%s ends it with the reason', (name, state) => {
    const events = decided(started(), name, { reason: 'Not today.' })
    expect(events).toMatchObject({
      ok: true,
      value: [{ reason: 'Not today.', changes: { state, reason: 'Not today.', end: NOW } }],
    })
  })

  const payloads: Readonly<Record<string, object>> = {
    StartAssessment: {},
    RecordAnswers: { instrument: 'phq-9', items: [{ linkId: '/44250-9', answer: 'LA6568-5' }] },
    ConcludeDomain: { domain: 'mood', text: 'x' },
    ConcludeAssessment: { summary: 'x' },
    AmendAssessment: { reason: 'x', summary: 'y' },
    RefuseAssessment: { reason: 'x' },
    AbandonAssessment: { reason: 'x' },
  }
  const machine = machines.assessment
  const states = (machine?.states ?? []) as readonly Assessment['state'][]

  it.each(states.flatMap(state => Object.keys(payloads).map(name => [state, name] as const)))(
    'while %s takes %s exactly when its machine has the move',
    (state, name) => {
      const isLegal = machine?.moves.some(move => move.command === name && move.from.includes(state))
      const open = state === 'in-progress' ? withConclusions('cognition', 'mood') : inState(state)
      const events = decided(open, name, { ...payloads[name], assessment: 'assessment-new-1' })
      expect(events.ok).toBe(isLegal)
      if (!events.ok) expect(events.failure).toMatchObject({ code: 'illegal-transition' })
    },
  )

  it.each(['ConcludeDomain', 'ConcludeAssessment', 'RefuseAssessment', 'AbandonAssessment'])(
    '%s finds no assessment where none is in progress',
    name => {
      expect(refusal(openFile(), name, payloads[name])).toMatchObject({
        kind: 'not-found',
        code: 'unknown-noun',
      })
    },
  )
})

describe('RecordAnswers', () => {
  it.each([0, 1, 2, 3])('asks for somebody on the same day when question 9 of the PHQ-9 gives %i', points => {
    const items = answersWorth(phq9, [0, 0, 0, 0, 0, 0, 0, 0, points])
    const { flags } = afterwards(started(), 'RecordAnswers', { instrument: 'phq-9', items })
    expect(flags.map(({ code, state }) => `${code} ${state}`)).toEqual(points > 0 ? ['self-harm open'] : [])
  })

  const record = (file: CaseFile, total: number, more: object = {}): CaseFile =>
    afterwards(file, 'RecordAnswers', {
      instrument: 'phq-9',
      items: answersInAll(phq9, total, 3),
      ...more,
    })

  it('keeps the answers and computes the score with table version and inputs (I22)', () => {
    const file = record(started(), 8)
    expect(file.answers).toMatchObject([
      {
        state: 'completed',
        instrument: 'phq-9|1.0.0',
        at: NOW,
        author: 'Practitioner/noor',
        items: { length: 9 },
      },
    ])
    expect(file.scores).toMatchObject([
      {
        state: 'final',
        measure: 'phq-9',
        tableVersion: '2001',
        value: '8',
        interpretation: 'mild',
        at: NOW,
        by: 'Practitioner/noor',
        derivedFrom: [`answers/${file.answers[0]?.id ?? ''}`],
        inputs: { length: 9 },
      },
    ])
  })

  it('is taken in by the assessment in progress', () => {
    const file = record(started(), 8)
    expect(only(file)).toMatchObject({
      answers: [file.answers[0]?.id],
      scores: [file.scores[0]?.id],
      state: 'in-progress',
    })
  })

  it('needs no assessment', () => {
    expect(record(openFile(), 8).scores).toHaveLength(1)
  })

  it('belongs to the assessment that was started last, unless one is named', () => {
    const two = afterwards(
      started(),
      'StartAssessment',
      {},
      { newId: () => 'later', at: '2026-10-13T11:00:00-04:00' },
    )
    const taken = (file: CaseFile): readonly number[] => file.assessments.map(({ answers }) => answers.length)
    expect(taken(record(two, 8))).toEqual([0, 1])
    expect(taken(record(two, 8, { assessment: 'assessment-new-1' }))).toEqual([1, 0])
  })

  it('computes no total while an answer is missing, and leaves the answers in progress', () => {
    const items = answersInAll(phq9, 8, 3).slice(1)
    const file = afterwards(started(), 'RecordAnswers', { instrument: 'phq-9', items })
    expect(file.answers[0]?.state).toBe('in-progress')
    expect(file.scores).toEqual([])
  })

  it('proposes needs with what speaks for them, to be confirmed by a person', () => {
    const file = record(started(), 14)
    expect(file.needs).toMatchObject([
      {
        state: 'proposed',
        domain: 'mood',
        text: 'Low mood: assessment and treatment of depression',
        identifiedBy: 'Practitioner/noor',
        evidence: [`answers/${file.answers[0]?.id ?? ''}`, file.scores[0]?.id],
      },
    ])
    const confirmed = afterwards(file, 'ConfirmNeed', { need: file.needs[0]?.id })
    expect(confirmed.needs[0]).toMatchObject({ state: 'confirmed', confirmedBy: 'Practitioner/noor' })
  })

  it('adds evidence to a need that is there, and proposes it anew once it was resolved', () => {
    const [first, later] = [record(started(), 14), { newId: (noun: string) => `${noun}-later` }]
    const again = afterwards(
      first,
      'RecordAnswers',
      { instrument: 'phq-9', items: answersInAll(phq9, 15, 3) },
      later,
    )
    expect(again.needs).toHaveLength(1)
    expect(again.needs[0]?.evidence).toHaveLength(4)
    const resolved = { ...first, needs: first.needs.map(need => ({ ...need, state: 'resolved' as const })) }
    const anew = afterwards(
      resolved,
      'RecordAnswers',
      { instrument: 'phq-9', items: answersInAll(phq9, 15, 3) },
      later,
    )
    expect(anew.needs.map(({ state }) => state).toSorted()).toEqual(['proposed', 'resolved'])
  })

  it('does not bring up a need again that the client has declined', () => {
    const first = record(started(), 14)
    const declined = afterwards(first, 'DeclineNeed', { need: first.needs[0]?.id, reason: 'No.' })
    const again = afterwards(
      declined,
      'RecordAnswers',
      { instrument: 'phq-9', items: answersInAll(phq9, 15, 3) },
      { newId: noun => `${noun}-later` },
    )
    expect(again.needs.map(({ state }) => state)).toEqual(['declined-by-client'])
  })

  it('proposes strengths and barriers, each once', () => {
    const items = [{ linkId: 'family', answer: 'Sister Sam drives' }]
    const once = afterwards(started(), 'RecordAnswers', { instrument: strengthsList.id, items })
    expect(once.strengths).toMatchObject([{ state: 'proposed', kind: 'family', text: 'Sister Sam drives' }])
    const twice = afterwards(once, 'RecordAnswers', { instrument: strengthsList.id, items })
    expect(twice.strengths).toHaveLength(1)
    const transport = { instrument: 'ahc-hrsn', items: [{ linkId: '93030-5', answer: 'LA33-6' }] }
    const file = afterwards(afterwards(twice, 'RecordAnswers', transport), 'RecordAnswers', transport)
    expect(file.barriers).toMatchObject([{ state: 'proposed', text: 'No reliable transportation' }])
    expect(file.barriers).toHaveLength(1)
  })

  it('takes LOINC codes and the canonical of the Questionnaire', () => {
    const items = answersInAll(auditC, 3, 4).map(({ linkId, answer }) => ({
      linkId: linkId.slice(1),
      answer,
    }))
    const instrument = 'https://casewire.example/fhir/Questionnaire/audit-c|1.0.0'
    const file = afterwards(openFile(), 'RecordAnswers', { instrument, items })
    expect(file.scores).toMatchObject([{ measure: 'audit-c', value: '3' }])
  })

  it.each([
    [{ instrument: 'phq-8', items: [{ linkId: 'x', answer: 'y' }] }, 'not-found', 'unknown-instrument'],
    [{ instrument: 'phq-9', items: [{ linkId: 'x', answer: 'y' }] }, 'unprocessable', 'answer-invalid'],
    [
      { instrument: 'phq-9', items: answersInAll(phq9, 8, 3), assessment: 'nobody' },
      'not-found',
      'unknown-noun',
    ],
  ])('refuses %j', (payload, kind, code) => {
    expect(refusal(started(), 'RecordAnswers', payload)).toMatchObject({ kind, code })
  })

  it('is refused once the case has ended', () => {
    const payload = { instrument: 'phq-9', items: answersInAll(phq9, 8, 3) }
    expect(refusal(fileOf({ state: 'closed' }), 'RecordAnswers', payload)).toMatchObject({
      code: 'illegal-transition',
    })
  })
})
