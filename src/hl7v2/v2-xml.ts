import { fail, ok, type Result } from '../lib/result.ts'
import { textNode, treeSegment, type TreeNode, type TreeSegment } from './message-tree.ts'
import { er7Leaf, writeMessage, type Leaf } from './write-message.ts'
import { readXml, type XmlElement } from './xml-reader.ts'

/**
 * A message in HL7 v2 XML (`urn:hl7-org:v2xml`) or in Mirth's XML (`HL7Message`), as ER7. Both number what they nest at
 * the end of its name (`PID.5`, `XPN.1`, `PID.5.1`), so that one reader serves: groups are walked through, every element
 * named as a segment is one. MSH-2's characters become the standard ones. Fails with `payload-xml-invalid`,
 * `payload-shape-unsupported`. Source: HL7 v2 XML Encoding Syntax, release 2.
 */
export function messageFromXml(text: string): Result<string> {
  const root = readXml(text)
  if (!root.ok) return root
  const segments = segmentsIn(root.value)
  if (segments[0]?.name !== 'MSH') {
    return fail({
      kind: 'unsupported',
      code: 'payload-shape-unsupported',
      message: 'No HL7 v2 in the payload: XML without an MSH segment at its start was seen',
    })
  }
  return ok(writeMessage(segments.map(treeSegment)))
}

const SEGMENT = /^[A-Z][A-Z\d]{2}$/
const POSITION = /\.(\d{1,4})$/

function segmentsIn(group: XmlElement): readonly TreeSegment[] {
  return elementsOf(group).flatMap(element =>
    SEGMENT.test(element.name) ? [{ name: element.name, fields: numbered(element) }] : segmentsIn(element),
  )
}

const elementsOf = ({ content }: XmlElement): readonly XmlElement[] =>
  content.filter(part => typeof part !== 'string')

function numbered(element: XmlElement): readonly (readonly [number, TreeNode])[] {
  return elementsOf(element).flatMap(part => {
    const [, position] = POSITION.exec(part.name) ?? []
    return position === undefined ? [] : [[Number(position), nodeOf(part)] as const]
  })
}

function nodeOf(element: XmlElement): TreeNode {
  const parts = numbered(element)
  return parts.length === 0 ? { text: textOf(element), parts } : { text: undefined, parts }
}

/** `<escape V=".br"/>` stands for an escape sequence (2.7.3 of the encoding syntax). */
function textOf(element: XmlElement): Leaf {
  const { content } = element
  if (content.every(part => typeof part === 'string')) return textNode(content.join('')).text
  const er7 = content
    .map(part => (typeof part === 'string' ? er7Of(er7Leaf(part)) : sequenceOf(part)))
    .join('')
  return { er7: er7.trim() }
}

const sequenceOf = ({ name, attributes }: XmlElement): string =>
  name === 'escape' && attributes['V'] !== undefined && !attributes['V'].includes('\\')
    ? `\\${attributes['V']}\\`
    : ''

const er7Of = (leaf: Leaf): string => (typeof leaf === 'object' && leaf !== null ? leaf.er7 : '')
