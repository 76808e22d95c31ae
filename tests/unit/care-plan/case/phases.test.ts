import { describe, expect, it } from 'vitest'
import type { CaseFile, Obligation } from '../../../../src/care-plan/case/case-file.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Assessment, Risk } from '../../../../src/care-plan/nouns/assessment.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import { phases, phasesOf, type Phase, type PhaseContext } from '../../../../src/care-plan/case/phases.ts'
import type { Stay, StayMovement } from '../../../../src/care-plan/stays/stay.ts'
import { openFile } from '../../../support/case-file.ts'
import { aPlan, anActivity } from '../../../support/plan-file.ts'

const clinical = shippedModels.find(({ id }) => id === 'clinical')
const context: PhaseContext = {
  stays: [],
  models: modelLookup(shippedModels),
  timeZone: 'America/New_York',
}
const assessment = (more: Partial<Assessment> = {}): Assessment => ({
  ...{ id: 'as1', state: 'concluded', requiredDomains: [], conclusions: [], answers: [], scores: [] },
  ...more,
})
const about = (...domains: readonly string[]) => domains.map(domain => ({ domain, text: 'written' }))
const risk = (more: Partial<Risk> = {}): Risk => ({
  ...{ id: 'r1', state: 'final', method: 'lace-2010', inputs: [], missing: [] },
  ...{ at: '2026-10-14T12:00:00-04:00' },
  ...more,
})
const stayWith = (...movements: readonly Partial<StayMovement>[]): Stay => ({
  ...{ encounter: 'e1', class: 'inpatient', status: 'in-progress', planned: false },
  movements: movements.map((more, i) => ({
    ...{ id: `m${i}`, kind: 'admission', at: '2026-10-13T08:00:00-04:00' },
    ...{ recorded: '2026-10-13T08:00:00-04:00', classAfter: 'inpatient', message: 'x' },
    ...more,
  })),
})

/** Assessed and rated, so that nothing holds but what a test adds. */
const quiet = (root: Partial<CaseRoot> = {}, lists: Partial<CaseFile> = {}) =>
  openFile({ acuity: 'low', ...root }, { assessments: [assessment()], ...lists })
const holding = (file: CaseFile, more: Partial<PhaseContext> = {}) => phasesOf(file, { ...context, ...more })

describe('the phases of a case', () => {
  it('are none when everything is done', () => {
    expect(holding(quiet())).toEqual([])
  })

  it('hold side by side, in the order of the process', () => {
    const file = openFile(
      { state: 'closing' },
      { plans: [aPlan()], activities: [anActivity({ state: 'in-progress' })] },
    )
    const all = holding(file)
    expect(all).toEqual(['assessing', 'stratifying', 'planning', 'implementing', 'transitioning'])
    expect(all).toEqual(phases.filter(phase => all.includes(phase)))
  })

  it('are screening and nothing else for a case that was only identified', () => {
    expect(holding(openFile({ state: 'identified' }))).toEqual(['screening'])
  })

  it.each<[Phase, readonly string[], readonly string[]]>([
    ['planning', ['draft', 'in-review', 'agreed'], ['active', 'superseded', 'revoked', 'completed']],
    [
      'implementing',
      ['planned', 'requested', 'scheduled', 'in-progress', 'missed'],
      ['proposed', 'completed', 'cancelled', 'entered-in-error'],
    ],
    [
      'transitioning',
      ['anticipated', 'in-facility', 'discharged-facility', 'discharged-community'],
      ['stabilised', 'readmitted', 'died', 'voided'],
    ],
  ])('%s holds by the states of plans, activities or transitions', (phase, yes, no) => {
    const lists = (state: string): Partial<CaseFile> =>
      ({
        planning: { plans: [aPlan({ state: state as 'draft' })] },
        implementing: { activities: [anActivity({ state: state as 'planned' })] },
        transitioning: { transitions: [{ id: 't1', state: state as 'anticipated' }] },
      })[phase as 'planning']
    for (const state of yes) expect([state, holding(quiet({}, lists(state)))]).toEqual([state, [phase]])
    for (const state of no) expect([state, holding(quiet({}, lists(state)))]).toEqual([state, []])
  })

  it.each<[string, Phase]>([
    ['first-contact', 'following-up'],
    ['cadence-contact', 'following-up'],
    ['contact', 'following-up'],
    ['facility-contact', 'following-up'],
    ['handover', 'post-transition'],
    ['reassess', 'evaluating'],
    ['reassess-after-discharge', 'evaluating'],
    ['plan-review', 'evaluating'],
  ])('the duty %s, due or missed, makes it %s', (rule, phase) => {
    const owing = (state: Obligation['state']) => {
      const duty = { id: 'o1', state, rule, trigger: 't', status: 'requested', outputs: [] }
      return holding(quiet({}, { obligations: [duty] }))
    }
    expect([owing('due'), owing('missed')]).toEqual([[phase], [phase]])
    for (const done of ['met', 'late-met', 'waived', 'voided'] as const) expect(owing(done)).toEqual([])
  })

  it('do not follow from other duties', () => {
    const duty = { id: 'o1', state: 'due', rule: 'plan-draft', trigger: 't', status: 'requested' } as const
    expect(holding(quiet({}, { obligations: [{ ...duty, outputs: [] }] }))).toEqual([])
  })

  it('include transitioning while a case is being closed', () => {
    expect(holding(quiet({ state: 'closing' }))).toEqual(['transitioning'])
  })

  it('include post-transition for a closed case until somebody who goes on was told', () => {
    expect(holding(quiet({ state: 'closed' }))).toEqual(['post-transition'])
    expect(holding(quiet({ state: 'closed', closure: { reason: 'goals-met' } }))).toEqual(['post-transition'])
    expect(holding(quiet({ state: 'closed', closure: { communicatedTo: 'Practitioner/gp' } }))).toEqual([])
    expect(holding(quiet({ state: 'open', closure: {} }))).toEqual([])
  })

  it.each(['closed', 'declined', 'deceased', 'entered-in-error'] as const)(
    'are none of work once it is %s',
    state => {
      const file = openFile(
        { state },
        { plans: [aPlan()], activities: [anActivity({ state: 'in-progress' })] },
      )
      for (const phase of ['screening', 'assessing', 'stratifying', 'planning', 'implementing'] as const)
        expect(holding(file)).not.toContain(phase)
    },
  )
})

