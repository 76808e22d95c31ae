import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { asDone, consentOf, inDueForm, managerOf } from '../../../../support/case-stories.ts'
import {
  admission,
  after,
  board,
  CM,
  discharge,
  effectsOf,
  emptyWorld,
  lawOf,
  ofType,
  only,
  PATIENT,
  stay,
  taskOf,
  tasksOf,
  written,
  type World,
} from '../../../../support/case-world.ts'

const stays = [stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')])]
const start = after(emptyWorld, stays)
const STATE = `${CM}/StructureDefinition/state`

const withStatus = (resource: Resource, status: string): Resource => ({ ...resource, status })
const inState = (world: World, state: string): Resource => ({
  ...only(world, 'EpisodeOfCare'),
  extension: [{ url: STATE, valueCode: state }],
})
const toState = (world: World, ...states: readonly string[]): World =>
  states.reduce((now, state) => written(now, [inState(now, state)]), world)
/** An open case has a manager (I1), and the patient's consent. */
const unconsented = written(start, [managerOf(start, 'Practitioner/noor')])
const managed = written(unconsented, [consentOf(start)])
const stateOf = (world: World): string =>
  (only(world, 'EpisodeOfCare') as unknown as { extension: { valueCode: string }[] }).extension[0]
    ?.valueCode ?? ''
const noor = { reference: 'Practitioner/noor' }
const membersOf = (world: World): readonly unknown[] =>
  (
    only(world, 'CareTeam') as unknown as {
      participant: { member: { reference: string }; period?: unknown }[]
    }
  ).participant.map(({ member, period }) => [member.reference, period])

function refused(result: ReturnType<typeof lawOf>) {
  if (result.ok) throw new Error('was not refused')
  return result.failure
}

const reviewed = (episode: Resource, reviewBy: string): Resource => ({
  ...episode,
  extension: [
    ...(episode['extension'] as object[]),
    {
      url: `${CM}/StructureDefinition/hold`,
      extension: [
        { url: 'reason', valueString: 'Abroad.' },
        { url: 'reviewBy', valueDate: reviewBy },
      ],
    },
  ],
})

it('a prohibition of contact is taken back with a reason only', () => {
  const plus = (...more: readonly object[]): Resource => ({
    ...only(start, 'EpisodeOfCare'),
    extension: [...(only(start, 'EpisodeOfCare')['extension'] as object[]), ...more],
  })
  const url = `${CM}/StructureDefinition/contact-prohibited`
  const prohibited = written(start, [plus({ url, valueBoolean: true })])
  expect(refused(lawOf(prohibited, [plus()])).message).toContain('AllowContact needs a reason')
  const reason = { url: `${CM}/StructureDefinition/state-reason`, valueString: 'The patient asks for it.' }
  expect(lawOf(prohibited, [plus(reason)]).ok).toBe(true)
})

describe('a changed native status of a case', () => {
  it('means the one legal command that leads there', () => {
    const world = written(managed, [withStatus(only(managed, 'EpisodeOfCare'), 'active')])
    expect(stateOf(world)).toBe('open')
    expect(only(world, 'EpisodeOfCare')).toMatchObject({
      status: 'active',
      statusHistory: [
        {
          status: 'planned',
          period: { start: '2026-10-05T18:30:00-04:00', end: '2026-10-06T10:00:00-04:00' },
        },
        { status: 'active', period: { start: '2026-10-06T10:00:00-04:00' } },
      ],
    })
  })

  it.each(['finished', 'cancelled', 'onhold', 'waitlist'])(
    'to %s is refused from identified, with what is legal',
    status => {
      const failure = refused(lawOf(start, [withStatus(only(start, 'EpisodeOfCare'), status)]))
      expect(failure).toMatchObject({
        kind: 'illegal-transition',
        code: 'illegal-transition',
        expression: 'EpisodeOfCare.status',
        legal: ['active', 'entered-in-error'],
        message: expect.stringContaining('The state extension leads to screened, open, deceased'),
      })
    },
  )

  it('to entered-in-error is always possible', () => {
    const world = written(start, [withStatus(only(start, 'EpisodeOfCare'), 'entered-in-error')])
    expect(stateOf(world)).toBe('entered-in-error')
    const later = after(world, stays)
    expect(only(later, 'EpisodeOfCare')).toEqual(only(world, 'EpisodeOfCare'))
    expect(taskOf(later, 'contact')).toMatchObject({ status: 'cancelled' })
  })

  it('that several commands lead to needs the state extension', () => {
    const screened = toState(start, 'screened')
    const failure = refused(lawOf(screened, [withStatus(only(screened, 'EpisodeOfCare'), 'cancelled')]))
    expect(failure.message).toContain('Decline and ScreenOut lead there')
    expect(stateOf(toState(screened, 'screened-out'))).toBe('screened-out')
  })

  it('to active, which opens the case, asks for a consent in force, as OpenCase does', () => {
    const opening = withStatus(only(unconsented, 'EpisodeOfCare'), 'active')
    const needed = {
      code: 'case-condition',
      expression: 'EpisodeOfCare.status',
      message: expect.stringContaining('OpenCase needs the consent') as string,
    }
    const attempts = [{}, { staysOf: () => stays }] as const
    for (const more of attempts) expect(refused(lawOf(unconsented, [opening], more))).toMatchObject(needed)
    for (const more of [
      { status: 'inactive' },
      { provision: { type: 'deny' } },
      { category: [{ coding: [{ system: `${CM}/CodeSystem/consent-scope`, code: 'sharing' }] }] },
      { provision: { type: 'permit', period: { end: '2026-10-05T00:00:00Z' } } },
    ])
      expect(refused(lawOf(unconsented, [consentOf(start, more), opening]))).toMatchObject(needed)
    expect(lawOf(unconsented, [opening, consentOf(start)]).ok).toBe(true)
    const heard = lawOf(unconsented, [opening], { door: 'peer', actor: 'Device/peer-north' })
    expect(JSON.stringify(heard.ok && heard.value)).toContain('fact-review')
  })

  it('from identified opens the case of an inpatient on the day of the consent only', () => {
    const opening = withStatus(only(managed, 'EpisodeOfCare'), 'active')
    const staying = { staysOf: () => [stay('e1', [admission('2026-10-05T18:30:00')])] }
    expect(refused(lawOf(managed, [opening], staying)).message).toContain('skips screening')
    const today = consentOf(start, { dateTime: '2026-10-06T09:00:00-04:00' })
    expect(lawOf(managed, [today, opening], staying).ok).toBe(true)
    expect(refused(lawOf(managed, [today, opening], { staysOf: () => [] })).message).toContain(
      'skips screening',
    )
  })

  it('to waitlist waits for capacity; active then opens it, and resumes one that was opened before', () => {
    const screened = toState(managed, 'screened')
    const waiting = written(screened, [withStatus(only(screened, 'EpisodeOfCare'), 'waitlist')])
    expect(stateOf(waiting)).toBe('on-hold')
    expect(only(waiting, 'EpisodeOfCare')).toMatchObject({ status: 'waitlist' })
    const opened = written(waiting, [withStatus(only(waiting, 'EpisodeOfCare'), 'active')])
    expect(stateOf(opened)).toBe('open')
    expect(refused(lawOf(waiting, [inState(waiting, 'active')])).code).toBe('illegal-transition')
    const resumed = toState(opened, 'active')
    const onHold = withStatus(only(resumed, 'EpisodeOfCare'), 'onhold')
    expect(refused(lawOf(resumed, [onHold])).message).toContain('the extension hold with reason and reviewBy')
    expect(refused(lawOf(resumed, [reviewed(onHold, '2027-10-20')])).message).toContain('within 30 days')
    const paused = written(resumed, [reviewed(onHold, '2026-10-20')])
    expect([stateOf(paused), only(paused, 'EpisodeOfCare')['status']]).toEqual(['on-hold', 'onhold'])
    expect(refused(lawOf(screened, [withStatus(only(screened, 'EpisodeOfCare'), 'onhold')])).code).toBe(
      'case-condition',
    )
  })

  it('to finished is the approval of a closure that was proposed, and nothing else', () => {
    const open = toState(managed, 'open', 'active')
    refused(lawOf(open, [withStatus(only(open, 'EpisodeOfCare'), 'finished')]))
    const closing = written(open, [inDueForm(inState(open, 'closing'))])
    const closed = written(closing, [withStatus(only(closing, 'EpisodeOfCare'), 'finished')], {
      at: '2026-10-20T12:00:00Z',
      actor: 'Practitioner/supervisor',
    })
    expect(stateOf(closed)).toBe('closed')
    expect(only(closed, 'EpisodeOfCare')).toMatchObject({ period: { end: '2026-10-20T08:00:00-04:00' } })
    expect(only(closed, 'CareTeam')).toMatchObject({ status: 'inactive' })
    const again = withStatus(only(closed, 'EpisodeOfCare'), 'active')
    expect(lawOf(closed, [again], { at: '2026-11-19T12:00:00Z' }).ok).toBe(true)
    expect(refused(lawOf(closed, [again], { at: '2026-11-20T12:00:00Z' }))).toMatchObject({
      code: 'case-condition',
    })
    const reopened = written(closed, [again], { at: '2026-11-19T12:00:00Z' })
    expect(only(reopened, 'EpisodeOfCare')).toMatchObject({ status: 'active' })
    expect(only(reopened, 'EpisodeOfCare')['period']).toEqual({ start: '2026-10-05T18:30:00-04:00' })
    expect(only(reopened, 'CareTeam')).toMatchObject({ status: 'active' })
  })

  it('after death is refused', () => {
    const dead = after(start, stays, { deceased: { at: '2026-10-12' } })
    const failure = refused(lawOf(dead, [withStatus(only(dead, 'EpisodeOfCare'), 'active')]))
    expect(failure.legal).toEqual(['entered-in-error'])
  })
})

describe('a changed state extension of a case', () => {
  it('is the command that leads to that state, and the native status follows', () => {
    const world = toState(managed, 'screened', 'outreach', 'open', 'active', 'closing')
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'active' })
    expect(refused(lawOf(world, [inState(world, 'transferred-out')]))).toMatchObject({
      code: 'rule-broken',
      rule: 'I8',
      expression: 'EpisodeOfCare.extension',
    })
    const sharing = [{ coding: [{ system: `${CM}/CodeSystem/consent-scope`, code: 'sharing' }] }]
    const shared = written(world, [consentOf(world, { id: 'share', category: sharing })])
    expect(stateOf(toState(shared, 'transferred-out'))).toBe('transferred-out')
  })

  it('that no command leads to is refused', () => {
    expect(refused(lawOf(start, [inState(start, 'active')])).code).toBe('illegal-transition')
  })

  it('that contradicts the native status changed with it is refused', () => {
    expect(refused(lawOf(start, [withStatus(inState(start, 'screened'), 'active')])).code).toBe(
      'illegal-transition',
    )
    expect(lawOf(managed, [withStatus(inState(managed, 'open'), 'active')]).ok).toBe(true)
  })
})

