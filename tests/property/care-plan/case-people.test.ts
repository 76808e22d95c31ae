import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { endedStates, type CaseState } from '../../../src/care-plan/case/case.ts'
import type { CaseFile } from '../../../src/care-plan/case/case-file.ts'
import type { Command, CommandContext } from '../../../src/care-plan/commands/command.ts'
import { assignmentCommands } from '../../../src/care-plan/commands/assignment-commands.ts'
import { caseCommands } from '../../../src/care-plan/commands/case-commands.ts'
import { consentCommands } from '../../../src/care-plan/commands/consent-commands.ts'
import { isInForce } from '../../../src/care-plan/case/consent-cover.ts'
import { evolve, evolveAll, type DomainEvent } from '../../../src/care-plan/machines/domain-event.ts'
import { brokenRule } from '../../../src/care-plan/invariants/invariant.ts'
import { caseInvariants, missingForClosure } from '../../../src/care-plan/invariants/case-invariants.ts'
import { legalIn, movesBetween } from '../../../src/care-plan/machines/machine.ts'
import { caseMachine } from '../../../src/care-plan/machines/machines.ts'
import { closureReasons } from '../../../src/care-plan/nouns/case-root.ts'
import { assignmentMachine, consentMachine, type Consent } from '../../../src/care-plan/nouns/people.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { validateResource } from '../../../src/fhir/validation/validate-resource.ts'
import { readCaseFile, writeCaseFile } from '../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../src/mappers/case/nouns/noun-lenses.ts'
import { contextOf, fileOf } from '../../support/case-file.ts'
import { admission, CM, put, stay } from '../../support/case-world.ts'

const COMMANDS = process.env['CASEWIRE_LONG'] === '1' ? 100_000 : 5_000
const PER_RUN = 50

const all: readonly Command[] = [...caseCommands, ...assignmentCommands, ...consentCommands]
const byName = new Map(all.map(command => [command.name, command]))

const managers = ['Practitioner/noor', 'Practitioner/sam', 'PractitionerRole/ada']
const partners = ['Organization/irf', 'Organization/cbo']
const reason = fc.constantFrom('so it is', 'they said so')
const party = fc.constantFrom(...partners)
const manager = fc.constantFrom(...managers)
/** Picked when the command runs: the n-th noun that stands by then, or one that doesn't. */
const nth = fc.nat({ max: 4 }).map(n => `nth-${n}`)
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined })
const soon = fc.constantFrom('2026-10-20', '2026-11-01', '2027-06-01')

const payloads: Readonly<Record<string, Readonly<Record<string, fc.Arbitrary<unknown>>>>> = {
  ScreenCase: { acuity: optional(fc.constantFrom('low', 'high')) },
  StratifyRisk: { acuity: fc.constantFrom('low', 'moderate', 'high') },
  RecordOutreach: { medium: fc.constantFrom('phone', 'letter') },
  HoldCase: { hold: fc.constantFrom('pause', 'waitlist'), reason, reviewBy: optional(soon) },
  ProposeClosure: {
    reason: fc.constantFrom(...closureReasons),
    outcomes: optional(reason),
    communicatedTo: optional(reason),
  },
  ApproveClosure: { communicatedTo: optional(reason) },
  TransferOut: { reason, to: optional(party), consentOverride: optional(reason) },
  AssignTargetGroup: { targetGroup: reason },
  OverrideConsent: { recipient: party, reason },
  OfferAssignment: {
    manager,
    expires: optional(soon.map(day => `${day}T09:00:00-04:00`)),
    organization: optional(party),
  },
  AcceptAssignment: { assignment: nth },
  DeclineAssignment: { assignment: nth, reason },
  ExpireAssignment: { assignment: nth },
  HandOver: {
    to: manager,
    organization: optional(party),
    reason: optional(reason),
    consentOverride: optional(reason),
  },
  EndAssignment: { assignment: nth, reason },
  RequestConsent: { scope: fc.constantFrom('case-management', 'sharing') },
  GrantConsent: {
    scope: fc.constantFrom('case-management', 'sharing'),
    by: fc.constant('Patient/p1'),
    recipients: optional(fc.uniqueArray(party, { maxLength: 2 })),
    end: optional(soon.map(day => `${day}T09:00:00-04:00`)),
    consent: optional(nth),
  },
  RejectConsent: { consent: nth },
  RevokeConsent: { consent: nth, reason },
  ExpireConsent: { consent: nth },
  MergeCases: { other: fc.constantFrom('c1', 'c2'), reason },
  MarkNounEnteredInError: { noun: fc.constantFrom('assignment', 'consent'), id: nth, reason },
}
const bare: ReadonlySet<string> = new Set(['StartOutreach', 'OpenCase', 'ResumeCase'])
/** Ends of a case are rarer than steps in it, lest every sequence be over at once. */
const rare: ReadonlySet<string> = new Set([
  ...['Decline', 'ScreenOut', 'Unreachable', 'TransferOut', 'RecordDeath', 'MarkEnteredInError'],
  'MarkNounEnteredInError',
])

