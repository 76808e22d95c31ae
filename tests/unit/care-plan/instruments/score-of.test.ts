import { describe, expect, it } from 'vitest'
import { auditC } from '../../../../src/care-plan/instruments/audit-c.ts'
import { cognitionList, functionList } from '../../../../src/care-plan/instruments/function-cognition.ts'
import { homeAndFamily, strengthsList } from '../../../../src/care-plan/instruments/home-strengths.ts'
import { gad7, phq9 } from '../../../../src/care-plan/instruments/phq-gad.ts'
import { proposalsOf } from '../../../../src/care-plan/instruments/propose.ts'
import {
  figuresOf,
  scoreOf,
  unanswered,
  underLinkIds,
  type Answered,
} from '../../../../src/care-plan/instruments/score-of.ts'
import { ahcHrsn, hungerVitalSign } from '../../../../src/care-plan/instruments/social-needs.ts'
import type { Instrument } from '../../../../src/care-plan/instruments/instrument.ts'
import { answersInAll, answersWorth } from '../../../support/answers.ts'

function scored(instrument: Instrument, items: readonly Answered[]) {
  const score = scoreOf(instrument, items)
  if (!score.ok) throw new Error(score.failure.message)
  return score.value
}

const texts = (instrument: Instrument, items: readonly Answered[]): readonly string[] => {
  const figures = figuresOf(instrument, items)
  if (!figures.ok) throw new Error(figures.failure.message)
  return proposalsOf(instrument, items, figures.value).map(({ text }) => text)
}

describe('PHQ-9', () => {
  it.each([
    [0, 'minimal'],
    [4, 'minimal'],
    [5, 'mild'],
    [8, 'mild'],
    [9, 'mild'],
    [10, 'moderate'],
    [14, 'moderate'],
    [15, 'moderately-severe'],
    [19, 'moderately-severe'],
    [20, 'severe'],
    [27, 'severe'],
  ])('%i is %s', (total, interpretation) => {
    expect(scored(phq9, answersInAll(phq9, total, 3))).toMatchObject({
      value: String(total),
      interpretation,
      missing: [],
    })
  })

  it('gives no total while an answer is missing, and says which', () => {
    const answers = answersInAll(phq9, 8, 3).filter(({ linkId }) => linkId !== '/44258-2')
    const score = scored(phq9, answers)
    expect(score.value).toBeUndefined()
    expect(score.interpretation).toBeUndefined()
    expect(score.missing).toEqual(['/44258-2'])
    expect(score.inputs).toHaveLength(8)
    expect(unanswered(phq9, answers)).toEqual(['/44258-2'])
  })

  it('keeps the points of every question as inputs', () => {
    const { inputs } = scored(phq9, answersWorth(phq9, [1, 2, 3, 0, 0, 0, 0, 0, 2]))
    expect(inputs.map(({ value }) => value)).toEqual(['1', '2', '3', '0', '0', '0', '0', '0', '2'])
    expect(inputs[0]?.name).toBe('/44250-9')
  })

  it('does not count how difficult it was, nor ask for it', () => {
    const answers = [...answersInAll(phq9, 8, 3), { linkId: '/69722-7', answer: 'LA6575-0' }]
    expect(scored(phq9, answers).value).toBe('8')
    expect(unanswered(phq9, answersInAll(phq9, 8, 3))).toEqual([])
  })

  it('speaks for a need from 10 on, and for safety on any thought of death', () => {
    expect(texts(phq9, answersInAll(phq9, 9, 3))).toEqual([])
    expect(texts(phq9, answersInAll(phq9, 10, 3))).toEqual([
      'Low mood: assessment and treatment of depression',
    ])
    const thoughts = answersWorth(phq9, [0, 0, 0, 0, 0, 0, 0, 0, 1])
    expect(texts(phq9, thoughts)).toEqual([
      'Thoughts of death or self-harm: safety to be assessed the same day',
      'PHQ-9, question 9: thoughts of being better off dead or of self-harm. Safety is assessed today.',
    ])
    expect(texts(phq9, thoughts.slice(-1))).toHaveLength(2)
  })
})

describe('GAD-7', () => {
  it.each([
    [4, 'minimal'],
    [5, 'mild'],
    [9, 'mild'],
    [10, 'moderate'],
    [14, 'moderate'],
    [15, 'severe'],
    [21, 'severe'],
  ])('%i is %s', (total, interpretation) => {
    expect(scored(gad7, answersInAll(gad7, total, 3))).toMatchObject({ value: String(total), interpretation })
  })

  it('speaks for a need from 10 on', () => {
    expect(texts(gad7, answersInAll(gad7, 9, 3))).toEqual([])
    expect(texts(gad7, answersInAll(gad7, 10, 3))).toEqual(['Anxiety: assessment and treatment'])
  })
})

