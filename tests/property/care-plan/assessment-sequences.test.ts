import fc from 'fast-check'
import { expect, it, describe } from 'vitest'
import { Value } from 'typebox/value'
import type { CaseFile, ListedNoun } from '../../../src/care-plan/case/case-file.ts'
import { listNames } from '../../../src/care-plan/case/case-file.ts'
import { assessmentDomains } from '../../../src/care-plan/instruments/assessment-domains.ts'
import { commands } from '../../../src/care-plan/commands/commands.ts'
import { evolveAll } from '../../../src/care-plan/machines/domain-event.ts'
import { instruments } from '../../../src/care-plan/instruments/registry.ts'
import { brokenRule } from '../../../src/care-plan/invariants/invariant.ts'
import { assessmentInvariants } from '../../../src/care-plan/invariants/assessment-invariants.ts'
import {
  answersStates,
  assessmentMachine,
  needMachine,
  scoreStates,
} from '../../../src/care-plan/nouns/assessment.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { withCaseLink } from '../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../src/mappers/case/nouns/noun-lenses.ts'
import { contextOf, openFile } from '../../support/case-file.ts'
import { CM, PATIENT } from '../../support/case-world.ts'

const isLong = process.env['CASEWIRE_LONG'] === '1'
const numRuns = isLong ? 9000 : 500
const MOST = 40

const lenses = nounLenses(CM)
const nouns = ['assessment', 'answers', 'score', 'need', 'strength', 'barrier'] as const

/** What really happened, told apart from the file. */
interface Model {
  file: CaseFile
  born: number
  steps: number
}

/** One step: a name, and numbers from which ids and choices are taken. */
interface Step {
  readonly name: string
  readonly pick: number
  readonly other: number
  readonly text: string
  readonly actor: string
}

const nth = <T>(list: readonly T[], i: number): T | undefined => list[i % Math.max(1, list.length)]
const idIn = (file: CaseFile, noun: ListedNoun, i: number): string =>
  nth(file[listNames[noun]] as readonly { readonly id: string }[], i)?.id ?? 'nobody'

function answersTo(instrument: (typeof instruments)[number], { pick, other, text }: Step) {
  const asked = instrument.items.filter((_, i) => (other + i) % 11 !== 0)
  const items = asked.length > 0 ? asked : instrument.items.slice(0, 1)
  return items.map(({ linkId, options }, i) => ({
    linkId,
    answer: options ? (nth(options, pick + i * other)?.code ?? '') : text,
  }))
}

/** Payloads of every command of this part, mostly of what there is in the file. */
const payloads: Readonly<Record<string, (file: CaseFile, step: Step) => object>> = {
  PlanAssessment: () => ({}),
  StartAssessment: (file, { pick, other }) =>
    other % 3 === 0
      ? { assessment: idIn(file, 'assessment', pick) }
      : { requiredDomains: [...assessmentDomains.slice(pick % 6, (pick % 6) + 2)] },
  RecordAnswers: (file, step) => {
    const instrument = nth(instruments, step.pick) ?? instruments[0]
    if (!instrument) throw new Error('there are instruments')
    return { instrument: instrument.id, items: answersTo(instrument, step) }
  },
  ConcludeDomain: (file, { pick, other, text }) => {
    const running = file.assessments.filter(({ state }) => state === 'in-progress')
    const domains = nth(running, pick)?.requiredDomains ?? assessmentDomains
    const id = nth(running, pick)?.id
    return { ...(id !== undefined && { assessment: id }), domain: nth(domains, other) ?? 'mood', text }
  },
  ConcludeAssessment: (file, { pick, text }) => ({
    assessment: idIn(file, 'assessment', pick),
    summary: text,
  }),
  AmendAssessment: (file, { pick, text }) => ({
    assessment: idIn(file, 'assessment', pick),
    conclusions: [{ domain: 'mood', text }],
    reason: text,
  }),
  RefuseAssessment: (file, { pick, text }) => ({
    assessment: idIn(file, 'assessment', pick),
    reason: text,
  }),
  AbandonAssessment: (file, { pick, text }) => ({
    assessment: idIn(file, 'assessment', pick),
    reason: text,
  }),
  IdentifyNeed: (_file, { text }) => ({ text, domain: 'mood' }),
  ConfirmNeed: (file, { pick }) => ({ need: idIn(file, 'need', pick) }),
  AddressNeed: (file, { pick }) => ({ need: idIn(file, 'need', pick) }),
  DeferNeed: (file, { pick, text }) => ({ need: idIn(file, 'need', pick), reason: text }),
  DeclineNeed: (file, { pick, text }) => ({ need: idIn(file, 'need', pick), reason: text }),
  ResolveNeed: (file, { pick }) => ({ need: idIn(file, 'need', pick) }),
  DeactivateNeed: (file, { pick, text }) => ({ need: idIn(file, 'need', pick), reason: text }),
  PrioritiseNeeds: (file, { pick, other }) => ({
    order: [...new Set([idIn(file, 'need', pick), idIn(file, 'need', other)])],
  }),
  RecordStrength: (_file, { text }) => ({ kind: 'family', text }),
  ConfirmStrength: (file, { pick }) => ({ strength: idIn(file, 'strength', pick) }),
  DeactivateStrength: (file, { pick }) => ({ strength: idIn(file, 'strength', pick) }),
  ReactivateStrength: (file, { pick }) => ({ strength: idIn(file, 'strength', pick) }),
  RaiseBarrier: (_file, { text }) => ({ text }),
  ConfirmBarrier: (file, { pick }) => ({ barrier: idIn(file, 'barrier', pick) }),
  RemoveBarrier: (file, { pick, text }) => ({ barrier: idIn(file, 'barrier', pick), reason: text }),
  AcceptBarrier: (file, { pick }) => ({ barrier: idIn(file, 'barrier', pick) }),
  RecordOutcome: (_file, { pick, text }) =>
    pick % 2 === 0
      ? { measure: 'er-avoided', value: 'yes' }
      : { measure: 'phq-9', value: pick % 28, inputs: [{ name: 'paper', value: text }] },
  AmendScore: (file, { pick, other, text }) => ({
    score: idIn(file, 'score', pick),
    value: other % 28,
    reason: text,
  }),
}

