import { listNames, type NounName } from '../../../care-plan/case/case-file.ts'
import { movesBetween } from '../../../care-plan/machines/machine.ts'
import { machines } from '../../../care-plan/machines/machines.ts'

/** Events that every noun can have, beside those of its machine. */
export interface NounEvents {
  /** It came to be in a way that no command has a word for: a FHIR client, a peer. */
  readonly recorded: string
  /** Something about it differs. */
  readonly revised: string
  /** Its resource was deleted, or belongs to the case no more. */
  readonly deleted: string
}

export const nounNames: readonly NounName[] = ['case', ...(Object.keys(listNames) as NounName[])]

const capital = (noun: NounName): string => `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`

export const nounEvents = (noun: NounName): NounEvents => ({
  recorded: `${capital(noun)}Recorded`,
  revised: `${capital(noun)}Revised`,
  deleted: `${capital(noun)}Deleted`,
})

/** What a change from one state to another is called: as the one move of the machine that leads there, if one alone does. */
export function eventName(noun: NounName, from: string | undefined, to: string | undefined): string {
  const { recorded, revised } = nounEvents(noun)
  const machine = machines[noun]
  if (from === undefined) {
    const births = machine?.moves.filter(move => move.from.length === 0 && move.to === to) ?? []
    return onlyOne(births.map(({ event }) => event)) ?? recorded
  }
  if (!machine || to === undefined || from === to) return revised
  return onlyOne(movesBetween(machine, from, to).map(({ event }) => event)) ?? revised
}

const onlyOne = (names: readonly string[]): string | undefined =>
  new Set(names).size === 1 ? names[0] : undefined

/** Events of commands that are no move of a machine. */
const saidEvents: Readonly<Partial<Record<NounName, readonly string[]>>> = {
  answers: ['AnswersEnteredInError'],
  case: [
    'CaseloadTransferred',
    'ConsentOverridden',
    'ContactAllowed',
    'ContactProhibited',
    'ManagerAssigned',
    'ManagerReleased',
    'ModelSelected',
    'RiskStratified',
    'TargetGroupAssigned',
  ],
  risk: ['RiskEnteredInError'],
  score: [
    'GoalAttainmentScored',
    'GoalScored',
    'OutcomeRecorded',
    'ScoreAmended',
    'ScoreComputed',
    'ScoreCorrected',
    'ScoreEnteredInError',
  ],
}

/** Moves of a machine whose event is one of another noun: what a goal is scored with is a score. */
const toldElsewhere: ReadonlySet<string> = new Set(['goal GoalScored'])

/** Every event type of a noun, in alphabetical order. */
export function eventTypesOf(noun: NounName): readonly string[] {
  const moved = machines[noun]?.moves.map(({ event }) => event) ?? []
  const own = moved.filter(event => !toldElsewhere.has(`${noun} ${event}`))
  const said = saidEvents[noun] ?? []
  return [...new Set([...own, ...said, ...Object.values(nounEvents(noun))])].toSorted()
}
