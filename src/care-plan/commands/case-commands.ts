import { Type } from 'typebox'
import { fail } from '../../lib/result.ts'
import { caseChanged } from '../case/case-course.ts'
import { command, type Command } from './command.ts'
import { partyField, textField } from './payload.ts'
import { unmetCondition, whileRunning } from './case-command.ts'
import { closingCommands } from './closing-commands.ts'
import { overridden } from './consent-override.ts'
import { intakeCommands } from './intake-commands.ts'
import { mergeCommands } from './merge-commands.ts'
import { markNounEnteredInError } from './withdraw-noun.ts'

const closed = { additionalProperties: false } as const
const because = Type.Object({ reason: textField('Why.') }, closed)

const prohibitContact = command({
  name: 'ProhibitContact',
  summary: 'Nobody contacts the patient from now on (I9).',
  payload: because,
  decide: (file, { reason }, { at }) =>
    file.case.isContactProhibited
      ? fail(unmetCondition('ProhibitContact is not needed: contact is prohibited already.'))
      : whileRunning(file, 'ProhibitContact', [
          caseChanged(
            file.case,
            'ContactProhibited',
            { isContactProhibited: true, contactProhibition: { since: at, reason } },
            reason,
          ),
        ]),
})

const allowContact = command({
  name: 'AllowContact',
  summary: 'Takes a prohibition of contact back.',
  payload: because,
  decide: (file, { reason }) =>
    file.case.isContactProhibited
      ? whileRunning(file, 'AllowContact', [
          caseChanged(
            file.case,
            'ContactAllowed',
            { isContactProhibited: false, contactProhibition: undefined },
            reason,
          ),
        ])
      : fail(unmetCondition('AllowContact is not needed: contact is not prohibited.')),
})

const assignTargetGroup = command({
  name: 'AssignTargetGroup',
  summary: 'Says which target group of targeted case management the patient belongs to.',
  payload: Type.Object({ targetGroup: textField('Name or code of the group.', 200) }, closed),
  decide: (file, { targetGroup }) =>
    whileRunning(file, 'AssignTargetGroup', [caseChanged(file.case, 'TargetGroupAssigned', { targetGroup })]),
})

const overrideConsent = command({
  name: 'OverrideConsent',
  summary: 'Shares the case with somebody whom no consent covers; whoever says so answers for it (I8).',
  payload: Type.Object(
    { recipient: partyField('Who may be told.'), reason: textField('Why it is shared without consent.') },
    closed,
  ),
  decide: (file, { recipient, reason }, context) =>
    whileRunning(file, 'OverrideConsent', [
      caseChanged(
        file.case,
        'ConsentOverridden',
        overridden(file.case, { recipient, reason }, context),
        reason,
      ),
    ]),
})

/** Every command on the case itself. */
export const caseCommands: readonly Command[] = [
  ...intakeCommands,
  ...closingCommands,
  prohibitContact,
  allowContact,
  assignTargetGroup,
  overrideConsent,
  ...mergeCommands,
  markNounEnteredInError,
]
