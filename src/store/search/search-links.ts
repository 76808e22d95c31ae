import type { Criterion } from '../../fhir/search/plan.ts'
import { promotedColumn } from '../../fhir/search/promoted.ts'
import { rowNumbersOf } from '../../fhir/search/shared-values.ts'
import { containedRows } from './search-contained.ts'
import { hasRows, keysOf, paramIs, type SearchFrame } from './search-frame.ts'
import { typeNumber } from './search-rows.ts'

export type Link = Extract<Criterion, { readonly kind: 'chain' | 'has' }>
type Render = (criterion: Criterion, frame: SearchFrame) => string

/**
 * A chain or a reversed one. As a `set` it is what `linkedRows` finds, joined to the row; by `row` it is looked up from
 * the row that stands, which is cheaper where many match or where the row is known. `offset 0` keeps it from becoming a join.
 */
export function linkCondition(link: Link, frame: SearchFrame, render: Render): string {
  const keys = frame.found?.get(link)
  if (keys) {
    const shards = frame.bind(keys.map(key => key.shard))
    const ids = frame.bind(keys.map(key => key.id))
    return `(${frame.row}.shard, ${frame.row}.id) in (select * from unnest(${shards}::smallint[], ${ids}::text[]))`
  }
  if (frame.links === 'row') {
    const other = `exists (${fromRow(link, { ...frame, isGiven: true }, render)} offset 0)`
    const contained = containedRows(link, frame)
    return contained ? `(${other} or ${hasRows(contained, { ...frame, isGiven: true })})` : other
  }
  return `(${frame.row}.shard, ${frame.row}.id) in (${linkedRows(link, frame, render)})`
}

/**
 * Shard and id of what a link finds, some perhaps more than once. References are texts `Type/id` in the value index, or stand
 * in a column. From a resource to what it refers to the way is the primary key, whose shard is in the id or in the directory
 * of ids that clients chose; back, it is the text. Both are said, so that the planner can begin at either end.
 */
export function linkedRows(link: Link, frame: SearchFrame, render: Render): string {
  const contained = containedRows(link, frame)
  const others = otherRows(link, frame, render)
  return contained ? `${others} union all ${keysOf(contained, frame)}` : others
}

function otherRows(link: Link, frame: SearchFrame, render: Render): string {
  const { holder, held, own, inner, column } = ends(link, frame)
  const fulfils = `${standing(inner)} and ${render(link.where, inner)}`
  const select = `select ${own.row}.shard, ${own.row}.id`
  if (column === 'ix') {
    const x = `x${inner.depth}`
    return `${select} from ix ${x} join resource ${held.row} on ${sameText(`${x}.val`, held)}
      join resource ${holder.row} on ${holder.row}.shard = ${x}.shard and ${holder.row}.id = ${x}.rid
      where ${rowsOfLink(x, link, holder)} and ${standing(own)} and ${fulfils}`
  }
  const reference = `${holder.row}.${column}`
  const same =
    column === 'patient'
      ? `${reference} = ${held.row}.id and ${shardOf(held, reference)}`
      : sameText(reference, held)
  return `${select} from resource ${holder.row} join resource ${held.row} on ${reference} is not null and ${same}
    where ${standing(own)} and ${fulfils}`
}

/** The same as seen from one row: what it refers to, or what refers to it. */
function fromRow(link: Link, frame: SearchFrame, render: Render): string {
  const { holder, held, inner, column } = ends(link, frame, frame)
  const fulfils = `${standing(inner)} and ${render(link.where, inner)}`
  if (column === 'ix') {
    const x = `x${inner.depth}`
    const isHolder = `${x}.shard = ${holder.row}.shard and ${x}.rid = ${holder.row}.id`
    const [same, other] =
      link.kind === 'chain' ? [leadsTo(`${x}.val`, held), isHolder] : [isHolder, `${x}.val = ${textOf(held)}`]
    return `select 1 from ix ${x} join resource ${inner.row} on ${same} where ${rowsOfLink(x, link, holder)} and ${other} and ${fulfils}`
  }
  const reference = `${holder.row}.${column}`
  const same =
    link.kind === 'chain'
      ? column === 'patient'
        ? `${held.row}.id = ${reference} and ${shardOf(held, reference)}`
        : leadsTo(reference, held)
      : `${reference} = ${column === 'patient' ? `${held.row}.id` : textOf(held)}`
  return `select 1 from resource ${inner.row} where ${reference} is not null and ${same} and ${fulfils}`
}

const rowsOfLink = (x: string, { parameter }: Link, holder: SearchFrame): string =>
  `${x}.tenant = ${holder.tenant} and ${x}.type = ${holder.typeNumber} and ${paramIs(x, rowNumbersOf(holder.type, parameter), holder.bind)}`

/** Who holds the reference and who is referred to; where it stands. `own` is the frame's row, under another name unless given. */
function ends(link: Link, frame: SearchFrame, own: SearchFrame = { ...frame, row: `s${frame.depth}` }) {
  const inner = innerFrame(frame, link.kind === 'chain' ? link.target : link.source)
  const [holder, held] = link.kind === 'chain' ? [own, inner] : [inner, own]
  const promoted = promotedColumn(holder.type, link.parameter.code)
  const column = promoted === 'owner' || (promoted === 'patient' && held.type === 'Patient') ? promoted : 'ix'
  return { holder, held, own, inner, column } as const
}

function innerFrame(frame: SearchFrame, type: string): SearchFrame {
  const depth = frame.depth + 1
  const row = `r${depth}`
  const number = `${frame.bind(typeNumber(type))}::smallint`
  return { ...frame, type, depth, row, typeNumber: number, updated: `${row}.updated` }
}

const standing = ({ row, tenant, typeNumber: type }: SearchFrame): string =>
  `${row}.tenant = ${tenant} and ${row}.type = ${type} and not ${row}.deleted`

const textOf = ({ row, type }: SearchFrame): string => `'${type}/' || ${row}.id`

/** `text` leads to the frame's row: by its primary key. */
function leadsTo(text: string, frame: SearchFrame): string {
  const { prefix, key } = keyIn(text, frame)
  return `starts_with(${text}, '${prefix}') and ${key}`
}

/**
 * `text` is the reference to the frame's row, said from both sides. What the text begins with goes without saying: said too,
 * the planner would take it for something that few do.
 */
const sameText = (text: string, frame: SearchFrame): string =>
  `${text} = ${textOf(frame)} and ${keyIn(text, frame).key}`

function keyIn(text: string, frame: SearchFrame) {
  const prefix = `${frame.type}/`
  const id = `substr(${text}, ${prefix.length + 1})`
  return { prefix, key: `${frame.row}.id = ${id} and ${shardOf(frame, id)}` }
}

const MINTED = '^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$'

/** The row lives where its id says (lib/ids.ts, shardInId), or where the directory has it. */
function shardOf({ row, tenant, typeNumber: type }: SearchFrame, id: string): string {
  const minted = `case when ${id} ~ '${MINTED}' then (('x' || substr(${id}, 16, 3))::bit(12)::int >> 2)::smallint end`
  const chosen = `(select shard from id_directory where tenant = ${tenant} and type = ${type} and id_directory.id = ${id})`
  return `${row}.shard = any(array[${minted}, ${chosen}])`
}
