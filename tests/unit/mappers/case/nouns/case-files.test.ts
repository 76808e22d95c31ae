import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CaseCourse } from '../../../../../src/care-plan/case/case-fold.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { madeOf } from '../../../../../src/lib/remembered-lists.ts'
import { caseRecord } from '../../../../../src/mappers/case/case-record.ts'
import { dutyFiles } from '../../../../../src/mappers/case/effects/duty-files.ts'
import { caseOwners, readCaseFiles } from '../../../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM } from '../../../../support/case-world.ts'

const lenses = nounLenses(CM)
const caseType = { coding: [{ system: `${CM}/CodeSystem/case-type`, code: 'acute' }] }
const tagged = (code: string | undefined) =>
  code === undefined ? {} : { meta: { tag: [{ system: `${CM}/sid/case`, code }] } }
const subject = { reference: 'Patient/p' }

/** What may stand in a compartment of two cases: parts of either, of none, or of what a plan refers to. */
const owner = fc.constantFrom('a', 'b', undefined)
const name = fc.constantFrom('1', '2', '3')
const part = fc.oneof(
  fc.record({ owner, id: name, text: fc.constantFrom('x', 'y') }).map(({ owner: of, id, text }) => ({
    ...{ resourceType: 'Goal', id, ...tagged(of), lifecycleStatus: 'active', subject },
    description: { text },
  })),
  fc
    .record({ owner, id: name, status: fc.constantFrom('completed', 'entered-in-error') })
    .map(({ owner: of, id, status }) => ({
      ...{ resourceType: 'Communication', id, ...tagged(of), status, subject },
    })),
  fc.record({ owner, id: name }).map(({ owner: of, id }) => ({
    ...{ resourceType: 'Encounter', id, ...tagged(of), status: 'finished', subject },
    class: { code: 'VR' },
  })),
  fc
    .record({ owner, id: name, status: fc.constantFrom('requested', 'completed') })
    .map(({ owner: of, id, status }) => ({
      ...{ resourceType: 'Task', id, status, intent: 'order', for: subject },
      ...(of !== undefined && { groupIdentifier: { system: `${CM}/sid/case`, value: of } }),
    })),
  fc.record({ owner, id: name, goals: fc.subarray(['1', '2', '3']) }).map(({ owner: of, id, goals }) => ({
    ...{ resourceType: 'CarePlan', id, ...tagged(of), status: 'active', intent: 'plan', subject },
    goal: goals.map(goal => ({ reference: `Goal/${goal}` })),
  })),
  fc.record({ id: fc.constantFrom('a', 'b'), isCase: fc.boolean() }).map(({ id, isCase }) => ({
    ...{ resourceType: 'EpisodeOfCare', id, status: 'active', patient: subject },
    ...(isCase && { type: [caseType] }),
  })),
)

const keyOf = ({ resourceType, id }: Resource): string => `${resourceType}/${id ?? ''}`
const compartment = fc
  .array(part as fc.Arbitrary<Resource>, { maxLength: 14 })
  .map(list => [...new Map(list.map(one => [keyOf(one), one])).values()])

/** The list with what was written in place of what it replaces, as a unit of work has it. */
function withWritten(list: readonly Resource[], written: readonly Resource[]): readonly Resource[] {
  const put = new Map(list.map(one => [keyOf(one), one]))
  for (const one of written) put.set(keyOf(one), one)
  return madeOf([...put.values()], list)
}

function recordIn(list: readonly Resource[]) {
  const { episodes, byId, teamsOf, plansOf, tasksOf } = caseRecord(list, lenses.names)
  const ofCases = ['a', 'b'].flatMap(id => [teamsOf(id), plansOf(id), tasksOf(id)])
  return { episodes, byId: new Map(byId), ofCases }
}

