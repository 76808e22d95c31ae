import { gzipSync } from 'node:zlib'

const field = (text: string, length: number): Buffer => {
  const bytes = Buffer.alloc(length)
  bytes.write(text)
  return bytes
}

/** A file's header (POSIX ustar): name, mode, owner, group, size, time, checksum, kind. */
function header(name: string, size: number, kind: string): Buffer {
  const parts = [
    field(name.slice(0, 100), 100),
    ...['0000644', '0000000', '0000000'].map(text => field(text, 8)),
    field(size.toString(8).padStart(11, '0'), 12),
    field('00000000000', 12),
    field('        ', 8),
    field(kind, 1),
    field('', 100),
    field('ustar\u000000', 8),
  ]
  const block = Buffer.alloc(512)
  Buffer.concat(parts).copy(block)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])

export interface Packed {
  readonly name: string
  readonly content: string
  readonly kind?: string
}

/** A tar archive; names over 100 characters get a pax header. */
export function tarOf(files: readonly Packed[]): Buffer {
  const blocks = files.flatMap(({ name, content, kind = '0' }) => {
    const bytes = Buffer.from(content)
    const own = [header(name, bytes.length, kind), padded(bytes)]
    if (name.length <= 100) return own
    const record = ` path=${name}\n`
    const pax = Buffer.from(`${record.length + 3}${record}`)
    return [header('PaxHeader', pax.length, 'x'), padded(pax), ...own]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

/** A FHIR package as registries hand it out. */
export const igPackage = (manifest: object, resources: readonly object[]): Buffer =>
  gzipSync(
    tarOf([
      { name: 'package/package.json', content: JSON.stringify(manifest) },
      ...resources.map((resource, index) => ({
        name: `package/${'resourceType' in resource ? String(resource.resourceType) : 'x'}-${index}.json`,
        content: JSON.stringify(resource),
      })),
      { name: 'package/example/Patient-x.json', content: 'not read' },
    ]),
  )
