/** Where envelopes seen in the wild keep the ER7 text, as JSON pointers (RFC 6901); CloudEvents at the end. */
export const builtInPointers: readonly string[] = [
  '/data',
  '/message',
  '/payload',
  '/hl7',
  '/raw',
  '/body',
  '/InputDataString',
  '/data_base64',
]

/** The texts at those pointers that are there, in their order; only own properties count. */
export function envelopeTexts(envelope: unknown, pointers: readonly string[]): readonly string[] {
  return pointers.flatMap(pointer => {
    const found = pointed(envelope, pointer)
    return typeof found === 'string' && found.trim() !== '' ? [found] : []
  })
}

function pointed(value: unknown, pointer: string): unknown {
  const names = pointer.split('/').slice(1)
  return names.reduce<unknown>(
    (inner, name) => own(inner, name.replaceAll('~1', '/').replaceAll('~0', '~')),
    value,
  )
}

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
