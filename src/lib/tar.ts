export interface TarFile {
  readonly name: string
  readonly bytes: Uint8Array
}

const BLOCK = 512
const REGULAR: ReadonlySet<string> = new Set(['', '0', '\0', '7'])

/**
 * The regular files of a tar archive (POSIX ustar, with the long names of pax and GNU tar), in order. Ends at the end of the
 * archive or where it breaks off; what is no archive gives none. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 */
export function tarFiles(archive: Uint8Array): readonly TarFile[] {
  const files: TarFile[] = []
  let longName: string | undefined
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK)
    const size = Number.parseInt(textIn(header, 124, 12), 8)
    if (header[0] === 0 || !Number.isInteger(size) || size < 0) break
    const bytes = archive.subarray(at + BLOCK, at + BLOCK + size)
    const kind = String.fromCharCode(header[156] ?? 0)
    if (kind === 'L') longName = textIn(bytes, 0, bytes.length)
    else if (kind === 'x') longName = paxPath(bytes) ?? longName
    else {
      if (REGULAR.has(kind) && bytes.length === size) files.push({ name: longName ?? nameIn(header), bytes })
      longName = undefined
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}

/** Text up to the first NUL. */
function textIn(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const end = field.indexOf(0)
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end))
}

function nameIn(header: Uint8Array): string {
  const prefix = textIn(header, 257, 5) === 'ustar' ? textIn(header, 345, 155) : ''
  const name = textIn(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

/** `27 path=folder/name\n` among the records of a pax header. */
const paxPath = (bytes: Uint8Array): string | undefined =>
  /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(bytes))?.[1]
