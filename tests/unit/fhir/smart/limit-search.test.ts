import { describe, expect, test } from 'vitest'
import type { Access, AccessRule, Permission } from '../../../../src/fhir/smart/access.ts'
import {
  accessCriterion,
  isEverything,
  isNothing,
  limitCriterion,
  limitTo,
} from '../../../../src/fhir/smart/limit-search.ts'
import { matches } from '../../../../src/fhir/search/matching/match.ts'
import { searchParameterOf } from '../../../../src/fhir/search/parameters.ts'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'
import type { Criterion } from '../../../../src/fhir/search/plan.ts'

const context = { base: 'http://x.org/fhir', nowMs: Date.parse('2026-11-22T00:00:00Z') }

const access = (...rules: readonly (Partial<AccessRule> & { readonly may?: string })[]): Access => ({
  roles: new Set(),
  rules: rules.map(({ may = 'rs', ...rule }) => ({
    type: '*',
    permissions: new Set(may.split('') as Permission[]),
    ...rule,
  })),
})

function planOf(type: string, query: string) {
  const parsed = parseSearch({ type, pairs: [...new URLSearchParams(query)], lenient: false, ...context })
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return parsed.value.plan
}

const limited = (type: string, query: string, to: Access) => {
  const result = limitTo(planOf(type, query), to, context)
  if (!result.ok) throw new Error(result.failure.code)
  return result.value
}

const parameter = (type: string, code: string) => {
  const found = searchParameterOf(type, code)
  if (!found) throw new Error(`${type}.${code}`)
  return found
}

const anything: Criterion = { kind: 'all', of: [] }

describe('a search', () => {
  test('of a type that no scope names is refused, and so is one with the permission to read only', () => {
    for (const to of [access(), access({ type: 'Patient' }), access({ type: 'Encounter', may: 'r' })])
      expect(limitTo(planOf('Encounter', 'status=finished'), to, context)).toMatchObject({
        ok: false,
        failure: { kind: 'forbidden', code: 'search-forbidden' },
      })
  })

  test('is left as it is when one rule allows everything', () => {
    const plan = planOf('Encounter', 'status=finished')
    const to = access({ type: 'Encounter', patient: 'p1' }, { type: 'Encounter' })
    expect(limited('Encounter', 'status=finished', to)).toEqual(plan)
  })

  test('by a patient finds what any inclusion parameter of the compartment puts into the record', () => {
    const { where } = limited('Coverage', '', access({ patient: 'p1' }))
    const [criterion] = where
    const holds = (resource: object) =>
      criterion && matches({ resourceType: 'Coverage', ...resource }, criterion)
    expect(holds({ beneficiary: { reference: 'Patient/p1' } })).toBe(true)
    expect(holds({ beneficiary: { reference: 'Patient/p2' }, payor: [{ reference: 'Patient/p1' }] })).toBe(
      true,
    )
    expect(holds({ beneficiary: { reference: 'Patient/p2' } })).toBe(false)
  })

  test('by a granular scope finds what its query selects; several scopes add up', () => {
    const to = access(
      { type: 'Observation', patient: 'p1', query: [['category', 'laboratory']] },
      { type: 'Observation', patient: 'p1', query: [['category', 'survey']] },
    )
    const [criterion] = limited('Observation', '', to).where
    const holds = (code: string, patient: string) =>
      criterion &&
      matches(
        {
          resourceType: 'Observation',
          category: [{ coding: [{ code }] }],
          subject: { reference: `Patient/${patient}` },
        },
        criterion,
      )
    expect([holds('laboratory', 'p1'), holds('survey', 'p1'), holds('vital-signs', 'p1')]).toEqual([
      true,
      true,
      false,
    ])
    expect(holds('laboratory', 'p2')).toBe(false)
  })

  test('by a granular scope that can not be read for the type finds nothing', () => {
    for (const query of [[['category', 'a']], [['unheard', 'a']], [['_count', '5']]] as const)
      expect(isNothing(accessCriterion('Patient', access({ query }), ['s'], context))).toBe(true)
  })

  test('by a patient reaches shared types wholly, and types that may tell of others not at all', () => {
    const to = access({ patient: 'p1' })
    expect(isEverything(accessCriterion('Practitioner', to, ['s'], context))).toBe(true)
    for (const type of ['Binary', 'Bundle', 'Contract', 'Device', 'Parameters', 'MessageHeader'])
      expect(isNothing(accessCriterion(type, to, ['s'], context)), type).toBe(true)
  })

  test('includes only what the caller may see of each type', () => {
    const to = access({ type: 'Encounter' }, { type: 'Patient', patient: 'p1' })
    const { visible } = limited('Encounter', '_include=Encounter:subject&_revinclude=Task:encounter', to)
    expect(Object.keys(visible ?? {}).toSorted()).toEqual(['Encounter', 'Patient'])
  })
})

describe('what a caller may not see', () => {
  const owner = parameter('Task', 'owner')
  const chain: Criterion = { kind: 'chain', parameter: owner, target: 'Practitioner', where: anything }
  const has: Criterion = {
    kind: 'has',
    source: 'Observation',
    parameter: parameter('Observation', 'patient'),
    where: anything,
  }

  test('is not found by a chain, at any level', () => {
    const nested: Criterion = { ...chain, where: { kind: 'not', of: has } }
    const hidden = limitCriterion(nested, type =>
      type === 'Observation' ? { kind: 'any', of: [] } : anything,
    )
    expect(hidden).toMatchObject({ where: { kind: 'not', of: { where: { kind: 'any', of: [] } } } })
  })

  test('answers a negation alike, whatever it holds', () => {
    const to = access({ type: 'Task' })
    const plan = { ...planOf('Task', ''), where: [{ kind: 'not', of: chain } as const] }
    const result = limitTo(plan, to, context)
    const criterion = result.ok ? result.value.where[0] : undefined
    expect(
      criterion && matches({ resourceType: 'Task', owner: { reference: 'Practitioner/1' } }, criterion),
    ).toBe(true)
  })

  test('narrows a chain to the caller’s part of the target type', () => {
    const to = access({ type: 'Patient' }, { type: 'Observation', patient: 'p1' })
    const plan = { ...planOf('Patient', ''), where: [has] }
    const result = limitTo(plan, to, context)
    expect(result).toMatchObject({
      ok: true,
      value: { where: [{ kind: 'has', where: { kind: 'all', of: [anything, { kind: 'any' }] } }] },
    })
  })
})
