import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { act } from '../../../../support/case-acts.ts'
import { managerOf } from '../../../../support/case-stories.ts'
import {
  admission,
  after,
  CM,
  emptyWorld,
  lawOf,
  only,
  PATIENT,
  stay,
  written,
  type World,
} from '../../../../support/case-world.ts'

const SYSTEM = `${CM}/CodeSystem/model`
const PERIOD = `${CM}/StructureDefinition/model-period`
const STATE = `${CM}/StructureDefinition/state`
type Rows = readonly { readonly url: string }[]

const episodeIn = (world: World): Resource => only(world, 'EpisodeOfCare')
const rowsOf = (resource: Resource): Rows => (resource['extension'] as Rows | undefined) ?? []
const typesOf = (resource: Resource) =>
  resource['type'] as readonly { readonly coding: readonly { readonly system: string }[] }[]
const inState = (resource: Resource, state: string): Resource => ({
  ...resource,
  extension: [...rowsOf(resource).filter(({ url }) => url !== STATE), { url: STATE, valueCode: state }],
})
const withoutModel = (resource: Resource): Resource => ({
  ...resource,
  type: typesOf(resource).filter(({ coding }) => coding[0]?.system !== SYSTEM),
})
const coded = (resource: Resource, code: string): Resource => ({
  ...resource,
  type: [...typesOf(withoutModel(resource)), { coding: [{ system: SYSTEM, code }] }],
})
const because = (resource: Resource, code: string, reason: string): Resource => ({
  ...coded(resource, code),
  extension: [
    ...rowsOf(resource),
    {
      url: PERIOD,
      extension: [
        { url: 'model', valueCode: code },
        { url: 'reason', valueString: reason },
      ],
    },
  ],
})
const periodsOf = (resource: Resource): readonly string[] =>
  rowsOf(resource)
    .filter(({ url }) => url === PERIOD)
    .map(row =>
      (row as unknown as { extension: readonly Record<string, string>[] }).extension
        .filter(({ url }) => url !== 'since')
        .map(part => part['valueCode'] ?? part['valueString'])
        .join(' '),
    )

const identified = after(emptyWorld, [stay('e1', [admission('2026-10-05T18:30:00')])])
const known = written(identified, [managerOf(identified, 'Practitioner/noor')])
const screened = written(known, [inState(episodeIn(known), 'screened')])
const chosen = written(screened, [coded(episodeIn(screened), 'clinical')])
/** However it came there. */
const active: World = {
  compartment: chosen.compartment.map(one =>
    one.resourceType === 'EpisodeOfCare' ? { ...inState(one, 'active'), status: 'active' } : one,
  ),
}

const refused = (world: World, resource: Resource) => {
  const law = lawOf(world, [resource])
  if (law.ok) throw new Error('was not refused')
  return law.failure
}

describe('the model of a case, written by FHIR', () => {
  it('is chosen, in the newest version, and chosen again before the case is active; the choice stays in its history', () => {
    expect(periodsOf(episodeIn(chosen))).toEqual(['clinical 1.0.0'])
    const again = written(chosen, [coded(episodeIn(chosen), 'strengths')])
    expect(periodsOf(episodeIn(again))).toEqual(['clinical 1.0.0', 'strengths 1.0.0'])
  })

  it('must be a published one', () => {
    const unknown = { code: 'model-unknown', kind: 'business-rule', expression: 'EpisodeOfCare.type' }
    expect(refused(screened, coded(episodeIn(screened), 'bogus'))).toMatchObject(unknown)
    expect(refused(active, because(episodeIn(active), 'bogus', 'Why not.'))).toMatchObject(unknown)
  })

  it('is not chosen before the case was screened', () => {
    expect(refused(known, coded(episodeIn(known), 'clinical'))).toMatchObject({
      code: 'illegal-transition',
      message: 'SelectModel is not possible while the case is identified.',
    })
  })

  it('switches on an active case only with a reason', () => {
    expect(refused(active, coded(episodeIn(active), 'intensive'))).toMatchObject({ code: 'case-condition' })
    const switched = written(active, [because(episodeIn(active), 'intensive', 'New symptoms.')])
    expect(periodsOf(episodeIn(switched))).toEqual(['clinical 1.0.0', 'intensive 1.0.0 New symptoms.'])
  })

  it('switches with its plan: the old one superseded by one under the new model, in the same transaction', () => {
    const lists = { goals: [], activities: [], needs: [], strengths: [] }
    const agreements = [
      {
        party: 'patient',
        by: `Patient/${PATIENT}`,
        at: '2026-10-06T09:00:00-04:00',
        decision: 'agreed',
      } as const,
    ]
    const planOf = (now: World, id: string, state: 'active' | 'superseded', more: object = {}): World =>
      act(now, 'plan', { ...{ id, state, major: 1, minor: 0, ...lists, agreements }, ...more })
    const under = planOf(active, 'p1', 'active', { model: 'clinical|1.0.0' })
    const switched = because(episodeIn(under), 'intensive', 'New symptoms.')
    const planIn = (now: World, id: string): Resource => {
      const found = now.compartment.find(one => one.id === id)
      if (!found) throw new Error('no plan')
      return found
    }
    const old = planIn(planOf(under, 'p1', 'superseded', { model: 'clinical|1.0.0' }), 'p1')
    const next = (model: string): Resource =>
      planIn(planOf(under, 'p2', 'active', { major: 2, replaces: 'p1', model }), 'p2')
    const needed = {
      code: 'case-condition',
      message: expect.stringContaining('instantiatesCanonical') as string,
    }
    for (const beside of [[], [old], [old, next('clinical|1.0.0')]]) {
      const law = lawOf(under, [switched, ...beside])
      expect(law.ok ? 'taken' : law.failure).toMatchObject(needed)
    }
    const whole = lawOf(under, [switched, old, next('intensive|1.0.0')])
    expect(whole.ok || whole.failure).toMatchObject({ code: 'rule-broken', rule: 'I3' })
  })

  it('keeps its history: who drops a period is refused, a coding that was left out is put back', () => {
    const dropped = {
      ...episodeIn(active),
      extension: rowsOf(episodeIn(active)).filter(({ url }) => url !== PERIOD),
    }
    expect(refused(active, dropped)).toMatchObject({ code: 'derived-element' })
    expect(refused(active, withoutModel(dropped))).toMatchObject({ code: 'derived-element' })
    const uncoded = written(active, [withoutModel(episodeIn(active))])
    expect(typesOf(episodeIn(uncoded))).toEqual(typesOf(episodeIn(active)))
  })
})
