import { fail, ok, type Result } from '../lib/result.ts'

/** An element by its local name: prefixes are cut, namespaces are not looked at. */
export interface XmlElement {
  readonly name: string
  /** Text and elements in their order; comments and processing instructions left out. */
  readonly content: readonly (XmlElement | string)[]
  readonly attributes: Readonly<Record<string, string>>
}

interface OpenElement {
  readonly qualifiedName: string
  readonly content: (XmlElement | string)[]
  readonly attributes: Readonly<Record<string, string>>
}

const DEPTH_MAX = 32

/**
 * Reads XML 1.0 without document types, so that there are no entities but the five of XML itself, nothing is fetched and
 * nothing can grow. Linear; as deep as 32 elements. Fails with `payload-xml-invalid`. Source: https://www.w3.org/TR/xml/
 */
export function readXml(text: string): Result<XmlElement> {
  const open: OpenElement[] = [{ qualifiedName: '', content: [], attributes: {} }]
  let at = 0
  while (at < text.length) {
    const start = text.indexOf('<', at)
    const run = text.slice(at, start < 0 ? text.length : start)
    if (run !== '' && !addText(open, run)) return refuse('an entity that XML itself does not define')
    if (start < 0) break
    const taken = markup(text, start, open)
    if (typeof taken === 'string') return refuse(taken)
    at = taken
  }
  const [document] = open
  if (open.length !== 1 || document === undefined) return refuse('an element that is not closed')
  const roots = document.content.filter(part => typeof part !== 'string')
  const [root] = roots
  const stray = document.content.some(part => typeof part === 'string' && part.trim() !== '')
  return root && roots.length === 1 && !stray ? ok(root) : refuse('not one element at the top')
}

/** Reads what starts at `<` and says where it ended, or what is wrong with it. */
function markup(text: string, start: number, open: OpenElement[]): number | string {
  if (text.startsWith('<!--', start)) return after(text, '-->', start + 4) ?? 'a comment that is not closed'
  if (text.startsWith('<![CDATA[', start)) {
    const end = after(text, ']]>', start + 9)
    if (end === undefined) return 'a CDATA section that is not closed'
    open.at(-1)?.content.push(text.slice(start + 9, end - 3))
    return end
  }
  if (text.startsWith('<?', start))
    return after(text, '?>', start + 2) ?? 'a processing instruction that is not closed'
  if (text.startsWith('<!', start)) return 'a document type, which is not accepted'
  const end = tagEnd(text, start + 1)
  if (end === undefined) return 'a tag that is not closed'
  return tag(text.slice(start + 1, end), open) ?? end + 1
}

const after = (text: string, mark: string, from: number): number | undefined => {
  const at = text.indexOf(mark, from)
  return at < 0 ? undefined : at + mark.length
}

/** The `>` of a tag; one inside a quoted attribute is not it. */
function tagEnd(text: string, from: number): number | undefined {
  let at = from
  while (at < text.length) {
    const character = text[at]
    if (character === '>') return at
    if (character === '"' || character === "'") {
      const quoteEnd = text.indexOf(character, at + 1)
      if (quoteEnd < 0) return undefined
      at = quoteEnd
    }
    at += 1
  }
  return undefined
}

const NAME = /^[\p{L}_:][\p{L}\p{N}\p{M}_:.-]*/u

function tag(inside: string, open: OpenElement[]): string | undefined {
  if (inside.startsWith('/')) return close(inside.slice(1).trim(), open)
  const isEmpty = inside.endsWith('/')
  const [name] = NAME.exec(inside) ?? []
  if (name === undefined) return 'a tag without a name'
  const attributes = readAttributes(inside.slice(name.length, isEmpty ? -1 : undefined))
  if (attributes === undefined) return 'an attribute that is none'
  if (open.length > DEPTH_MAX) return `elements more than ${DEPTH_MAX} deep`
  open.push({ qualifiedName: name, content: [], attributes })
  return isEmpty ? close(name, open) : undefined
}

function close(name: string, open: OpenElement[]): string | undefined {
  const element = open.pop()
  if (element === undefined || element.qualifiedName !== name || open.length === 0)
    return 'a closing tag without its opening one'
  const { content, attributes } = element
  open.at(-1)?.content.push({ name: localName(name), content, attributes })
  return undefined
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

const ATTRIBUTE = /\s+([\p{L}_:][\p{L}\p{N}\p{M}_:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/uy

function readAttributes(text: string): Readonly<Record<string, string>> | undefined {
  const attributes: [string, string][] = []
  let at = 0
  for (;;) {
    ATTRIBUTE.lastIndex = at
    const [whole, name, double, single] = ATTRIBUTE.exec(text) ?? []
    if (whole === undefined || name === undefined) break
    const value = unescaped(double ?? single ?? '')
    if (value === undefined) return undefined
    attributes.push([localName(name), value])
    at += whole.length
  }
  if (text.slice(at).trim() !== '') return undefined
  return Object.fromEntries(attributes)
}

function addText(open: readonly OpenElement[], run: string): boolean {
  const text = unescaped(run)
  if (text === undefined) return false
  open.at(-1)?.content.push(text)
  return true
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
])

/** Undefined when a reference is to nothing. */
function unescaped(text: string): string | undefined {
  if (!text.includes('&')) return text
  let isGood = true
  const out = text.replace(/&(?:#(\d{1,7})|#x([\dA-Fa-f]{1,6})|(\w{1,8}));|&/g, (_all, dec, hex, name) => {
    const code = dec === undefined ? Number.parseInt(hex ?? '0', 16) : Number(dec)
    const found = name === undefined ? characterOf(code) : ENTITIES.get(name)
    if (found === undefined) isGood = false
    return found ?? ''
  })
  return isGood ? out : undefined
}

const characterOf = (code: number): string | undefined =>
  code > 0 && code <= 0x10_ff_ff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined

const refuse = (what: string): Result<XmlElement> =>
  fail({
    kind: 'invalid',
    code: 'payload-xml-invalid',
    message: `The XML can not be read: it holds ${what}`,
  })
