import { describe, expect, it } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { readCaseFile, writeCaseFile } from '../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { invariants } from '../../../../src/care-plan/invariants/invariants.ts'
import { identifierOf } from '../../../../src/mappers/case/lenses/slots.ts'
import { afterwards, contextOf } from '../../../support/case-file.ts'
import {
  admission,
  after,
  CM,
  discharge,
  emptyWorld,
  only,
  PATIENT,
  put,
  stay,
  type World,
} from '../../../support/case-world.ts'

const lenses = nounLenses(CM)
const admitted = [stay('e1', [admission('2026-10-05T18:30:00')])]
const home = [stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')])]

const fileIn = (world: World): CaseFile => {
  const file = readCaseFile(only(world, 'EpisodeOfCare').id ?? '', world.compartment, lenses)
  if (!file) throw new Error('no case')
  return file
}

/** A command as the case API runs it, up to what it writes. Ids of what is born are those of the command's number. */
function run(world: World, name: string, payload: object, stamp: string | readonly string[]): World {
  const [at = '', actor = 'Practitioner/noor'] = [stamp].flat()
  const before = fileIn(world)
  const newId = (noun: string): string => `${noun}-${world.compartment.length}`
  const context = { at, actor, newId, stays: admitted }
  const done = afterwards(before, name, payload, context)
  const broken = brokenRule(invariants, { before, after: done }, contextOf(context))
  if (broken) throw new Error(broken.rule)
  const { compartment } = world
  const changed = writeCaseFile({ before, after: done, compartment, lenses })
  for (const resource of changed) expect(validateResource(resource)).toEqual([])
  return { compartment: put(compartment, changed) }
}

const opened = (): World => {
  const screened = run(after(emptyWorld, admitted), 'ScreenCase', {}, '2026-10-06T09:00:00-04:00')
  const offered = run(
    screened,
    'OfferAssignment',
    { manager: 'Practitioner/noor' },
    '2026-10-06T09:10:00-04:00',
  )
  const assignment = fileIn(offered).assignments[0]?.id ?? ''
  const accepted = run(offered, 'AcceptAssignment', { assignment }, '2026-10-06T09:20:00-04:00')
  const consent = { scope: 'case-management', by: `Patient/${PATIENT}` }
  const consented = run(accepted, 'GrantConsent', consent, '2026-10-06T09:30:00-04:00')
  return run(consented, 'OpenCase', {}, '2026-10-06T09:40:00-04:00')
}

describe('a case that facts opened and people go on with', () => {
  it('keeps what commands made of it when the next message comes', () => {
    const world = opened()
    const later = after(world, home)
    expect(fileIn(later).case).toEqual(fileIn(world).case)
    expect(only(later, 'EpisodeOfCare')['statusHistory']).toEqual([
      { status: 'planned', period: { start: '2026-10-05T18:30:00-04:00', end: '2026-10-06T09:40:00-04:00' } },
      { status: 'active', period: { start: '2026-10-06T09:40:00-04:00' } },
    ])
    const team = only(later, 'CareTeam')['participant'] as {
      readonly member: { readonly reference: string }
    }[]
    expect(team.map(({ member }) => member.reference)).toContain('Practitioner/noor')
  })

  it('that is closed by commands is reopened by an admission, and goes on by commands', () => {
    const proposal = { reason: 'stabilised', outcomes: 'well', communicatedTo: 'letter' }
    const proposed = run(after(opened(), home), 'ProposeClosure', proposal, '2026-10-12T10:00:00-04:00')
    const closed = after(
      run(proposed, 'ApproveClosure', {}, ['2026-10-12T11:00:00-04:00', 'Practitioner/sup']),
      home,
    )
    expect(fileIn(closed).case).toMatchObject({ state: 'closed', end: '2026-10-12T11:00:00-04:00' })
    const again = [...home, stay('e2', [admission('2026-10-20T08:00:00')])]
    const reopened = after(closed, again)
    expect(fileIn(reopened).case.state).toBe('active')
    expect(fileIn(reopened).case.end).toBeUndefined()
    const offered = run(
      reopened,
      'OfferAssignment',
      { manager: 'Practitioner/sam' },
      '2026-10-20T09:00:00-04:00',
    )
    const offer = fileIn(offered).assignments.find(({ state }) => state === 'offered')?.id
    const accepted = run(offered, 'AcceptAssignment', { assignment: offer }, [
      '2026-10-20T09:30:00-04:00',
      'Practitioner/sam',
    ])
    const held = { hold: 'pause', reason: 'in hospital', reviewBy: '2026-11-01' }
    const world = after(run(accepted, 'HoldCase', held, '2026-10-20T10:00:00-04:00'), again)
    expect(fileIn(world).case).toMatchObject({ state: 'on-hold', manager: 'Practitioner/sam' })
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'onhold' })
    expect(only(world, 'EpisodeOfCare')['_status']).toBeUndefined()
  })

  it('ends by death, whoever tells of it first', () => {
    const told = after(opened(), home, { deceased: { at: '2026-10-12' } })
    expect(fileIn(told).case.state).toBe('deceased')
    const recorded = run(
      opened(),
      'RecordDeath',
      { reason: 'told by the family' },
      '2026-10-13T10:00:00-04:00',
    )
    const both = after(recorded, home, { deceased: { at: '2026-10-12' } })
    expect(fileIn(both).case.state).toBe('deceased')
  })
})

describe('a death', () => {
  const recorded = () =>
    after(run(opened(), 'RecordDeath', { reason: 'told by the family' }, '2026-10-13T10:00:00-04:00'), home)

  it('that people record calls for bereavement and ends every other duty', () => {
    const tasks = recorded().compartment.filter(({ resourceType }) => resourceType === 'Task')
    const open = tasks.filter(({ status }) => status === 'requested' || status === 'ready')
    expect(open.map(task => identifierOf(lenses.names.obligation).get(task)?.split('/')[1])).toEqual([
      'bereavement',
    ])
    expect(recorded().compartment).toEqual(after(recorded(), home).compartment)
  })

  it('leaves only those who mourn to be contacted', () => {
    const contact = { kind: 'phone', minutes: 5 }
    const at = '2026-10-14T10:00:00-04:00'
    expect(() => run(recorded(), 'RecordContact', { ...contact, with: `Patient/${PATIENT}` }, at)).toThrow(
      'I21',
    )
    const told = run(recorded(), 'RecordContact', { ...contact, with: 'RelatedPerson/sister' }, at)
    expect(fileIn(after(told, home)).obligations.find(({ rule }) => rule === 'bereavement')?.state).toBe(
      'met',
    )
  })

  it('that an app writes on the Patient ends the case', () => {
    const patient = { resourceType: 'Patient', id: PATIENT, deceasedDateTime: '2026-10-12' }
    const world = opened()
    const told = after({ compartment: [...world.compartment, patient] }, home)
    expect(fileIn(told).case.state).toBe('deceased')
  })
})
