import { ownText } from './own-text.ts'

/**
 * What a function makes of a text, remembered for the texts that were asked for last: two generations of at most half of
 * `charsMax` characters of text, of which the older is forgotten when the younger is full. `make` must depend on
 * nothing but the text, and what it gives must not change.
 */
export function rememberedByText<V extends object>(
  charsMax: number,
  make: (text: string) => V,
): (text: string) => V {
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  let chars = 0
  return text => {
    const known = young.get(text)
    if (known !== undefined) return known
    const own = ownText(text)
    const value = old.get(text) ?? make(own)
    if (chars + text.length > charsMax / 2) {
      old = young
      young = new Map()
      chars = 0
    }
    chars += text.length
    young.set(own, value)
    return value
  }
}
