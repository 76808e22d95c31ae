/** The ETag of a version (http://hl7.org/fhir/R4/http.html#concurrency). */
export const etagOf = (version: number): string => `W/"${version}"`

/** True when a header (`W/"3"`, `"3"`, a list of them, `*`) names the version. */
export function etagMatches(header: string, version: number): boolean {
  return header.split(',').some(tag => {
    const text = tag.trim()
    return text === '*' ? version > 0 : /^(?:W\/)?"([^"]*)"$/.exec(text)?.[1] === String(version)
  })
}

/** A header that is neither a list of entity tags nor `*`. */
export const isEtagList = (header: string): boolean =>
  header.split(',').every(tag => /^\s*(?:\*|(?:W\/)?"[^"]*")\s*$/.test(tag))
