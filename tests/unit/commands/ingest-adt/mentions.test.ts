import { describe, expect, test } from 'vitest'
import { mentionsOf } from '../../../../src/commands/ingest-adt/mentions.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'

const rowOf = (resource: Resource & { readonly id: string }) => ({
  ...{ type: resource.resourceType, id: resource.id, content: JSON.stringify(resource) },
})
const task = (id: string, patient: string) => ({
  ...{ resourceType: 'Task', id, for: { reference: `Patient/${patient}` } },
})
const named = (mentions: ReturnType<typeof mentionsOf>, ...patients: readonly string[]): readonly string[] =>
  mentions
    .of(patients)
    .map(({ type, id }) => `${type}/${id}`)
    .toSorted()

describe('what refers to a patient', () => {
  test('is found among what was loaded, the Patient itself included, and nothing of others', () => {
    const rows = [{ resourceType: 'Patient', id: 'p1' }, task('t1', 'p1'), task('t2', 'p2')].map(rowOf)
    expect(named(mentionsOf(rows), 'p1')).toEqual(['Patient/p1', 'Task/t1'])
  })

  test('is found by an absolute reference and at any depth', () => {
    const group = {
      ...{ resourceType: 'Group', id: 'g' },
      member: [{ entity: { reference: 'https://own.example/fhir/Patient/p.1-a/_history/2' } }],
    }
    const staged = mentionsOf([])
    staged.add(group)
    expect(named(staged, 'p.1-a')).toEqual(['Group/g'])
    expect(named(mentionsOf([rowOf(group)]), 'p.1-a')).toEqual(['Group/g'])
  })

  test('is found when it was staged after somebody asked, once for several patients', () => {
    const mentions = mentionsOf([rowOf(task('t1', 'p1'))])
    expect(named(mentions, 'p1', 'p2')).toEqual(['Task/t1'])
    mentions.add(task('t1', 'p2'))
    mentions.add(task('t3', 'p2'))
    expect(named(mentions, 'p1', 'p2')).toEqual(['Task/t1', 'Task/t3'])
    expect(named(mentions, 'p3')).toEqual([])
  })
})