describe('the team of a case', () => {
  const refusal = { code: 'derived-element', expression: 'CareTeam.status' }

  it('does not end, and was no error, while the case goes on; it ends with the case', () => {
    const team = only(managed, 'CareTeam')
    for (const status of ['inactive', 'entered-in-error'])
      expect(refused(lawOf(managed, [withStatus(team, status)])), status).toMatchObject(refusal)
    expect(lawOf(managed, [withStatus(team, 'suspended')]).ok).toBe(true)
    const over = withStatus(only(managed, 'EpisodeOfCare'), 'entered-in-error')
    expect(lawOf(managed, [withStatus(team, 'inactive'), over]).ok).toBe(true)
    const heard = written(managed, [withStatus(team, 'inactive')], { door: 'peer', actor: 'Device/peer-x' })
    expect(only(heard, 'CareTeam')).toMatchObject({ status: 'inactive' })
    expect(tasksOf(heard, 'fact-review')).toHaveLength(1)
  })

  it('is no other team: that of somebody else is plain R4, linked or not', () => {
    const link = only(managed, 'CareTeam')['extension']
    for (const extension of [link, undefined]) {
      const theirs: Resource = {
        ...{ resourceType: 'CareTeam', id: 'theirs', status: 'active', name: 'Rehabilitation' },
        subject: { reference: `Patient/${PATIENT}` },
        ...(extension !== undefined && { extension }),
      }
      const world = { compartment: [...managed.compartment, theirs] }
      expect(lawOf(world, [withStatus(theirs, 'inactive')]).ok).toBe(true)
    }
  })
})

