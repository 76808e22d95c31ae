import { jsonIn } from '../lib/json.ts'
import { at, listAt, textAt } from '../lib/json-view.ts'
import { textNode, treeSegment, type TreeNode, type TreeSegment } from './message-tree.ts'
import { writeMessage } from './write-message.ts'

/**
 * A message that Google's Cloud Healthcare API parsed, as ER7: `parsedData` of a Message (segments whose fields are
 * keyed `3[0].1`), or its schematized form (`{"ADT_A01": {"MSH": {"3": {"1": ...}}}}`, groups as lists). Undefined for
 * any other JSON. Source: https://cloud.google.com/healthcare-api/docs/reference/rest/v1/projects.locations.datasets.hl7V2Stores.messages
 */
export function messageFromGoogle(value: unknown): string | undefined {
  const segments = parsedSegments(value) ?? schematizedSegments(value)
  return segments?.[0]?.name === 'MSH' ? writeMessage(segments.map(treeSegment)) : undefined
}

function parsedSegments(value: unknown): readonly TreeSegment[] | undefined {
  const listed = listAt(at(value, 'parsedData') ?? value, 'segments')
  if (listed.length === 0 || textAt(listed[0], 'segmentId') === undefined) return undefined
  return listed.map(segment => {
    const name = textAt(segment, 'segmentId') ?? ''
    return { name, fields: keyedFields(at(segment, 'fields'), name === 'MSH' ? 1 : 0) }
  })
}

const KEY = /^(\d{1,3})(?:\[(\d{1,4})\])?(?:\.(\d{1,3}))?(?:\.(\d{1,3}))?$/

interface Keyed {
  readonly field: number
  readonly repetition: number
  readonly path: readonly number[]
  readonly text: string
}

/** Fields of MSH are counted as if its separator were none, one below their number. */
function keyedFields(fields: unknown, shift: number): TreeSegment['fields'] {
  const keyed = Object.entries(fields ?? {}).flatMap(([key, text]): readonly Keyed[] => {
    const [, field, repetition = '0', component, subcomponent] = KEY.exec(key) ?? []
    if (field === undefined || field === '0' || typeof text !== 'string') return []
    const path = [component, subcomponent].flatMap(number => (number === undefined ? [] : [Number(number)]))
    return [{ field: Number(field) + shift, repetition: Number(repetition), path, text }]
  })
  const groups = Map.groupBy(keyed, ({ field, repetition }) => field * REPETITIONS_MAX + repetition)
  return [...groups]
    .toSorted(([one], [other]) => one - other)
    .flatMap(([, group]) => (group[0] ? [[group[0].field, nodeOfPaths(group, 0)] as const] : []))
}

/** Above what the key's pattern takes. */
const REPETITIONS_MAX = 10_000

function nodeOfPaths(keyed: readonly Keyed[], depth: number): TreeNode {
  const leaf = keyed.find(({ path }) => path.length === depth)
  const deeper = keyed.filter(({ path }) => path.length > depth)
  if (deeper.length === 0) return textNode(leaf?.text ?? '')
  const groups = Map.groupBy(deeper, ({ path }) => path[depth] ?? 0)
  return {
    text: undefined,
    parts: [...groups].map(([position, group]) => [position, nodeOfPaths(group, depth + 1)] as const),
  }
}

const STRUCTURE = /^[A-Z]{3}_[A-Z\d]{3}$/

function schematizedSegments(value: unknown): readonly TreeSegment[] | undefined {
  const sent = at(value, 'schematizedData', 'data')
  const root = typeof sent === 'string' ? jsonIn(sent) : value
  const name = Object.keys(root ?? {}).find(key => STRUCTURE.test(key))
  const message = name === undefined ? undefined : at(root, name)
  if (at(message, 'MSH') === undefined) return undefined
  return blocksIn(message, 0).flatMap(({ segments }) => segments)
}

interface Block {
  readonly order: number
  readonly segments: readonly TreeSegment[]
}

/** As the structures of chapter 3 have them; the keys of an object came in no order. */
const ORDER =
  'MSH SFT UAC EVN PID PD1 ARV ROL PRT NK1 MRG PV1 PV2 DB1 OBX AL1 IAM DG1 DRG PR1 GT1 IN1 IN2 IN3 ACC UB1 UB2 PDA NPU NTE'.split(
    ' ',
  )
const SEGMENT = /^([A-Z][A-Z\d]{2})(?:_(\d))?$/
const GROUPS_MAX = 8

/** `PID_1` and `PID_2` belong to a first and a second group of the message, as A17 has them. */
function blocksIn(group: unknown, depth: number): readonly Block[] {
  if (depth > GROUPS_MAX || typeof group !== 'object' || group === null) return []
  return Object.entries(group)
    .flatMap(([key, value]): readonly Block[] => {
      const [, name, number = '0'] = SEGMENT.exec(key) ?? []
      if (name === undefined) {
        return listAt(value).flatMap(member => {
          const blocks = blocksIn(member, depth + 1)
          const segments = blocks.flatMap(block => block.segments)
          return segments.length === 0 ? [] : [{ order: blocks[0]?.order ?? 0, segments }]
        })
      }
      const segments = listAt(value).flatMap(segment =>
        typeof segment === 'object' ? [{ name, fields: partsOf(segment, 0) }] : [],
      )
      return segments.length === 0 ? [] : [{ order: Number(number) * ORDER.length + rank(name), segments }]
    })
    .toSorted((one, other) => one.order - other.order)
}

const rank = (name: string): number => {
  const found = ORDER.indexOf(name)
  return found < 0 ? ORDER.length - 1 : found
}

/** Named by number alone, or by a name that ends in it (`PID.5`); subcomponents are the deepest there is. */
function partsOf(value: unknown, depth: number): TreeNode['parts'] {
  if (depth > 2) return []
  return Object.entries(value ?? {}).flatMap(([key, part]) => {
    const [digits] = /\d{1,3}$/.exec(key) ?? []
    if (digits === undefined || digits === '0') return []
    return listAt(part).map(item => [Number(digits), nodeOfJson(item, depth + 1)] as const)
  })
}

function nodeOfJson(value: unknown, depth: number): TreeNode {
  const text = textAt(value)
  if (text !== undefined || typeof value !== 'object') return textNode(text ?? '')
  return { text: undefined, parts: partsOf(value, depth) }
}
