import { Type } from 'typebox'
import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { command, type Command } from './command.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { notBefore } from '../case/hand-over.ts'
import { illegalMove, moveBy } from '../machines/machine.ts'
import { consentMachine, consentScopes, type Consent } from '../nouns/people.ts'
import { speaksForPatient } from '../case/patient-side.ts'
import { dateTimeField, idField, partyField, textField } from './payload.ts'
import { unmetCondition } from './case-command.ts'

const closed = { additionalProperties: false } as const
const consentField = idField('Id of the consent.')
const byField = partyField('The patient or representative whose word it is.')

/** What a consent covers. */
const terms = {
  recipients: Type.Optional(
    Type.Array(partyField('Who may be told.'), {
      description: 'Who may be told; everybody who cares for the patient when left out.',
      uniqueItems: true,
      maxItems: 100,
    }),
  ),
  classes: Type.Optional(
    Type.Array(Type.String({ pattern: '^[A-Z][A-Za-z]+$', maxLength: 64 }), {
      description: 'Resource types that may be shared; all when left out.',
      uniqueItems: true,
      maxItems: 150,
    }),
  ),
  start: Type.Optional(dateTimeField('From when on it holds.')),
  end: Type.Optional(dateTimeField('Until when it holds.')),
}

const scopeField = Type.Enum([...consentScopes], {
  description: 'Consent to case management itself, or to sharing with others.',
})

const requestConsent = command({
  name: 'RequestConsent',
  summary: 'Asks for a consent.',
  payload: Type.Object({ scope: scopeField, ...terms }, closed),
  decide: (_file, { scope, ...asked }, { newId, at }) =>
    isBackwards(asked)
      ? fail(endsFirst)
      : ok([
          {
            type: 'ConsentRequested',
            noun: 'consent',
            id: newId('consent'),
            changes: { state: 'proposed', scope, at, recipients: [], classes: [], ...asked },
          },
        ]),
})

const grantConsent = command({
  name: 'GrantConsent',
  summary: 'Records that the patient or a representative consents, as asked or of their own accord.',
  payload: Type.Object(
    {
      scope: scopeField,
      by: byField,
      ...terms,
      consent: Type.Optional(idField('Id of the consent that was asked for.')),
    },
    closed,
  ),
  decide: (file, { consent, scope, by, ...given }, { newId, at, relatives }) => {
    if (!speaksForPatient(by, { root: file.case, relatives })) return fail(notTheirs)
    const granted = { scope, by, at, decision: 'permit', ...given } as const
    if (consent === undefined) {
      if (isBackwards(given)) return fail(endsFirst)
      return ok([
        {
          type: 'ConsentGranted',
          noun: 'consent',
          id: newId('consent'),
          changes: { state: 'active', recipients: [], classes: [], ...granted },
        },
      ])
    }
    const found = foundNoun(file, 'consent', consent)
    if (!found.ok) return found
    return isBackwards({ ...found.value, ...given })
      ? fail(endsFirst)
      : moved(found.value, 'GrantConsent', granted)
  },
})

const rejectConsent = command({
  name: 'RejectConsent',
  summary: 'Records that a consent asked for was refused.',
  payload: Type.Object(
    { consent: consentField, by: Type.Optional(byField), reason: Type.Optional(textField('Why.')) },
    closed,
  ),
  decide: (file, { consent, by, reason }, { at, relatives }) => {
    if (by !== undefined && !speaksForPatient(by, { root: file.case, relatives })) return fail(notTheirs)
    return movedIn(file, consent, 'RejectConsent', {
      at,
      decision: 'deny',
      ...(by !== undefined && { by }),
      ...(reason !== undefined && { reason }),
    })
  },
})

const revokeConsent = command({
  name: 'RevokeConsent',
  summary:
    'Records that a consent was taken back; nothing is shared on it from now on, and its recipients are named as recalled.',
  payload: Type.Object({ consent: consentField, reason: textField('Why.') }, closed),
  decide: (file, { consent, reason }, { at }) => {
    const found = foundNoun(file, 'consent', consent)
    if (!found.ok) return found
    const revoked = moved(found.value, 'RevokeConsent', { end: notBefore(found.value.start, at), reason })
    return revoked.ok ? ok([...revoked.value, ...sharesRecalled(found.value, reason)]) : revoked
  },
})

/** Whom a consent that no longer holds let share the case: nothing may be shared with them on it any more. */
export const sharesRecalled = (
  { id, state, scope, recipients }: Consent,
  reason?: string,
): readonly DomainEvent[] =>
  state === 'active' && scope === 'sharing' && recipients.length > 0
    ? [
        {
          type: 'SharesRecalled',
          noun: 'consent',
          id,
          changes: { recipients },
          ...(reason !== undefined && { reason }),
        },
      ]
    : []

const expireConsent = command({
  name: 'ExpireConsent',
  summary: 'Lets a consent lapse whose time has passed.',
  payload: Type.Object({ consent: consentField }, closed),
  decide: (file, { consent }, { at }) => {
    const found = foundNoun(file, 'consent', consent)
    if (!found.ok) return found
    const expired = moved(found.value, 'ExpireConsent', {})
    const { end } = found.value
    const isOver = end !== undefined && startMsOf(end, 'UTC') <= startMsOf(at, 'UTC')
    return expired.ok && !isOver ? fail(holdsStill) : expired
  },
})

function movedIn(
  file: CaseFile,
  id: string,
  name: string,
  changes: Partial<Consent>,
): Result<readonly DomainEvent[]> {
  const found = foundNoun(file, 'consent', id)
  return found.ok ? moved(found.value, name, changes) : found
}

/** The event of a move of a consent. */
function moved(
  { id, state }: Consent,
  name: string,
  changes: Partial<Consent>,
): Result<readonly DomainEvent[]> {
  const move = moveBy(consentMachine, state, name)
  if (!move) return fail(illegalMove(consentMachine, state, name))
  const { reason } = changes
  return ok([
    {
      type: move.event,
      noun: 'consent',
      id,
      changes: { state: move.to, ...changes },
      ...(reason !== undefined && { reason }),
    },
  ])
}

const isBackwards = ({ start, end }: { readonly start?: string; readonly end?: string }): boolean =>
  start !== undefined && end !== undefined && startMsOf(end, 'UTC') <= startMsOf(start, 'UTC')

const notTheirs: Failure = {
  ...unmetCondition(
    'A consent is given or refused by the patient of the case, or by a representative: a RelatedPerson of this patient.',
  ),
  expression: 'by',
}
const endsFirst = unmetCondition('A consent ends after it begins.')
const holdsStill = unmetCondition('ExpireConsent is possible when the time of the consent has passed.')

/** Commands on what the patient allows. */
export const consentCommands: readonly Command[] = [
  requestConsent,
  grantConsent,
  rejectConsent,
  revokeConsent,
  expireConsent,
]
