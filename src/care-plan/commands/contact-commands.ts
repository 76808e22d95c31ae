import { Type } from 'typebox'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { hasUnknownAnswer, redFlagsOf, topicsOf } from '../instruments/check-in.ts'
import { checkInTopics, contactKinds, contactMachine, type Contact } from '../nouns/contact.ts'
import { command, type Command, type CommandContext } from './command.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { dateTimeField, idField, partyField, textField } from './payload.ts'
import { raisedFlag, redFlagField } from './raised-flag.ts'

const kind = Type.Enum([...contactKinds], { description: 'How it is made.' })
const withWhom = Type.Optional(partyField('Who is spoken to; the patient when absent.'))
const minutes = Type.Integer({ description: 'Time spent, in minutes.', minimum: 0, maximum: 1440 })
const note = Type.Optional(textField('What was said.', 10_000))
const plannedContact = Type.Optional(idField('The planned contact that this is.'))

const planContact = command({
  name: 'PlanContact',
  summary: 'Plans a contact with the patient or somebody of the family.',
  payload: Type.Object(
    { kind, start: dateTimeField('When it is to be made.'), with: withWhom, note },
    { additionalProperties: false },
  ),
  decide: (_file, payload, { newId, actor }) => {
    const id = newId('contact')
    const changes: Contact = {
      id,
      state: 'planned',
      kind: payload.kind,
      at: payload.start,
      by: actor,
      ...(payload.with !== undefined && { with: payload.with }),
      ...(payload.note !== undefined && { note: payload.note }),
      outcome: undefined,
      topics: [],
      redFlags: [],
    }
    return ok([{ type: 'ContactPlanned', noun: 'contact', id, changes }])
  },
})

const contactMade = Type.Object(
  {
    kind,
    minutes,
    with: withWhom,
    outcome: Type.Optional(
      Type.Enum(['reached', 'third-party'], { description: 'Who was reached; `reached` when absent.' }),
    ),
    topics: Type.Optional(
      Type.Array(Type.Enum([...checkInTopics]), {
        description: 'Topics of the check-in that were gone through.',
        uniqueItems: true,
      }),
    ),
    redFlags: Type.Optional(
      Type.Array(redFlagField, {
        description: 'Dangers found: somebody acts on each the same day.',
        maxItems: 20,
      }),
    ),
    answers: Type.Optional(
      Type.Array(
        Type.Object(
          {
            question: Type.String({
              description: 'Id of the question in the check-in script.',
              maxLength: 64,
            }),
            answer: Type.String({ description: 'Code of the answer.', maxLength: 64 }),
          },
          { additionalProperties: false },
        ),
        {
          description: 'Answers to the check-in script; topics and red flags follow from them.',
          maxItems: 50,
        },
      ),
    ),
    note,
    contact: plannedContact,
    appointment: Type.Optional(idField('The appointment that the manager came along to.')),
  },
  { additionalProperties: false },
)

const recordContact = command({
  name: 'RecordContact',
  summary: 'Records a two-way contact that was made, with its minutes, topics and red flags.',
  payload: contactMade,
  decide: (file, payload, context) => {
    if (payload.appointment !== undefined) {
      const appointment = foundNoun(file, 'appointment', payload.appointment)
      if (!appointment.ok) return appointment
    }
    const { redFlags = [], topics = [], answers = [], outcome = 'reached', contact, ...rest } = payload
    if (hasUnknownAnswer(answers)) return fail(unknownAnswer)
    const gone = new Set<string>([...topics, ...topicsOf(answers)])
    const flags = uniqueByCode([...redFlags, ...redFlagsOf(answers)])
    const ended = endedContact(file, contact, 'RecordContact', context)
    if (!ended.ok) return ended
    const { id } = ended.value
    const changes: Partial<Contact> = {
      ...ended.value.changes,
      ...rest,
      state: 'made',
      outcome,
      ...(answers.length > 0 && { answers }),
      topics: checkInTopics.filter(topic => gone.has(topic)),
      redFlags: flags.map(({ code }) => code),
    }
    return ok([
      { type: 'ContactMade', noun: 'contact', id, changes },
      ...flags.map(flag => raisedFlag({ ...flag, contact: id }, context)),
    ])
  },
})

/** A danger that is told twice is one. */
const uniqueByCode = <F extends { readonly code: string }>(flags: readonly F[]): readonly F[] =>
  flags.filter(({ code }, i) => flags.findIndex(flag => flag.code === code) === i)

const unknownAnswer = {
  kind: 'unprocessable',
  code: 'unknown-answer',
  message: 'An answer is none of those of the check-in script: take questions and answers from the script.',
  expression: 'answers',
} as const

const attempt = Type.Object(
  {
    kind,
    outcome: Type.Enum(['voicemail', 'no-answer', 'wrong-number', 'third-party'], {
      description: 'Why nobody was reached.',
    }),
    with: withWhom,
    minutes: Type.Optional(minutes),
    note,
    contact: plannedContact,
  },
  { additionalProperties: false },
)

const recordAttempt = command({
  name: 'RecordAttempt',
  summary: 'Records a try that did not reach anybody.',
  payload: attempt,
  decide: (file, payload, context) => {
    const { contact, ...rest } = payload
    const ended = endedContact(file, contact, 'RecordAttempt', context)
    if (!ended.ok) return ended
    const changes: Partial<Contact> = { ...ended.value.changes, ...rest, state: 'attempted' }
    return ok([{ type: 'ContactAttempted', noun: 'contact', id: ended.value.id, changes }])
  },
})

const refusal = Type.Object(
  {
    kind,
    why: Type.Optional(textField('Why the contact is not wanted, in the words of who refused.')),
    with: withWhom,
    note,
    contact: plannedContact,
  },
  { additionalProperties: false },
)

const recordRefusal = command({
  name: 'RecordRefusal',
  summary: 'Records that the patient or the family did not want the contact.',
  payload: refusal,
  decide: (file, payload, context) => {
    const { contact, why, ...rest } = payload
    const ended = endedContact(file, contact, 'RecordRefusal', context)
    if (!ended.ok) return ended
    const changes: Partial<Contact> = {
      ...ended.value.changes,
      ...rest,
      state: 'refused',
      outcome: 'refused',
      ...(why !== undefined && { reason: why }),
    }
    return ok([{ type: 'ContactRefused', noun: 'contact', id: ended.value.id, changes }])
  },
})

/** What every end of a contact says: of a planned one its id, of a new one all fields. */
function endedContact(
  file: CaseFile,
  planned: string | undefined,
  name: string,
  { newId, actor, at }: CommandContext,
): Result<{ readonly id: string; readonly changes: Partial<Contact> }> {
  if (planned === undefined) {
    const id = newId('contact')
    return ok({ id, changes: { id, by: actor, at, topics: [], redFlags: [], outcome: undefined } })
  }
  const found = foundNoun(file, 'contact', planned)
  if (!found.ok) return found
  const move = legalMove(contactMachine, found.value.state, name)
  return move.ok ? ok({ id: planned, changes: { by: actor, at } }) : move
}

export const contactCommands: readonly Command[] = [planContact, recordContact, recordAttempt, recordRefusal]
