import { Type, type Static } from 'typebox'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseFile, Nouns } from '../case/case-file.ts'
import { command, type Command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { managerChanged } from '../case/hand-over.ts'
import { legalMove } from '../machines/legal-move.ts'
import type { Machine } from '../machines/machine.ts'
import { assessmentMachine, barrierMachine, needMachine, strengthMachine } from '../nouns/assessment.ts'
import { appointmentMachine, contactMachine, flagMachine } from '../nouns/contact.ts'
import { assignmentMachine, consentMachine } from '../nouns/people.ts'
import { activityMachine, goalMachine, planMachine } from '../nouns/plan.ts'
import { idField, textField } from './payload.ts'
import { sharesRecalled } from './consent-commands.ts'

/** Nouns that stand in a machine with the state `entered-in-error`. */
const withMachine = {
  assignment: assignmentMachine,
  consent: consentMachine,
  assessment: assessmentMachine,
  need: needMachine,
  strength: strengthMachine,
  barrier: barrierMachine,
  plan: planMachine,
  goal: goalMachine,
  activity: activityMachine,
  appointment: appointmentMachine,
  contact: contactMachine,
  flag: flagMachine,
} as const satisfies { readonly [N in keyof Nouns]?: Machine }

/** Figures and answers have no machine: they come to be and are corrected. */
const withoutMachine = {
  answers: 'AnswersEnteredInError',
  score: 'ScoreEnteredInError',
  risk: 'RiskEnteredInError',
} as const

type Withdrawable = keyof typeof withMachine | keyof typeof withoutMachine

const withdrawable = [...Object.keys(withMachine), ...Object.keys(withoutMachine)] as readonly Withdrawable[]

const payload = Type.Object(
  {
    noun: Type.Enum([...withdrawable], {
      description: 'What it is. The case has a command of its own; transitions and duties follow from facts.',
    }),
    id: idField('Its id.'),
    reason: textField('What was wrong.'),
  },
  { additionalProperties: false },
)

export const markNounEnteredInError: Command = command({
  name: 'MarkNounEnteredInError',
  summary:
    'Withdraws a part of the case that should never have been recorded, with the reason; it stays readable, and the rules hold for what is left.',
  payload,
  decide: (file, { noun, id, reason }, { actor }) => {
    const found = foundNoun(file, noun, id)
    if (!found.ok) return found
    const type = withdrawalOf(noun, found.value.state)
    if (!type.ok) return type
    const changes = { state: 'entered-in-error', ...kept(noun, reason, actor) }
    const event = { type: type.value, noun, id, changes, reason } as unknown as DomainEvent
    return ok([event, ...followingFrom(file, { noun, id, reason })])
  },
})

function withdrawalOf(noun: Withdrawable, state: string): Result<string> {
  if (noun in withoutMachine)
    return state === 'entered-in-error'
      ? fail(withdrawnAlready(noun))
      : ok(withoutMachine[noun as keyof typeof withoutMachine])
  const machine: Machine = withMachine[noun as keyof typeof withMachine]
  const move = legalMove(machine, state, 'MarkNounEnteredInError')
  return move.ok ? ok(move.value.event) : move
}

const withdrawnAlready = (noun: Withdrawable): Failure => ({
  kind: 'illegal-transition',
  code: 'illegal-transition',
  message: `MarkNounEnteredInError is not possible while the ${noun} is entered-in-error.`,
  legal: [],
})

/** Nouns that have no field for it keep the reason in the event and in Provenance. */
const withoutReason: ReadonlySet<Withdrawable> = new Set(['answers', 'risk', 'flag'])

function kept(noun: Withdrawable, reason: string, actor: string): object {
  if (withoutReason.has(noun)) return {}
  return noun === 'need' ? { reason, reasonBy: actor } : { reason }
}

/** What rests on it and goes with it. */
function followingFrom(file: CaseFile, { noun, id, reason }: Static<typeof payload>): readonly DomainEvent[] {
  switch (noun) {
    case 'answers':
      return file.scores
        .filter(({ state }) => state !== 'entered-in-error')
        .filter(({ derivedFrom }) => derivedFrom.includes(`answers/${id}`))
        .map(score => ({
          type: 'ScoreEnteredInError',
          noun: 'score',
          id: score.id,
          changes: { state: 'entered-in-error', reason },
          reason,
        }))
    case 'consent':
      return file.consents
        .filter(consent => consent.id === id)
        .flatMap(consent => sharesRecalled(consent, reason))
    case 'assignment':
      return managerLess(file, id, reason)
    default:
      return []
  }
}

/** The manager goes with the only assignment that made one. */
function managerLess(file: CaseFile, id: string, reason: string): readonly DomainEvent[] {
  const accepted = file.assignments.filter(({ state }) => state === 'accepted')
  return accepted.length === 1 && accepted[0]?.id === id && file.case.manager !== undefined
    ? [managerChanged(file, { manager: undefined }, { type: 'ManagerReleased', reason })]
    : []
}