interface Step {
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly actor: string
  /** Hours since the step before. */
  readonly hours: number
}

const stepOf = ({ name }: Command): fc.Arbitrary<Step> =>
  fc.record({
    name: fc.constant(name),
    payload: fc
      .record({ ...(payloads[name] ?? (bare.has(name) ? {} : { reason })) })
      .map(fields => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))),
    actor: fc.constantFrom('Practitioner/noor', 'Practitioner/sup', 'Device/timer'),
    hours: fc.constantFrom(0, 1, 30, 200),
  })
const step = fc.oneof(
  ...all.map(command => ({ weight: rare.has(command.name) ? 1 : 6, arbitrary: stepOf(command) })),
)

const first = (name: string, payload: Step['payload'] = {}): Step => ({
  name,
  payload,
  actor: 'Practitioner/noor',
  hours: 1,
})
/** A case in due form until it is open, or until its closure is proposed. */
const opening: readonly Step[] = [
  first('ScreenCase'),
  first('OfferAssignment', { manager: 'Practitioner/noor' }),
  first('AcceptAssignment', { assignment: 'nth-0' }),
  first('GrantConsent', { scope: 'case-management', by: 'Patient/p1' }),
  first('OpenCase'),
]
const closing: readonly Step[] = [
  ...opening,
  first('ProposeClosure', { reason: 'goals-met', outcomes: 'good', communicatedTo: 'by letter' }),
]
const sequence = fc
  .tuple(fc.constantFrom([], opening, closing), fc.array(step, { minLength: PER_RUN, maxLength: PER_RUN }))
  .map(([begun, steps]) => [...begun, ...steps])

const START_MS = Date.parse('2026-10-12T13:00:00Z')
const stays = [stay('e1', [admission('2026-10-12T08:00:00')])]

const lenses = nounLenses(CM)

/** A case in its resources, driven by commands as the case API does it, lenses included. */
interface World {
  readonly file: CaseFile
  readonly compartment: readonly Resource[]
  readonly events: readonly DomainEvent[]
}

/** The id that `nth-n` stands for. */
function withIds(payload: Step['payload'], file: CaseFile): Step['payload'] {
  const idOf = (field: string, value: unknown): unknown => {
    const n = /^nth-(\d)$/.exec(String(value))?.[1]
    const noun = field === 'id' ? payload['noun'] : field
    const list = noun === 'consent' ? file.consents : file.assignments
    return n === undefined ? value : (list[Number(n)]?.id ?? 'nobody')
  }
  return Object.fromEntries(Object.entries(payload).map(([field, value]) => [field, idOf(field, value)]))
}

function written(world: World, after: CaseFile, events: readonly DomainEvent[]): World {
  const changed = writeCaseFile({ before: world.file, after, compartment: world.compartment, lenses })
  for (const resource of changed) expect(validateResource(resource)).toEqual([])
  const compartment = put(world.compartment, changed)
  return { file: after, compartment, events: [...world.events, ...events] }
}

const isToldTo = ({ scope, recipients }: Consent, to: string): boolean =>
  scope === 'sharing' && (recipients.length === 0 || recipients.includes(to))

