/** What a schema registry's serialiser puts before a value: 0x00 and the schema's id in four bytes. */
const HEAD = 5

/**
 * The possible contents of a value in Confluent's wire format, likeliest first: what follows the schema's id (JSON
 * Schema), an Avro string or record of one string, an Avro union of null and string. The schema itself is not asked, so
 * that no registry need be reachable. Empty where it is none. Source: https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
export function framedContents(bytes: Buffer): readonly Buffer[] {
  if (bytes[0] !== 0x00 || bytes.length <= HEAD) return []
  const content = bytes.subarray(HEAD)
  const union = content[0] === 0x00 || content[0] === 0x02 ? content.subarray(1) : undefined
  return [avroString(content), union && avroString(union), content].filter(found => found !== undefined)
}

/** Length as zigzag varint, then exactly so many bytes. */
function avroString(bytes: Buffer): Buffer | undefined {
  let value = 0
  for (let at = 0; at < 5 && at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * 2 ** (7 * at)
    if (byte < 0x80)
      return value % 2 === 0 && bytes.length - at - 1 === value / 2 ? bytes.subarray(at + 1) : undefined
  }
  return undefined
}
