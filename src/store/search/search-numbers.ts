import { longitudeNumber } from '../../fhir/search/indexing/derived-numbers.ts'
import { canonicalNumber, EARTH_METRES } from '../../fhir/search/matching/match-numbers.ts'
import type { SearchFilter, SearchValue } from '../../fhir/search/plan.ts'
import { rowNumbersOf } from '../../fhir/search/shared-values.ts'
import {
  anyOf,
  missing,
  ofKind,
  paramIs,
  rowsOf,
  type Bind,
  type SearchFrame,
  type Valued,
  type ValueRows,
} from './search-frame.ts'
import { held, intervalCondition, numberCondition, stringCondition, tokenCondition } from './search-values.ts'

/** Numbers, and quantities in their unit: in base units when it is one of UCUM. */
export function numberRows(filter: SearchFilter, { type, bind }: SearchFrame): ValueRows {
  const of = { table: 'ix_number', alias: 'n' } as const
  const own = paramIs('n', rowNumbersOf(type, filter.parameter), bind)
  const absent = missing(filter)
  if (absent !== undefined) return { ...of, condition: `${own} and not n.canonical`, isNone: absent }
  const columns = { alias: 'n', code: 'n.code', sys: 'n.sys' }
  const found = anyOf(ofKind(filter, 'number').map(value => quantityCondition(columns, value, bind)))
  return { ...of, condition: `${own} and ${found}` }
}

interface QuantityColumns {
  readonly alias: string
  readonly code: string
  readonly sys: string
}

function quantityCondition(
  { alias, code, sys }: QuantityColumns,
  value: Valued<'number'>,
  bind: Bind,
): string {
  const span = { low: `${alias}.low`, high: `${alias}.high` }
  const canonical = canonicalNumber(value)
  if (canonical) {
    const unit = `${alias}.canonical and ${code} = ${bind(canonical.unit.code)}`
    return `(${unit} and ${numberCondition(span, canonical, bind)})`
  }
  const { unit } = value
  const conditions = [
    `not ${alias}.canonical`,
    ...(unit?.system == null ? [] : [`${sys} = ${bind(held(unit.system))}`]),
    ...(unit?.code === undefined ? [] : [codeCondition({ alias, code, sys }, unit, bind)]),
    numberCondition(span, value, bind),
  ]
  return `(${conditions.join(' and ')})`
}

/** A unit without a system is looked for among the codes and among the units as people read them. */
function codeCondition(
  { alias, code }: QuantityColumns,
  unit: NonNullable<Valued<'number'>['unit']>,
  bind: Bind,
): string {
  const wanted = bind(held(unit.code ?? ''))
  return unit.system == null ? `(${code} = ${wanted} or ${alias}.unit = ${wanted})` : `${code} = ${wanted}`
}

/** Component values that stand in one element. */
export function compositeRows(filter: SearchFilter, { type, bind }: SearchFrame): ValueRows {
  const of = { table: 'ix_composite', alias: 'c' } as const
  const own = paramIs('c', rowNumbersOf(type, filter.parameter), bind)
  const absent = missing(filter)
  if (absent !== undefined) return { ...of, condition: `${own} and not c.canonical`, isNone: absent }
  const found = ofKind(filter, 'composite').map(({ parts }) => partsCondition(parts, bind))
  return { ...of, condition: `${own} and ${anyOf(found)}` }
}

function partsCondition([first, second, third]: readonly SearchValue[], bind: Bind): string {
  const conditions = [
    first?.kind === 'token' ? tokenCondition({ val: 'c.val', sys: 'c.sys' }, first, bind) : 'false',
    ...(second ? [secondCondition(second, bind)] : []),
    ...(third
      ? [third.kind === 'number' ? numberCondition({ low: 'c.low2', high: 'c.high2' }, third, bind) : 'false']
      : []),
  ]
  return `(${conditions.join(' and ')})`
}

function secondCondition(value: SearchValue, bind: Bind): string {
  const columns = { val: 'c.val2', sys: 'c.sys2' }
  switch (value.kind) {
    case 'number':
      return quantityCondition({ alias: 'c', code: 'c.val2', sys: 'c.sys2' }, value, bind)
    case 'date':
      return `(not c.canonical and ${intervalCondition({ low: 'c.dlow', high: 'c.dhigh' }, value, bind)})`
    case 'token':
      return `(not c.canonical and c.val2 is not null and ${tokenCondition(columns, value, bind)})`
    case 'string':
      return `(not c.canonical and ${stringCondition(columns, value.text, { modifier: undefined, bind })})`
    case 'uri':
      return `(not c.canonical and c.val2 = ${bind(held(value.text))})`
    case 'reference':
      return `(not c.canonical and c.val2 = any(${bind(value.references.map(held))}::text[]))`
    default:
      return 'false'
  }
}

/** Places within a distance (its condition looks at the frame's row, too): a belt of latitudes from the index, then the way over the sphere. */
export function positionRows(filter: SearchFilter, frame: SearchFrame): ValueRows {
  const { bind } = frame
  const { parameter } = filter
  const of = { table: 'ix_number', alias: 'n' } as const
  const own = `n.param = ${bind(parameter.number)} and not n.canonical`
  const absent = missing(filter)
  if (absent !== undefined) return { ...of, condition: own, isNone: absent }
  const found = ofKind(filter, 'position').map(place => nearCondition(place, bind))
  const east = `${rowsOf('ix_number', 'e', frame)} and e.param = ${bind(longitudeNumber(parameter))} and not e.canonical`
  return { ...of, condition: `${own} and exists (${east} and ${anyOf(found)})` }
}

function nearCondition({ latitude, longitude, metres }: Valued<'position'>, bind: Bind): string {
  const belt = (metres / EARTH_METRES) * (180 / Math.PI) * 1.000_001 + 1e-9
  const from = `${bind(String(latitude - belt))}::numeric`
  const to = `${bind(String(latitude + belt))}::numeric`
  const north = `${bind(latitude)}::float8`
  const east = `${bind(longitude)}::float8`
  const half = `power(sin(radians(n.low::float8 - ${north}) / 2), 2) + cos(radians(${north})) * cos(radians(n.low::float8)) * power(sin(radians(e.low::float8 - ${east}) / 2), 2)`
  return `(n.low between ${from} and ${to} and ${2 * EARTH_METRES} * asin(sqrt(least(1, ${half}))) <= ${bind(metres)}::float8)`
}
