import { Type } from 'typebox'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { command, type Command } from './command.ts'
import { foundNoun } from './found-noun.ts'
import type { Scoring } from '../instruments/instrument.ts'
import { instruments } from '../instruments/registry.ts'
import { interpretationOf } from '../instruments/score-of.ts'
import { impossibleFigure } from '../instruments/possible-figure.ts'
import { ruleBroken } from '../invariants/invariant.ts'
import type { Score } from '../nouns/assessment.ts'
import { idField, textField } from './payload.ts'
import { unknownIn } from '../plan/plan-change.ts'
import { closed, codeField } from './assessment-payloads.ts'

const figureField = (description: string) =>
  Type.Union([Type.Number(), Type.String({ minLength: 1, maxLength: 200 })], { description })

const inputsField = Type.Array(
  Type.Object(
    {
      name: textField('What went in', 200),
      value: figureField('As a number or a text'),
    },
    closed,
  ),
  { description: 'What the figure was computed from', minItems: 1, maxItems: 100 },
)

const recordOutcome = command({
  name: 'RecordOutcome',
  summary: 'Records an outcome or a score that was computed elsewhere; figures are only ever added.',
  payload: Type.Object(
    {
      measure: codeField('What was measured: `er-avoided`, `phq-9`, ...'),
      value: figureField('A number, `yes` or `no`, or a code'),
      interpretation: Type.Optional(codeField('What it means, as a code')),
      inputs: Type.Optional(inputsField),
      tableVersion: Type.Optional(textField('Version of the table that gave it', 64)),
      goal: Type.Optional(idField('Id of the goal that it is about')),
      rater: Type.Optional(
        Type.Enum(['patient', 'practitioner', 'caregiver', 'baseline'], { description: 'Who rated' }),
      ),
    },
    closed,
  ),
  decide: (file, payload, { newId, actor, at }) => {
    const { goal, inputs: given = [], value: said, ...rest } = payload
    const unknown = goal === undefined ? undefined : unknownIn(file, 'goal', [goal])
    if (unknown) return fail(unknown)
    const id = newId('score')
    const value = String(said)
    const scoring = tableOf(rest.measure)
    const interpretation = rest.interpretation ?? meaningOf(scoring, value)
    const score: Score = {
      id,
      state: 'final',
      ...rest,
      ...(rest.tableVersion === undefined && scoring && { tableVersion: scoring.version }),
      ...(goal !== undefined && { goal }),
      ...(interpretation !== undefined && { interpretation }),
      value,
      inputs: asTexts(given),
      at,
      by: actor,
      derivedFrom: [],
    }
    const failure = sourceMissing(score) ?? impossibleFigure(scoring, score)
    return failure ? fail(failure) : ok([{ type: 'OutcomeRecorded', noun: 'score', id, changes: score }])
  },
})

const asTexts = (
  inputs: readonly { readonly name: string; readonly value: string | number }[],
): Score['inputs'] => inputs.map(({ name, value }) => ({ name, value: String(value) }))

/** I22 at the command itself. */
const sourceMissing = ({ tableVersion, inputs }: Score): Failure | undefined =>
  (tableVersion !== undefined) === inputs.length > 0
    ? undefined
    : ruleBroken('I22', {
        message:
          'a figure that a table gave needs `tableVersion` and `inputs`; where the answers are known, record them (RecordAnswers).',
        expression: 'Observation.extension',
      })

const tables: ReadonlyMap<string, Scoring> = new Map(
  instruments.flatMap(({ scorings }) => scorings.map(one => [one.measure, one] as const)),
)

const tableOf = (measure: string): Scoring | undefined => tables.get(measure)

const meaningOf = (scoring: Scoring | undefined, value: string): string | undefined =>
  scoring && interpretationOf(scoring, value === 'yes' ? 1 : value === 'no' ? 0 : Number(value))

const amendScore = command({
  name: 'AmendScore',
  summary: 'Amends a figure that was wrong, with the reason; what it was before stays in its history.',
  payload: Type.Object(
    {
      score: idField('Id of the score'),
      value: figureField('What it ought to have been'),
      interpretation: Type.Optional(codeField('What it means, as a code')),
      inputs: Type.Optional(inputsField),
      reason: textField('Why, in the words of who says so.'),
    },
    closed,
  ),
  decide: (file, { score: id, value: said, interpretation, inputs, reason }) => {
    const found = amendable(foundNoun(file, 'score', id))
    if (!found.ok) return found
    const value = String(said)
    const figure = { value, inputs: inputs ? asTexts(inputs) : [] }
    const impossible = impossibleFigure(tableOf(found.value.measure), figure)
    if (impossible) return fail(impossible)
    const meaning = interpretation ?? meaningOf(tableOf(found.value.measure), value)
    const changes = {
      state: 'amended',
      value,
      interpretation: meaning,
      reason,
      ...(inputs && { inputs: asTexts(inputs) }),
    } as unknown as Partial<Score>
    return ok([{ type: 'ScoreAmended', noun: 'score', id, changes, reason }])
  },
})

const amendable = (found: Result<Score>): Result<Score> =>
  found.ok && found.value.state === 'entered-in-error'
    ? fail({
        kind: 'illegal-transition',
        code: 'illegal-transition',
        message: 'AmendScore is not possible while the score is entered-in-error.',
        legal: [],
      })
    : found

export const scoreCommands: readonly Command[] = [recordOutcome, amendScore]