/** What must be true of a case whatever was done to it: said anew here, not by the code under test. */
function expectLawful({ file }: World, before: CaseFile, context: CommandContext): void {
  const { state } = file.case
  const accepted = file.assignments.filter(one => one.state === 'accepted')
  expect(accepted.length).toBeLessThan(2)
  const needsManager =
    state === 'open' ||
    state === 'active' ||
    (file.case.openedAt !== undefined && (state === 'on-hold' || state === 'closing'))
  if (needsManager) expect(file.case.manager).toBe(accepted[0]?.manager)
  if (state === 'open' || state === 'active') expect(file.case.openedAt).toBeDefined()
  expect(file.case.end !== undefined).toBe(endedStates.has(state))
  if (state === 'closed' && before.case.state !== 'closed') {
    expect(context.actor).not.toBe('Device/timer')
    expect(file.case.closure?.proposedBy).not.toBe(context.actor)
    expect(missingForClosure(file)).toEqual([])
  }
  if (state === 'open' && before.case.state !== 'open')
    expect(before.consents.some(one => one.scope === 'case-management' && isInForce(one, context.at))).toBe(
      true,
    )
  for (const { start, end } of file.assignments)
    if (start !== undefined && end !== undefined)
      expect(Date.parse(end)).toBeGreaterThanOrEqual(Date.parse(start))
  const to = file.case.transferredTo
  if (to !== undefined && before.case.transferredTo === undefined)
    expect(
      file.case.overrides.some(({ recipient }) => recipient === to) ||
        before.consents.some(one => isToldTo(one, to) && isInForce(one, context.at)),
    ).toBe(true)
}

/** Instants, every six hours, at which an opened case had nobody who was accountable. */
function unmanagedInstants({ file }: World, nowMs: number): readonly number[] {
  const { openedAt, reopenedAt, end } = file.case
  const from = Date.parse(reopenedAt ?? openedAt ?? '')
  if (Number.isNaN(from)) return []
  const until = end === undefined ? nowMs : Math.min(nowMs, Date.parse(end) - 1)
  const instants = Array.from(
    { length: Math.max(0, Math.ceil((until - from) / 21_600_000)) },
    (_, i) => from + i * 21_600_000,
  )
  return instants.filter(
    atMs =>
      !file.assignments.some(
        ({ start, end: over }) =>
          start !== undefined &&
          Date.parse(start) <= atMs &&
          (over === undefined || atMs <= Date.parse(over)),
      ),
  )
}

describe('any sequence of commands on a case, its managers and consents', () => {
  it('keeps I1, I8, I13, I23 and I24, says what is legal when it refuses, and stands in valid FHIR that reads the same', () => {
    const reached = new Set<CaseState>()
    fc.assert(
      fc.property(sequence, steps => {
        const born = fileOf({ manager: undefined } as never)
        const { manager: _none, ...root } = born.case
        const start: CaseFile = { ...born, case: root }
        let world = written({ file: fileOf({ id: '' }), compartment: [], events: [] }, start, [])
        let atMs = START_MS
        let ids = 0
        for (const { name, payload, actor, hours } of steps) {
          atMs += hours * 3_600_000
          const at = new Date(atMs).toISOString().replace('.000Z', 'Z')
          const context = contextOf({
            actor,
            at,
            recorded: at,
            stays,
            newId: noun => `${noun}-${(ids += 1)}`,
          })
          const command = byName.get(name)
          const filled = withIds(payload, world.file)
          if (!command || !Value.Check(command.payload, filled))
            throw new Error(`${name} is no command or breaks its schema`)
          const decided = command.decide(world.file, filled, context)
          if (!decided.ok) {
            const { kind, legal } = decided.failure
            if (kind === 'illegal-transition') expect(legal).toBeDefined()
            continue
          }
          const after = evolveAll(world.file, decided.value)
          if (brokenRule(caseInvariants, { before: world.file, after }, context)) continue
          const before = world.file
          world = written(world, after, decided.value)
          expectLawful(world, before, context)
          expect(unmanagedInstants(world, atMs)).toEqual([])
          reached.add(after.case.state)
          const [was, is] = [before.case.state, after.case.state]
          if (was !== is) expect(movesBetween(caseMachine, was, is).map(move => move.command)).toContain(name)
        }
        expect(readCaseFile('c1', world.compartment, lenses)).toEqual(world.file)
        expect(world.events.reduce(evolve, start)).toEqual(world.file)
      }),
      { numRuns: COMMANDS / PER_RUN },
    )
    for (const state of ['open', 'on-hold', 'closing', 'closed', 'transferred-out'] as const)
      expect(reached).toContain(state)
  })
})

describe.each([
  ['assignment', assignmentMachine],
  ['consent', consentMachine],
] as const)('the machine of the noun %s', (_noun, machine) => {
  it('reaches every state but the error from its birth, and leaves no end again', () => {
    const reachable = new Set<string>(machine.moves.map(({ to }) => to))
    for (const state of machine.states) if (state !== 'entered-in-error') expect(reachable).toContain(state)
    for (const state of ['declined', 'expired', 'handed-over', 'ended', 'revoked', 'rejected'])
      expect(legalIn(machine, state as never).filter(name => name !== 'MarkNounEnteredInError')).toEqual([])
  })
})
