import fc from 'fast-check'
import { assessmentDomains } from '../../src/care-plan/instruments/assessment-domains.ts'
import { instruments, versionedId } from '../../src/care-plan/instruments/registry.ts'
import {
  answersStates,
  assessmentMachine,
  barrierMachine,
  needMachine,
  scoreStates,
  strengthKinds,
  strengthMachine,
} from '../../src/care-plan/nouns/assessment.ts'
import { measureCodes } from '../../src/mappers/case/nouns/measure-codes.ts'

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })

const word = fc
  .string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' })
  .filter(text => text.trim() === text && !/\s\s/.test(text))
const id = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,9}$/)
const code = fc.stringMatching(/^[a-z][a-z-]{0,9}$/)
const party = fc
  .tuple(fc.constantFrom('Practitioner', 'Patient', 'RelatedPerson', 'Device'), id)
  .map(parts => parts.join('/'))
const time = fc
  .tuple(
    fc.integer({ min: 1, max: 28 }),
    fc.integer({ min: 0, max: 23 }),
    fc.constantFrom('-04:00', 'Z', '+05:30'),
  )
  .map(
    ([day, hour, zone]) =>
      `2026-10-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:30:00${zone}`,
  )
const ids = fc.uniqueArray(id, { maxLength: 3 })
const evidence = fc.uniqueArray(
  fc.oneof(
    id,
    id.map(one => `answers/${one}`),
  ),
  { maxLength: 3 },
)
const coded = fc
  .record({ system: fc.constant('http://snomed.info/sct'), code, display: optional(word) })
  .map(({ display, ...rest }) => ({ ...rest, ...(display !== undefined && { display }) }))
const figure = fc.oneof(
  fc.integer({ min: -99, max: 99 }).map(String),
  fc.constantFrom('yes', 'no', '28.40', '-1.50', '0.10', '50', 'enrolled', '2', '-2', '0'),
)
const inputs = fc.array(fc.record({ name: word, value: word }), { maxLength: 3 })
const withoutUndefined = (state: object): object =>
  Object.fromEntries(Object.entries(state).filter(([, value]) => value !== undefined))

const conclusion = fc
  .record({
    domain: fc.constantFrom(...assessmentDomains),
    text: word,
    by: optional(party),
    at: optional(time),
  })
  .map(withoutUndefined)

const linkIds = ['/44250-9', '/44260-8', 'family', '1', '1.1', '2.4', '/88122-7', 'new']
const answer = fc.record({
  linkId: fc.constantFrom(...linkIds),
  answer: fc.oneof(word, fc.constantFrom('LA6569-3', 'true', '12', '7.50')),
})

/** Every state that the nouns of assessment may be in, by noun. */
export const assessmentStates = {
  assessment: fc.record({
    id,
    state: fc.constantFrom(...assessmentMachine.states),
    assessor: optional(party),
    start: optional(time),
    end: optional(time.map(text => text.replace('2026-10', '2026-12'))),
    requiredDomains: fc.uniqueArray(fc.constantFrom(...assessmentDomains), { maxLength: 4 }),
    conclusions: fc.uniqueArray(conclusion, {
      maxLength: 4,
      selector: row => JSON.stringify((row as { readonly domain?: string }).domain),
    }),
    answers: ids,
    scores: ids,
    previous: optional(id),
    summary: optional(word),
    reason: optional(word),
  }),
  answers: fc.record({
    id,
    state: fc.constantFrom(...answersStates),
    instrument: fc.oneof(
      fc.constantFrom(...instruments.map(versionedId)),
      fc.constant('http://example.org/Questionnaire/x|2'),
    ),
    at: optional(time),
    author: optional(party),
    items: fc.array(answer, { maxLength: 5 }),
  }),
  score: fc.record({
    id,
    state: fc.constantFrom(...scoreStates),
    measure: fc.oneof(code, fc.constantFrom('gas-level', 'gas-t', ...Object.keys(measureCodes))),
    tableVersion: optional(word),
    value: figure,
    interpretation: optional(code),
    inputs: fc.oneof(inputs, fc.constant([{ name: 'baseline', value: 'yes' }])),
    at: optional(time),
    by: optional(party),
    rater: optional(fc.constantFrom('patient', 'practitioner', 'caregiver', 'baseline')),
    derivedFrom: evidence,
    goal: optional(id),
    reason: optional(word),
  }),
  risk: fc.record({
    id,
    state: fc.constantFrom(...scoreStates),
    method: fc.constantFrom('lace-2010', 'hospital-a', 'stratification'),
    tableVersion: optional(word),
    value: optional(figure),
    band: optional(fc.constantFrom('low', 'moderate', 'high', 'intermediate')),
    inputs,
    missing: fc.array(word, { maxLength: 3 }),
    at: optional(time),
    encounter: optional(id),
  }),
  need: fc.record({
    id,
    state: fc.constantFrom(...needMachine.states),
    domain: optional(fc.constantFrom(...assessmentDomains)),
    text: word,
    code: optional(coded),
    priority: optional(fc.integer({ min: 1, max: 20 })),
    identifiedBy: optional(party),
    at: optional(time),
    confirmedBy: optional(party),
    reason: optional(word),
    reasonBy: optional(party),
    evidence,
  }),
  strength: fc.record({
    id,
    state: fc.constantFrom(...strengthMachine.states),
    kind: fc.constantFrom(...strengthKinds),
    text: word,
    embodiedBy: optional(
      fc.tuple(fc.constantFrom('RelatedPerson', 'Organization'), id).map(one => one.join('/')),
    ),
    at: optional(time),
    by: optional(party),
    linkedTo: ids,
    reason: optional(word),
  }),
  barrier: fc.record({
    id,
    state: fc.constantFrom(...barrierMachine.states),
    text: word,
    code: optional(coded),
    goal: optional(id),
    at: optional(time),
    by: optional(party),
    reason: optional(word),
  }),
} as const

export type AssessmentNoun = keyof typeof assessmentStates

export const assessmentNouns = Object.keys(assessmentStates) as readonly AssessmentNoun[]
