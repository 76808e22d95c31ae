import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import {
  admission,
  after,
  CM,
  emptyWorld,
  only,
  stay,
  tasksOf,
  written,
  type World,
} from '../../../../support/case-world.ts'

const lenses = nounLenses(CM)
const start = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])])
const caseId = only(start, 'EpisodeOfCare').id ?? ''
const AT = '2026-10-06T10:00:00-04:00'

const assign = (id: string, owner: string, status = 'requested'): Resource => ({
  resourceType: 'Task',
  id,
  status,
  intent: 'order',
  groupIdentifier: { system: `${CM}/sid/case`, value: caseId },
  code: { coding: [{ system: `${CM}/CodeSystem/task-code`, code: 'assign' }] },
  owner: { reference: owner },
})
const taskIn = (world: World, id: string): Resource => {
  const task = tasksOf(world, 'assign').find(one => one.id === id)
  if (!task) throw new Error(`no Task ${id}`)
  return task
}
const withStatus = (world: World, id: string, status: string, at = '2026-10-07T14:00:00Z'): World =>
  written(world, [{ ...taskIn(world, id), status }], { at })
const assignmentIn = (world: World, id: string) => lenses.of('assignment').read(taskIn(world, id))
const membersOf = (world: World): readonly string[] =>
  (only(world, 'CareTeam')['participant'] as { member: { reference: string }; period?: { end?: string } }[])
    .filter(({ period }) => period?.end === undefined)
    .map(({ member }) => member.reference)

describe('an assignment written by FHIR', () => {
  const offered = written(start, [assign('a1', 'Practitioner/noor')])
  const accepted = withStatus(offered, 'a1', 'accepted')

  it('is offered when it is requested, without making a manager or a member', () => {
    expect(assignmentIn(offered, 'a1')).toMatchObject({ state: 'offered', offeredAt: AT })
    expect(only(offered, 'EpisodeOfCare')['careManager']).toBeUndefined()
    expect(membersOf(offered)).not.toContain('Practitioner/noor')
  })

  it('that is accepted begins then, and makes its owner care manager and member', () => {
    expect(assignmentIn(accepted, 'a1')).toMatchObject({
      state: 'accepted',
      start: '2026-10-07T10:00:00-04:00',
    })
    expect(only(accepted, 'EpisodeOfCare')).toMatchObject({ careManager: { reference: 'Practitioner/noor' } })
    expect(membersOf(accepted)).toContain('Practitioner/noor')
    expect(validateResource(taskIn(accepted, 'a1'))).toEqual([])
  })

  it('keeps its times and the care manager when it is merely begun', () => {
    const begun = withStatus(accepted, 'a1', 'in-progress', '2026-10-08T14:00:00Z')
    expect(assignmentIn(begun, 'a1')).toMatchObject({ state: 'accepted', start: '2026-10-07T10:00:00-04:00' })
  })

  it('that is completed ends then, with an output, and its owner is no member any more', () => {
    const begun = withStatus(accepted, 'a1', 'in-progress', '2026-10-08T14:00:00Z')
    const next = written(
      begun,
      [{ ...taskIn(begun, 'a1'), status: 'completed' }, assign('a2', 'Practitioner/sam', 'accepted')],
      { at: '2026-10-09T14:00:00Z' },
    )
    expect(assignmentIn(next, 'a1')).toMatchObject({ state: 'ended', end: '2026-10-09T10:00:00-04:00' })
    expect(taskIn(next, 'a1')['output']).toHaveLength(1)
    expect(only(next, 'EpisodeOfCare')).toMatchObject({ careManager: { reference: 'Practitioner/sam' } })
    expect(membersOf(next)).toEqual(expect.arrayContaining(['Practitioner/sam']))
    expect(membersOf(next)).not.toContain('Practitioner/noor')
  })

  it('that is rejected says nothing about the manager', () => {
    const rejected = { ...taskIn(offered, 'a1'), status: 'rejected', statusReason: { text: 'full' } }
    const declined = written(offered, [rejected])
    expect(assignmentIn(declined, 'a1')).toMatchObject({ state: 'declined', reason: 'full' })
    expect(only(declined, 'EpisodeOfCare')['careManager']).toBeUndefined()
  })

  it('is told apart from a duty of the same code', () => {
    const duty = {
      ...assign('d1', 'Practitioner/noor'),
      identifier: [{ system: `${CM}/sid/obligation`, value: 'x' }],
    }
    expect(lenses.of('assignment').is(duty)).toBe(false)
    expect(lenses.of('assignment').is(assign('a1', 'Practitioner/noor'))).toBe(true)
  })
})
