import { gzipSync } from 'node:zlib'

const header = (id: string, event: string, charset = ''): string =>
  `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|20400101080000||ADT^${event}|${id}|P|2.5.1||||||${charset}`
const segments = (...lines: readonly string[]): string => `${lines.join('\r')}\r`
const pid = (id: string): string => `PID|1||${id}^^^VALLEY^MR||POISON^PAT`

/** Each kind of value that nothing can be made of, by name; the number makes each one of its kind another. */
const kinds: Readonly<Record<string, (n: number) => string | Buffer>> = {
  'bytes of nothing': n => Buffer.from([7, 255, 128, 0, n % 256, n >> 8]),
  'a header cut short': n => `MSH|^~\\&|ADT${n}`,
  'no PID': n => segments(header(`X${n}`, 'A01'), 'EVN|A01|20400101080000'),
  'no patient identifier': n => segments(header(`X${n}`, 'A01'), 'PID|1||||POISON^PAT', 'PV1|1|I'),
  'a merge with itself': n => segments(header(`X${n}`, 'A40'), pid(`XP${n}`), `MRG|XP${n}^^^VALLEY^MR`),
  'a merge with nobody': n => segments(header(`X${n}`, 'A40'), pid(`XP${n}`)),
  'bytes that are not of the charset named': n =>
    Buffer.concat([
      Buffer.from(segments(header(`X${n}`, 'A01', 'UNICODE UTF-8'), 'PID|1||XP^^^VALLEY^MR||')),
      Buffer.from([0xc3, 0x28, 0xff]),
    ]),
  'JSON cut short': n => `{"data":"MSH|^~\\\\&|${n}`,
  'JSON without a message': n => JSON.stringify({ nothing: n }),
  'JSON nested deeply': n => `${'['.repeat(20_000)}${n}`,
  'gzip cut short': n => gzipSync(Buffer.from(`${n} ${header(`X${n}`, 'A01')}`)).subarray(0, -9),
  'gzip of very much': n => gzipSync(Buffer.concat([Buffer.from(`MSH|${n}`), Buffer.alloc(4_000_000, 65)])),
  'XML cut short': n => `<ADT_A01 xmlns="urn:hl7-org:v2xml"><MSH><MSH.10>X${n}</MSH.10>`,
  'XML with an entity': n =>
    `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><ADT_A01>&b;${n}</ADT_A01>`,
  'a Bundle that is none': n => JSON.stringify({ resourceType: 'Bundle', type: 'message', id: n }),
  'another event': n => segments(header(`X${n}`, 'Q99'), pid(`XP${n}`)),
}

export interface Poison {
  readonly kind: string
  readonly value: Buffer
}

/** `count` values, of every kind in turn. */
export const poisons = (count: number): readonly Poison[] => {
  const all = Object.entries(kinds)
  return Array.from({ length: count }, (_none, n) => {
    const [kind, make] = all[n % all.length] as (typeof all)[number]
    return { kind, value: Buffer.from(make(n)) }
  })
}
