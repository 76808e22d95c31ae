/** The ETag of a version (http://hl7.org/fhir/R4/http.html#concurrency). */
export const etagOf = (version: number): string => `W/"${version}"`

/** RFC 9110 8.8.3. */
const TAG = /(?:W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g

/**
 * The entity tags that a header lists (`W/"3"`, `"3"`, several with commas), each without W/ and quotes, or `*`; undefined
 * when it is neither.
 */
export function tagsIn(header: string): readonly string[] | '*' | undefined {
  if (header.trim() === '*') return '*'
  const tags = [...header.matchAll(TAG)]
  const between = header.replaceAll(TAG, '"').split('"')
  const [before = '', ...rest] = between
  const after = rest.pop() ?? ''
  const isList =
    tags.length > 0 &&
    isBlank(before) &&
    isBlank(after) &&
    rest.every(gap => gap.includes(',') && isBlank(gap))
  return isList ? tags.map(([, tag = '']) => tag) : undefined
}

/** Elements of a list may be empty (RFC 9110 5.6.1). */
const isBlank = (text: string): boolean => /^[ \t,]*$/.test(text)

/** True when a header names the version. */
export function etagMatches(header: string, version: number): boolean {
  const tags = tagsIn(header)
  return tags === '*' ? version > 0 : (tags?.includes(String(version)) ?? false)
}

/** A header that is a list of entity tags or `*`. */
export const isEtagList = (header: string): boolean => tagsIn(header) !== undefined
