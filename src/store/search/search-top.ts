import type { SearchPlan } from '../../fhir/search/plan.ts'
import type { SearchFrame } from './search-frame.ts'
import { typeNumber } from './search-rows.ts'

/** The frame of a search's own row, and the values that its placeholders stand for: the tenant and the type first. */
export function frameOf(
  tenant: number,
  plan: Pick<SearchPlan, 'type' | 'where' | 'sort'>,
  more: Pick<SearchFrame, 'links' | 'found' | 'isGiven'>,
): { readonly frame: SearchFrame; readonly values: unknown[] } {
  const values: unknown[] = [tenant, typeNumber(plan.type)]
  const bind = (value: unknown): string => `$${values.push(value)}`
  return {
    frame: {
      type: plan.type,
      row: 'r',
      depth: 0,
      tenant: '$1::int',
      typeNumber: '$2::smallint',
      updated: updatedColumn(plan),
      bind,
      ...more,
    },
    values,
  }
}

/** Where `_lastUpdated` is looked at. */
export function updatedColumn({ where, sort }: Pick<SearchPlan, 'where' | 'sort'>): SearchFrame['updated'] {
  const isOnlyFilter = where.every(
    criterion => criterion.kind === 'filter' && criterion.filter.parameter.code === '_lastUpdated',
  )
  const isAsked = where.length > 0 || sort[0]?.by.code === '_lastUpdated'
  return isOnlyFilter && isAsked ? 'v.updated' : 'r.updated'
}