/** What a FHIR client may try instead: any field of a noun, or its deletion. */
const writes: Readonly<Record<string, (file: CaseFile, step: Step) => Partial<CaseFile>>> = {
  deleteNeed: (file, { pick }) => ({ needs: file.needs.filter((_, i) => i !== pick % 5) }),
  setNeedState: (file, { pick, other }) => ({
    needs: file.needs.map((need, i) =>
      i === pick % 5 ? { ...need, state: nth(needMachine.states, other) ?? need.state } : need,
    ),
  }),
  dropReason: (file, { pick }) => ({
    needs: file.needs.map((need, i) => {
      if (i !== pick % 5) return need
      const { reason: _reason, ...rest } = need
      return rest
    }),
  }),
  deleteScore: (file, { pick }) => ({ scores: file.scores.filter((_, i) => i !== pick % 3) }),
  rewriteScore: (file, { pick, other, text }) => ({
    scores: file.scores.map((score, i) =>
      i === pick % 3
        ? {
            ...score,
            value: String(other),
            state: nth(scoreStates, other) ?? score.state,
            ...(other % 2 === 0 && { reason: text }),
          }
        : score,
    ),
  }),
  dropInputs: (file, { pick }) => ({
    scores: file.scores.map((score, i) => (i === pick % 3 ? { ...score, inputs: [] } : score)),
  }),
  setAssessmentState: (file, { pick, other }) => ({
    assessments: file.assessments.map((one, i) =>
      i === pick % 2 ? { ...one, state: nth(assessmentMachine.states, other) ?? one.state } : one,
    ),
  }),
  dropConclusions: (file, { pick }) => ({
    assessments: file.assessments.map((one, i) => (i === pick % 2 ? { ...one, conclusions: [] } : one)),
  }),
  dropRequired: (file, { pick }) => ({
    assessments: file.assessments.map((one, i) => (i === pick % 2 ? { ...one, requiredDomains: [] } : one)),
  }),
  setAnswersState: (file, { other }) => ({
    answers: file.answers.map(one => ({ ...one, state: nth(answersStates, other) ?? one.state })),
  }),
}

/** I4, I5 and I22 in words of their own: what is wrong after a step, as a text. */
function wrong(before: CaseFile, after: CaseFile): readonly string[] {
  const found: string[] = []
  for (const { state, requiredDomains, conclusions } of after.assessments)
    if (state === 'concluded' || state === 'amended')
      for (const domain of requiredDomains)
        if (!conclusions.some(one => one.domain === domain && /\S/.test(one.text))) found.push(`I4 ${domain}`)
  for (const former of before.assessments) {
    const now = after.assessments.find(({ id }) => id === former.id)
    const isBinding = former.state !== 'planned' && now?.state !== 'entered-in-error'
    if (isBinding && former.requiredDomains.some(domain => now?.requiredDomains.includes(domain) !== true))
      found.push('I4 required')
  }
  for (const { state, reason, reasonBy } of after.needs)
    if (/^de(?:ferred|clined)/.test(state) && (!reason || !reasonBy)) found.push('I5 reason')
  if (before.needs.some(({ id }) => !after.needs.some(need => need.id === id))) found.push('I5 vanished')
  for (const score of after.scores) {
    if (score.state !== 'entered-in-error' && score.tableVersion && score.inputs.length === 0)
      found.push('I22 inputs')
    const former = before.scores.find(({ id }) => id === score.id)
    if (former?.state === 'entered-in-error' && score.state !== 'entered-in-error') found.push('I22 back')
    if (!former || (former.value === score.value && former.inputs.length === score.inputs.length)) continue
    const isFree = former.state === 'preliminary' || score.state === 'entered-in-error'
    if (!isFree && !(score.state === 'amended' && score.reason)) found.push('I22 rewritten')
  }
  if (before.scores.some(({ id }) => !after.scores.some(score => score.id === id))) found.push('I22 vanished')
  return found
}

