import type { FailureIssue } from '../../lib/result.ts'
import type { Criterion, SearchFilter } from './plan.ts'

/** What one search may ask for in all, so that none keeps the database busy: the embedded one can't be told to stop. */
const limits = {
  filters: { most: 100, what: 'conditions', instead: 'search in several steps' },
  values: { most: 2_500, what: 'values', instead: 'give fewer values at once' },
  links: {
    most: 40,
    what: 'references to follow',
    instead: 'say the types of chains, or search in two steps',
  },
  scans: {
    most: 3,
    what: 'texts to search within (:contains, co, ew)',
    instead: 'search by the beginning of some',
  },
} as const

type Cost = Readonly<Record<keyof typeof limits, number>>

/** What makes the criteria of a search cost too much, by the names of their parameters. */
export function costFaults(
  parts: readonly { readonly name: string; readonly criterion: Criterion }[],
): readonly FailureIssue[] {
  const costs = parts.map(({ name, criterion }) => ({ name, cost: costOf(criterion) }))
  return (Object.keys(limits) as (keyof Cost)[]).flatMap(key => {
    const total = costs.reduce((sum, { cost }) => sum + cost[key], 0)
    const { most, what, instead } = limits[key]
    if (total <= most) return []
    const dearest = costs.reduce((worst, item) => (item.cost[key] > worst.cost[key] ? item : worst))
    const diagnostics = `at most ${most} ${what} in one search, and ${dearest.name} has ${dearest.cost[key]}: ${instead}`
    return [{ severity: 'error' as const, code: 'too-costly', diagnostics }]
  })
}

const nothing: Cost = { filters: 0, values: 0, links: 0, scans: 0 }

function costOf(criterion: Criterion): Cost {
  switch (criterion.kind) {
    case 'filter':
      return filterCost(criterion.filter)
    case 'all':
    case 'any':
      return criterion.of.map(costOf).reduce(plus, nothing)
    case 'not':
      return costOf(criterion.of)
    case 'chain':
    case 'has':
      return plus(costOf(criterion.where), { ...nothing, links: 1 })
  }
}

const filterCost = ({ modifier, values }: SearchFilter): Cost => ({
  filters: 1,
  values: values.length,
  links: 0,
  scans: modifier === 'contains' || modifier === 'ends' ? values.length : 0,
})

const plus = (a: Cost, b: Cost): Cost => ({
  filters: a.filters + b.filters,
  values: a.values + b.values,
  links: a.links + b.links,
  scans: a.scans + b.scans,
})
