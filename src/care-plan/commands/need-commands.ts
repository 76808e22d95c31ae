import { Type } from 'typebox'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { needMachine, type Need } from '../nouns/assessment.ts'
import { idField, textField } from './payload.ts'
import { endedCase } from '../plan/plan-change.ts'
import { closed, codedField, domainField } from './assessment-payloads.ts'
import { knownEvidence } from './known-evidence.ts'

const needField = idField('Id of the need')
const whyField = textField('Why, in the words of who says so.')

const identifyNeed = command({
  name: 'IdentifyNeed',
  summary: 'Proposes a need; it counts once a person has confirmed it.',
  payload: Type.Object(
    {
      text: textField('The need in words', 500),
      domain: Type.Optional(domainField('Code of the domain, e.g. social-needs')),
      code: Type.Optional(codedField('A public code for it')),
      evidence: Type.Optional(
        Type.Array(Type.String({ description: 'Id of a score, or `answers/` and the id of answers' }), {
          description: 'What speaks for it',
          maxItems: 50,
          uniqueItems: true,
        }),
      ),
    },
    closed,
  ),
  decide: (file, { evidence = [], ...payload }, { newId, actor, at }) => {
    const failure = endedCase(file, 'IdentifyNeed') ?? knownEvidence(file, evidence)
    if (failure) return fail(failure)
    const id = newId('need')
    const need: Need = { id, state: 'proposed', ...payload, identifiedBy: actor, at, evidence }
    return ok([{ type: 'NeedIdentified', noun: 'need', id, changes: need }])
  },
})

interface NeedMove {
  readonly id: string
  readonly command: string
  readonly changes?: Partial<Need>
  readonly reason?: string | undefined
}

function movedNeed(
  file: CaseFile,
  { id, command: name, changes = {}, reason }: NeedMove,
): Result<readonly DomainEvent[]> {
  const found = foundNoun(file, 'need', id)
  if (!found.ok) return found
  const move = legalMove(needMachine, found.value.state, name)
  if (!move.ok) return move
  return ok([
    {
      type: move.value.event,
      noun: 'need',
      id,
      changes: { ...changes, state: move.value.to },
      ...(reason !== undefined && { reason }),
    },
  ])
}

/** What put it off or ended it no longer holds. */
const noReason = { reason: undefined, reasonBy: undefined } as unknown as Partial<Need>

const confirmNeed = command({
  name: 'ConfirmNeed',
  summary: 'Confirms a proposed need, or takes one up again.',
  payload: Type.Object({ need: needField }, closed),
  decide: (file, { need }, { actor }) =>
    movedNeed(file, {
      id: need,
      command: 'ConfirmNeed',
      changes: { ...noReason, confirmedBy: actor },
    }),
})

const addressNeed = command({
  name: 'AddressNeed',
  summary: 'Says that the plan addresses a need.',
  payload: Type.Object({ need: needField }, closed),
  decide: (file, { need }) => movedNeed(file, { id: need, command: 'AddressNeed', changes: noReason }),
})

/** Put off, declined: the reason and who gave it stay with the need (I5). */
const withReason = (name: string, summary: string): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ need: needField, reason: whyField }, closed),
    decide: (file, { need, reason }, { actor }) =>
      movedNeed(file, { id: need, command: name, changes: { reason, reasonBy: actor }, reason }),
  })

/** Over, for a reason or none. */
const overWith = (name: string, summary: string): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ need: needField, reason: Type.Optional(whyField) }, closed),
    decide: (file, { need, reason }, { actor }) =>
      movedNeed(file, {
        id: need,
        command: name,
        changes: reason === undefined ? noReason : { reason, reasonBy: actor },
        reason,
      }),
  })

const prioritiseNeeds = command({
  name: 'PrioritiseNeeds',
  summary: 'Ranks needs; ranked ones that the order leaves out follow in the order they had.',
  payload: Type.Object(
    {
      order: Type.Array(needField, {
        description: 'Ids of needs, the first one first',
        minItems: 1,
        maxItems: 100,
        uniqueItems: true,
      }),
    },
    closed,
  ),
  decide: (file, { order }) => {
    for (const id of order) {
      const moved = movedNeed(file, { id, command: 'PrioritiseNeeds' })
      if (!moved.ok) return moved
    }
    const ranked = [...order, ...rankedElse(file.needs, order)]
    return ok(ranked.flatMap((id, i) => rankEvent(file.needs, id, i + 1)))
  },
})

const RANKABLE: ReadonlySet<string> = new Set(
  needMachine.moves.filter(move => move.command === 'PrioritiseNeeds').flatMap(move => move.from),
)

const rankedElse = (needs: readonly Need[], order: readonly string[]): readonly string[] =>
  needs
    .filter(({ id, priority, state }) => priority !== undefined && RANKABLE.has(state) && !order.includes(id))
    .toSorted((a, b) => (a.priority ?? 0) - (b.priority ?? 0))
    .map(({ id }) => id)

const rankEvent = (needs: readonly Need[], id: string, priority: number): readonly DomainEvent[] =>
  needs.some(need => need.id === id && need.priority === priority)
    ? []
    : [{ type: 'NeedPrioritised', noun: 'need', id, changes: { priority } }]

export const needCommands: readonly Command[] = [
  identifyNeed,
  confirmNeed,
  prioritiseNeeds,
  addressNeed,
  withReason('DeferNeed', 'Puts a need off, with the reason.'),
  withReason('DeclineNeed', 'The client declines help with a need, with the reason.'),
  overWith('ResolveNeed', 'A need is met.'),
  overWith('DeactivateNeed', 'A need is no longer there.'),
]
