import { describe, expect, it } from 'vitest'
import type { CaseRoot } from '../../../../../src/care-plan/nouns/case-root.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../../src/fhir/validation/validate-resource.ts'
import { writeCaseFile } from '../../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { afterwards, fileOf } from '../../../../support/case-file.ts'
import { consentOf } from '../../../../support/case-stories.ts'
import {
  admission,
  after,
  CM,
  emptyWorld,
  lawOf,
  only,
  stay,
  written,
  type World,
} from '../../../../support/case-world.ts'

const lenses = nounLenses(CM)
const lens = lenses.of('case')
const STATE = `${CM}/StructureDefinition/state`
const admitted = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])])
/** Somebody manages the case (I1), and the patient consents. */
const start = written(admitted, [
  consentOf(admitted),
  {
    resourceType: 'Task',
    id: 'a1',
    status: 'accepted',
    intent: 'order',
    groupIdentifier: { system: `${CM}/sid/case`, value: only(admitted, 'EpisodeOfCare').id ?? '' },
    code: { coding: [{ system: `${CM}/CodeSystem/task-code`, code: 'assign' }] },
    for: only(admitted, 'EpisodeOfCare')['patient'],
    owner: { reference: 'Practitioner/noor' },
  },
])
const AT = '2026-10-06T10:00:00-04:00'

const rootOf = (world: World): CaseRoot => lens.read(only(world, 'EpisodeOfCare'))

/** The EpisodeOfCare with an extension in place of the one with its URL. */
function withExtension(resource: Resource, extension: { readonly url: string }): Resource {
  const list = (resource['extension'] ?? []) as readonly { readonly url: string }[]
  return { ...resource, extension: [...list.filter(({ url }) => url !== extension.url), extension] }
}
const stated = (world: World, state: string): Resource =>
  withExtension(only(world, 'EpisodeOfCare'), { url: STATE, valueCode: state } as never)
const moved = (world: World, state: string, more = {}): World => written(world, [stated(world, state)], more)
const finished = (world: World): Resource => ({ ...only(world, 'EpisodeOfCare'), status: 'finished' })

function refused(world: World, resource: Resource, more = {}) {
  const judged = lawOf(world, [resource], more)
  if (judged.ok) throw new Error('was not refused')
  return judged.failure
}

const open = moved(moved(start, 'screened'), 'open')
/** What a closure needs (I23), as a client says it. */
const closureOf = (...more: readonly object[]) =>
  ({
    url: `${CM}/StructureDefinition/closure`,
    extension: [
      { url: 'reason', valueCode: 'goals-met' },
      { url: 'communicatedTo', valueString: 'letter' },
      { url: 'outcomes', valueString: 'walks' },
      ...more,
    ],
  }) as never
const said = { reason: 'goals-met', communicatedTo: 'letter', outcomes: 'walks' }
const by = (reference: string) => ({ url: 'proposedBy', valueReference: { reference } })
const active = moved(open, 'active')
const closing = written(active, [withExtension(stated(active, 'closing'), closureOf())])

describe('a move of a case by FHIR', () => {
  it('leaves on the case what its command leaves', () => {
    expect(rootOf(moved(start, 'screened'))).toMatchObject({ eligibleAt: AT, since: AT })
    expect(rootOf(open)).toMatchObject({ state: 'open', openedAt: AT, since: AT })
    expect(rootOf(closing).closure).toEqual({ ...said, proposedBy: 'Practitioner/noor', proposedAt: AT })
    const rejected = rootOf(moved(closing, 'active'))
    expect([rejected.state, rejected.closure]).toEqual(['active', undefined])
    expect(validateResource(only(closing, 'EpisodeOfCare'))).toEqual([])
  })

  it('ends in the same case as the command, element by element', () => {
    const before = only(start, 'EpisodeOfCare')
    const file = fileOf({ ...lens.read(before), id: before.id ?? '' })
    const done = afterwards(file, 'ScreenCase', {}, { at: AT })
    const [byCommand] = writeCaseFile({ before: file, after: done, compartment: start.compartment, lenses })
    expect(byCommand).toEqual(only(moved(start, 'screened'), 'EpisodeOfCare'))
  })

  it('keeps what a client says of a closure, but for who proposed it', () => {
    const forged = closureOf(by('Practitioner/somebody-else'))
    expect(rootOf(written(active, [withExtension(stated(active, 'closing'), forged)])).closure).toEqual({
      ...said,
      proposedBy: 'Practitioner/noor',
      proposedAt: AT,
    })
  })

  it('forgets a hold that is over, and opens a case that waited for capacity when it goes on', () => {
    const waiting = written(moved(start, 'screened'), [
      { ...stated(moved(start, 'screened'), 'on-hold'), status: 'waitlist' },
    ])
    expect(rootOf(waiting)).toMatchObject({ state: 'on-hold', isWaitlisted: true })
    const opened = written(waiting, [{ ...only(waiting, 'EpisodeOfCare'), status: 'active' }])
    expect(rootOf(opened)).toMatchObject({ state: 'open', openedAt: AT })
    expect(rootOf(moved(waiting, 'open'))).toMatchObject({ state: 'open', openedAt: AT })
  })
})