describe('AUDIT-C', () => {
  it.each([
    [[0, 0, 0], 'negative'],
    [[1, 1, 0], 'negative'],
    [[2, 1, 0], 'positive-for-women'],
    [[2, 1, 1], 'positive'],
    [[4, 4, 4], 'positive'],
  ])('%j is %s', (points, interpretation) => {
    expect(scored(auditC, answersWorth(auditC, points)).interpretation).toBe(interpretation)
  })

  it('counts the other two as 0 when one never drinks', () => {
    const never = [{ linkId: '/68518-0', answer: 'LA6270-8' }]
    expect(scored(auditC, never)).toMatchObject({ value: '0', interpretation: 'negative', missing: [] })
    expect(unanswered(auditC, never)).toEqual([])
    const sometimes = [{ linkId: '/68518-0', answer: 'LA18926-8' }]
    expect(scored(auditC, sometimes).missing).toEqual(['/68519-8', '/68520-6'])
    expect(unanswered(auditC, sometimes)).toEqual(['/68519-8', '/68520-6'])
  })

  it('speaks for a need from 4 on', () => {
    expect(texts(auditC, answersWorth(auditC, [2, 1, 0]))).toEqual([])
    expect(texts(auditC, answersWorth(auditC, [2, 2, 0]))).toHaveLength(1)
  })
})

describe('Hunger Vital Sign', () => {
  const [worried, ranOut] = ['/88122-7', '/88123-5'] as const
  it.each([
    ['LA28397-0', 'LA28398-8', 'yes', 'at-risk'],
    ['LA28398-8', 'LA6729-3', 'yes', 'at-risk'],
    ['LA28398-8', 'LA28398-8', 'no', 'no-risk'],
  ])('%s and %s are %s', (one, other, value, interpretation) => {
    const answers = [
      { linkId: worried, answer: one },
      { linkId: ranOut, answer: other },
    ]
    expect(scored(hungerVitalSign, answers)).toMatchObject({ value, interpretation })
    expect(texts(hungerVitalSign, answers)).toHaveLength(value === 'yes' ? 1 : 0)
  })

  it('does not count an answer that was refused', () => {
    const answers = [
      { linkId: worried, answer: 'LA15775-2' },
      { linkId: ranOut, answer: 'LA28397-0' },
    ]
    expect(scored(hungerVitalSign, answers)).toMatchObject({ missing: [worried] })
    expect(texts(hungerVitalSign, answers)).toHaveLength(1)
  })
})

describe('AHC HRSN', () => {
  const calm: readonly Answered[] = [
    { linkId: '/71802-3', answer: 'LA31993-1' },
    { linkId: '/96778-6', answer: 'LA9-3' },
    { linkId: '/88122-7', answer: 'LA28398-8' },
    { linkId: '/88123-5', answer: 'LA28398-8' },
    { linkId: '/93030-5', answer: 'LA32-8' },
    { linkId: '/96779-4', answer: 'LA32-8' },
    ...['/95618-5', '/95617-7', '/95616-9', '/95615-1'].map(linkId => ({ linkId, answer: 'LA6270-8' })),
  ]
  const but = (changes: Readonly<Record<string, readonly string[]>>): readonly Answered[] =>
    calm.flatMap(({ linkId, answer }) =>
      (changes[linkId] ?? [answer]).map(other => ({ linkId, answer: other })),
    )
  const both = (answers: readonly Answered[]) => {
    const figures = figuresOf(ahcHrsn, answers)
    if (!figures.ok) throw new Error(figures.failure.message)
    return figures.value.map(({ measure, value, interpretation }) => [measure, value, interpretation])
  }

  it('finds no need where there is none; the least safety score is 4', () => {
    expect(both(calm)).toEqual([
      ['ahc-hrsn', '0', 'no-need'],
      ['ahc-hrsn-safety', '4', 'negative'],
    ])
    expect(texts(ahcHrsn, calm)).toEqual([])
  })

  it('counts each domain once, several problems of the home included', () => {
    const answers = but({ '/96778-6': ['LA28580-1', 'LA32001-2'], '/71802-3': ['LA31995-6'] })
    expect(both(answers)[0]).toEqual(['ahc-hrsn', '1', 'needs'])
    expect(texts(ahcHrsn, answers)).toEqual(['Housing: a steady and sound place to live'])
  })

  it('proposes a need and a barrier where transportation is lacking', () => {
    const figures = figuresOf(ahcHrsn, but({ '/93030-5': ['LA33-6'] }))
    if (!figures.ok) throw new Error(figures.failure.message)
    expect(
      proposalsOf(ahcHrsn, but({ '/93030-5': ['LA33-6'] }), figures.value).map(({ propose }) => propose),
    ).toEqual(['need', 'barrier'])
  })

  it.each([
    [['LA6270-8', 'LA10082-8', 'LA10082-8', 'LA10082-8'], '10', 'negative', '0'],
    [['LA10066-1', 'LA10082-8', 'LA10082-8', 'LA10082-8'], '11', 'positive', '1'],
    [['LA6482-9', 'LA6482-9', 'LA6482-9', 'LA6482-9'], '20', 'positive', '1'],
  ])('rates safety %j as %s, %s', (given, value, interpretation, needs) => {
    const [one = '', two = '', three = '', four = ''] = given
    const answers = but({ '/95618-5': [one], '/95617-7': [two], '/95616-9': [three], '/95615-1': [four] })
    expect(both(answers)).toEqual([
      ['ahc-hrsn', needs, needs === '1' ? 'needs' : 'no-need'],
      ['ahc-hrsn-safety', value, interpretation],
    ])
  })
})

