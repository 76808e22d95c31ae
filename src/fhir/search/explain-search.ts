import type { Criterion, SearchFilter, SearchPlan } from './plan.ts'

/** A search in words, a line for each criterion, without a value of the request: values may be a patient's data. */
export function explainPlan({ type, where, sort }: SearchPlan): string {
  const order = sort.map(({ by, descending }) => `${by.code}${descending ? ' descending' : ''}`)
  return [
    `${type}${where.length === 0 ? ', all' : ' that fulfil'}`,
    ...where.flatMap(criterion => linesOf(criterion, 1)),
    `in the order of ${[...order, 'shard and id'].join(', ')}`,
  ].join('\n')
}

function linesOf(criterion: Criterion, depth: number): readonly string[] {
  const line = (text: string): string => `${'  '.repeat(depth)}${text}`
  switch (criterion.kind) {
    case 'filter':
      return [line(filterText(criterion.filter))]
    case 'all':
      return criterion.of.length === 0
        ? [line('everything')]
        : [line('all of'), ...criterion.of.flatMap(part => linesOf(part, depth + 1))]
    case 'any':
      return criterion.of.length === 0
        ? [line('nothing')]
        : [line('any of'), ...criterion.of.flatMap(part => linesOf(part, depth + 1))]
    case 'not':
      return [line('not'), ...linesOf(criterion.of, depth + 1)]
    case 'chain':
      return [
        line(`${criterion.parameter.code} refers to a ${criterion.target} that fulfils`),
        ...linesOf(criterion.where, depth + 1),
      ]
    case 'has':
      return [
        line(`a ${criterion.source} refers to it by ${criterion.parameter.code} that fulfils`),
        ...linesOf(criterion.where, depth + 1),
      ]
  }
}

function filterText({ parameter, modifier, values }: SearchFilter): string {
  const prefixes = values.flatMap(value => ('prefix' in value ? [value.prefix] : []))
  const count = `${values.length} ${values.length === 1 ? 'value' : 'values'}`
  const how = [...new Set(prefixes)].join(', ')
  return `${parameter.code} (${parameter.type})${modifier === undefined ? '' : ` :${modifier}`} by ${count}${how === '' ? '' : ` with ${how}`}`
}

/** What a database says of its plan, without the constants of the request. */
export const withoutValues = (text: string): string =>
  text.replaceAll(/'(?:[^']|'')*'/g, `'?'`).replaceAll(/(?<![\w.'])-?\d+(?:\.\d+)?(?![\w'])/g, '?')