describe('a case', () => {
  it('keeps number, state and history when a client leaves them out', () => {
    const { extension: _e, identifier: _i, statusHistory: _h, ...bare } = only(start, 'EpisodeOfCare')
    const [kept] = written(start, [{ ...bare, diagnosis: [] }]).compartment
    expect(kept).toMatchObject({
      identifier: [{ system: `${CM}/sid/case`, value: kept?.id }],
      extension: [{ url: STATE, valueCode: 'identified' }],
      statusHistory: [{ status: 'planned' }],
    })
  })

  it('that a client opens gets number and history, and is the case of what happens then', () => {
    const made: Resource = {
      resourceType: 'EpisodeOfCare',
      id: 'made',
      status: 'active',
      type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'chronic' }] }],
      patient: { reference: `Patient/${PATIENT}` },
      period: { start: '2026-10-01' },
    }
    expect(refused(lawOf(emptyWorld, [made]))).toMatchObject({ code: 'case-condition' })
    const consent = consentOf({ compartment: [made] })
    expect(refused(lawOf(emptyWorld, [made, consent]))).toMatchObject({ code: 'rule-broken', rule: 'I1' })
    const manager = managerOf({ compartment: [made] }, 'Practitioner/ana', '2026-10-01T00:00:00-04:00')
    const world = written(emptyWorld, [made, manager, consent], { actor: 'Practitioner/ana' })
    expect(only(world, 'EpisodeOfCare')).toMatchObject({
      identifier: [{ system: `${CM}/sid/case`, value: 'made' }],
      statusHistory: [{ status: 'active', period: { start: '2026-10-01' } }],
    })
    const admitted = after(world, stays)
    expect(ofType(admitted, 'EpisodeOfCare')).toHaveLength(1)
    expect(taskOf(admitted, 'notify')).toMatchObject({ groupIdentifier: { value: 'made' } })
    expect(taskOf(admitted, 'contact')).toMatchObject({ groupIdentifier: { value: 'made' } })
    expect(refused(lawOf(emptyWorld, [{ ...made, status: 'finished' }])).legal).toContain('planned')
    const joined = written(admitted, [{ ...taskOf(admitted, 'contact'), status: 'accepted', owner: noor }])
    expect(membersOf(joined).map(row => (row as string[])[0])).toEqual([
      `Patient/${PATIENT}`,
      'Practitioner/ana',
      'Practitioner/noor',
    ])
  })

  it('is of one of the case types', () => {
    const odd: Resource = {
      ...only(start, 'EpisodeOfCare'),
      type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'bogus' }] }],
    }
    for (const world of [emptyWorld, start]) {
      expect(refused(lawOf(world, [odd]))).toMatchObject({
        code: 'case-type-unknown',
        expression: 'EpisodeOfCare.type',
        legal: expect.arrayContaining(['acute', 'chronic', 'transition']),
      })
    }
  })

  it('keeps its patient and its period: a refusal names them, whatever else was sent', () => {
    const episode = only(start, 'EpisodeOfCare')
    const changes: readonly (readonly [string, object])[] = [
      ['EpisodeOfCare.patient', { patient: { reference: 'Patient/other' } }],
      ['EpisodeOfCare.patient', { patient: { reference: 'Patient/other' }, status: 'finished' }],
      ['EpisodeOfCare.period.start', { period: { start: '2020-01-01' } }],
      ['EpisodeOfCare.period.end', { period: { start: '2026-10-05T22:30:00Z', end: '2026-10-06' } }],
    ]
    for (const [expression, change] of changes) {
      expect(refused(lawOf(start, [{ ...episode, ...change }]))).toMatchObject({
        code: 'derived-element',
        expression,
      })
    }
    const same = { ...episode, period: { start: '2026-10-05T22:30:00Z' } }
    expect(only(written(start, [same]), 'EpisodeOfCare')).toEqual(episode)
    const moved = written(start, [{ ...episode, patient: { reference: 'Patient/other' } }], { door: 'peer' })
    expect(only(moved, 'EpisodeOfCare')).toMatchObject({ patient: episode['patient'] })
  })

  it('cannot become a plain episode', () => {
    const failure = refused(lawOf(start, [{ ...only(start, 'EpisodeOfCare'), type: [] }]))
    expect(failure).toMatchObject({ code: 'derived-element', expression: 'EpisodeOfCare.type' })
  })
})

