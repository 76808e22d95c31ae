import { describe, expect, test } from 'vitest'
import { compilePath } from '../../../../src/fhir/search/path.ts'

const select = (expression: string, resource: { resourceType: string }, parameterType = 'token') => {
  const walk = compilePath(expression, resource.resourceType, parameterType)
  if (!walk.ok) throw new Error(walk.failure.message)
  const found: unknown[] = []
  walk.value(resource, element => found.push(element))
  return found
}

describe('a search parameter expression', () => {
  test('walks through lists at any depth', () => {
    const team = {
      resourceType: 'CareTeam',
      participant: [{ role: [{ text: 'a' }, { text: 'b' }] }, {}, { role: [{ text: 'c' }] }],
    }
    expect(select('CareTeam.participant.role.text', team)).toEqual(['a', 'b', 'c'])
  })

  test('takes only the branches of its type from a union', () => {
    expect(
      select('A.x | Task.status | Encounter.y', { resourceType: 'Task', status: 'draft', x: 1 } as never),
    ).toEqual(['draft'])
  })

  test.each(['(Goal.start as date)', 'Goal.start.as(date)', '(Goal.start.ofType(date))'])(
    '%s is the choice of that type',
    expression => {
      expect(
        select(expression, { resourceType: 'Goal', startDate: '2026', startCodeableConcept: {} } as never),
      ).toEqual(['2026'])
    },
  )

  test('goes on after a cast', () => {
    const observation = { resourceType: 'Observation', valueCodeableConcept: { text: 'x' } }
    expect(select('(Observation.value as CodeableConcept).text', observation)).toEqual(['x'])
  })

  test('keeps what a where says, by value or by the type that a reference names', () => {
    const person = {
      resourceType: 'Person',
      telecom: [
        { system: 'email', value: 'e' },
        { system: 'phone', value: 'p' },
      ],
    }
    expect(select("Person.telecom.where(system='phone')", person)).toEqual([{ system: 'phone', value: 'p' }])
    const flag = (subject: object) => ({ resourceType: 'Flag', subject })
    const patient = 'Flag.subject.where(resolve() is Patient)'
    expect(select(patient, flag({ reference: 'Patient/1' }))).toHaveLength(1)
    expect(select(patient, flag({ reference: 'http://x.org/fhir/Patient/1/_history/2' }))).toHaveLength(1)
    expect(select(patient, flag({ type: 'Patient', identifier: {} }))).toHaveLength(1)
    expect(select(patient, flag({ reference: 'urn:uuid:1', type: 'Patient' }))).toHaveLength(1)
    expect(select(patient, flag({ reference: 'Group/1' }))).toHaveLength(0)
  })

  test('takes an open choice by the types of its kind of parameter', () => {
    const period = { resourceType: 'Observation', effectivePeriod: { start: '2026' } }
    expect(select('Observation.effective', period, 'date')).toEqual([{ start: '2026' }])
  })

  test('takes one item of a list by its place', () => {
    const entry = [{ resource: { resourceType: 'Composition', id: 'a' } }, { resource: { id: 'b' } }]
    expect(select('Bundle.entry[0].resource', { resourceType: 'Bundle', entry } as never)).toEqual([
      { resourceType: 'Composition', id: 'a' },
    ])
    expect(select('Bundle.entry[0].resource', { resourceType: 'Bundle' })).toEqual([])
  })

  test('says whether somebody is deceased, by boolean or by date', () => {
    const deceased = 'Patient.deceased.exists() and Patient.deceased != false'
    expect(select(deceased, { resourceType: 'Patient' })).toEqual([false])
    expect(select(deceased, { resourceType: 'Patient', deceasedBoolean: false } as never)).toEqual([false])
    expect(select(deceased, { resourceType: 'Patient', deceasedBoolean: true } as never)).toEqual([true])
    expect(select(deceased, { resourceType: 'Patient', deceasedDateTime: '2026' } as never)).toEqual([true])
  })

  test.each([
    'Bundle.entry[last].resource',
    'Patient.name.first()',
    "Patient.name.where(use = 'a' or use = 'b')",
    'Encounter.status',
  ])('%s is refused, never taken for empty', expression =>
    expect(compilePath(expression, expression.startsWith('B') ? 'Bundle' : 'Patient', 'token').ok).toBe(
      false,
    ),
  )

  test('does not trip over null, primitives or lists in lists', () => {
    expect(
      select('Patient.name.given', {
        resourceType: 'Patient',
        name: [null, 'x', [{ given: ['a', null] }]],
      } as never),
    ).toEqual(['a'])
  })
})