describe('assessing', () => {
  const clinicalCase = (assessments: readonly Assessment[]) =>
    holding(quiet({ models: [{ model: 'clinical', version: '1.0.0' }] }, { assessments }))
  const all = clinical?.requiredDomains ?? []

  it('lasts until every domain that the model asks for has a conclusion', () => {
    expect(all.length).toBeGreaterThan(1)
    expect(clinicalCase([])).toEqual(['assessing'])
    expect(clinicalCase([assessment({ conclusions: about(...all.slice(1)) })])).toEqual(['assessing'])
    expect(clinicalCase([assessment({ conclusions: about(...all) })])).toEqual([])
  })

  it('takes the conclusions of several assessments together, but not of one that was an error', () => {
    const [first = '', ...others] = all
    const [one, two] = [
      assessment({ conclusions: about(first) }),
      assessment({ id: 'as2', conclusions: about(...others) }),
    ]
    expect(clinicalCase([one, two])).toEqual([])
    expect(clinicalCase([one, { ...two, state: 'entered-in-error' }])).toEqual(['assessing'])
  })

  it('takes the model that the case has now', () => {
    const models = [{ model: 'clinical', version: '1.0.0' }, { model: 'unknown' }]
    expect(holding(quiet({ models }))).toEqual([])
    expect(holding(quiet({ models: models.toReversed() }))).toEqual(['assessing'])
  })

  it('asks for the domains of an assessment only while it is going on', () => {
    const begun = (state: Assessment['state']) =>
      holding(
        quiet({}, { assessments: [assessment(), assessment({ id: 'b', state, requiredDomains: ['mood'] })] }),
      )
    expect(begun('in-progress')).toEqual(['assessing'])
    expect([begun('refused'), begun('concluded'), begun('planned')]).toEqual([[], [], []])
  })

  it('is over without a model once any assessment is concluded', () => {
    const only = (state: Assessment['state']) =>
      holding(quiet({}, { assessments: [assessment({ state }), assessment({ id: 'b', state: 'refused' })] }))
    expect([only('concluded'), only('amended')]).toEqual([[], []])
    expect([only('planned'), only('refused'), only('entered-in-error')]).toEqual(
      Array.from({ length: 3 }, () => ['assessing']),
    )
  })
})

describe('stratifying', () => {
  const rated = (risks: readonly Risk[], stays: readonly Stay[] = [], root: Partial<CaseRoot> = {}) => {
    const { acuity: _, ...file } = quiet(root, { risks }).case
    return holding({ ...quiet(root, { risks }), case: { ...file, ...root } }, { stays })
  }

  it('lasts until people or a score rate the case', () => {
    expect(rated([])).toEqual(['stratifying'])
    expect(rated([risk()])).toEqual([])
    expect(rated([], [], { acuity: 'high' })).toEqual([])
    expect(rated([risk({ state: 'entered-in-error' })])).toEqual(['stratifying'])
  })

  it('begins anew with a movement after the last rating', () => {
    const later = '2026-10-15T08:00:00-04:00'
    expect(rated([risk()], [stayWith({})])).toEqual([])
    expect(rated([risk()], [stayWith({}, { kind: 'discharge', at: later })])).toEqual(['stratifying'])
    expect(rated([risk()], [stayWith({ kind: 'discharge', at: later }, {})])).toEqual(['stratifying'])
    expect(rated([risk(), risk({ id: 'r2', at: later })], [stayWith({ at: later })])).toEqual([])
    expect(rated([risk({ at: later }), risk()], [stayWith({ at: later })])).toEqual([])
  })

  it('counts no transfer within a stay, and nothing that was taken back', () => {
    const later = { at: '2026-10-15T08:00:00-04:00' }
    expect(rated([risk()], [stayWith({ ...later, kind: 'transfer' })])).toEqual([])
    expect(rated([risk()], [stayWith({ ...later, cancelledAt: later.at })])).toEqual([])
  })

  it('does not begin anew for a case that only people rated', () => {
    expect(rated([], [stayWith({})], { acuity: 'low' })).toEqual([])
  })
})
