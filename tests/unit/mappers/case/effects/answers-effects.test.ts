import { describe, expect, it } from 'vitest'
import { emptyFile, type CaseFile } from '../../../../../src/care-plan/case/case-file.ts'
import type { Answers } from '../../../../../src/care-plan/nouns/assessment.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { answersEffects } from '../../../../../src/mappers/case/effects/answers-effects.ts'
import { readCaseFile, writeCaseFile } from '../../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { answersInAll, answersWorth } from '../../../../support/answers.ts'
import { openFile } from '../../../../support/case-file.ts'
import { CM, put } from '../../../../support/case-world.ts'
import { phq9 } from '../../../../../src/care-plan/instruments/phq-gad.ts'

const lenses = nounLenses(CM)
const frame = { tenant: 1, shard: 5, canonicalBase: CM }

const phq = (level: number, more: Partial<Answers> = {}): Answers => ({
  id: 'a1',
  state: 'completed',
  instrument: 'phq-9|1.0.0',
  at: '2026-10-13T09:00:00-04:00',
  author: 'Practitioner/noor',
  items: answersInAll(phq9, level * 9, level),
  ...more,
})

/** A case and answers that nobody has read, as resources. */
function compartmentOf(
  answers: readonly Answers[],
  root: Partial<CaseFile['case']> = {},
): readonly Resource[] {
  const after = openFile(root, { answers })
  const before = emptyFile({ ...after.case, id: '' })
  return writeCaseFile({ before, after, compartment: [], lenses })
}

const effects = (compartment: readonly Resource[]) => answersEffects({ ...frame, compartment })

const after = (compartment: readonly Resource[]): readonly Resource[] =>
  put(compartment, effects(compartment))

const fileIn = (compartment: readonly Resource[]): CaseFile => {
  const file = readCaseFile('c1', compartment, lenses)
  if (!file) throw new Error('no case')
  return file
}

const change = (compartment: readonly Resource[], answers: Answers): readonly Resource[] => {
  const before = fileIn(compartment)
  const file = { ...before, answers: before.answers.map(one => (one.id === answers.id ? answers : one)) }
  return put(compartment, writeCaseFile({ before, after: file, compartment, lenses }))
}

