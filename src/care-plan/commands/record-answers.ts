import { Type } from 'typebox'
import { fail, ok, type Result } from '../../lib/result.ts'
import { readingMark, readingOf } from '../instruments/answers-reading.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import type { Instrument } from '../instruments/instrument.ts'
import { instrumentNamed, instruments, versionedId } from '../instruments/registry.ts'
import { figuresOf, unanswered, underLinkIds } from '../instruments/score-of.ts'
import { legalMove } from '../machines/legal-move.ts'
import { assessmentMachine, type Answers, type Assessment } from '../nouns/assessment.ts'
import { partyField } from './payload.ts'
import { endedCase } from '../plan/plan-change.ts'
import { assessmentField, closed, currentAssessment } from './assessment-payloads.ts'

const itemField = Type.Object(
  {
    linkId: Type.String({
      description: 'The question: its linkId in the Questionnaire, or its LOINC code',
      minLength: 1,
      maxLength: 100,
    }),
    answer: Type.String({
      description: 'Code of the option; words; a whole number; `true` or `false`',
      minLength: 1,
      maxLength: 2000,
    }),
  },
  closed,
)

export const recordAnswers = command({
  name: 'RecordAnswers',
  summary:
    'Records the answers to an instrument: computes its scores and proposes the needs, strengths and barriers that they speak for.',
  payload: Type.Object(
    {
      assessment: Type.Optional(assessmentField),
      instrument: Type.String({
        description: 'Id of the instrument (`phq-9`), `id|version`, or the canonical of its Questionnaire',
        minLength: 1,
        maxLength: 300,
      }),
      items: Type.Array(itemField, { description: 'The answers', minItems: 1, maxItems: 200 }),
      author: Type.Optional(
        partyField('Who gave the answers or wrote them down; who records them by default.'),
      ),
    },
    closed,
  ),
  decide: (file, payload, context) => {
    const ended = endedCase(file, 'RecordAnswers')
    if (ended) return fail(ended)
    const instrument = namedInstrument(payload.instrument)
    if (!instrument.ok) return instrument
    const items = underLinkIds(instrument.value, payload.items)
    const figures = figuresOf(instrument.value, items)
    if (!figures.ok) return figures
    const assessment = assessmentFor(file, payload.assessment)
    if (!assessment.ok) return assessment
    const given: Answers = {
      id: context.newId('answers'),
      state: unanswered(instrument.value, items).length > 0 ? 'in-progress' : 'completed',
      instrument: versionedId(instrument.value),
      at: context.at,
      author: payload.author ?? context.actor,
      items,
    }
    const answers = { ...given, reading: readingMark(given) }
    const recorded: DomainEvent = {
      type: 'AnswersRecorded',
      noun: 'answers',
      id: answers.id,
      changes: answers,
    }
    return ok([recorded, ...readingOf(file, answers, assessment.value, context)])
  },
})

function namedInstrument(name: string): Result<Instrument> {
  const found = instrumentNamed(name)
  return found
    ? ok(found)
    : fail({
        kind: 'not-found',
        code: 'unknown-instrument',
        message: `No such instrument or version; there are ${instruments.map(versionedId).join(', ')}.`,
      })
}

/** The assessment that takes the answers in: the one named, else the one in progress, else none. */
function assessmentFor(file: CaseFile, id: string | undefined): Result<Assessment | undefined> {
  if (id === undefined) {
    const running = currentAssessment(file)
    return ok(running.ok ? running.value : undefined)
  }
  const found = foundNoun(file, 'assessment', id)
  if (!found.ok) return found
  const move = legalMove(assessmentMachine, found.value.state, 'RecordAnswers')
  return move.ok ? found : move
}