describe('a CareTeam of a case', () => {
  it('keeps pins and gets its derived members back', () => {
    const team = only(start, 'CareTeam')
    const pin = { member: { reference: 'Practitioner/pcp' } }
    const world = written(start, [{ ...team, participant: [pin] }])
    expect(membersOf(world).map(row => (row as string[])[0])).toEqual([
      'Practitioner/pcp',
      `Patient/${PATIENT}`,
    ])
    const accepted = { ...taskOf(world, 'contact'), status: 'accepted', owner: pin.member }
    const result = lawOf(world, [accepted], { actor: 'Practitioner/pcp' })
    expect(result.ok && result.value).toEqual([accepted])
  })

  it('moves only as the table says', () => {
    refused(lawOf(start, [withStatus(only(start, 'CareTeam'), 'proposed')]))
    expect(lawOf(start, [withStatus(only(start, 'CareTeam'), 'suspended')]).ok).toBe(true)
  })
})

describe('a CarePlan of a case', () => {
  it('moves only as the table says, and is stabilised when people complete it', () => {
    const plan = only(start, 'CarePlan')
    refused(lawOf(start, [withStatus(plan, 'draft')]))
    const world = written(start, [withStatus(plan, 'completed')])
    expect(only(world, 'CarePlan')['extension']).toContainEqual({ url: STATE, valueCode: 'stabilised' })
    expect(effectsOf(world, stays).resources).toEqual([])
    expect(lawOf(start, [{ ...plan, title: 'x' }]).ok).toBe(true)
  })
})

