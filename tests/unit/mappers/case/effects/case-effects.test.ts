import { describe, expect, it } from 'vitest'
import { defaultCaseRules } from '../../../../../src/care-plan/case/case-rules.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { markMissed } from '../../../../../src/mappers/case/effects/mark-missed.ts'
import {
  accepted,
  admitted,
  cancelledAdmission,
  historyOf,
  home,
  withdrawnHome,
} from '../../../../support/case-stories.ts'
import {
  CM,
  PATIENT,
  admission,
  admissionBoard,
  after,
  arrival,
  board,
  discharge,
  dueOf,
  effectsOf,
  emptyWorld,
  ofType,
  only,
  put,
  stay,
  taskOf,
  tasksOf,
} from '../../../../support/case-world.ts'

describe('all that is derived for a case', () => {
  const world = after(emptyWorld, home())
  const ofCase = ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task']

  it.each(ofCase)('has the tag of the case for search (%s)', type => {
    const tag = { system: `${CM}/sid/case`, code: only(world, 'EpisodeOfCare').id }
    expect(ofType(world, type).length).toBeGreaterThan(0)
    for (const { meta } of ofType(world, type)) expect(meta?.tag).toContainEqual(tag)
  })

  it('stays as it is where it was written without tags', () => {
    const compartment = world.compartment.map(({ meta: _meta, ...rest }) => rest)
    expect(effectsOf({ compartment }, home()).resources).toEqual([])
  })
})

