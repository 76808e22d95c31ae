import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../../src/care-plan/case/case-file.ts'
import { evolveAll } from '../../../../../src/care-plan/machines/domain-event.ts'
import { machines } from '../../../../../src/care-plan/machines/machines.ts'
import {
  appointmentPurposes,
  checkInTopics,
  contactKinds,
  flagConsequences,
  missReasons,
} from '../../../../../src/care-plan/nouns/contact.ts'
import { checkInScript } from '../../../../../src/care-plan/instruments/check-in.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { sameValue } from '../../../../../src/lib/same-value.ts'
import { readCaseFiles, writeCaseFile } from '../../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { decided, openFile } from '../../../../support/case-file.ts'
import { CM } from '../../../../support/case-world.ts'

const numRuns = process.env['CASEWIRE_LONG'] === '1' ? 2000 : 60
const lenses = nounLenses(CM)

const minute = fc.integer({ min: 0, max: 60 * 24 * 40 })
const timeOf = (minutes: number): string => {
  const [day, rest] = [Math.floor(minutes / 1440), minutes % 1440]
  const date =
    day < 30 ? `2026-11-${String(day + 1).padStart(2, '0')}` : `2026-12-${String(day - 29).padStart(2, '0')}`
  return `${date}T${String(Math.floor(rest / 60)).padStart(2, '0')}:${String(rest % 60).padStart(2, '0')}:00-05:00`
}
const time = minute.map(timeOf)
const pick = fc.nat({ max: 50 })
const kind = fc.constantFrom(...contactKinds)
const somebody = fc.constantFrom('Practitioner/pt', 'RelatedPerson/sam', 'PractitionerRole/noor')
const answer = fc
  .constantFrom(...checkInScript.questions)
  .chain(({ id, answers }) => fc.constantFrom(...answers).map(({ code }) => ({ question: id, answer: code })))

/** A command with its payload; a field that is a function picks the id of a noun that is there. */
interface Step {
  readonly name: string
  readonly at: string
  readonly payload: Readonly<Record<string, unknown>>
}
type Ids = 'contacts' | 'appointments' | 'flags' | 'activities'
const idOf = (list: Ids) =>
  pick.map(n => (file: CaseFile) => file[list][n % Math.max(file[list].length, 1)]?.id)

const step = (
  name: string,
  fields: Readonly<Record<string, fc.Arbitrary<unknown>>>,
  needed: readonly string[],
) =>
  fc.record({
    name: fc.constant(name),
    at: time,
    payload: fc.record(fields, { requiredKeys: [...needed] }),
  }) as fc.Arbitrary<Step>

const appointment = idOf('appointments')
const aboutAppointment = {
  purpose: fc.constantFrom(...appointmentPurposes),
  text: fc.constant('session'),
  provider: somebody,
  location: fc.constant('Location/gym'),
  activity: idOf('activities'),
  companion: somebody,
}
const contactId = idOf('contacts')

