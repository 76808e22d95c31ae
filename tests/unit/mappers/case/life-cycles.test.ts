import { describe, expect, it, test } from 'vitest'
import { caseStates } from '../../../../src/care-plan/case/case.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { caseNames } from '../../../../src/mappers/case/names.ts'
import { withCaseLink } from '../../../../src/mappers/case/nouns/case-link.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import { caseId, opened, root } from '../../../support/case-acts.ts'
import { admitted, consentOf, managerOf } from '../../../support/case-stories.ts'
import {
  after,
  CM,
  emptyWorld,
  lawOf,
  only,
  PATIENT,
  put,
  written,
  type World,
} from '../../../support/case-world.ts'
import {
  peerTables,
  plainResource,
  printed,
  printedDifferences,
  r4Statuses,
  statusName,
} from '../../../support/life-cycles.ts'

const [NOOR, SAM, ELSE] = ['Practitioner/noor', 'Practitioner/sam', 'Practitioner/else']
/** May act for anybody: what is tried is the move, not the role. */
const ANYBODY = 'Device/local-development'
const AT = '2026-10-06T10:00:00-04:00'
const began = after(emptyWorld, admitted)
const world = opened(written(began, [managerOf(began, NOOR), consentOf(began)]), AT)

const standing = (resource: Resource): World => ({ compartment: put(world.compartment, [resource]) })
const owned = (type: string, status: string): Resource =>
  withCaseLink(plainResource(type, 'x', status), caseId, caseNames(CM))

interface Tried {
  /** Statuses that the law lets through, or would with the evidence that it asks for. */
  readonly legal: readonly string[]
  readonly refusals: readonly { readonly legal?: readonly string[]; readonly expression?: string }[]
}

function tried(before: World, was: Resource): Tried {
  const { resourceType: type } = was
  const legal: string[] = []
  const refusals: Tried['refusals'][number][] = []
  for (const to of r4Statuses[type] ?? []) {
    if (to === was[statusName(type)]) continue
    const heard = lawOf(before, [{ ...was, [statusName(type)]: to }], { actor: ANYBODY })
    if (heard.ok || !heard.failure.legal) legal.push(to)
    else refusals.push(heard.failure)
    // Only a case wants more than its status says: reasons, days and rules of its own.
    if (!heard.ok && type !== 'EpisodeOfCare') expect(heard.failure.code).toBe('illegal-transition')
  }
  return { legal, refusals }
}

/** The table is kept, and every refusal says so at the element of the status. */
function expectKept({ legal, refusals }: Tried, table: readonly string[] | undefined, type: string): void {
  expect(legal.toSorted()).toEqual(table?.toSorted())
  for (const refusal of refusals) {
    expect(refusal.expression).toBe(`${type}.${statusName(type)}`)
    expect(refusal.legal?.toSorted()).toEqual(table?.toSorted())
  }
}

const nouns = Object.keys(r4Statuses).filter(type => type !== 'EpisodeOfCare')

describe('what a case owns', () => {
  it.each(nouns)('moves as the printed table says, from every status to every other: %s', type => {
    const table = printed(type)
    expect(Object.keys(table).toSorted()).toEqual(r4Statuses[type]?.toSorted())
    for (const [from, to] of Object.entries(table)) {
      const was = owned(type, from)
      expectKept(tried(standing(was), was), to, type)
    }
  })

  it('moves as the printed table says when it is the case itself', () => {
    const table = printed('EpisodeOfCare')
    const seen = caseStates.flatMap(state =>
      (state === 'on-hold' ? [false, true] : [false]).map(isWaitlisted => {
        const now = root(world, { state, isWaitlisted })
        const was = only(now, 'EpisodeOfCare')
        const name = `${state} (${String(was['status'])})`
        expectKept(tried(now, was), table[name], 'EpisodeOfCare')
        return name
      }),
    )
    expect(Object.keys(table).toSorted()).toEqual(seen.toSorted())
  })

  it.each(nouns)('is not refused for a status that it has already: %s', type => {
    for (const status of r4Statuses[type] ?? []) {
      const was = owned(type, status)
      expect(lawOf(standing(was), [{ ...was, language: 'en' }], { actor: ANYBODY }).ok).toBe(true)
    }
  })
})

describe('the printed differences', () => {
  it.each(Object.keys(peerTables))('are all there are to the tables of the peers: %s', type => {
    const found = Object.entries(peerTables[type] ?? {}).flatMap(([from, theirs]) => {
      const ours = hereFrom(type, from).filter(to => to !== 'entered-in-error')
      const [more, less] = [ours.filter(to => !theirs.includes(to)), theirs.filter(to => !ours.includes(to))]
      return [...more.map(to => `${from} ${to} +`), ...less.map(to => `${from} ${to} -`)]
    })
    const said = printedDifferences
      .filter(row => row.type === type)
      .flatMap(({ from, to, sign }) => to.map(one => `${from} ${one} ${sign}`))
    expect(found.toSorted()).toEqual(said.toSorted())
  })

  it('give a reason each', () => {
    expect(printedDifferences.length).toBeGreaterThan(0)
    for (const { why } of printedDifferences) expect(why).not.toBe('')
  })
})