describe('an inpatient admission', () => {
  it('opens an identified case with a team of the patient and a screening task for the next business day', () => {
    const world = after(emptyWorld, admitted)
    const episode = only(world, 'EpisodeOfCare')
    expect(episode).toMatchObject({
      status: 'planned',
      extension: [{ url: `${CM}/StructureDefinition/state`, valueCode: 'identified' }],
      identifier: [{ system: `${CM}/sid/case`, value: episode.id }],
      period: { start: '2026-10-05T18:30:00-04:00' },
      team: [{ reference: `CareTeam/${only(world, 'CareTeam').id ?? ''}` }],
    })
    expect(historyOf(episode)).toEqual(['planned 2026-10-05T18:30:00-04:00'])
    expect(only(world, 'CareTeam')).toMatchObject({
      status: 'active',
      participant: [
        { member: { reference: `Patient/${PATIENT}` }, role: [{ coding: [{ code: '116154003' }] }] },
      ],
    })
    expect(board(world)).toEqual(['screen:requested 2026-10-06'])
    expect(admissionBoard(world)).toEqual([
      'admission-notice:requested 2026-10-07',
      'discharge-plan:requested 2026-10-06',
      'necessity-review:requested 2026-10-06',
    ])
  })

  it('skips the week-end and Columbus Day for the screening', () => {
    const world = after(emptyWorld, [stay('e1', [admission('2026-10-10T18:30:00')])])
    expect(dueOf(taskOf(world, 'screen'))).toBe('2026-10-13T23:59:59-04:00')
    expect(dueOf(taskOf(world, 'necessity-review'))).toBe('2026-10-13T23:59:59-04:00')
  })

  it('names rule, trigger and due time in the task, but nothing of the patient', () => {
    const task = taskOf(after(emptyWorld, admitted), 'screen')
    expect(task).toMatchObject({
      intent: 'order',
      description:
        'Screen the patient for case management. Rule: within 1 business day of the admission. Due: Tuesday 6 October 2026.',
      authoredOn: '2026-10-05T18:30:00-04:00',
      lastModified: '2026-10-05T18:30:00-04:00',
      focus: { reference: 'Encounter/e1' },
      reasonCode: { coding: [{ code: 'screen' }] },
    })
    expect(JSON.stringify(task['input'])).toContain('urn:message:admission-2026-10-05T18:30:00')
  })

  it('of an outpatient or by registration alone opens none', () => {
    const outpatient = admission('2026-10-05', { classAfter: 'outpatient' })
    expect(after(emptyWorld, [stay('e1', [outpatient])]).compartment).toEqual([])
    expect(after(emptyWorld, [stay('e1', [arrival('2026-10-05')])]).compartment).toEqual([])
  })

  it('opens a case only by an intake rule that it fulfils', () => {
    const rules = {
      ...defaultCaseRules,
      intake: [{ id: 'ed', when: { class: 'emergency' as const }, caseType: 'chronic' as const }],
    }
    expect(after(emptyWorld, admitted, { rules }).compartment).toEqual([])
    const acute = { ...rules, intake: [...rules.intake, ...defaultCaseRules.intake] }
    expect(only(after(emptyWorld, admitted, { rules: acute }), 'EpisodeOfCare')['type']).toMatchObject([
      { coding: [{ code: 'acute' }] },
    ])
  })

  it('while a case is open notifies within the hour instead of opening another', () => {
    const world = after(emptyWorld, [...admitted, stay('e2', [admission('2026-10-20T09:15:00')])])
    expect(ofType(world, 'EpisodeOfCare')).toHaveLength(1)
    expect(dueOf(taskOf(world, 'notify'))).toBe('2026-10-20T10:15:00-04:00')
    expect(world.last?.encounters.map(({ episodes }) => episodes.length)).toEqual([1, 1])
  })

  it('notifies of an arrival in the emergency department only when the case was open then', () => {
    const before = stay('e0', [arrival('2026-10-05T08:00:00')])
    const later = stay('e2', [arrival('2026-10-07T08:00:00')])
    const world = after(emptyWorld, [...admitted, before, later])
    expect(tasksOf(world, 'notify').map(task => task['authoredOn'])).toEqual(['2026-10-07T08:00:00-04:00'])
  })

  it('that was recorded more than 72 hours late sends no urgent notice', () => {
    const late = admission('2026-10-20T09:00:00', { recorded: '2026-10-23T09:00:01-04:00' })
    const justInTime = admission('2026-10-20T09:00:00', { recorded: '2026-10-23T09:00:00-04:00' })
    expect(tasksOf(after(emptyWorld, [...admitted, stay('e2', [late])]), 'notify')).toEqual([])
    expect(tasksOf(after(emptyWorld, [...admitted, stay('e2', [justInTime])]), 'notify')).toHaveLength(1)
  })

  it('marks a duty that was due before anybody could know of it', () => {
    const late = admission('2026-10-05T18:30:00', { recorded: '2026-10-08T09:00:00-04:00' })
    const task = taskOf(after(emptyWorld, [stay('e1', [late])]), 'screen')
    expect(task.meta?.tag).toContainEqual({ system: `${CM}/CodeSystem/flag`, code: 'overdue' })
    expect(dueOf(task)).toBe('2026-10-06T23:59:59-04:00')
    expect(task['lastModified']).toBe('2026-10-08T09:00:00-04:00')
  })

  it('that turns out to be earlier moves the start of the case and its screening', () => {
    const two = [stay('e0', [admission('2026-10-01T08:00:00')]), ...admitted]
    const world = after(after(emptyWorld, admitted), two)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ period: { start: '2026-10-01T08:00:00-04:00' } })
    expect(board(world)).toEqual([
      'notify:requested 2026-10-05',
      'screen:cancelled 2026-10-06',
      'screen:requested 2026-10-02',
    ])
  })
})

