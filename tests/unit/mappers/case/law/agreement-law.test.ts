import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { act, caseId, fileOf } from '../../../../support/case-acts.ts'
import { admitted } from '../../../../support/case-stories.ts'
import { after, CM, emptyWorld, lawOf, PATIENT, put, written } from '../../../../support/case-world.ts'

const [NOOR, SAM, RIVER] = ['Practitioner/noor', 'RelatedPerson/sam', `Patient/${PATIENT}`]
const AT = '2026-10-06T09:00:00-04:00'
const row = (by: string, more: Readonly<Record<string, string>> = {}) => ({
  url: `${CM}/StructureDefinition/agreement`,
  extension: [
    { url: 'party', valueCode: more['party'] ?? (by === RIVER ? 'patient' : 'guardian') },
    { url: 'by', valueReference: { reference: by } },
    { url: 'at', valueDateTime: AT },
    { url: 'decision', valueCode: more['decision'] ?? 'agreed' },
    ...(more['attestedBy'] === undefined
      ? []
      : [{ url: 'attestedBy', valueReference: { reference: more['attestedBy'] } }]),
    ...(more['how'] === undefined ? [] : [{ url: 'how', valueCode: more['how'] }]),
  ],
})
const base = after(emptyWorld, admitted)
const world = act(base, 'plan', {
  ...{ id: 'p1', state: 'draft', major: 1, minor: 0, title: 'Walk' },
  ...{ goals: ['g1'], activities: [], needs: [], strengths: [], agreements: [] },
})
const planIn = (now: typeof world, id = 'p1'): Resource => {
  const found = now.compartment.find(one => one.id === id)
  if (!found) throw new Error('no plan')
  return found
}
const saying = (...rows: readonly object[]): Resource => ({
  ...planIn(world),
  extension: [...(planIn(world)['extension'] as object[]), ...rows],
})
const ruleOf = (resource: Resource, actor: string): unknown => {
  const law = lawOf(world, [resource], { actor })
  return law.ok ? 'taken' : [law.failure.rule, law.failure.expression]
}
const REFUSED = ['I2', 'CarePlan.extension']

describe('an agreement written by FHIR', () => {
  it('is recorded as ObtainAgreement records it: who writes for another attests it', () => {
    const agreements = (actor: string, said = row(RIVER)) =>
      fileOf(written(world, [saying(said)], { actor })).plans[0]?.agreements
    const said = { party: 'patient', by: RIVER, at: AT, decision: 'agreed' }
    expect(agreements(RIVER)).toEqual([said])
    expect(agreements(NOOR)).toEqual([{ ...said, attestedBy: NOOR }])
    expect(agreements(NOOR, row(RIVER, { how: 'verbal' }))).toEqual([
      { ...said, attestedBy: NOOR, how: 'verbal' },
    ])
    expect(agreements(NOOR, row(RIVER, { attestedBy: 'Practitioner/else' }))).toEqual([
      { ...said, attestedBy: NOOR },
    ])
  })

  it('is not forged: by the family or a machine, for another patient, in a quality that is not theirs, in no known way', () => {
    expect(ruleOf(saying(row(RIVER)), SAM)).toEqual(REFUSED)
    expect(ruleOf(saying(row(RIVER)), 'Device/robot')).toEqual(REFUSED)
    expect(ruleOf(saying(row('Patient/other', { party: 'patient' })), NOOR)).toEqual(REFUSED)
    expect(ruleOf(saying(row(NOOR, { party: 'patient' })), NOOR)).toEqual(REFUSED)
    expect(ruleOf(saying(row(RIVER, { decision: 'refused' })), NOOR)).toEqual(REFUSED)
    expect(ruleOf(saying(row(RIVER, { how: 'telepathic' })), NOOR)).toEqual(REFUSED)
    expect(ruleOf(saying(row(SAM)), SAM)).toBe('taken')
  })

  it('stays as it was when the plan is written again by others', () => {
    const told = { compartment: put(world.compartment, [saying(row(RIVER, { attestedBy: NOOR }))]) }
    const again = { ...planIn(told), title: 'Walk far' }
    const law = lawOf(told, [again], { actor: SAM })
    expect(law.ok && law.value).toContain(again)
  })

  it('goes along with a plan that replaces the agreed one without adding to it', () => {
    const told = { compartment: put(world.compartment, [saying(row(RIVER, { attestedBy: NOOR }))]) }
    const next = (goal: string): Resource => ({
      ...planIn(told),
      ...{ id: 'p2', replaces: [{ reference: 'CarePlan/p1' }], goal: [{ reference: `Goal/${goal}` }] },
    })
    expect(lawOf(told, [next('g1')], { actor: 'Device/robot' }).ok).toBe(true)
    expect(lawOf(told, [next('g2')], { actor: 'Device/robot' }).ok).toBe(false)
  })

  it('that a peer reports is the peer’s to know', () => {
    const heard = written(world, [saying(row(RIVER))], { door: 'peer', actor: 'Device/peer-north' })
    expect(planIn(heard).meta?.tag).toEqual([{ system: `${CM}/sid/case`, code: caseId }])
    expect(fileOf(heard).plans[0]?.agreements[0]?.attestedBy).toBeUndefined()
  })
})
