import { Type } from 'typebox'
import { laterOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { domainsRequired, domainsWithoutConclusion } from '../instruments/assessment-domains.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command, type CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { unconcluded } from '../invariants/assessment-invariants.ts'
import { legalMove } from '../machines/legal-move.ts'
import { assessmentMachine, type Assessment, type DomainConclusion } from '../nouns/assessment.ts'
import { managerField, textField } from './payload.ts'
import { endedCase } from '../plan/plan-change.ts'
import {
  assessmentField,
  closed,
  conclusionFields,
  currentAssessment,
  domainField,
} from './assessment-payloads.ts'
import { recordAnswers } from './record-answers.ts'

const domainsField = Type.Array(domainField('Code of a domain'), {
  description:
    'Domains that need a written conclusion; left out, those of the case’s model, else function, cognition, mood, social-needs, home-and-family and finances.',
  minItems: 1,
  maxItems: 30,
  uniqueItems: true,
})
const assessorField = managerField('Who assesses; who starts it by default.')
const whyField = textField('Why, in the words of who says so.')

const planAssessment = command({
  name: 'PlanAssessment',
  summary: 'Plans an assessment: the domains that will need a conclusion.',
  payload: Type.Object(
    { requiredDomains: Type.Optional(domainsField), assessor: Type.Optional(assessorField) },
    closed,
  ),
  decide: (file, payload, context) =>
    bornAssessment(file, 'PlanAssessment', { ...payload, state: 'planned' }, context),
})

const startAssessment = command({
  name: 'StartAssessment',
  summary: 'Starts an assessment that was planned, or a new one.',
  payload: Type.Object(
    {
      assessment: Type.Optional(assessmentField),
      requiredDomains: Type.Optional(domainsField),
      assessor: Type.Optional(assessorField),
    },
    closed,
  ),
  decide: (file, { assessment: id, ...payload }, context) => {
    const assessor = payload.assessor ?? personOf(context.actor)
    const begun = {
      ...payload,
      ...(assessor !== undefined && { assessor }),
      state: 'in-progress',
      start: context.at,
    } as const
    if (id === undefined) return bornAssessment(file, 'StartAssessment', begun, context)
    return movedAssessment(file, {
      id,
      command: 'StartAssessment',
      changes: ({ end }) =>
        ok((end === undefined ? begun : { ...begun, end: undefined }) as Partial<Assessment>),
    })
  },
})

/** Who may stand as assessor: no device. */
const personOf = (actor: string): string | undefined =>
  /^(?:Practitioner|PractitionerRole)\//.test(actor) ? actor : undefined

function bornAssessment(
  file: CaseFile,
  name: string,
  begun: Partial<Assessment> & Pick<Assessment, 'state'>,
  { newId, models }: CommandContext,
): Result<readonly DomainEvent[]> {
  const ended = endedCase(file, name)
  if (ended) return fail(ended)
  const id = newId('assessment')
  const previous = lastConcluded(file)
  const assessment: Assessment = {
    requiredDomains: domainsRequired(file, models),
    conclusions: [],
    answers: [],
    scores: [],
    ...(previous && { previous: previous.id }),
    ...begun,
    id,
  }
  const type = begun.state === 'planned' ? 'AssessmentPlanned' : 'AssessmentStarted'
  return ok([{ type, noun: 'assessment', id, changes: assessment }])
}

const lastConcluded = ({ assessments }: CaseFile): Assessment | undefined =>
  assessments
    .filter(({ state }) => state === 'concluded' || state === 'amended')
    .toSorted((a, b) => (laterOf(a.end ?? '0001', b.end ?? '0001') === a.end ? 1 : -1))
    .at(-1)

interface AssessmentMove {
  readonly id: string | undefined
  readonly command: string
  readonly changes: (assessment: Assessment) => Result<Partial<Assessment>>
  readonly reason?: string
}

function movedAssessment(
  file: CaseFile,
  { id, command: name, changes, reason }: AssessmentMove,
): Result<readonly DomainEvent[]> {
  const found = id === undefined ? currentAssessment(file) : foundNoun(file, 'assessment', id)
  if (!found.ok) return found
  const move = legalMove(assessmentMachine, found.value.state, name)
  if (!move.ok) return move
  const changed = changes(found.value)
  if (!changed.ok) return changed
  return ok([
    {
      type: move.value.event,
      noun: 'assessment',
      id: found.value.id,
      changes: { ...changed.value, state: move.value.to },
      ...(reason !== undefined && { reason }),
    },
  ])
}

const concludeDomain = command({
  name: 'ConcludeDomain',
  summary: 'Writes the conclusion on one domain; raw answers do not count as one.',
  payload: Type.Object({ assessment: Type.Optional(assessmentField), ...conclusionFields }, closed),
  decide: (file, { assessment, domain, text }, context) =>
    movedAssessment(file, {
      id: assessment,
      command: 'ConcludeDomain',
      changes: ({ conclusions }) => ok({ conclusions: concluded(conclusions, [{ domain, text }], context) }),
    }),
})

/** A later conclusion on a domain takes the place of the former. */
function concluded(
  former: readonly DomainConclusion[],
  written: readonly { readonly domain: string; readonly text: string }[],
  { actor, at }: CommandContext,
): readonly DomainConclusion[] {
  const rows = new Map(former.map(row => [row.domain, row]))
  for (const { domain, text } of written) rows.set(domain, { domain, text, by: actor, at })
  return [...rows.values()]
}

const concludeAssessment = command({
  name: 'ConcludeAssessment',
  summary: 'Concludes an assessment; refused while a required domain has no written conclusion (I4).',
  payload: Type.Object(
    { assessment: Type.Optional(assessmentField), summary: textField('What it comes to', 4000) },
    closed,
  ),
  decide: (file, { assessment: id, summary }, { at }) =>
    movedAssessment(file, {
      id,
      command: 'ConcludeAssessment',
      changes: assessment => {
        const open = domainsWithoutConclusion(assessment)
        if (open.length > 0) return fail(unconcluded(open))
        return ok({ summary, end: assessment.start === undefined ? at : laterOf(assessment.start, at) })
      },
    }),
})

const amendAssessment = command({
  name: 'AmendAssessment',
  summary: 'Amends the conclusions or the summary of an assessment that was concluded, with the reason.',
  payload: Type.Object(
    {
      assessment: assessmentField,
      conclusions: Type.Optional(
        Type.Array(Type.Object(conclusionFields, closed), {
          description: 'Conclusions to write anew',
          minItems: 1,
          maxItems: 30,
        }),
      ),
      summary: Type.Optional(textField('What it comes to', 4000)),
      reason: whyField,
    },
    { ...closed, minProperties: 3 },
  ),
  decide: (file, { assessment, conclusions = [], summary, reason }, context) =>
    movedAssessment(file, {
      id: assessment,
      command: 'AmendAssessment',
      reason,
      changes: former =>
        ok({
          conclusions: concluded(former.conclusions, conclusions, context),
          ...(summary !== undefined && { summary }),
          reason,
        }),
    }),
})

/** Ended without a conclusion, with the reason. */
const endedWithout = (name: string, summary: string): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ assessment: Type.Optional(assessmentField), reason: whyField }, closed),
    decide: (file, { assessment: id, reason }, { at }) =>
      movedAssessment(file, {
        id,
        command: name,
        reason,
        changes: ({ start }) => ok({ reason, ...(start !== undefined && { end: laterOf(start, at) }) }),
      }),
  })

export const assessmentCommands: readonly Command[] = [
  planAssessment,
  startAssessment,
  recordAnswers,
  concludeDomain,
  concludeAssessment,
  amendAssessment,
  endedWithout('RefuseAssessment', 'The client, or who speaks for the client, refuses to be assessed.'),
  endedWithout('AbandonAssessment', 'An assessment is not completed.'),
]