const KINDS = new Set(['illegal-transition', 'not-found', 'business-rule', 'unprocessable'])

const contextFor = (model: Model, actor: string) =>
  contextOf({
    actor,
    at: `2026-10-13T10:${String(model.steps % 60).padStart(2, '0')}:00-04:00`,
    newId: noun => `${noun}-${(model.born += 1)}`,
  })

/** Through the case API: decided, evolved, judged by the rules. */
function command(model: Model, step: Step): CaseFile {
  const definition = commands.get(step.name)
  const payload = payloads[step.name]?.(model.file, step)
  if (!definition || !payload) throw new Error(`no command ${step.name}`)
  expect(Value.Check(definition.payload, payload)).toBe(true)
  const context = contextFor(model, step.actor)
  const events = definition.decide(model.file, payload as never, context)
  if (!events.ok) {
    expect(KINDS).toContain(events.failure.kind)
    if (events.failure.kind === 'illegal-transition') expect(events.failure.legal).toBeDefined()
    return model.file
  }
  const after = evolveAll(model.file, events.value)
  expect(brokenRule(assessmentInvariants, { before: model.file, after }, context)).toBeUndefined()
  return after
}

/** Through FHIR: taken unless a rule is broken; what the rules let pass is right, what they refuse is wrong. */
function write(model: Model, step: Step): CaseFile {
  const after = { ...model.file, ...writes[step.name]?.(model.file, step) }
  const refused = brokenRule(
    assessmentInvariants,
    { before: model.file, after },
    contextFor(model, step.actor),
  )
  if (refused) {
    expect(wrong(model.file, after)).not.toEqual([])
    return model.file
  }
  expect(wrong(model.file, after)).toEqual([])
  return after
}

const step = fc.record({
  name: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...Object.keys(payloads)) },
    { weight: 1, arbitrary: fc.constantFrom(...Object.keys(writes)) },
    { weight: 3, arbitrary: fc.constantFrom('StartAssessment', 'RecordAnswers', 'ConcludeDomain') },
  ),
  pick: fc.nat(40),
  other: fc.nat(40),
  text: fc.constantFrom('as said', 'because of it', 'once more'),
  actor: fc.constantFrom('Practitioner/noor', 'Patient/p1', 'Device/local-development'),
})

const steps = step.map((one): fc.Command<Model, object> => ({
  check: () => true,
  run: model => {
    const after = one.name in payloads ? command(model, one) : write(model, one)
    expect(wrong(model.file, after)).toEqual([])
    model.file = after
    model.steps += 1
    for (const { state } of after.assessments) reached.add(`assessment ${state}`)
    counted.set(one.name, (counted.get(one.name) ?? 0) + 1)
  },
  toString: () => JSON.stringify(one),
}))
const counted = new Map<string, number>()
const reached = new Set<string>()

describe('assessments, needs and scores under random sequences of commands and writes', () => {
  it('keep I4, I5 and I22, and stand in valid FHIR that reads back the same', () => {
    fc.assert(
      fc.property(fc.commands([steps], { maxCommands: MOST, size: 'max' }), list => {
        const model: Model = { file: openFile(), born: 0, steps: 0 }
        fc.modelRun(() => ({ model, real: {} }), list)
        for (const noun of nouns) {
          const lens = lenses.of(noun)
          for (const state of model.file[listNames[noun]]) {
            reached.add(`${noun} ${state.state}`)
            const birth = { id: state.id, caseId: 'c1', patient: PATIENT }
            const blank = withCaseLink(lens.blank(birth, state), 'c1', lenses.names)
            const written = lens.write(blank, state)
            expect(validateResource(written)).toEqual([])
            expect(lens.read(written)).toEqual(state)
          }
        }
      }),
      { numRuns },
    )
  })

  it('were tried often enough, by every command and into every state that commands lead to', () => {
    const total = Object.keys(payloads).reduce((sum, name) => sum + (counted.get(name) ?? 0), 0)
    expect(total).toBeGreaterThanOrEqual(isLong ? 100_000 : 5000)
    for (const name of Object.keys({ ...payloads, ...writes })) expect(counted.get(name)).toBeGreaterThan(0)
    for (const state of ['planned', 'in-progress', 'concluded', 'amended', 'refused', 'not-completed'])
      expect(reached).toContain(`assessment ${state}`)
    for (const state of needMachine.states) expect(reached).toContain(`need ${state}`)
  })
})
