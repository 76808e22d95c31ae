import type { Strength } from '../nouns/assessment.ts'

/** An instrument of assessment: versioned data. Its FHIR face is a Questionnaire (mappers/case/lenses/questionnaire.ts). */
export interface Instrument {
  readonly id: string
  readonly version: string
  readonly title: string
  readonly description: string
  /** LOINC code of the panel; a list of our own wording has none. */
  readonly loinc?: string
  readonly copyright: string
  /** Where wording, codes and cut-offs come from. */
  readonly source: string
  /** Domains that it informs: codes of care-plan/instruments/assessment-domains.ts. */
  readonly domains: readonly string[]
  readonly items: readonly InstrumentItem[]
  /** The first is the instrument's own total; none = answers are read, not counted. */
  readonly scorings: readonly Scoring[]
  readonly suggestions: readonly Suggestion[]
}

export interface InstrumentItem {
  readonly linkId: string
  readonly text: string
  /** LOINC code of the question. */
  readonly loinc?: string
  readonly type: 'choice' | 'boolean' | 'integer' | 'string'
  readonly options?: readonly Option[]
  /** May have several answers. */
  readonly repeats?: boolean
  /** Not needed for a total. */
  readonly optional?: boolean
}

export interface Option {
  /** LOINC answer code (`LA...`), else a code of our own list. */
  readonly code: string
  readonly display: string
  /** Absent = an answer that can't be counted (`Don't know`). */
  readonly score?: number
}

/** How a figure comes from answers, with the published ranges. Versioned with its source. */
export type Scoring = SumScoring | GroupScoring

interface ScoringBase {
  readonly measure: string
  /** Version of the table of ranges. */
  readonly version: string
  readonly items: readonly string[]
  /** When this was answered so, these questions count as 0 without an answer. */
  readonly skip?: { readonly linkId: string; readonly answer: string; readonly zero: readonly string[] }
}

/** The total of the options' scores. */
export interface SumScoring extends ScoringBase {
  readonly kind: 'sum'
  /** Inclusive, without gaps, in order. */
  readonly ranges: readonly Range[]
}

/** How many groups of questions reach their cut-off; `yes-no` when there is only one. */
export interface GroupScoring extends ScoringBase {
  readonly kind: 'groups' | 'yes-no'
  readonly groups: readonly Group[]
  readonly ranges: readonly Range[]
}

export interface Group {
  readonly name: string
  readonly items: readonly string[]
  readonly atLeast: number
}

export interface Range {
  readonly from: number
  readonly to: number
  readonly interpretation: string
}

/** What an answer or a score speaks for. Only proposed, for a person to confirm, but for a danger. */
export type Suggestion = { readonly when: Trigger } & (
  | { readonly propose: 'need'; readonly domain: string; readonly text: string; readonly priority?: number }
  | {
      readonly propose: 'strength'
      readonly kind: Strength['kind']
      /** Absent = the words of the answer. */
      readonly text?: string
    }
  | { readonly propose: 'barrier'; readonly text: string }
  /** A danger that somebody acts on the same day: raised, not only proposed. Code of the red flag. */
  | { readonly propose: 'flag'; readonly code: string; readonly text: string }
)

export type Trigger =
  /** One of these answers was given; absent = any. */
  | { readonly linkId: string; readonly answers?: readonly string[] }
  | { readonly measure: string; readonly atLeast: number }
  /** So many of these questions score at least `scoring`. */
  | { readonly items: readonly string[]; readonly scoring: number; readonly atLeast: number }