describe('`finished` written by FHIR', () => {
  it('approves a closure that somebody else proposed', () => {
    const closed = written(closing, [finished(closing)], { actor: 'Practitioner/sup' })
    expect(rootOf(closed)).toMatchObject({ state: 'closed', closure: { approvedBy: 'Practitioner/sup' } })
  })

  it('by who proposed it is refused, unless the organisation allows it', () => {
    const failure = refused(closing, finished(closing))
    expect(failure).toMatchObject({ kind: 'business-rule', code: 'case-condition' })
    expect(failure.message).toContain('ProposeClosure')
    const state = (world: World) => stated(world, 'closed')
    expect(refused(closing, state(closing)).code).toBe('case-condition')
  })

  it('while nothing is proposed is refused and names ProposeClosure', () => {
    const failure = refused(open, finished(open))
    expect(failure.message).toContain('ProposeClosure, by FHIR the state extension closing')
    expect(failure.legal).toEqual(['onhold', 'entered-in-error'])
  })

  it('can not be prepared by changing who proposed', () => {
    const forged = withExtension(only(closing, 'EpisodeOfCare'), closureOf(by('Practitioner/somebody-else')))
    expect(rootOf(written(closing, [forged])).closure?.proposedBy).toBe('Practitioner/noor')
    const without = { ...only(closing, 'EpisodeOfCare'), extension: [{ url: STATE, valueCode: 'closing' }] }
    const kept = rootOf(written(closing, [without]))
    expect([kept.closure?.proposedBy, kept.since]).toEqual(['Practitioner/noor', AT])
  })
})

describe('other elements of a case written by FHIR', () => {
  it('are a change of the case: manager, case type, model', () => {
    const screened = moved(start, 'screened')
    const episode = only(screened, 'EpisodeOfCare')
    const types = episode['type'] as readonly object[]
    const model = { coding: [{ system: `${CM}/CodeSystem/model`, version: '1.0.0', code: 'intensive' }] }
    const changed = written(screened, [
      { ...episode, careManager: { reference: 'Practitioner/sam' }, type: [...types, model] },
    ])
    expect(rootOf(changed)).toMatchObject({
      manager: 'Practitioner/sam',
      models: [{ model: 'intensive', version: '1.0.0', since: AT }],
    })
    const again = written(changed, [
      {
        ...only(changed, 'EpisodeOfCare'),
        type: [
          { coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'chronic' }] },
          { coding: [{ system: `${CM}/CodeSystem/model`, version: '1.0.0', code: 'clinical' }] },
        ],
      },
    ])
    expect(rootOf(again).caseType).toBe('chronic')
    expect(rootOf(again).models.map(one => one.model)).toEqual(['intensive', 'clinical'])
  })

  it('say since when a case is open that was born so', () => {
    const born = written(
      emptyWorld,
      [
        {
          resourceType: 'EpisodeOfCare',
          id: 'c1',
          status: 'active',
          type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'social' }] }],
          patient: { reference: 'Patient/p1' },
          period: { start: '2026-10-01' },
        },
      ],
      { door: 'peer' },
    )
    expect(rootOf(born)).toMatchObject({
      state: 'open',
      openedAt: '2026-10-01T00:00:00-04:00',
      since: '2026-10-01T00:00:00-04:00',
    })
    expect(validateResource(only(born, 'EpisodeOfCare'))).toEqual([])
  })
})
