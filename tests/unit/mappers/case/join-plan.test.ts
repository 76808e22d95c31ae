import { describe, expect, it } from 'vitest'
import { canonicalJson, parseJson } from '../../../../src/lib/json.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { caseId, fileOf, opened } from '../../../support/case-acts.ts'
import { admitted, managerOf } from '../../../support/case-stories.ts'
import {
  after,
  CM,
  emptyWorld,
  lawOf,
  ofType,
  PATIENT,
  taskOf,
  tasksOf,
  written,
  type World,
} from '../../../support/case-world.ts'

const EPISODE = 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare'
const linkTo = (id: string) => ({ url: EPISODE, valueReference: { reference: `EpisodeOfCare/${id}` } })
const AT = '2026-10-06T10:00:00-04:00'
const subject = { reference: `Patient/${PATIENT}` }
const identified = after(emptyWorld, admitted)
const open = opened(written(identified, [managerOf(identified, 'Practitioner/noor')]), AT)

const goal: Resource = {
  ...{ resourceType: 'Goal', id: 'goal', lifecycleStatus: 'active', subject },
  description: { text: 'Walk to the shop' },
}
const condition: Resource = {
  ...{ resourceType: 'Condition', id: 'condition', subject, code: { text: 'Unsteady' } },
  category: [
    {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/condition-category',
          code: 'problem-list-item',
        },
      ],
    },
  ],
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
  },
}
const service = parseJson(
  `{"resourceType":"ServiceRequest","id":"service","status":"active","intent":"order","subject":{"reference":"Patient/${PATIENT}"},
    "quantityQuantity":{"value":1.50,"unit":"h"}}`,
) as Resource
const task: Resource = {
  ...{ resourceType: 'Task', id: 'task', status: 'requested', intent: 'order', for: subject },
  basedOn: [{ reference: 'CarePlan/plain' }],
  code: { coding: [{ system: 'urn:theirs', code: 'call' }] },
}
const plan = parseJson(
  `{"resourceType":"CarePlan","id":"plain","status":"active","intent":"plan","title":"Theirs","subject":{"reference":"Patient/${PATIENT}"},
    "goal":[{"reference":"Goal/goal"}],"addresses":[{"reference":"Condition/condition"}],
    "activity":[{"reference":{"reference":"ServiceRequest/service"}}],
    "extension":[{"url":"urn:theirs","valueDecimal":2.50}]}`,
) as Resource
const all = [plan, goal, condition, service, task]

function standing(world: World, id: string): Resource {
  const found = world.compartment.find(resource => resource.id === id)
  if (!found) throw new Error(`no ${id}`)
  return found
}
const lawful = (world: World, changed: readonly Resource[]): readonly Resource[] => {
  const result = lawOf(world, changed)
  if (!result.ok) throw new Error(result.failure.message)
  return result.value
}

/** The resource without what says which case it belongs to. */
const unlinked = ({ groupIdentifier, meta, extension, ...rest }: Resource): string => {
  const group = groupIdentifier as { system?: string } | undefined
  const others = ((extension ?? []) as { url: string }[]).filter(({ url }) => url !== EPISODE)
  const tag = (meta?.tag ?? []).filter(({ system }) => system !== `${CM}/sid/case`)
  return canonicalJson({
    ...rest,
    ...(group && group.system !== `${CM}/sid/case` && { group: canonicalJson(group) }),
    ...(others.length > 0 && { extension: others }),
    ...(tag.length > 0 && { tag }),
  })
}

describe('a plain plan of a patient with one open case', () => {
  const joined = written(open, all)

  it('joins it, with its goals, needs, services and Tasks', () => {
    const file = fileOf(joined)
    expect(file.plans.map(({ id, isPlain }) => [id, isPlain])).toEqual([['plain', true]])
    expect([file.goals, file.needs, file.activities].map(list => list.map(({ id }) => id))).toEqual([
      ['goal'],
      ['condition'],
      ['service'],
    ])
    expect(standing(joined, 'task')).toMatchObject({
      groupIdentifier: { system: `${CM}/sid/case`, value: caseId },
    })
    expect(tasksOf(joined, 'fact-review')).toEqual([])
  })

  it('loses nothing: all but the link is as it was sent, digits included', () => {
    for (const sent of all) expect(unlinked(standing(joined, sent.id ?? ''))).toBe(unlinked(sent))
    expect(canonicalJson(standing(joined, 'plain'))).toContain('2.50')
  })

  it('takes in a Task that is written later, and one that has a group of its own', () => {
    const later: Resource = { ...task, id: 'later', groupIdentifier: { system: 'urn:theirs', value: '7' } }
    const world = written(joined, [later])
    expect(standing(world, 'later')).toMatchObject({
      groupIdentifier: { system: 'urn:theirs', value: '7' },
      meta: { tag: [{ system: `${CM}/sid/case`, code: caseId }] },
    })
    const accepted = {
      ...standing(world, 'later'),
      status: 'accepted',
      owner: { reference: 'Practitioner/noor' },
    }
    expect(JSON.stringify(ofType(written(world, [accepted]), 'CareTeam'))).toContain('Practitioner/noor')
    expect(lawOf(world, [{ ...standing(world, 'later'), status: 'completed' }]).ok).toBe(false)
  })

  it('joins nothing when it is over, or says of which case it is', () => {
    const over = { ...plan, status: 'completed' }
    expect(lawful(open, [over])).toEqual([over])
    const named: Resource = {
      ...plan,
      extension: [{ url: EPISODE, valueReference: { reference: `EpisodeOfCare/${caseId}` } }],
    }
    const result = lawful(open, [named])
    expect(result[0]).toBe(named)
    expect(fileOf({ compartment: [...open.compartment, ...result] }).plans).toHaveLength(1)
  })

  it('stays as it came, with one question, when joining would break a rule', () => {
    const category = [{ coding: [{ system: `${CM}/CodeSystem/plan-category`, code: 'case-plan' }] }]
    const bold = { ...plan, category }
    const world = written(open, [bold, goal])
    expect(standing(world, 'plain')).toBe(bold)
    expect(fileOf(world).plans).toEqual([])
    expect(tasksOf(world, 'fact-review')).toHaveLength(1)
    expect(tasksOf(written(world, [{ ...bold, title: 'Again' }]), 'fact-review')).toHaveLength(1)
  })
})

