import { Value } from 'typebox/value'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import type { Result } from '../../src/lib/result.ts'
import { emptyFile, type CaseFile } from '../../src/care-plan/case/case-file.ts'
import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import type { CommandContext } from '../../src/care-plan/commands/command.ts'
import { commands } from '../../src/care-plan/commands/commands.ts'
import { evolveAll, type DomainEvent } from '../../src/care-plan/machines/domain-event.ts'
import type { CaseRoot } from '../../src/care-plan/nouns/case-root.ts'
import type { Assignment, Consent } from '../../src/care-plan/nouns/people.ts'

/** A case that was identified on a Monday morning. */
export const aCase = (more: Partial<CaseRoot> = {}): CaseRoot => ({
  id: 'c1',
  patient: 'p1',
  state: 'identified',
  isWaitlisted: false,
  since: '2026-10-12T09:00:00-04:00',
  caseType: 'acute',
  start: '2026-10-12T09:00:00-04:00',
  models: [],
  outreach: [],
  overrides: [],
  isContactProhibited: false,
  ...more,
})

export const aConsent = (more: Partial<Consent> = {}): Consent => ({
  id: 'consent-1',
  state: 'active',
  scope: 'case-management',
  by: 'Patient/p1',
  at: '2026-10-13T09:00:00-04:00',
  recipients: [],
  classes: [],
  ...more,
})

export const anAssignment = (more: Partial<Assignment> = {}): Assignment => ({
  id: 'assignment-1',
  state: 'accepted',
  manager: 'Practitioner/noor',
  offeredBy: 'Practitioner/sup',
  offeredAt: '2026-10-12T10:00:00-04:00',
  start: '2026-10-12T11:00:00-04:00',
  ...more,
})

export const fileOf = (root: Partial<CaseRoot> = {}, lists: Partial<CaseFile> = {}): CaseFile => ({
  ...emptyFile(aCase(root)),
  ...lists,
})

/** An open case in due form: consent, manager, since Tuesday. */
export const openFile = (root: Partial<CaseRoot> = {}, lists: Partial<CaseFile> = {}): CaseFile =>
  fileOf(
    {
      state: 'open',
      since: '2026-10-13T09:00:00-04:00',
      openedAt: '2026-10-13T09:00:00-04:00',
      manager: 'Practitioner/noor',
      ...root,
    },
    { assignments: [anAssignment()], consents: [aConsent()], ...lists },
  )

/** On Tuesday at ten, by Noor. Ids count up. */
export function contextOf(more: Partial<CommandContext> = {}): CommandContext {
  let born = 0
  return {
    actor: 'Practitioner/noor',
    at: '2026-10-13T10:00:00-04:00',
    recorded: '2026-10-13T14:00:01.000Z',
    newId: noun => `${noun}-new-${(born += 1)}`,
    rules: defaultCaseRules,
    models: () => undefined,
    calendar: holidayCalendar('us-federal'),
    timeZone: 'America/New_York',
    stays: [],
    ...more,
  }
}

/** What a command decides; its payload fulfils its own schema, or the test is wrong. */
export function decided(
  file: CaseFile,
  name: string,
  payload: object = {},
  more: Partial<CommandContext> = {},
): Result<readonly DomainEvent[]> {
  const command = commands.get(name)
  if (!command) throw new Error(`there is no command ${name}`)
  if (!Value.Check(command.payload, payload)) throw new Error(`the payload of ${name} breaks its schema`)
  return command.decide(file, payload, contextOf(more))
}

/** The file after a command that has to succeed. */
export function afterwards(
  file: CaseFile,
  name: string,
  payload: object = {},
  more: Partial<CommandContext> = {},
): CaseFile {
  const events = decided(file, name, payload, more)
  if (!events.ok) throw new Error(`${name}: ${events.failure.message}`)
  return evolveAll(file, events.value)
}

/** The failure of a command that has to be refused. */
export function refusal(
  file: CaseFile,
  name: string,
  payload: object = {},
  more: Partial<CommandContext> = {},
) {
  const events = decided(file, name, payload, more)
  if (events.ok) throw new Error(`${name} was not refused`)
  return events.failure
}

export const namesOf = (events: Result<readonly DomainEvent[]>): readonly string[] =>
  events.ok ? events.value.map(({ type }) => type) : [events.failure.code]
