import { Type } from 'typebox'
import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok } from '../../lib/result.ts'
import { caseChanged, caseMoved } from '../case/case-course.ts'
import { command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { ruleBroken } from '../invariants/invariant.ts'
import { acceptedAssignments } from '../case/managed-time.ts'
import { acuities } from '../nouns/case-root.ts'
import { openingEvidence } from '../case/opening-evidence.ts'
import { dateField, dateTimeField, textField } from './payload.ts'
import { asList, whileRunning } from './case-command.ts'
import { endedAssignments } from './ended-assignments.ts'

const closed = { additionalProperties: false } as const
const acuityField = Type.Enum([...acuities], { description: 'How much the case asks for.' })

const screenCase = command({
  name: 'ScreenCase',
  summary: 'Screens the case in: the patient is eligible for case management.',
  payload: Type.Object(
    {
      acuity: Type.Optional(acuityField),
      eligibleAt: Type.Optional(
        dateTimeField('When the patient became eligible; the time of the fact by default.'),
      ),
    },
    closed,
  ),
  decide: (file, { acuity, eligibleAt }, context) =>
    asList(
      caseMoved(file, { kind: 'ScreenCase' }, context, {
        eligibleAt: eligibleAt ?? context.at,
        ...(acuity !== undefined && { acuity }),
      }),
    ),
})

const stratifyRisk = command({
  name: 'StratifyRisk',
  summary: 'Rates how much the case asks for; a judgement of a person.',
  payload: Type.Object(
    {
      acuity: acuityField,
      method: Type.Optional(textField('How it was rated; people’s judgement by default.', 64)),
    },
    closed,
  ),
  decide: (file, { acuity, method = 'stratification' }, { at, newId }) =>
    whileRunning(file, 'StratifyRisk', [
      caseChanged(file.case, 'RiskStratified', { acuity }),
      {
        type: 'RiskRecorded',
        noun: 'risk',
        id: newId('risk'),
        changes: { state: 'final', method, band: acuity, inputs: [], missing: [], at },
      },
    ]),
})

const startOutreach = command({
  name: 'StartOutreach',
  summary: 'Begins to reach out to a patient who was screened in.',
  payload: Type.Object({}, closed),
  decide: (file, _payload, context) => asList(caseMoved(file, { kind: 'StartOutreach' }, context)),
})

const recordOutreach = command({
  name: 'RecordOutreach',
  summary:
    'Records an attempt to reach the patient; three on different days by two media make a case unreachable.',
  payload: Type.Object(
    {
      medium: textField('Phone, letter, visit, portal, ...', 64),
      on: Type.Optional(dateField('Day of the attempt; that of the fact by default.')),
    },
    closed,
  ),
  decide: (file, { medium, on }, context) => {
    const { at, timeZone } = context
    const attempt = { on: on ?? localDate(startMsOf(at, timeZone), timeZone), medium }
    const outreach = [...file.case.outreach, attempt]
    return asList(caseMoved(file, { kind: 'RecordOutreach', attempt }, context, { outreach }))
  },
})

const openCase = command({
  name: 'OpenCase',
  summary: 'Opens the case: the patient consents to case management and a manager has accepted it.',
  payload: Type.Object({}, closed),
  decide: (file, _payload, context) => {
    const evidence = { kind: 'OpenCase', ...openingEvidence(file, context) } as const
    const manager = acceptedAssignments(file)[0]?.manager
    const opened = caseMoved(file, evidence, context, manager === undefined ? {} : { manager })
    return opened.ok && manager === undefined ? fail(noManager) : asList(opened)
  },
})

const noManager = ruleBroken('I1', {
  message: 'an open case has a manager; offer it (OfferAssignment) and have it accepted first.',
  expression: 'EpisodeOfCare.careManager',
})

const because = (description: string) => Type.Object({ reason: textField(description) }, closed)

const endings = [
  ['ScreenOut', 'Ends a case whose patient is not eligible.', 'Why the patient is not eligible.'],
  ['Decline', 'Ends a case because the patient declined case management.', 'Why the patient declined.'],
  ['Unreachable', 'Ends a case whose patient could not be reached.', 'What was tried.'],
  ['RecordDeath', 'Ends the case: the patient has died.', 'How it is known.'],
  ['MarkEnteredInError', 'Marks a case that should never have been.', 'What was wrong.'],
] as const

/** Commands that end a case for a reason, before it was closed in due form. */
const endCommands = endings.map(([name, summary, why]) =>
  command({
    name,
    summary,
    payload: because(why),
    decide: (file, { reason }, context) => {
      const attempts = file.case.outreach
      const evidence =
        name === 'Unreachable' ? ({ kind: name, attempts } as const) : ({ kind: name } as const)
      const moved = caseMoved(file, evidence, context, { reason })
      return moved.ok
        ? ok<readonly DomainEvent[]>([moved.value, ...endedAssignments(file, context.at)])
        : moved
    },
  }),
)

/** Commands from the first sign of a need to an open case, and the ends before closing. */
export const intakeCommands = [
  screenCase,
  stratifyRisk,
  startOutreach,
  recordOutreach,
  openCase,
  ...endCommands,
]