/** What is legal here from a native status; of a case, in any of the states that have it. */
function hereFrom(type: string, from: string): readonly string[] {
  const table = printed(type)
  if (type !== 'EpisodeOfCare') return table[from] ?? []
  const rows = Object.entries(table).filter(([state]) => state.endsWith(`(${from})`))
  return [...new Set(rows.flatMap(([, to]) => to))]
}

describe('a contact of a case', () => {
  it('that was tried in vain is called off also after it began, when its state says so', () => {
    const was = owned('Encounter', 'in-progress')
    const lens = nounLenses(CM).of('contact')
    const attempted = lens.write(was, { ...lens.read(was), state: 'attempted' })
    expect(attempted['status']).toBe('cancelled')
    expect(lawOf(standing(was), [attempted], { actor: ANYBODY }).ok).toBe(true)
  })
})

describe('a Task of a case', () => {
  const task = (status: string): Resource => ({
    ...owned('Task', status),
    requester: { reference: SAM },
  })
  const moves = [
    [NOOR, 'requested', 'received accepted rejected', true],
    [SAM, 'requested', 'received accepted rejected', false],
    [NOOR, 'in-progress', 'completed failed', true],
    [SAM, 'in-progress', 'completed failed', false],
    [NOOR, 'accepted', 'in-progress', true],
    [SAM, 'accepted', 'in-progress', false],
    [NOOR, 'in-progress', 'on-hold cancelled', true],
    [SAM, 'in-progress', 'on-hold cancelled', true],
    [NOOR, 'on-hold', 'in-progress', true],
    [SAM, 'on-hold', 'in-progress', true],
    [SAM, 'draft', 'requested', true],
    [NOOR, 'draft', 'requested', false],
    [SAM, 'completed', 'entered-in-error', true],
    [NOOR, 'completed', 'entered-in-error', false],
    [ELSE, 'requested', 'received accepted rejected cancelled entered-in-error', false],
    [ELSE, 'in-progress', 'completed failed on-hold cancelled entered-in-error', false],
  ] as const

  test.each(moves)('%s moves it from %s to %s: %s', (actor, from, to, may) => {
    for (const status of to.split(' ')) {
      const heard = lawOf(standing(task(from)), [{ ...task(from), status }], { actor })
      expect([status, heard.ok]).toEqual([status, may])
      if (!heard.ok) expect(heard.failure).toMatchObject({ rule: 'I14', expression: 'Task.status' })
    }
  })

  const linked: Resource = {
    ...task('requested'),
    basedOn: [{ reference: 'ServiceRequest/s1' }],
    partOf: [{ reference: 'Task/t1' }],
  }

  test.each([
    ['requester', { reference: ELSE }],
    ['basedOn', [{ reference: 'ServiceRequest/s2' }]],
    ['partOf', [{ reference: 'Task/t2' }]],
    ['owner', { reference: ELSE }],
  ])('%s stays what it was, whoever writes, changed or left out', (name, value) => {
    const { [name]: _left, ...bare } = linked
    for (const actor of [SAM, ELSE])
      for (const resource of [{ ...linked, [name]: value }, bare as Resource]) {
        const heard = lawOf(standing(linked), [resource], { actor })
        expect(heard).toMatchObject({ ok: false, failure: { expression: `Task.${name}` } })
      }
  })

  it('stays with its patient', () => {
    const moved = { ...linked, for: { reference: 'Patient/other' } }
    expect(lawOf(standing(linked), [moved], { actor: NOOR }).ok).toBe(false)
    expect(lawOf(standing(linked), [{ ...linked, for: { reference: `Patient/${PATIENT}` } }]).ok).toBe(true)
  })

  it('is handed over by its owner, and taken by who accepts it before it is begun', () => {
    const over = { ...linked, owner: { reference: ELSE } }
    expect(lawOf(standing(linked), [over], { actor: NOOR }).ok).toBe(true)
    expect(lawOf(standing(linked), [{ ...over, status: 'accepted' }], { actor: ELSE }).ok).toBe(true)
    const begun = { ...linked, status: 'in-progress' }
    expect(lawOf(standing(begun), [{ ...begun, owner: { reference: ELSE } }], { actor: ELSE }).ok).toBe(false)
  })
})

test.each(Object.keys(r4Statuses))('what no case owns goes from every status to every other: %s', type => {
  for (const from of r4Statuses[type] ?? [])
    for (const to of r4Statuses[type] ?? []) {
      const was = plainResource(type, 'x', from)
      const is = plainResource(type, 'x', to)
      const heard = lawOf({ compartment: [was] }, [is])
      expect(heard.ok && heard.value[0]).toBe(is)
    }
})
