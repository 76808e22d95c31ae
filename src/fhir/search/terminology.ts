/**
 * What a search asks of the terminology that is loaded, at hand in memory. Codes are unbounded in number, so that whoever
 * gives them may stop at more than a search takes (EXPANSION_MAX).
 */
export interface Terminology {
  /** The codes of a value set by its url (with or without `|version`) or as `ValueSet/id`; undefined when it isn't loaded. */
  readonly expand: (valueSet: string) => readonly TerminologyCode[] | undefined
  /** The codes below or above one, itself included; undefined when the code system isn't loaded or doesn't have it. */
  readonly subsumed: (
    system: string,
    code: string,
    direction: 'below' | 'above',
  ) => readonly string[] | undefined
}

export interface TerminologyCode {
  readonly system?: string
  readonly code: string
}

/** A value set or a part of a hierarchy with more codes than this is too much to search by. */
export const EXPANSION_MAX = 2_000
