import { describe, expect, it } from 'vitest'
import { emptyFile } from '../../../../src/care-plan/case/case-file.ts'
import { weeklyDemand } from '../../../../src/care-plan/lint/cadence-check.ts'
import { lint } from '../../../../src/care-plan/lint/lint.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import { managerWeek } from '../../../../src/commands/cases/manager-week.ts'
import type { SearchPlan } from '../../../../src/fhir/search/plan.ts'
import { holidayCalendar } from '../../../../src/lib/holiday-calendars.ts'
import { nounLenses } from '../../../../src/mappers/case/nouns/noun-lenses.ts'
import { CM } from '../../../support/case-world.ts'

const lens = nounLenses(CM).of('case')
const models = modelLookup(shippedModels)
const root = (id: string, model?: string): CaseRoot => ({
  ...{ id, patient: `patient-${id}`, state: 'active', isWaitlisted: false, caseType: 'acute' },
  manager: 'Practitioner/noor',
  models: model === undefined ? [] : [{ model }],
  ...{ outreach: [], overrides: [], isContactProhibited: false },
})
const weekOf = (others: readonly CaseRoot[], at?: string) => {
  const asked: SearchPlan[] = []
  const file = emptyFile(root('own', 'intensive'))
  const matches = others.map(one => {
    const blank = lens.blank({ id: one.id, caseId: one.id, patient: one.patient }, one)
    return { content: JSON.stringify(lens.write(blank, one)) }
  })
  const deps = {
    ...{ tenant: 1, base: 'https://own.example/fhir', canonicalBase: CM },
    registry: { models, know: () => Promise.resolve() },
    store: {
      search: (_tenant: number, plan: SearchPlan) => {
        asked.push(plan)
        return Promise.resolve({ matches })
      },
    },
  }
  const scene = { file, ...(at !== undefined && { at }) }
  return { asked, file, week: managerWeek(deps as unknown as Parameters<typeof managerWeek>[0], scene) }
}
const many = (count: number, model: string) =>
  Array.from({ length: count }, (_, i) => root(`other-${i}`, model))

describe('the week of the manager of a case', () => {
  it('is what the models of the other cases take of it, the case itself left out', async () => {
    const intensive = models('intensive')
    const clinical = models('clinical')
    const { week, asked } = weekOf([
      root('own', 'intensive'),
      ...many(2, 'intensive'),
      root('c', 'clinical'),
      root('new'),
    ])
    expect(await week).toEqual({
      capacityMinutes: 2400,
      plannedMinutes:
        2 * (intensive ? weeklyDemand(intensive).minutes : 0) +
        (clinical ? weeklyDemand(clinical).minutes : 0),
    })
    expect(JSON.stringify(asked[0]?.where)).toContain('Practitioner/noor')
  })

  it('is unknown of a time past', async () => {
    const { week, asked } = weekOf(many(3, 'intensive'), '2026-10-13T13:00:00.000Z')
    expect([await week, asked]).toEqual([undefined, []])
  })

  it('lets the linter say that the contacts of one more case do not fit in', async () => {
    const rulesFor = async (count: number) => {
      const { week, file } = weekOf(many(count, 'intensive'))
      const managerLoad = await week
      const context = {
        ...{ models, calendar: holidayCalendar('us-federal'), timeZone: 'America/New_York' },
        at: '2026-10-19T09:00:00-04:00',
        ...(managerLoad && { managerLoad }),
      }
      return lint(file, context).map(({ rule }) => rule)
    }
    expect(await rulesFor(3)).not.toContain('cadence-impossible')
    expect(await rulesFor(20)).toContain('cadence-impossible')
  })
})
