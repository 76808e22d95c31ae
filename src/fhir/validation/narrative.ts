/**
 * Checks of a narrative's XHTML: invariants txt-1 and txt-2 (http://hl7.org/fhir/R4/narrative.html#xhtml). One pass,
 * linear in the length of the text; nothing is altered.
 */
const ELEMENTS = new Set(
  `p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo kbd
  sub sup ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area`.split(
    /\s+/,
  ),
)
const ATTRIBUTES = new Set(
  `title style class id lang xml:lang dir accesskey tabindex span width align valign char charoff abbr axis headers
  scope rowspan colspan`.split(/\s+/),
)
const ELEMENT_ATTRIBUTES = new Set(
  `div.xmlns a.href a.name a.charset a.type a.hreflang a.rel a.rev a.shape a.coords img.src img.alt img.border
  img.longdesc img.height img.width img.usemap img.ismap blockquote.cite q.cite map.name area.shape area.coords area.href
  area.nohref area.alt table.summary table.border table.frame table.rules table.cellspacing table.cellpadding pre.space
  pre.xml:space td.nowrap`.split(/\s+/),
)
const NAMESPACE = 'http://www.w3.org/1999/xhtml'
const NAME = /[A-Za-z][A-Za-z0-9]*/y
const ATTRIBUTE = /\s+([A-Za-z][A-Za-z0-9:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const OPEN_END = /\s*(\/?)>/y
const CLOSE_END = /\s*>/y
const STRAY_AMPERSAND = /&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)/
const STRAY = 'must be well-formed: "&" stands only at the start of an entity, as in &amp;'
const SCRIPT_URL = /^(?:javascript|vbscript):/i
/** Attributes with an address that a reader's program may open or load. */
const ADDRESSES = new Set(['href', 'src', 'cite', 'longdesc'])
const DATA_URL = /^data:([^,;]*)/i
/** What a `data:` address may hold: nothing that a browser runs scripts of. Without a name it is plain text (RFC 2397). */
const INERT_DATA = /^(?:|text\/plain|application\/pdf|image\/(?!svg)[\w.-]+)$/i
/** Entities of HTML that a browser reads in the name of a scheme, beside those by number. */
const SCHEME_ENTITIES = new Map([
  ['colon', ':'],
  ['tab', ''],
  ['newline', ''],
])
const DEPTH_MAX = 256
const GREATER = 62

export type NarrativeFault = readonly [invariant: 'txt-1' | 'txt-2', text: string]

interface Reader {
  readonly text: string
  at: number
  readonly open: string[]
  isDone: boolean
  hasContent: boolean
}

/** The first fault of a narrative's `div`, or `undefined` when it is right. */
export function narrativeFault(text: string): NarrativeFault | undefined {
  const reader: Reader = { text: text.trim(), at: 0, open: [], isDone: false, hasContent: false }
  if (!reader.text.startsWith('<div')) return ['txt-1', 'must be one <div> element']
  while (reader.at < reader.text.length) {
    const fault = step(reader)
    if (fault !== undefined) return ['txt-1', fault]
  }
  if (reader.open.length > 0) return ['txt-1', `must be well-formed: <${reader.open.at(-1)}> is not closed`]
  return reader.hasContent ? undefined : ['txt-2', 'must have text or an image']
}

function step(reader: Reader): string | undefined {
  const { text, at } = reader
  if (text.charCodeAt(at) !== 60) return readText(reader)
  if (text.startsWith('<!--', at)) return skipComment(reader)
  if (reader.isDone) return 'must be one <div> element with nothing after it'
  return text.charCodeAt(at + 1) === 47 ? readClose(reader) : readOpen(reader)
}

function readText(reader: Reader): string | undefined {
  const next = reader.text.indexOf('<', reader.at)
  const end = next < 0 ? reader.text.length : next
  const run = reader.text.slice(reader.at, end)
  reader.at = end
  const isBlank = !/\S/.test(run)
  if (reader.isDone && !isBlank) return 'must be one <div> element with nothing after it'
  if (!isBlank) reader.hasContent = true
  return hasStrayAmpersand(run) ? STRAY : undefined
}

function skipComment(reader: Reader): string | undefined {
  const end = reader.text.indexOf('-->', reader.at + 4)
  if (end < 0) return 'must be well-formed: a comment is not closed'
  reader.at = end + 3
  return undefined
}

function readClose(reader: Reader): string | undefined {
  const name = reader.open.pop() ?? ''
  const after = reader.at + 2 + name.length
  if (!reader.text.startsWith(name, reader.at + 2))
    return `must be well-formed: <${name}> is closed by another tag`
  if (reader.text.charCodeAt(after) === GREATER) reader.at = after + 1
  else if (match(CLOSE_END, reader.text, after)) reader.at = CLOSE_END.lastIndex
  else return `must be well-formed: the closing tag of <${name}> is broken`
  reader.isDone = reader.open.length === 0
  return undefined
}

function readOpen(reader: Reader): string | undefined {
  const { text, open } = reader
  const name = match(NAME, text, reader.at + 1)?.[0]
  if (name === undefined) return 'must be XHTML elements, text and comments only'
  if (!ELEMENTS.has(name))
    return `must not hold <${name.slice(0, 20)}>: allowed are ${[...ELEMENTS].join(', ')}`
  const after = reader.at + 1 + name.length
  if (open.length > 0 && text.charCodeAt(after) === GREATER) {
    reader.at = after + 1
    return pushOpen(name, open)
  }
  const attributes = readAttributes(text, after)
  const fault = attributesFault(name, attributes.values, open.length === 0)
  if (fault !== undefined) return fault
  const end = match(OPEN_END, text, attributes.end)
  if (!end) return `must be well-formed: the tag <${name}> or one of its attributes is broken`
  reader.at = OPEN_END.lastIndex
  if (name === 'img') reader.hasContent = true
  if (end[1] === '/') {
    reader.isDone = open.length === 0
    return undefined
  }
  return pushOpen(name, open)
}

function pushOpen(name: string, open: string[]): string | undefined {
  open.push(name)
  return open.length > DEPTH_MAX ? `must not be nested deeper than ${DEPTH_MAX} elements` : undefined
}

const hasStrayAmpersand = (text: string): boolean => text.includes('&') && STRAY_AMPERSAND.test(text)

function readAttributes(
  text: string,
  start: number,
): { readonly values: ReadonlyMap<string, string>; readonly end: number } {
  const values = new Map<string, string>()
  let end = start
  for (let found = match(ATTRIBUTE, text, end); found; found = match(ATTRIBUTE, text, end)) {
    if (values.has(found[1] ?? '')) break
    values.set(found[1] ?? '', found[2] ?? found[3] ?? '')
    end = ATTRIBUTE.lastIndex
  }
  return { values, end }
}

function attributesFault(
  name: string,
  attributes: ReadonlyMap<string, string>,
  isRoot: boolean,
): string | undefined {
  for (const [attribute, value] of attributes) {
    if (!ATTRIBUTES.has(attribute) && !ELEMENT_ATTRIBUTES.has(`${name}.${attribute}`)) {
      return `must not use the attribute "${attribute.slice(0, 20)}" on <${name}>`
    }
    if (attribute === 'xmlns' && value !== NAMESPACE) return `must be in the namespace ${NAMESPACE}`
    if (ADDRESSES.has(attribute) && isActive(value)) return `must not hold a script in ${attribute}`
    if (hasStrayAmpersand(value)) return STRAY
  }
  return isRoot && !attributes.has('xmlns') ? `must say xmlns="${NAMESPACE}" on its <div>` : undefined
}

/** Read as a browser reads it: entities are characters, and white space and control characters don't count. */
function isActive(url: string): boolean {
  const read = url.replaceAll(/&(#?)(\w+);/g, (entity, isNumber: string, name: string) => {
    if (isNumber === '') return SCHEME_ENTITIES.get(name.toLowerCase()) ?? entity
    const code = Number(/^x/i.test(name) ? `0${name}` : name)
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity
  })
  const bare = read.replaceAll(/[\s\u0000-\u001f]/g, '')
  const data = DATA_URL.exec(bare)
  return data ? !INERT_DATA.test(data[1] ?? '') : SCRIPT_URL.test(bare)
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}
