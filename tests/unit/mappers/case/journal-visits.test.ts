import { expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { journalOf } from '../../../../src/mappers/case/journal/journal.ts'
import type { JournalChange, Standing } from '../../../../src/mappers/case/journal/journal-world.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM } from '../../../support/case-world.ts'

const lenses = nounLenses(CM)
const NOW = '2026-10-13T09:00:00.000Z'
const type = [{ coding: [{ system: lenses.names.caseType, code: 'acute' }] }]

/** The resource, and how often somebody asked whose it is. */
const counted = (resource: Resource, count: () => void): Resource =>
  new Proxy(resource, {
    get: (target, name, receiver) => {
      if (name === 'patient' || name === 'subject') count()
      return Reflect.get(target, name, receiver) as unknown
    },
  })

/** How often resources are visited when the episodes of so many patients become cases in one flush. */
function visits(patients: number): { readonly visited: number; readonly entries: number } {
  let visited = 0
  const count = (): void => {
    visited += 1
  }
  const each = Array.from({ length: patients }, (_, i) => {
    const reference = `Patient/p${i}`
    const plain = {
      ...{ resourceType: 'EpisodeOfCare', id: `c${i}`, status: 'active' },
      patient: { reference },
    }
    const goal = {
      ...{ resourceType: 'Goal', id: `g${i}`, lifecycleStatus: 'active' },
      ...{ identifier: [{ system: lenses.names.caseNumber, value: `c${i}` }], description: { text: 'walk' } },
      subject: { reference },
    }
    const [before, after, stands] = [plain, { ...plain, type }, goal].map(one => counted(one, count))
    const key = { type: 'EpisodeOfCare', id: plain.id }
    return {
      change: { key, version: 2, recorded: NOW, before, after } satisfies JournalChange,
      rows: [
        { key, version: 1, before: () => before },
        { key: { type: 'Goal', id: goal.id }, version: 1, before: () => stands },
      ] satisfies readonly Standing[],
    }
  })
  const told = journalOf(
    [{ changes: each.map(({ change }) => change), said: [] }],
    each.flatMap(({ rows }) => rows),
    lenses,
  )
  return { visited, entries: told.flat().length }
}

test('twice as many patients in a flush are twice as many visits, and each goal comes along with its case', () => {
  const [some, many] = [visits(100), visits(200)]
  expect([some.entries, many.entries]).toEqual([200, 400])
  expect(many.visited).toBe(2 * some.visited)
})
