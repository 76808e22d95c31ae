import type { Criterion } from '../fhir/search/plan.ts'
import { promotedColumn } from '../fhir/search/promoted.ts'
import type { SearchFrame } from './search-frame.ts'
import { typeNumber } from './search-rows.ts'

type Chain = Extract<Criterion, { readonly kind: 'chain' }>
type Has = Extract<Criterion, { readonly kind: 'has' }>
type Render = (criterion: Criterion, frame: SearchFrame) => string

/**
 * References are texts `Type/id` in the value index, or stand in a column. From a resource to what it refers to the way is
 * the primary key, whose shard is in the id or in the directory of ids that clients chose; back, it is the text. Both are said,
 * so that the planner can begin at either end.
 */
export function chainCondition(chain: Chain, frame: SearchFrame, render: Render): string {
  const { parameter, target, where } = chain
  const inner = innerFrame(frame, target)
  const column = promotedColumn(frame.type, parameter.code)
  const fulfils = ` and ${standing(inner)} and ${render(where, inner)}`
  const { row } = frame
  if (column === 'patient' && target === 'Patient') {
    return `exists (select 1 from resource ${inner.row} where ${row}.patient = ${inner.row}.id and ${shardOf(inner, `${row}.patient`)}${fulfils})`
  }
  if (column === 'owner') {
    return `exists (select 1 from resource ${inner.row} where ${sameText(`${row}.owner`, inner)}${fulfils})`
  }
  const x = `x${inner.depth}`
  return `exists (select 1 from ix ${x} join resource ${inner.row} on ${sameText(`${x}.val`, inner)}
    where ${x}.tenant = ${frame.tenant} and ${x}.type = ${frame.typeNumber} and ${x}.param = ${frame.bind(parameter.number)}
    and ${x}.shard = ${row}.shard and ${x}.rid = ${row}.id${fulfils})`
}

/** The other way round: something of type `source` refers to the row. */
export function hasCondition(has: Has, frame: SearchFrame, render: Render): string {
  const { parameter, source, where } = has
  const inner = innerFrame(frame, source)
  const column = promotedColumn(source, parameter.code)
  const fulfils = ` and ${standing(inner)} and ${render(where, inner)}`
  if (column === 'patient' && frame.type === 'Patient') {
    const patient = `${inner.row}.patient`
    return `exists (select 1 from resource ${inner.row} where ${patient} = ${frame.row}.id and ${shardOf(frame, patient)}${fulfils})`
  }
  if (column === 'owner') {
    return `exists (select 1 from resource ${inner.row} where ${sameText(`${inner.row}.owner`, frame)}${fulfils})`
  }
  const x = `x${inner.depth}`
  return `exists (select 1 from ix ${x} join resource ${inner.row} on ${inner.row}.shard = ${x}.shard and ${inner.row}.id = ${x}.rid
    where ${x}.tenant = ${inner.tenant} and ${x}.type = ${inner.typeNumber} and ${x}.param = ${frame.bind(parameter.number)}
    and ${sameText(`${x}.val`, frame)}${fulfils})`
}

function innerFrame(frame: SearchFrame, type: string): SearchFrame {
  const depth = frame.depth + 1
  const row = `r${depth}`
  const number = `${frame.bind(typeNumber(type))}::smallint`
  return { ...frame, type, depth, row, typeNumber: number, updated: `${row}.updated` }
}

const standing = ({ row, tenant, typeNumber: type }: SearchFrame): string =>
  `${row}.tenant = ${tenant} and ${row}.type = ${type} and not ${row}.deleted`

/** `text` is the reference to the frame's row, said from both sides. */
function sameText(text: string, frame: SearchFrame): string {
  const { row, type } = frame
  const prefix = `${type}/`
  const id = `substr(${text}, ${prefix.length + 1})`
  return `${text} = '${prefix}' || ${row}.id and ${row}.id = ${id} and ${shardOf(frame, id)}`
}

const MINTED = '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'

/** The row lives where its id says (lib/ids.ts, shardInId), or where the directory has it. */
function shardOf({ row, tenant, typeNumber: type }: SearchFrame, id: string): string {
  const minted = `case when ${id} ~ '${MINTED}' then (('x' || substr(${id}, 16, 3))::bit(12)::int >> 2)::smallint end`
  const chosen = `(select shard from id_directory where tenant = ${tenant} and type = ${type} and id_directory.id = ${id})`
  return `${row}.shard = any(array[${minted}, ${chosen}])`
}
