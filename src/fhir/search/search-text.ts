/** The alternatives of a value: split at commas that no backslash protects (http://hl7.org/fhir/R4/search.html#escaping). */
export const alternatives = (text: string): readonly string[] => splitUnescaped(text, ',')

/** Pieces of a value, their backslashes kept for the next split. */
export function splitUnescaped(text: string, separator: string): readonly string[] {
  const pieces: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '\\') at += 1
    else if (char === separator) {
      pieces.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...pieces, text.slice(from)]
}

export const unescaped = (text: string): string => text.replace(/\\([\\,|$])/g, '$1')

/** A name of the query as a message may show it: never longer than a name can be. */
export const shownName = (name: string): string => name.replace(/[^\w:.\-[\]]/g, '?').slice(0, 80)