describe('the effects', () => {
  it('of a replay are none', () => {
    for (const stays of [admitted, home(), home('07'), home('62'), home('20'), withdrawnHome]) {
      const world = after(emptyWorld, stays)
      expect(effectsOf(world, stays).resources).toEqual([])
    }
  })

  it('carry the message as their source only where something changed', () => {
    const world = after(after(emptyWorld, admitted, { message: 'urn:first' }), home(), {
      message: 'urn:second',
    })
    expect(only(world, 'EpisodeOfCare').meta?.source).toBe('urn:first')
    expect(only(world, 'CarePlan').meta?.source).toBe('urn:second')
  })

  it('are valid R4', () => {
    const worlds = [home(), home('07'), home('62'), home('20'), withdrawnHome, cancelledAdmission].map(
      stays => after(after(emptyWorld, admitted), stays),
    )
    const readmitted = after(accepted(after(emptyWorld, home()), 'contact'), [
      ...home(),
      stay('e2', [admission('2026-10-20')]),
    ])
    for (const resource of [...worlds, readmitted].flatMap(({ compartment }) => compartment)) {
      expect(validateResource(resource)).toEqual([])
    }
  })

  it('name a timer for every open task, which marks it as missed when it is over', () => {
    const world = after(emptyWorld, home())
    expect(world.last?.timers).toHaveLength(9)
    const contact = taskOf(world, 'contact')
    expect(markMissed(contact, '2026-10-15T03:59:58Z', CM)).toBeUndefined()
    const missed = markMissed(contact, '2026-10-15T03:59:59Z', CM)
    expect(missed?.['businessStatus']).toEqual({
      coding: [{ system: `${CM}/CodeSystem/business-status`, code: 'missed' }],
    })
    expect(missed && markMissed(missed, '2026-10-16T00:00:00Z', CM)).toBeUndefined()
    const late = after({ compartment: put(world.compartment, missed ? [missed] : []) }, home())
    expect(late.last?.resources).toEqual([])
    expect(late.last?.timers).toHaveLength(8)
    const moved = [
      stay('e1', [
        admission('2026-10-05T18:30:00'),
        discharge('2026-10-10T10:30:00', '01', { at: '2026-10-13T09:00:00-04:00' }),
      ]),
    ]
    const later = taskOf(after(late, moved), 'contact')
    expect(dueOf(later)).toBe('2026-10-15T23:59:59-04:00')
    expect(later['businessStatus']).toBeUndefined()
    expect(later['description']).toContain('Thursday 15 October 2026')
  })

  it('take the mark of a missed task back with its trigger: timer first or withdrawal first, it ends alike', () => {
    const world = after(emptyWorld, home())
    const missed = markMissed(taskOf(world, 'contact'), '2026-10-15T04:00:00Z', CM)
    const marked = after({ compartment: put(world.compartment, missed ? [missed] : []) }, withdrawnHome)
    const { lastModified: _late, ...late } = taskOf(marked, 'contact')
    const { lastModified: _soon, ...soon } = taskOf(after(world, withdrawnHome), 'contact')
    expect(late).toEqual(soon)
  })

  it('name what calls for them now, when that is another thing with the same due time', () => {
    const left = (disposition: string) =>
      stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', disposition)])
    const transferred = after(emptyWorld, [left('02')])
    const corrected = after(transferred, [left('07')])
    expect(taskOf(transferred, 'readmission-watch')['description']).toContain(
      'of the transfer to acute care.',
    )
    expect(taskOf(corrected, 'readmission-watch')).toEqual(
      taskOf(after(emptyWorld, [left('07')]), 'readmission-watch'),
    )
  })

  it('keep what people wrote into a task', () => {
    const world = after(emptyWorld, home())
    const noted = {
      ...taskOf(world, 'contact'),
      note: [{ text: 'calls after six' }],
      description: 'own words',
    }
    const later = after({ compartment: put(world.compartment, [noted]) }, withdrawnHome)
    expect(taskOf(later, 'contact')).toMatchObject({ description: 'own words', status: 'requested' })
    expect((taskOf(later, 'contact')['note'] as object[])[0]).toEqual({ text: 'calls after six' })
  })

  it('leave resources that no case owns alone', () => {
    const foreign: readonly Resource[] = [
      { resourceType: 'EpisodeOfCare', id: 'x', status: 'active', patient: {} },
      { resourceType: 'Task', id: 'y', status: 'requested', intent: 'order' },
      { resourceType: 'CarePlan', id: 'z', status: 'active', intent: 'plan', subject: {} },
    ]
    const world = after({ compartment: foreign }, home())
    for (const resource of foreign) expect(world.compartment).toContain(resource)
  })
})