describe('at the door of peers', () => {
  it('what is legal passes as it is', () => {
    const accepted = { ...taskOf(start, 'contact'), status: 'accepted', owner: noor }
    const result = lawOf(start, [accepted], { door: 'peer' })
    expect(result.ok && result.value[0]).toBe(accepted)
    expect(result.ok && result.value).toHaveLength(2)
  })

  it('an illegal step of a Task is recorded, flagged and reviewed once', () => {
    const done = asDone(taskOf(start, 'contact'))
    const world = written(start, [done], { door: 'peer' })
    expect(taskOf(world, 'contact')).toMatchObject({
      status: 'completed',
      meta: {
        tag: expect.arrayContaining([{ system: `${CM}/CodeSystem/flag`, code: 'illegal-transition' }]) as [],
      },
    })
    expect(taskOf(world, 'fact-review')).toMatchObject({ status: 'requested' })
    expect(validateResource(taskOf(world, 'fact-review'))).toEqual([])
    expect(effectsOf(world, stays).resources).toEqual([])
    const back = written(world, [withStatus(taskOf(world, 'contact'), 'requested')], { door: 'peer' })
    expect(tasksOf(back, 'fact-review')).toHaveLength(2)
    const twice = written(back, [done], { door: 'peer' })
    expect(tasksOf(twice, 'fact-review')).toHaveLength(2)
  })

  it('what was derived stays derived, and people are asked to look', () => {
    const contact = taskOf(start, 'contact')
    const elsewhere: Resource = {
      ...contact,
      status: 'accepted',
      owner: noor,
      for: { reference: 'Patient/other' },
      groupIdentifier: { value: 'z' },
      code: { coding: [{ system: 'urn:theirs', code: 'call' }] },
      basedOn: [{ reference: 'CarePlan/theirs' }],
      extension: [],
    }
    const world = written(start, [elsewhere], { door: 'peer' })
    const [code] = tasksOf(world, 'contact')
    expect(code).toMatchObject({ status: 'accepted', owner: noor })
    for (const element of ['for', 'groupIdentifier', 'identifier', 'extension']) {
      expect(code?.[element]).toEqual(contact[element])
    }
    expect(JSON.stringify(code)).toContain('urn:theirs')
    expect(JSON.stringify(code)).toContain('CarePlan/theirs')
    expect(tasksOf(world, 'fact-review')).toHaveLength(1)
  })

  it('an illegal step of a case is recorded by what its status means', () => {
    const world = written(start, [withStatus(only(start, 'EpisodeOfCare'), 'finished')], { door: 'peer' })
    expect(stateOf(world)).toBe('closed')
    expect(only(world, 'EpisodeOfCare')).toMatchObject({
      status: 'finished',
      statusHistory: [{ status: 'planned' }, { status: 'finished' }],
      meta: { tag: [{ system: `${CM}/sid/case` }, { code: 'illegal-transition' }] },
    })
    expect(board(world)).toContain('fact-review:requested 2026-10-07')
  })
})