describe('a plain plan of a patient', () => {
  it('with several open cases stays as it came, and one Task asks', () => {
    const second: Resource = {
      ...{ resourceType: 'EpisodeOfCare', id: 'second', status: 'planned', patient: subject },
      type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'chronic' }] }],
      period: { start: '2026-10-01' },
    }
    const two = written(open, [second])
    const world = written(two, all)
    for (const sent of all) expect(standing(world, sent.id ?? '')).toBe(sent)
    expect(tasksOf(world, 'fact-review')).toHaveLength(1)
    const again = written({ compartment: world.compartment.toReversed() }, [{ ...plan, title: 'Again' }])
    expect(tasksOf(again, 'fact-review')).toHaveLength(1)
  })

  it('is asked about by name, with the cases that there are, until somebody links it', () => {
    const second: Resource = {
      ...{ resourceType: 'EpisodeOfCare', id: 'second', status: 'planned', patient: subject },
      type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'chronic' }] }],
      period: { start: '2026-10-01' },
    }
    const two = written(open, [second])
    const peer = { door: 'peer', actor: 'Device/peer-north' } as const
    for (const more of [{}, peer]) {
      const asked = written(two, all, more)
      const question = taskOf(asked, 'fact-review')
      expect(question['focus']).toEqual({ reference: 'CarePlan/plain' })
      const inputs = JSON.stringify(question['input'])
      for (const id of [caseId, 'second']) expect(inputs).toContain(`"EpisodeOfCare/${id}"`)
      expect(question['description']).toContain('several cases')
      expect(validateResource(question).filter(({ severity }) => severity === 'error')).toEqual([])
      const linked = { ...plan, extension: [linkTo('second')] }
      const settled = written(asked, [linked], more)
      expect(taskOf(settled, 'fact-review')).toMatchObject({
        status: 'completed',
        output: [{ valueReference: { reference: 'CarePlan/plain' } }],
      })
      const later = after(settled, admitted)
      expect(standing(later, question.id ?? '')).toEqual(standing(settled, question.id ?? ''))
    }
  })

  it('that a peer sends joins as that of a client, and is asked about when that would break a rule', () => {
    const peer = { door: 'peer', actor: 'Device/peer-north' } as const
    expect(fileOf(written(open, all, peer)).plans.map(({ id }) => id)).toEqual(['plain'])
    const category = [{ coding: [{ system: `${CM}/CodeSystem/plan-category`, code: 'case-plan' }] }]
    const bold = { ...plan, category }
    const world = written(open, [bold, goal], peer)
    expect(standing(world, 'plain')).toBe(bold)
    expect(taskOf(world, 'fact-review')['focus']).toEqual({ reference: 'CarePlan/plain' })
  })

  it('that names a case of nobody, or of another patient, is refused; one of its own transaction is taken', () => {
    const of = (reference: string, id: string): Resource => ({
      ...{ resourceType: 'EpisodeOfCare', id, status: 'planned', patient: { reference } },
      type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'chronic' }] }],
    })
    const named = (id: string): Resource => ({ ...plan, extension: [linkTo(id)] })
    const refusal = { code: 'case-link-unknown', kind: 'business-rule' }
    const refused = (changed: readonly Resource[]): unknown => {
      const law = lawOf(open, changed)
      return law.ok ? 'taken' : law.failure
    }
    expect(refused([named('nowhere')])).toMatchObject(refusal)
    expect(refused([named('theirs'), of('Patient/other', 'theirs')])).toMatchObject(refusal)
    expect(refused([named('ours'), of(subject.reference, 'ours')])).toBe('taken')
    const stood = { compartment: [...open.compartment, named('nowhere')] }
    expect(lawOf(stood, [{ ...named('nowhere'), title: 'Again' }]).ok).toBe(true)
    expect(lawOf(open, [named('nowhere')], { door: 'peer', actor: 'Device/peer-north' }).ok).toBe(true)
  })

  it('without a case is nobody’s business', () => {
    const result = lawful(emptyWorld, all)
    expect(result).toHaveLength(all.length)
    for (const [i, sent] of all.entries()) expect(result[i]).toBe(sent)
  })
})
