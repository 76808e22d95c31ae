import { derivedId } from '../../../lib/ids.ts'
import { readingMark, readingOf, type Reader } from '../../../care-plan/instruments/answers-reading.ts'
import { endedStates } from '../../../care-plan/case/case.ts'
import type { CaseFile, ListedNoun } from '../../../care-plan/case/case-file.ts'
import { currentAssessment } from '../../../care-plan/commands/assessment-payloads.ts'
import { evolveAll, type DomainEvent } from '../../../care-plan/machines/domain-event.ts'
import { instrumentNamed } from '../../../care-plan/instruments/registry.ts'
import { figuresOf, underLinkIds } from '../../../care-plan/instruments/score-of.ts'
import type { Answers, Score } from '../../../care-plan/nouns/assessment.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { CaseEffectsInput } from './case-effects.ts'
import { readCaseFiles, writeCaseFile } from '../nouns/case-files.ts'
import { nounLenses, type NounLenses } from '../nouns/noun-lenses.ts'

type Input = Pick<CaseEffectsInput, 'tenant' | 'shard' | 'canonicalBase' | 'compartment' | 'at'>

type Known = Resource & { readonly id: string }

/**
 * What follows from answers that came by FHIR, as RecordAnswers would have it: scores, and needs, strengths and barriers
 * proposed to a person. Each answer is read once, and again when it is amended: the scores read from it are amended then,
 * or withdrawn with it. Ids are derived from the answers, so that no order and no replay makes a second one. What a
 * client scored itself stands.
 */
export function answersEffects(input: Input): readonly Known[] {
  const lenses = nounLenses(input.canonicalBase)
  if (!input.compartment.some(resource => isUnread(resource, lenses))) return []
  return readCaseFiles(input.compartment, lenses)
    .filter(file => !endedStates.has(file.case.state))
    .flatMap(before => {
      const after = before.answers
        .filter(toBeRead)
        .reduce((file, answers) => read(file, answers, input), before)
      return writeCaseFile({ before, after, compartment: input.compartment, lenses })
    })
}

function isUnread(resource: Resource, lenses: NounLenses): boolean {
  if (resource.resourceType !== 'QuestionnaireResponse') return false
  return toBeRead(lenses.of('answers').read(resource))
}

const FINISHED: ReadonlySet<string> = new Set(['completed', 'amended', 'entered-in-error'])

/** Finished answers to an instrument of ours that nobody has read as they are now. */
const toBeRead = (answers: Answers): boolean =>
  FINISHED.has(answers.state) &&
  answers.reading !== markOf(answers) &&
  (answers.state !== 'entered-in-error' || answers.reading !== undefined) &&
  instrumentNamed(answers.instrument) !== undefined

const WITHDRAWN = 'withdrawn'

const markOf = (answers: Answers): string =>
  answers.state === 'entered-in-error' ? WITHDRAWN : readingMark(answers)

function read(file: CaseFile, answers: Answers, input: Input): CaseFile {
  const id = (noun: ListedNoun, key: string): string =>
    derivedId(input.shard, input.tenant, noun, `${file.case.id}|answers|${answers.id}|${key}`)
  const mark: DomainEvent = {
    type: 'AnswersRevised',
    noun: 'answers',
    id: answers.id,
    changes: { reading: markOf(answers) },
  }
  if (answers.state === 'entered-in-error')
    return evolveAll(file, [...withdrawals(file, id), ...flagsWithdrawn(file, answers, id), mark])
  const running = currentAssessment(file)
  const reader: Reader = {
    newId: id,
    actor: answers.author ?? 'Device/casewire',
    at: answers.at ?? input.at,
  }
  const events = readingOf(file, answers, running.ok ? running.value : undefined, reader)
  const fresh = events.filter(event => event.changes.id === undefined || !isThere(file, event))
  return evolveAll(file, [...amendments(file, answers, id), ...fresh, mark])
}

/** Proposed once already: what people made of it stands. */
const isThere = (file: CaseFile, { noun, id }: DomainEvent): boolean => {
  switch (noun) {
    case 'score':
      return file.scores.some(one => one.id === id)
    case 'need':
      return file.needs.some(one => one.id === id)
    case 'strength':
      return file.strengths.some(one => one.id === id)
    case 'barrier':
      return file.barriers.some(one => one.id === id)
    case 'flag':
      return file.flags.some(one => one.id === id)
    default:
      return false
  }
}

const AMENDED = 'The answers were amended.'
const WRONG = 'The answers were entered in error.'

type IdOf = (noun: ListedNoun, key: string) => string

/** Scores that were read from these answers; those that people amended or withdrew are theirs. */
const scoresRead = (file: CaseFile, idOf: IdOf): readonly Score[] =>
  file.scores.filter(
    ({ id, measure, state, reason }) =>
      id === idOf('score', measure) &&
      state !== 'entered-in-error' &&
      (state !== 'amended' || reason === AMENDED),
  )

/** The scores as the answers have them now. */
function amendments(file: CaseFile, answers: Answers, idOf: IdOf): readonly DomainEvent[] {
  const instrument = instrumentNamed(answers.instrument)
  const figures = instrument && figuresOf(instrument, underLinkIds(instrument, answers.items))
  if (figures?.ok !== true) return []
  return scoresRead(file, idOf).flatMap(({ id, measure, inputs: were }): readonly DomainEvent[] => {
    const figure = figures.value.find(one => one.measure === measure)
    if (figure?.value === undefined || JSON.stringify(figure.inputs) === JSON.stringify(were)) return []
    const { value, interpretation, inputs, tableVersion } = figure
    const changes = { state: 'amended', value, interpretation, inputs, tableVersion, reason: AMENDED }
    return [
      {
        type: 'ScoreAmended',
        noun: 'score',
        id,
        changes: changes as unknown as Partial<Score>,
        reason: AMENDED,
      },
    ]
  })
}

const withdrawals = (file: CaseFile, idOf: IdOf): readonly DomainEvent[] =>
  scoresRead(file, idOf).map(({ id }) => ({
    type: 'ScoreEnteredInError',
    noun: 'score',
    id,
    changes: { state: 'entered-in-error', reason: WRONG },
    reason: WRONG,
  }))

/** Red flags that were read from these answers and that nobody has acted on. */
function flagsWithdrawn(file: CaseFile, answers: Answers, idOf: IdOf): readonly DomainEvent[] {
  const suggestions = instrumentNamed(answers.instrument)?.suggestions ?? []
  const ids = new Set(suggestions.flatMap(one => (one.propose === 'flag' ? [idOf('flag', one.code)] : [])))
  return file.flags
    .filter(({ id, state }) => ids.has(id) && state === 'open')
    .map(({ id }) => ({
      type: 'RedFlagEnteredInError',
      noun: 'flag',
      id,
      changes: { state: 'entered-in-error' },
      reason: WRONG,
    }))
}