const steps: fc.Arbitrary<Step> = fc.oneof(
  step('PlanContact', { kind, start: time, with: somebody, note: fc.constant('x') }, ['kind', 'start']),
  step(
    'RecordContact',
    {
      kind,
      minutes: fc.integer({ min: 0, max: 90 }),
      with: somebody,
      topics: fc.uniqueArray(fc.constantFrom(...checkInTopics), { maxLength: 5 }),
      redFlags: fc.array(fc.record({ code: fc.constantFrom('fever', 'fall') }), { maxLength: 2 }),
      answers: fc.array(answer, { maxLength: 3 }),
      contact: contactId,
      appointment,
    },
    ['kind', 'minutes'],
  ),
  step('RecordAttempt', { kind, outcome: fc.constantFrom('voicemail', 'no-answer'), contact: contactId }, [
    'kind',
    'outcome',
  ]),
  step('RecordRefusal', { kind, why: fc.constant('no'), contact: contactId }, ['kind']),
  step('RaiseRedFlag', { code: fc.constantFrom('fever', 'fall'), contact: contactId }, ['code']),
  step('ResolveRedFlag', { flag: idOf('flags'), ledTo: fc.constantFrom(...flagConsequences) }, [
    'flag',
    'ledTo',
  ]),
  step('ProposeAppointment', { ...aboutAppointment, start: time }, ['purpose']),
  step('BookAppointment', { ...aboutAppointment, start: time, appointment }, ['purpose', 'start']),
  step('RequestAppointment', { appointment, start: time }, ['appointment']),
  step('RescheduleAppointment', { appointment, start: time, reason: fc.constant('x') }, [
    'appointment',
    'start',
    'reason',
  ]),
  step('WaitlistAppointment', { appointment }, ['appointment']),
  step('RecordArrival', { appointment }, ['appointment']),
  step('FulfilAppointment', { appointment }, ['appointment']),
  step('RecordNoShow', { appointment, reason: fc.constantFrom(...missReasons) }, ['appointment', 'reason']),
  step('CancelAppointment', { appointment, reason: fc.constant('x'), isExcused: fc.boolean() }, [
    'appointment',
    'reason',
  ]),
  step('AttachCompanion', { appointment, companion: somebody }, ['appointment', 'companion']),
)

/** The payload with the ids of nouns that are there; undefined when one that it needs is not. */
function payloadOf({ payload }: Step, file: CaseFile): object | undefined {
  const filled = Object.entries(payload).map(
    ([name, value]) => [name, typeof value === 'function' ? value(file) : value] as const,
  )
  return filled.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(filled)
}

const start: CaseFile = openFile(
  { state: 'active' },
  {
    activities: [
      {
        id: 'pt',
        state: 'scheduled',
        kind: 'service',
        text: 'Physical therapy',
        days: [],
        goals: [],
        needs: [],
        after: [],
        performances: [],
      },
    ],
  },
)

/** Only what these commands touch. */
const linked = { consents: [], assignments: [] }
const born = (file: CaseFile): readonly Resource[] =>
  writeCaseFile({
    before: { ...file, case: { ...file.case, caseType: '' }, activities: [], ...linked },
    after: { ...file, ...linked },
    compartment: [],
    lenses,
  })

describe('any sequence of commands about contacts and appointments', () => {
  it('ends in states of the machines, in valid R4, and in the same case file when that is read', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 5, maxLength: 60 }), list => {
        let [file, compartment] = [{ ...start, ...linked } as CaseFile, born(start)]
        let count = 0
        for (const one of list) {
          const payload = payloadOf(one, file)
          if (!payload) continue
          const events = decided(file, one.name, payload, {
            at: one.at,
            newId: noun => `${noun}-${(count += 1)}`,
          })
          if (!events.ok) {
            expect([
              'case-condition',
              'illegal-transition',
              'appointment-times',
              'period-backwards',
            ]).toContain(events.failure.code)
            continue
          }
          const next = evolveAll(file, events.value)
          const changed = writeCaseFile({ before: file, after: next, compartment, lenses })
          for (const resource of changed) expect(validateResource(resource)).toEqual([])
          const keyOf = ({ resourceType, id }: Resource) => `${resourceType}/${id ?? ''}`
          compartment = [
            ...new Map([...compartment, ...changed].map(resource => [keyOf(resource), resource])).values(),
          ]
          file = next
        }
        for (const noun of ['contact', 'appointment', 'flag'] as const) {
          const states: readonly string[] = machines[noun]?.states ?? []
          const nouns = { contact: file.contacts, appointment: file.appointments, flag: file.flags }[noun]
          for (const { state } of nouns) expect(states).toContain(state)
        }
        const [read] = readCaseFiles(compartment, lenses)
        for (const part of ['contacts', 'appointments', 'flags', 'scores', 'activities'] as const)
          expect(
            sameValue(read?.[part], file[part]) ? part : { part, read: read?.[part], is: file[part] },
          ).toBe(part)
      }),
      { numRuns },
    )
  })
})