describe('the cases of a compartment', () => {
  it('are the same whether they are read from all of it or from what changed', () => {
    fc.assert(
      fc.property(compartment, fc.array(compartment, { minLength: 1, maxLength: 3 }), (first, steps) => {
        readCaseFiles(first, lenses)
        dutyFiles(first, CM, [])
        recordIn(first)
        let list: readonly Resource[] = first
        for (const written of steps) {
          list = withWritten(list, written)
          const anew = [...list]
          expect(new Map(caseOwners(list, lenses))).toEqual(new Map(caseOwners(anew, lenses)))
          expect(readCaseFiles(list, lenses)).toEqual(readCaseFiles(anew, lenses))
          expect(dutyFiles(list, CM, [])).toEqual(dutyFiles(anew, CM, []))
          expect(recordIn(list)).toEqual(recordIn(anew))
        }
      }),
      { numRuns: 300 },
    )
  })

  it('keep the lists that a change does not touch', () => {
    const goal: Resource = { resourceType: 'Goal', id: '1', ...tagged('a'), subject }
    const call: Resource = {
      resourceType: 'Communication',
      id: '1',
      ...tagged('a'),
      status: 'completed',
      subject,
    }
    const episode: Resource = {
      ...{ resourceType: 'EpisodeOfCare', id: 'a', status: 'active', patient: subject },
      type: [caseType],
    }
    const list = [episode, goal, call]
    const [before] = readCaseFiles(list, lenses)
    const [after] = readCaseFiles(withWritten(list, [{ ...goal, description: { text: 'Walk' } }]), lenses)
    expect(after?.goals).not.toBe(before?.goals)
    expect(after?.goals[0]).toMatchObject({ text: 'Walk' })
    expect(after?.contacts).toBe(before?.contacts)
    expect(after?.case).toBe(before?.case)
  })

  it('are not read for duties where messages alone told of the patient', () => {
    const derived = [{ url: `${CM}/StructureDefinition/state`, valueCode: 'identified' }]
    const episode: Resource = {
      ...{ resourceType: 'EpisodeOfCare', id: 'a', status: 'planned', patient: subject },
      ...{ type: [caseType], extension: derived },
    }
    const patient: Resource = { resourceType: 'Patient', id: 'p' }
    const opened = [{ id: 'a', opening: { caseType: 'acute' } }] as unknown as readonly CaseCourse[]
    expect([...dutyFiles([patient, episode], CM, opened).keys()]).toEqual([])
    const managed = { ...episode, managingOrganization: { reference: 'Organization/o' } }
    expect([...dutyFiles([patient, managed], CM, opened).keys()]).toEqual(['a'])
    expect([...dutyFiles([patient, episode], CM, []).keys()]).toEqual(['a'])
  })
})

describe('what a plan refers to', () => {
  const about = (patient: string) => ({ reference: `Patient/${patient}` })
  const episode = (id: string, patient: string) => ({
    ...{ resourceType: 'EpisodeOfCare', id, status: 'active', type: [caseType], patient: about(patient) },
  })
  const plan = (id: string, caseId: string, patient: string) => ({
    ...{ resourceType: 'CarePlan', id, ...tagged(caseId), status: 'active', intent: 'plan' },
    ...{ subject: about(patient), goal: [{ reference: 'Goal/g' }] },
  })
  const goal = { resourceType: 'Goal', id: 'g', lifecycleStatus: 'active', subject: about('p') }
  const ownerOfGoal = (list: readonly Resource[]) => caseOwners(list, lenses).get(goal)

  it('belongs to the case when it is about the patient of the plan, and to none when it is another’s', () => {
    expect(ownerOfGoal([episode('a', 'p'), plan('1', 'a', 'p'), goal])).toBe('a')
    expect(ownerOfGoal([episode('b', 'q'), plan('2', 'b', 'q'), goal])).toBeUndefined()
  })

  it('stays with its own case whoever else’s plan refers to it, too', () => {
    const both = [episode('a', 'p'), episode('b', 'q'), plan('1', 'a', 'p'), plan('2', 'b', 'q'), goal]
    expect(ownerOfGoal(both)).toBe('a')
  })
})
