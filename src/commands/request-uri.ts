const START = 'urn:casewire:request:'

/** `meta.source` of what a request changed and no message did. */
export const requestUri = (requestId: string): string => `${START}${requestId}`

/** Id of the request that a `meta.source` names; undefined where it names something else. */
export const requestNamed = (uri: string): string | undefined =>
  uri.startsWith(START) ? uri.slice(START.length) : undefined