describe('lists of our own wording', () => {
  it('adds up what somebody can not do alone', () => {
    const answers = functionList.items.map(({ linkId }, i) => ({
      linkId,
      answer: i === 0 ? 'cannot' : i === 14 ? 'some-help' : 'alone',
    }))
    expect(scored(functionList, answers)).toMatchObject({ value: '3', interpretation: 'some-help' })
    expect(texts(functionList, answers)).toEqual([
      'Help with body care and moving about',
      'Help with the household and errands',
      'Taking medicines safely',
    ])
  })

  it('takes trouble with judgement for a need of its own', () => {
    const answers = cognitionList.items.map(({ linkId }) => ({
      linkId,
      answer: linkId === 'judgement' ? 'often' : 'no-trouble',
    }))
    expect(scored(cognitionList, answers)).toMatchObject({ value: '2', interpretation: 'some-concern' })
    expect(texts(cognitionList, answers)).toHaveLength(2)
  })

  it('has no total where nothing is counted', () => {
    expect(scored(homeAndFamily, [{ linkId: 'helper', answer: 'yes' }])).toEqual({ inputs: [], missing: [] })
    expect(unanswered(homeAndFamily, [{ linkId: 'helper', answer: 'yes' }])).toHaveLength(5)
  })

  it('proposes strengths in the words of the answers', () => {
    const answers = [
      { linkId: 'family', answer: ' Her sister Sam drives on Tuesdays ' },
      { linkId: 'home', answer: 'Ground-floor flat' },
    ]
    const figures = figuresOf(strengthsList, answers)
    if (!figures.ok) throw new Error(figures.failure.message)
    expect(proposalsOf(strengthsList, answers, figures.value)).toMatchObject([
      { propose: 'strength', kind: 'family', text: 'Her sister Sam drives on Tuesdays' },
      { propose: 'strength', kind: 'home', text: 'Ground-floor flat' },
    ])
  })
})

describe('answers that an instrument does not have', () => {
  it.each([
    ['a question that is not asked', [{ linkId: '/1-8', answer: 'LA6568-5' }]],
    ['an option that there is not', [{ linkId: '/44250-9', answer: 'LA33-6' }]],
    [
      'two answers to one question',
      [
        { linkId: '/44250-9', answer: 'LA6568-5' },
        { linkId: '/44250-9', answer: 'LA6569-3' },
      ],
    ],
  ])('are refused: %s', (_what, items) => {
    const score = scoreOf(phq9, items)
    expect(score.ok ? undefined : score.failure).toMatchObject({
      kind: 'unprocessable',
      code: 'answer-invalid',
    })
  })

  it('are refused when they are blank words', () => {
    expect(scoreOf(strengthsList, [{ linkId: 'family', answer: ' ' }]).ok).toBe(false)
  })

  it('names what the question takes, never what was given', () => {
    const score = scoreOf(phq9, [{ linkId: '/44250-9', answer: 'private' }])
    expect(score.ok ? '' : score.failure.message).toBe(
      'Question /44250-9 takes one of LA6568-5, LA6569-3, LA6570-1, LA6571-9.',
    )
  })

  it('may name a question by its LOINC code', () => {
    expect(underLinkIds(phq9, [{ linkId: '44250-9', answer: 'LA6568-5' }])).toEqual([
      { linkId: '/44250-9', answer: 'LA6568-5' },
    ])
  })
})