describe('answers that came by FHIR', () => {
  it('are read once: scores and proposals, valid R4, and nothing the second time', () => {
    const first = compartmentOf([phq(2)])
    const made = effects(first)
    for (const resource of made)
      expect(validateResource(resource).filter(({ severity }) => severity === 'error')).toEqual([])
    const read = put(first, made)
    const { scores, needs, answers } = fileIn(read)
    expect(scores).toMatchObject([
      {
        state: 'final',
        measure: 'phq-9',
        value: '18',
        interpretation: 'moderately-severe',
        at: '2026-10-13T09:00:00-04:00',
        by: 'Practitioner/noor',
        derivedFrom: ['answers/a1'],
      },
    ])
    expect(needs.every(({ state }) => state === 'proposed')).toBe(true)
    expect(needs.length).toBeGreaterThan(0)
    expect(answers[0]?.reading).toMatch(/^[0-9a-f]{16}$/)
    expect(effects(read)).toEqual([])
  })

  it('with thoughts of death or self-harm raise a red flag, once however often they are read', () => {
    const items = answersWorth(phq9, [0, 0, 0, 0, 0, 0, 0, 0, 1])
    const read = after(compartmentOf([phq(0, { items })]))
    expect(fileIn(read).flags).toMatchObject([
      {
        ...{ state: 'open', code: 'self-harm', by: 'Practitioner/noor', at: '2026-10-13T09:00:00-04:00' },
        text: expect.stringContaining('PHQ-9, question 9') as string,
      },
    ])
    for (const resource of read)
      expect(validateResource(resource).filter(({ severity }) => severity === 'error')).toEqual([])
    expect(effects(read)).toEqual([])
    expect(fileIn(after(compartmentOf([phq(0)]))).flags).toEqual([])
  })

  it('raise it whether a question is named by its linkId or by its code, and whoever leaves out the time', () => {
    const items = answersWorth(phq9, [0, 0, 0, 0, 0, 0, 0, 0, 3]).map(({ linkId, answer }) => ({
      ...{ linkId: linkId.slice(1), answer },
    }))
    const { at: _at, ...untimed } = phq(0, { items })
    const made = answersEffects({
      ...frame,
      compartment: compartmentOf([untimed]),
      at: '2026-10-14T08:00:00Z',
    })
    expect(fileIn(put(compartmentOf([untimed]), made)).flags).toMatchObject([
      { code: 'self-harm', at: '2026-10-14T08:00:00Z' },
    ])
  })

  it('withdraw the red flag when they were an error, unless somebody acted on it', () => {
    const read = after(compartmentOf([phq(1)]))
    const answers = fileIn(read).answers[0] ?? phq(1)
    const wrong = { ...answers, state: 'entered-in-error' as const }
    expect(fileIn(after(change(read, wrong))).flags[0]).toMatchObject({ state: 'entered-in-error' })
    const before = fileIn(read)
    const flags = before.flags.map(one => ({
      ...{ ...one, state: 'resolved' as const, end: '2026-10-13T15:00:00-04:00' },
    }))
    const resolved = put(
      read,
      writeCaseFile({ before, after: { ...before, flags }, compartment: read, lenses }),
    )
    expect(fileIn(after(change(resolved, wrong))).flags[0]).toMatchObject({ state: 'resolved' })
  })

  it('give the same ids however often the mark is lost, and never bring back what people turned down', () => {
    const items = [
      { linkId: 'family', answer: 'A sister drives' },
      { linkId: 'self', answer: 'Rides a bicycle' },
    ]
    const answers = { ...phq(0), instrument: 'strengths|1.0.0', items }
    const read = after(compartmentOf([answers]))
    const { strengths } = fileIn(read)
    expect(strengths.length).toBeGreaterThan(0)
    const file = fileIn(read)
    const off = {
      ...file,
      strengths: strengths.map(one => ({ ...one, state: 'inactive' as const })),
      answers: [answers],
    }
    const turnedDown = put(read, writeCaseFile({ before: file, after: off, compartment: read, lenses }))
    const again = fileIn(after(turnedDown))
    expect(again.strengths).toEqual(off.strengths)
  })

  it('amend the scores read from them when they change, unless a person amended the score', () => {
    const read = after(compartmentOf([phq(1)]))
    const amended = after(change(read, { ...phq(3), state: 'amended' }))
    const [score] = fileIn(amended).scores
    expect(score).toMatchObject({ state: 'amended', value: '27', reason: 'The answers were amended.' })
    expect(effects(amended)).toEqual([])
    const third = after(change(amended, { ...phq(2), state: 'amended' }))
    expect(fileIn(third).scores).toMatchObject([{ value: '18' }])

    const before = fileIn(read)
    const own = {
      ...before,
      scores: before.scores.map(one => ({
        ...one,
        state: 'amended' as const,
        value: '7',
        reason: 'counted again',
      })),
    }
    const corrected = put(read, writeCaseFile({ before, after: own, compartment: read, lenses }))
    const kept = after(change(corrected, { ...phq(3), state: 'amended' }))
    expect(fileIn(kept).scores).toMatchObject([{ value: '7', reason: 'counted again' }])
  })

  it('withdraw their scores when they were an error', () => {
    const read = after(compartmentOf([phq(1)]))
    const withdrawn = after(change(read, { ...phq(1), state: 'entered-in-error', reading: 'x' }))
    expect(fileIn(withdrawn).scores).toMatchObject([
      { state: 'entered-in-error', reason: 'The answers were entered in error.' },
    ])
    expect(effects(withdrawn)).toEqual([])
  })

  it.each([
    ['in progress', { state: 'in-progress' }],
    ['stopped', { state: 'stopped' }],
    ['an error that nobody ever read', { state: 'entered-in-error' }],
    ['of another instrument', { instrument: 'http://example.org/q' }],
  ] as const)('are not read when they are %s', (_why, more) => {
    expect(effects(compartmentOf([phq(2, more)]))).toEqual([])
  })

  it('are not read for a case that has ended', () => {
    expect(effects(compartmentOf([phq(2)], { state: 'closed' }))).toEqual([])
  })

  it('go into the assessment in progress, once', () => {
    const file = openFile({}, { answers: [phq(1)] })
    const assessment = {
      id: 'as1',
      state: 'in-progress',
      requiredDomains: ['mood'],
      conclusions: [],
      answers: ['a1'],
      scores: [],
      start: '2026-10-13T08:00:00-04:00',
    } as const
    const before = emptyFile({ ...file.case, id: '' })
    const compartment = writeCaseFile({
      before,
      after: { ...file, assessments: [assessment] },
      compartment: [],
      lenses,
    })
    const { assessments, scores } = fileIn(after(compartment))
    expect(assessments[0]?.answers).toEqual(['a1'])
    expect(assessments[0]?.scores).toEqual(scores.map(({ id }) => id))
  })
})
