import { er7Leaf, type Component, type FieldDraft, type Leaf, type SegmentDraft } from './write-message.ts'

/** A field, component or subcomponent of an encoding that nests: a text, or numbered parts that may repeat. */
export interface TreeNode {
  readonly text: Leaf
  readonly parts: readonly (readonly [position: number, node: TreeNode])[]
}

/** A segment of such an encoding; a field that repeats stands in it several times. */
export interface TreeSegment {
  readonly name: string
  readonly fields: readonly (readonly [position: number, node: TreeNode])[]
}

/** No segment of the standard has so many fields: a number beyond it is damage, not data. */
const POSITION_MAX = 200

export const textNode = (text: string): TreeNode => ({ text: er7Leaf(text), parts: [] })

/** The segment as ER7 writes it; parts below a subcomponent are cut to their first text. */
export function treeSegment({ name, fields }: TreeSegment): SegmentDraft {
  const drafts: Record<number, FieldDraft> = {}
  for (const [position, node] of fields) {
    if (position < 1 || position > POSITION_MAX) continue
    const before = drafts[position]
    drafts[position] = [...(Array.isArray(before) ? before : []), componentsOf(node)]
  }
  return { name, fields: drafts }
}

const componentsOf = (node: TreeNode): readonly Component[] =>
  node.parts.length === 0 ? [node.text] : placed(node, component)

const component = (node: TreeNode): Component =>
  node.parts.length === 0 ? node.text : placed(node, firstText)

const firstText = (node: TreeNode): Leaf => {
  const [first] = node.parts
  return first === undefined ? node.text : firstText(first[1])
}

function placed<T>(node: TreeNode, make: (part: TreeNode) => T): readonly (T | undefined)[] {
  const out: (T | undefined)[] = []
  for (const [position, part] of node.parts) {
    if (position < 1 || position > POSITION_MAX) continue
    while (out.length < position) out.push(undefined)
    out[position - 1] ??= make(part)
  }
  return out
}
